"""A saved gradient runs in a fresh interpreter where adcompile cannot be imported."""

import ast
import collections
import enum
import importlib
import json
import struct
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from adcompile import UsageError, detach, grad, no_grad, value_and_grad, vjp
from adcompile.backend.load import load
from adcompile.literal import NoLiteral, literal

Color = enum.IntEnum("Color", ["RED"])
Point = collections.namedtuple("Point", "x y")


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


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Write modules into a folder that can be imported from here, and give the folder."""
    folder = tmp_path / "library"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    known = set(sys.modules)

    def write(**modules):
        for name, text in modules.items():
            (folder / f"{name}.py").write_text("import numpy as np\n" + textwrap.dedent(text))
        importlib.invalidate_caches()
        return folder

    yield write
    for name in set(sys.modules) - known:
        sys.modules.pop(name)


PHYSICS = """
G = 9.81
MASSES = np.array([1.0, 2.0])
NAMES = ("weight", "height")
TABLE = {"a": [1.0, np.float32(0.1)]}
FIELD = np.sin(np.arange(1001.0))


def doubled(n):
    return 2 * n


def energy(x):
    return np.sum(MASSES * x * x) * G + len(NAMES)


def work(x):
    return np.sum(FIELD[:2] * x) * TABLE["a"][0] + doubled(len(x)) * x[0]
"""


def test_constants_are_written_in_and_their_module_is_not_needed(elsewhere, library, tmp_path):
    library(physics=PHYSICS)
    from physics import energy

    for df in (grad(energy), value_and_grad(energy)):
        x = np.array([0.5, 0.25])
        here = df(x)
        assert same(here, elsewhere(df, df.specialize(x).__name__, x))
        text = (tmp_path / "saved.py").read_text()
        assert "import physics" not in text and "from physics" not in text
        assert "Written in, with the values that they had when it was saved: G, MASSES" in text


def test_large_arrays_and_functions_are_imported_from_their_module(elsewhere, library, tmp_path):
    folder = library(physics=PHYSICS)
    from physics import work

    df, x = value_and_grad(work), np.array([0.5, 0.25])
    here = df(x)
    assert same(here, elsewhere(df, "work_value_and_grad", x, path=[folder]))
    text = (tmp_path / "saved.py").read_text()
    assert "from physics import FIELD, TABLE, doubled" in text
    listed = "Imported from other modules, with the values that they have by then: FIELD (from physics), TABLE (from"
    assert listed in " ".join(text.split())


def test_a_large_array_of_a_closure_is_written_in(elsewhere):
    def make(table):
        return lambda x: np.sum(table * x)

    df = grad(make(np.sin(np.arange(1500.0))))
    assert same(df(2.0), elsewhere(df, df.specialize(2.0).__name__, 2.0))


def test_one_name_in_two_modules(library, tmp_path):
    """Each function reads the global of its own module: one module cannot hold both."""
    library(
        first="K = 2.0\nL = 0.1\ndef inner(x):\n    return x * x * K * L\n",
        second="from first import inner\nK = 3.0\nL = 0.1 * 1\ndef outer(x):\n    return inner(x) * K * L\n",
        third="from first import inner\nL = 0.1 * 1\ndef outer(x):\n    return inner(x) * L\n",
    )
    from second import outer

    df = grad(outer)
    assert df(1.0) == pytest.approx(0.12)
    with pytest.raises(UsageError, match="two different objects with the name 'K'"):
        df.save(tmp_path / "saved.py")
    from third import outer

    df = grad(outer)
    df(1.0)
    df.save(tmp_path / "saved.py")
    namespace = {}
    exec((tmp_path / "saved.py").read_text(), namespace)
    assert namespace["outer_grad"](1.0) == df(1.0)


@pytest.mark.parametrize(
    "name", ["np", "Any", "unbroadcast", "match_dtype", "f_grad", "add", "math", "tape", "len", "isinstance"]
)
def test_globals_with_the_names_of_what_a_module_holds(name, library, tmp_path):
    """A saved module is right, or it is refused: a global of the user's with a name that the module uses."""
    body = f"return numpy.sum(x * y * {name}) + numpy.sum(x * x)"
    library(named=f"import numpy\n{name} = 3.0\ndef f(x, y):\n    {body}\n")
    from named import f

    df = grad(f)
    try:
        df.save(tmp_path / "saved.py")  # the generic program, with its helpers
    except UsageError as error:
        assert f"two different objects with the name {name!r}" in str(error)
        return
    namespace = {}
    exec((tmp_path / "saved.py").read_text(), namespace)
    x, y = np.ones((2, 3)), np.array([1.0, 2.0, 3.0])
    (entry,) = [n for n in namespace if n.startswith("f_grad") and callable(namespace[n])]
    assert same(namespace[entry](x, y), emitted_by(df)(x, y))


