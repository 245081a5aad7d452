"""Programs that are refused, with the message to the letter; misuse of the functions; our own faults.

Each file of `goldens/errors` is a bad program `f` with its arguments, and after the line
`# refused:` the expected message as comments. `UPDATE_GOLDENS=1 pytest tests/test_errors.py`
writes the messages anew. A program that the compiler has learnt to differentiate is deleted here.
"""

import ast
import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from golden_files import REFUSED, check_refusal, load

import adcompile
from adcompile import ADError, InternalError, Refused, SourceError, UsageError, grad, value_and_grad, vjp
from adcompile.errors import Diagnostic, DiagnosticList, Origin

FOLDER = Path(__file__).parent / "goldens" / "errors"
PROGRAMS = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_refused_program(path):
    module = load(path)
    check_refusal(path, lambda: grad(module.f)(*module.ARGS))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_every_diagnostic_of_a_golden_says_where_and_what(path):
    """Each has a place in the file, and its caret is under code."""
    _, _, expected = path.read_text().partition(REFUSED)
    assert expected
    for block in expected.split("#\n"):
        lines = [line[2:] for line in block.splitlines()]
        assert re.match(rf"{path.name}:\d+: \S", lines[0])
        assert set(lines[2].strip()) == {"^"}
        start = len(lines[2]) - len(lines[2].lstrip())
        assert not lines[1][start].isspace()


def test_goldens_are_all_the_refusals():
    """Every text that the front end and the checks of mutation refuse with stands in a golden."""
    messages = "\n".join(path.read_text() for path in PROGRAMS)
    package = Path(adcompile.__file__).parent
    missing = []
    for path in [*sorted((package / "frontend").glob("*.py")), package / "transforms" / "check_mutation.py"]:
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr not in ("refuse", "add") or not call.args:
                continue
            for what in (call.args[1:2] if call.func.attr == "refuse" else call.args[:1]):
                longest = longest_text(what)
                if longest and longest not in messages and longest not in UNREACHED:
                    missing.append(f"{path.name}:{call.lineno}: {longest}")
    assert missing == []


# Python's own compiler does not let these through, or nothing in the language reaches them yet.
UNREACHED = {
    "this assignment target is not supported",
    "' is given a value that depends on the arguments, and is used again",
    "' is changed, and belongs to the world outside the function",
}


def longest_text(node):
    """The longest constant part of a string or f-string."""
    parts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return max(parts, key=len, default="")


# ------------------------------------------------------------------------------------- rendering


def test_rendering():
    origin = Origin("model.py", 12, 8, 14, "        x = foo(y)  ")
    found = Diagnostic("what", origin, "reason", "rewrite")
    assert found.render() == "model.py:12: what\n    x = foo(y)\n    ^^^^^^\n  why: reason\n  instead: rewrite"
    assert Diagnostic("what").render() == "what"
    assert Diagnostic("what", Origin("model.py", 3)).render() == "model.py:3: what"
    beyond = Origin("model.py", 1, 4, 99, "    foo(")
    assert beyond.text and Diagnostic("w", beyond).render().endswith("    foo(\n    ^^^^")


def test_one_refusal_at_one_place_is_reported_once():
    found = DiagnosticList()
    for _ in range(2):
        found.add("what", Origin("a.py", 1))
    found.add("what", Origin("a.py", 2))
    with pytest.raises(Refused) as caught:
        found.raise_if_any()
    assert len(caught.value.diagnostics) == 2


def test_the_errors_form_one_family():
    assert all(issubclass(kind, ADError) for kind in (Refused, SourceError, UsageError, InternalError))
    assert issubclass(UsageError, TypeError)


def test_a_refusal_can_be_tried_again():
    df = grad(lambda x: np.sum(np.unwrap(x)))
    messages = set()
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            df(np.ones(3))
        messages.add(str(caught.value))
    assert len(messages) == 1


# ------------------------------------------------------------------------------- functions, sources


def plain(x, n=2):
    return np.sum(x * n)


async def coroutine(x):
    return np.sum(x)


