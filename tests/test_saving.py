"""A saved gradient runs in a fresh interpreter where adcompile cannot be imported."""

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from adcompile import UsageError, detach, grad, no_grad, value_and_grad, vjp
from adcompile.backend.load import load


def emitted_by(df):
    """The loaded functions' entry of the latest specialisation, or of the generic program."""
    latest = df._dispatcher.latest
    program = latest.program if latest is not None else df._generic()
    return load(program.text, program.holders, program.values, program.entry)[program.entry]


# Runs `code` of a saved module without adcompile; arguments and results go through .npz and
# pickle files of plain NumPy, so every bit is compared.
RUNNER = """
import json, pickle, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "adcompile":
            raise ImportError("adcompile is not installed here")

sys.meta_path.insert(0, Blocker())
sys.path[:0] = json.loads(sys.argv[4])
try:
    import adcompile
except ImportError:
    pass
else:
    raise SystemExit("adcompile could be imported")
import importlib.util
spec = importlib.util.spec_from_file_location("saved", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
entry, args, kwargs = pickle.load(open(sys.argv[2], "rb"))
result = getattr(module, entry)(*args, **kwargs)
assert not any(name.split(".")[0] in ("adcompile", "gast", "astor") for name in sys.modules)
pickle.dump(result, open(sys.argv[3], "wb"))
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Save a function, run it in a fresh interpreter, and give the result."""
    import pickle

    def run(df, entry, *args, path=(), **kwargs):
        saved, given, made = tmp_path / "saved.py", tmp_path / "given.pickle", tmp_path / "made.pickle"
        df.save(saved)
        text = saved.read_text()
        assert not [line for line in text.splitlines() if "import" in line.split() and "adcompile" in line]
        given.write_bytes(pickle.dumps((entry, args, kwargs)))
        runner = tmp_path / "runner.py"
        runner.write_text(RUNNER)
        numpy_folder = [str(p) for p in {__import__("pathlib").Path(np.__file__).parents[1]}]
        folders = json.dumps([*map(str, path), *numpy_folder])
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        command = [sys.executable, "-I", str(runner), str(saved), str(given), str(made), folders]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr + "\n" + text
        return pickle.loads(made.read_bytes())

    return run


def same(a, b):
    """Whether two results are the same to the last bit, and of the same kinds."""
    if isinstance(a, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


SCALE = 3.0
TABLE = np.array([[1.0, 2.0], [3.0, 4.0]])


def rnn(W, U, h, xs):
    total = 0.0
    for x in xs:
        h = np.tanh(x @ W + h @ U)
        total += np.sum(h**2)
    return total


def newton(a):
    x = 1.0
    while abs(x * x - a) > 1e-12:
        x = x - (x * x - a) / (2 * x)
    return x


def outer(x):
    return np.sum(inner(x, 2.0)) + inner(x[0], 3.0)


def inner(v, k):
    return np.exp(v) * k


def product(x, y):
    return np.sum(x * y)


def with_globals(x):
    return np.sum((x @ TABLE) ** 2) * SCALE


def points():
    rng = np.random.default_rng(5)
    return rng.normal(size=(3, 2)), rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=(6, 3))


def test_a_specialised_program(elsewhere):
    df, args = grad(rnn, ("W", "U", "h")), points()
    assert same(df(*args), elsewhere(df, "rnn_grad", *args))


def test_the_generic_program_with_its_helpers(elsewhere, tmp_path):
    df, args = grad(rnn, ("W", "U", "h")), points()
    there = elsewhere(df, "rnn_grad", *args)
    text = (tmp_path / "saved.py").read_text()
    assert "def unbroadcast(" in text
    assert all(np.allclose(a, b) for a, b in zip(there, df(*args), strict=True))
    emitted = emitted_by(grad(rnn, ("W", "U", "h")))
    assert same(there, emitted(*args))


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 3))])
def test_the_generic_program_for_any_shape(elsewhere, shapes):
    rng = np.random.default_rng(2)
    args = [rng.normal(size=shape) for shape in shapes]
    there = elsewhere(grad(product, (0, 1)), "product_grad", *args)
    assert same(there, emitted_by(grad(product, (0, 1)))(*args))


def test_a_value_and_gradient(elsewhere):
    df = value_and_grad(newton)
    assert same(df(2.0), elsewhere(df, "newton_value_and_grad", 2.0))


def test_functions_that_are_called_are_saved_as_well(elsewhere):
    df, x = grad(outer), np.linspace(0, 1, 4)
    assert same(df(x), elsewhere(df, "outer_grad", x))


def test_a_pullback_saves_both_halves(tmp_path):
    df = vjp(lambda x: np.sin(x) * x)
    y, pullback = df(np.ones(3))
    df.save(tmp_path / "saved.py")
    namespace = {}
    exec((tmp_path / "saved.py").read_text(), namespace)
    value, residual = namespace["function_forward"](np.ones(3))
    assert same(value, y)
    assert same(namespace["function_pullback"](residual, np.ones(3)), pullback(np.ones(3)))