def test_a_list_that_the_program_appends_to_stays_the_users(library, tmp_path):
    library(logged="LOG = []\ndef f(x):\n    LOG.append(1.0)\n    return x * x\n")
    import logged

    df = grad(logged.f)
    df(2.0)
    df.save(tmp_path / "saved.py")
    assert logged.LOG == [1.0]
    namespace = {}
    exec((tmp_path / "saved.py").read_text(), namespace)
    assert namespace["f_grad"](3.0) == 6.0
    assert logged.LOG == [1.0, 1.0]


def test_arguments_that_do_not_belong_into_a_docstring(tmp_path):
    def f(x, mode, sep):
        return x * 2.0 if mode == sep else x

    df = grad(f)
    mode = 'quotes """ and \\ and \n'
    df.save(tmp_path / "saved.py", 2.0, mode, mode)
    text = (tmp_path / "saved.py").read_text()
    assert f"mode: {mode!r}" in ast.get_docstring(ast.parse(text))
    namespace = {}
    exec(compile(text, "saved.py", "exec", dont_inherit=True), namespace)
    assert namespace["f_grad"](2.0, mode, mode) == 2.0


def test_what_changed_since_the_last_call_is_saved_as_it_is_now(library, tmp_path):
    library(changing="K = 2.0\ndef g(x):\n    return x\ndef f(x):\n    return np.sum(g(x) * K)\n")
    import changing

    def saved():
        df.save(tmp_path / "saved.py")
        namespace = {}
        exec((tmp_path / "saved.py").read_text(), namespace)
        return namespace["f_grad"](np.ones(3)).tolist()

    df = grad(changing.f)
    df(np.ones(3))
    assert saved() == [2.0, 2.0, 2.0]
    changing.K = 3.0
    assert saved() == [3.0, 3.0, 3.0]
    changing.K = np.array([1.0, 2.0, 3.0])
    assert saved() == [1.0, 2.0, 3.0]
    exec("def g(x):\n    return x * x\n", vars(changing))
    changing.g = square
    assert saved() == [2.0, 4.0, 6.0]


def square(x):
    return x * x


def test_captured_closure_values_are_written_in(elsewhere, tmp_path):
    def make(factor, offsets, names, count):
        def f(x):
            return np.sum(x * factor * offsets) * count + names[0] * x[0]

        return f

    df = grad(make(0.1, np.array([1.5, 2.5, np.pi]), [4.0, 5.0], 7))
    x = np.array([0.1, 0.2, 0.3])
    assert same(df(x), elsewhere(df, "f_grad", x))
    assert "when it was saved: count, factor, names, offsets." in (tmp_path / "saved.py").read_text()


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
        {1: (), (2, "x"): [[]]},
        float("nan"),
        struct.unpack("<d", bytes.fromhex("010000000000f8ff"))[0],
        complex(-0.0, float("inf")),
        np.array([1 + 2j, complex(0.0, -0.0)]),
        np.longdouble("0.1"),
        np.array([0.1, 0.2], np.longdouble) / 3,
        np.array([1.5, 2.5], ">f8"),
        np.frombuffer(bytes.fromhex("010000000000f8ff" + "000000000000f07f")),
        np.asfortranarray(np.arange(6.0).reshape(2, 3) / 7),
        np.arange(10.0)[::-3] / 3,
        np.broadcast_to(0.1, (2, 2)),
        np.array([True, False]),
        np.float16(0.1),
        np.bool_(True),
        np.arange(400.0).reshape(2, 5, 40) / 7,
        slice(1, None, 2),
        "quote ' and \\n",
        b"bytes",
        10**40,
        None,
        ...,
    ],
    ids=lambda value: repr(value)[:40],
)
def test_every_kind_of_value_is_written_exactly(value):
    text = literal(value)
    made = eval(text, {"np": np})
    assert type(made) is type(value)
    assert max(map(len, text.splitlines())) <= 200
    if isinstance(value, (slice, str, bytes, int, type(None), type(...), np.longdouble)):  # (it is padded)
        assert made == value
    else:
        assert same(made, value)
    if isinstance(value, np.ndarray) and value.flags.f_contiguous:
        assert made.flags.f_contiguous and made.flags.writeable