class Callable:
    def __call__(self, x):
        return np.sum(x)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (np.sin, "'sin' is not a Python function, so it has no source to differentiate"),
        (len, "'len' is not a Python function, so it has no source to differentiate"),
        (Callable, "'Callable' is not a Python function, so it has no source to differentiate"),
        (3, "'3' is not a Python function, so it has no source to differentiate"),
        ("f", "\"'f'\" is not a Python function, so it has no source to differentiate"),
    ],
)
@pytest.mark.parametrize("transform", [grad, value_and_grad, vjp])
def test_what_is_not_a_function(transform, function, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        transform(function)


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (np.sin, "write a function that calls it: lambda x: f(x)"),
        (Callable, "write a function that makes the object and returns a number"),
        (functools.lru_cache(plain), "differentiate the function in it, which is its __wrapped__"),
        (classmethod(plain), "take the method from its class: Class.plain"),
        (functools.partial(np.sum, axis=0), "write a function that calls it"),
    ],
)
def test_what_to_write_instead_of_what_is_not_a_function(function, hint):
    with pytest.raises(UsageError, match=re.escape(hint)):
        grad(function)


def test_an_async_function():
    with pytest.raises(SourceError, match="'coroutine' is an async function, which has no derivative"):
        grad(coroutine)(np.ones(2))


def test_a_function_made_by_exec():
    namespace = {"np": np}
    exec("def made(x):\n    return np.sum(x)\n", namespace)
    with pytest.raises(SourceError, match=r"the source of function 'made' cannot be found \(.*\); define it in a file"):
        grad(namespace["made"])(np.ones(2))


def test_a_lambda_made_by_eval():
    with pytest.raises(SourceError, match="the source of a lambda cannot be found; write it in a file, or as a def"):
        grad(eval("lambda x: x * x"))(2.0)


def test_a_file_that_has_changed(tmp_path):
    path = tmp_path / "changing.py"
    path.write_text("f = lambda x: x * x\n")
    module = load(path)
    path.write_text("# nothing is left\n")
    with pytest.raises(SourceError, match="has the file changed"):
        grad(module.f)(2.0)


# ----------------------------------------------------------------------------------------- wrt


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("y", "wrt='y': plain has the parameters x, n"),
        (2, "wrt=2: plain has 2 parameters"),
        (-3, "wrt=-3: plain has 2 parameters"),
        ((0, "y"), "wrt='y': plain has the parameters x, n"),
        ((0, "x"), "wrt=(0, 'x') names a parameter twice"),
        ((0, -2), "wrt=(0, -2) names a parameter twice"),
        ((), "wrt is empty: name at least one parameter"),
        (1.5, "wrt=1.5: give a position, a parameter's name, or a tuple of them"),
        (True, "wrt=True: give a position, a parameter's name, or a tuple of them"),
        (None, "wrt=None: give a position, a parameter's name, or a tuple of them"),
    ],
)
@pytest.mark.parametrize("transform", [grad, value_and_grad, vjp])
def test_wrong_wrt(transform, wrt, message):
    with pytest.raises(UsageError, match="^" + re.escape(message) + "$"):
        transform(plain, wrt)


def test_a_function_without_parameters():
    with pytest.raises(UsageError, match=r"^wrt=0: nothing has 0 parameters$"):

        @grad
        def nothing():
            return 1.0


def test_an_unknown_backend():
    with pytest.raises(UsageError, match="backend='fortran': there are 'numpy' and 'numba'"):
        grad(plain, backend="fortran")


# ----------------------------------------------------------------------------------------- calls