def test_captured_globals_are_imported_from_their_module(elsewhere, tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "physics.py").write_text(
        textwrap.dedent(
            """
            import numpy as np

            G = 9.81
            MASSES = np.array([1.0, 2.0])

            def energy(x):
                return np.sum(MASSES * x * x) * G
            """
        )
    )
    sys.path.insert(0, str(folder))
    try:
        from physics import energy

        df = grad(energy)
        x = np.array([0.5, 0.25])
        here = df(x)
        assert same(here, elsewhere(df, "energy_grad", x, path=[folder]))
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("physics", None)
    text = (tmp_path / "saved.py").read_text()
    assert "from physics import G" in text and "from physics import MASSES" in text
    assert "'G' is imported from 'physics'" in text


def test_captured_closure_values_are_written_in(elsewhere, tmp_path):
    def make(factor, offsets, names, count):
        def f(x):
            return np.sum(x * factor * offsets) * count + names[0] * x[0]

        return f

    df = grad(make(0.1, np.array([1.5, 2.5, np.pi]), [4.0, 5.0], 7))
    x = np.array([0.1, 0.2, 0.3])
    assert same(df(x), elsewhere(df, "f_grad", x))
    assert "'factor' is written in: its value when this module was saved." in (tmp_path / "saved.py").read_text()


@pytest.mark.parametrize(
    "value",
    [
        0.1,
        -0.0,
        1e300,
        float("inf"),
        3,
        True,
        np.float64(0.1),
        np.float32(0.1),
        np.array(2.5),
        np.array([0.1, 0.2], np.float32),
        np.zeros((0, 2)),
        np.array([[1, 2], [3, 4]]),
        np.array([np.inf, np.nan]),
        (1.0, 2.0),
        (1.0,),
        [np.array([1.0]), 2.0],
        {"a": 1.0, "b": [2.0]},
    ],
    ids=repr,
)
def test_every_kind_of_value_is_written_in_exactly(value):
    from adcompile.save import _literal

    made = eval(_literal("value", value), {"np": np})
    assert type(made) is type(value)
    assert same(made, value)


def test_a_closure_value_that_cannot_be_written_is_refused(tmp_path):
    generator = np.random.default_rng(0)

    def f(x):
        return np.sum(x * generator.normal(size=2))

    df = grad(f)
    df(np.ones(2))
    with pytest.raises(UsageError, match="the captured 'generator' is a Generator, which cannot be written"):
        df.save(tmp_path / "saved.py")
    assert not (tmp_path / "saved.py").exists()


def test_a_saved_module_has_a_header_and_compiles_under_python_w_error(tmp_path):
    df = grad(with_globals)
    df(np.ones(2))
    df.save(tmp_path / "saved.py")
    text = (tmp_path / "saved.py").read_text()
    assert text.startswith('"""with_globals_grad, written by adcompile.')
    subprocess.run([sys.executable, "-W", "error", "-m", "py_compile", str(tmp_path / "saved.py")], check=True)


def test_saving_twice_gives_the_same_text(tmp_path):
    texts = []
    for name in ("a.py", "b.py"):
        df = grad(rnn, ("W", "U"))
        df(*points())
        df.save(tmp_path / name)
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1]
    assert texts[0].endswith("\n") and not texts[0].endswith("\n\n")


def detached(x):
    return np.sum(detach(x) * x)


def without_grad(x):
    with no_grad():
        y = x * 2
    return np.sum(y * x)


def imports_inside(x):
    import math

    return math.sin(x[0]) * math.pi


def lists(x):
    items = [x[0], x[1]]
    items.append(x[2])
    first, *rest = items
    return first * rest[0] * rest[1]


def gathered(x):
    return np.sum(x[np.array([0, 0, 1])] ** 2)


def dicts(x):
    table = {"a": x[0], "b": [x[1], x[2]]}
    return table["a"] * table["b"][0]


def filled(x):
    y = np.zeros(3)
    for k in range(3):
        y[k] = x[k] * 2
    return np.sum(y**2)


def many(x):
    total = np.sum(np.concatenate([x, x]) * np.arange(6.0)) + np.std(x) + np.prod(x)
    return total + np.cumsum(x)[1] + np.sort(x)[0] + np.linalg.norm(x)


@pytest.mark.parametrize("specialised", [True, False], ids=["specialised", "generic"])
@pytest.mark.parametrize("f", [detached, without_grad, imports_inside, lists, gathered, dicts, filled, many])
def test_what_a_program_uses_is_in_the_module(f, specialised, tmp_path):
    """The saved text alone gives the same bits as the program that was saved."""
    df, x = grad(f), np.array([1.5, 2.0, 3.25])
    if specialised:
        df(x)
    df.save(tmp_path / "saved.py")
    text = (tmp_path / "saved.py").read_text()
    assert not [line for line in text.splitlines() if line.startswith(("import", "from")) and "adcompile" in line]
    namespace = {}
    exec(compile(text, "saved.py", "exec"), namespace)
    assert same(namespace[f"{f.__name__}_grad"](x), emitted_by(df)(x))