@pytest.mark.parametrize(
    "value",
    [object(), np.random.default_rng(0), [np], np.array([None]), Color.RED, Point(1, 2), {1: {2}}],
    ids=lambda value: str(value).split(" at 0x")[0],
)
def test_what_has_no_literal(value):
    with pytest.raises(NoLiteral, match="a "):
        literal(value)


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
    lines = text.splitlines()
    assert lines[:4] == [
        f'"""The gradient of with_globals of {__name__} by x, written by adcompile.',
        "",
        "For arguments of these types:",
        "    x: float64[n]",
    ]
    subprocess.run([sys.executable, "-W", "error", "-m", "py_compile", str(tmp_path / "saved.py")], check=True)


def test_which_program_is_saved(tmp_path):
    df = grad(product)
    path = tmp_path / "saved.py"

    def types():
        df.save(path)
        return [line.strip() for line in path.read_text().splitlines() if line.startswith("    x: ")]

    assert types() == ["x: ?"]
    df(2.0, 3.0)
    df(np.ones(3), np.ones(3))
    assert types() == ["x: float64[n]"]
    df(2.0, 3.0)  # what is compiled already is not the latest
    df(np.ones(4), np.ones(4))
    assert types() == ["x: float64[n]"]
    df.save(path, 2.0, y=3.0)
    assert "    x: float\n    y: float\n" in path.read_text()
    assert types() == ["x: float64[n]"]


def test_saving_twice_gives_the_same_text(tmp_path):
    texts = []
    for name in ("a.py", "b.py"):
        df = grad(rnn, ("W", "U"))
        df(*points())
        df.save(tmp_path / name)
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1]
    assert texts[0].endswith("\n") and not texts[0].endswith("\n\n")


@pytest.mark.parametrize("specialised", [True, False], ids=["specialised", "generic"])
@pytest.mark.parametrize("transform", [grad, value_and_grad, vjp])
def test_a_saved_module_is_tidy(transform, specialised, tmp_path):
    df = transform(rnn, ("W", "U"))
    if specialised:
        df.specialize(*points())
    df.save(tmp_path / "saved.py")
    text = (tmp_path / "saved.py").read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree).endswith("xs: float64[k, n]" if specialised else "xs: ?")
    bound = [a.asname or a.name for s in tree.body if isinstance(s, (ast.Import, ast.ImportFrom)) for a in s.names]
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert set(bound) - read <= {"annotations"}
    defined = bound + [s.name for s in tree.body if isinstance(s, ast.FunctionDef)]
    assert len(set(defined)) == len(defined)
    assert all(text.count(f"\n\n\ndef {s.name}(") == 1 for s in tree.body if isinstance(s, ast.FunctionDef))
    assert "\n\n\n\n" not in text


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


def test_a_saved_gradient_of_complex_numbers(tmp_path):
    """The rules that it calls at run time are written into it."""

    def f(x, w):
        total = 0.0
        for k in range(3):
            total = total + np.sum(np.fft.fft(x) * w**k)
        return np.abs(total * np.roots([1.0, 2.0, 5.0])[0]) ** 2

    x, w = np.array([0.5, 1.2, -0.3]), np.array([0.5j, 1.2 + 1j, -0.3])
    df = grad(f)
    expected = df(x, w)
    df.save(tmp_path / "saved.py", x, w)
    spec = importlib.util.spec_from_file_location("saved", tmp_path / "saved.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    np.testing.assert_allclose(module.f_grad(x, w), expected)
    assert "import adcompile" not in (tmp_path / "saved.py").read_text()