def test_missing_and_surplus_arguments():
    df = grad(plain)
    for args, kwargs in [((), {}), ((np.ones(2), 1, 2), {}), ((np.ones(2),), {"y": 1}), ((np.ones(2),), {"x": 1.0})]:
        with pytest.raises(UsageError, match=r"^plain\(\): "):
            df(*args, **kwargs)
        with pytest.raises(TypeError):
            df(*args, **kwargs)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.arange(3), "'x' is an array of int64, which has no derivative; pass x.astype(float)"),
        (np.array([True]), "'x' is an array of bool, which has no derivative; pass x.astype(float)"),
        (np.int64(3), "'x' is a int64, which has no derivative; pass float(x)"),
        (True, "'x' is a bool, which has no derivative; pass float(x)"),
        ("abc", "'x' is 'abc', which has no derivative; leave it out of wrt"),
        (None, "'x' is None, which has no derivative; leave it out of wrt"),
        ({1.0, 2.0}, "'x' is a set, which has no derivative; leave it out of wrt"),
        (np.array(["a"]), "has no derivative"),
        (np.array([object()]), "has no derivative"),
    ],
    ids=lambda value: repr(value).split(" at 0x")[0],
)
def test_arguments_without_a_derivative(value, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        grad(lambda x: np.sum(x * 2))(value)


captured_matrix = np.ones((1, 2)).view(np.matrix)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.ma.array([1.0, 2.0], mask=[True, False]), "a MaskedArray, which has rules of its own; pass m.filled(0.0)"),
        (captured_matrix, "a matrix, which has rules of its own; pass np.asarray(m), and @ for products"),
    ],
    ids=["masked", "matrix"],
)
def test_arrays_with_rules_of_their_own(value, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        grad(lambda x: np.sum(x * x))(value)
    with pytest.raises(UsageError, match=re.escape(message)):
        grad(lambda x, m: np.sum(x * m))(np.ones(2), value)
    with pytest.raises(UsageError, match="'captured_matrix' is a matrix"):
        grad(lambda x: np.sum(x * captured_matrix))(np.ones(2))


def test_ints_that_are_not_differentiated_by_are_fine():
    assert grad(plain)(np.ones(2), 3).tolist() == [3.0, 3.0]
    assert grad(plain)(np.ones(2), np.arange(2)).tolist() == [0.0, 1.0]


def test_a_result_that_is_found_out_at_run_time():
    def f(x):
        items = [x * x, np.sum(x)]
        return items[int(np.size(x) > 9)]

    with pytest.raises(TypeError, match=r"the function returns an array of shape \(2,\); grad needs one real number"):
        grad(f)(np.ones(2))
    assert grad(f)(np.ones(10)).tolist() == [1.0] * 10


def test_an_error_of_the_function_itself_is_its_own():
    @grad
    def f(x):
        if x[0] < 0:
            raise KeyError("negative")
        return np.sum(x)

    assert f(np.ones(2)).tolist() == [1.0, 1.0]
    with pytest.raises(KeyError, match="negative"):
        f(-np.ones(2))


def test_a_missing_module_is_pythons():
    def f(x, wanted):
        y = x * x
        if wanted:
            from math import a_name_that_is_not_there

            import a_module_that_is_not_there

            return y * a_name_that_is_not_there if a_module_that_is_not_there else y
        return y

    assert grad(f)(3.0, False) == 6.0
    with pytest.raises(ImportError, match="that_is_not_there"):
        grad(f)(3.0, True)


def test_a_division_by_zero_is_pythons():
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: 1.0 / x)(0.0)


# ------------------------------------------------------------------------------------ our own faults


def test_an_internal_fault_names_the_pass(monkeypatch):
    from adcompile import pipeline, primal, program

    def broken(*args, **kwargs):
        raise KeyError("lost")

    for where, name in ((primal, "simplify"), (pipeline, "place_residuals"), (program, "emit")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, broken)
            with pytest.raises(InternalError) as caught:
                grad(lambda x: np.sum(x * x))(np.ones(2))
        message = str(caught.value)
        assert message.startswith(f"internal error of adcompile in the pass '{name}': ")
        assert "KeyError" in message and "lost" in message
        assert "This is our fault, not your program's." in message
        assert caught.value.stage == name
        assert isinstance(caught.value.__cause__, KeyError)


def test_messages_do_not_depend_on_hash_seeds():
    program = FOLDER / "several_at_once.py"
    code = (
        "import runpy, sys\nfrom adcompile import grad, ADError\n"
        "names = runpy.run_path(sys.argv[1])\n"
        "try:\n    grad(names['f'])(*names['ARGS'])\nexcept ADError as error:\n    print(error)\n"
    )
    texts = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code, str(program)], env=environment, capture_output=True, text=True, check=True
        )
        texts.add(done.stdout)
    assert len(texts) == 1 and texts.pop().count("several_at_once.py:") == 4
