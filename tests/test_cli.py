"""The command line, run as a user runs it and in the same process."""

import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import adcompile
from adcompile.cli import PASSES, main
from adcompile.ir.types import UNKNOWN, Array, Scalar

MODEL = '''\
import numpy as np

from adcompile import grad

SCALE = 2.0


def loss(x, n=2):
    y = np.sin(x) * n
    return np.sum(y * y)


def outer(W, x):
    return np.sum(helper(W) @ x) * SCALE


def helper(W):
    return np.tanh(W)


def bad(x):
    y = x.copy()
    if x[0] > 0:
        np.random.shuffle(y)
    return y.sum()


def clipped(x):
    if x > 0:
        return x
    return x * 0.0


def raises(x):
    return np.linalg.solve(x, x).sum()


def vector(x):
    return x * 2


@grad
def decorated(x):
    return np.sum(x * x)


class Model:
    def energy(x):
        return np.sum(x * x)


number = 3
'''


@pytest.fixture
def model(tmp_path, monkeypatch):
    name = f"model_{abs(hash(str(tmp_path))) % 10**8}"
    (tmp_path / f"{name}.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield name
    sys.modules.pop(name, None)


@pytest.fixture
def run(capsys):
    def call(*argv):
        code = main(argv)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def usage(result):
    """The one line of a usage error."""
    code, out, err = result
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert err.count("\n") == 1 and err.startswith("adcompile: ")
    return err[len("adcompile: ") :].rstrip("\n")


# ------------------------------------------------------------------------------------------ dump


def test_dump_of_a_file_prints_a_program_that_compiles(model, run):
    code, out, err = run("dump", f"{model}.py:loss")
    assert (code, err) == (0, "")
    assert "def loss_grad(x, n=2, " in out
    compile(out, "out", "exec")


def test_dump_of_a_module(model, run):
    assert run("dump", f"{model}:loss")[:2] == run("dump", f"{model}.py:loss")[:2]


def test_the_program_of_forward_mode(model, run):
    code, out, err = run("dump", f"{model}.py:loss", "--mode", "forward", "--arg", "x: float64[n]", "--arg", "n: int")
    assert (code, err) == (0, "")
    from importlib import import_module

    pushed = adcompile.jvp(import_module(model).loss)
    pushed(np.ones(4), 2, np.ones(4))
    assert out == pushed.source.rstrip("\n") + "\n"
    _, out, _ = run("dump", f"{model}.py:outer", "--mode", "forward", "--wrt", "W,x", "--after", "forward")
    assert "function outer_pushforward(%W, %x, %tangents):" in out
    assert "function helper_pushforward(%W, %W_dot):" in out
    for option in ("--value", "--graph"):
        message = usage(run("dump", f"{model}.py:loss", "--mode", "forward", option))
        assert message == "--mode forward is the value with its tangent: --value and --graph are of reverse mode"


def test_a_forward_program_as_a_module(model, run, tmp_path):
    assert run("dump", f"{model}.py:vector", "--mode", "forward", "-o", "saved.py")[0] == 0
    namespace: dict = {}
    exec((tmp_path / "saved.py").read_text(), namespace)
    value, tangent = namespace["vector_pushforward"](np.ones(2), np.array([1.0, 3.0]))
    assert value.tolist() == [2, 2] and tangent.tolist() == [2, 6]


def test_a_signature_makes_the_program_of_a_call_with_such_arguments(model, run):
    code, out, _ = run("dump", f"{model}.py:loss", "--arg", "x: float64[n]", "--arg", "n: int")
    assert code == 0
    assert "unbroadcast" not in out
    from importlib import import_module

    gradient = adcompile.grad(import_module(model).loss)
    gradient(np.ones(4), 2)
    assert out == gradient.source.rstrip("\n") + "\n"


def test_value(model, run):
    code, out, _ = run("dump", f"{model}.py:loss", "--value")
    assert code == 0
    assert "def loss_value_and_grad(" in out


@pytest.mark.parametrize("wrt", ["W,x", "0,1", "0, x", "-2,-1"])
def test_several_wrt(model, run, wrt):
    code, out, _ = run("dump", f"{model}.py:outer", f"--wrt={wrt}")
    assert code == 0
    assert re.search(r"return .*,", out)


def test_wrt_by_position_and_name_are_the_same(model, run):
    assert run("dump", f"{model}.py:outer", "--wrt", "x") == run("dump", f"{model}.py:outer", "--wrt", "1")


def test_a_decorated_function_stands_for_the_function(model, run):
    assert "def decorated_grad(x" in run("dump", f"{model}.py:decorated")[1]


def test_a_function_in_a_class(model, run):
    assert "def energy_grad(x" in run("dump", f"{model}.py:Model.energy")[1]


def test_an_int_is_differentiated_as_a_float(model, run):
    code, out, _ = run("dump", f"{model}.py:clipped", "--arg", "x: int")
    assert code == 0
    assert run("dump", f"{model}.py:clipped", "--arg", "x: float")[1] == out


def test_output_is_a_module_that_runs_without_adcompile(model, run, tmp_path):
    code, out, err = run("dump", f"{model}.py:loss", "-o", "made.py")
    assert (code, out, err) == (0, "", "")
    text = (tmp_path / "made.py").read_text()
    assert "adcompile" not in "".join(line for line in text.splitlines() if "import" in line)
    namespace = {}
    exec(compile(text, "made.py", "exec"), namespace)
    x = np.linspace(0, 1, 4)
    assert np.allclose(namespace["loss_grad"](x), 8 * np.sin(x) * np.cos(x))


@pytest.mark.parametrize("name", PASSES.split(", "))
def test_after_prints_the_ir(model, run, name):
    code, out, err = run("dump", f"{model}.py:loss", "--after", name)
    assert (code, err) == (0, "")
    assert out.startswith("function loss")
    assert "np.sin(%x)" in out


def test_the_passes_of_the_help_are_those_that_run(model, run):
    message = usage(run("dump", f"{model}.py:loss", "--after", "polish"))
    assert message == f"--after polish: there is no such pass; there are {PASSES}"


def test_after_shows_every_function(model, run):
    _, out, _ = run("dump", f"{model}.py:outer", "--after", "simplify")
    assert {"function outer(", "function helper("} <= {line.partition("%")[0] for line in out.splitlines()}


def test_the_ir_is_shown_up_to_a_refusal(model, run):
    code, out, err = run("dump", f"{model}.py:bad", "--after", "infer")
    assert code == 1
    assert out.startswith("function bad(")
    assert "instead: " in err


def test_diff_of_function_and_gradient(model, run):
    code, out, _ = run("dump", f"{model}.py:loss", "--diff")
    assert code == 0
    assert out.startswith("--- loss\n+++ loss_grad\n@@")
    assert "\n-def loss(x, n=2):\n" in out
    assert "\n+def loss_grad(x, n=2, " in out


def test_diff_of_passes(model, run):
    code, out, _ = run("dump", f"{model}.py:loss", "--after", "eliminate_dead", "--diff")
    assert code == 0
    assert out.startswith("--- loss_grad after finish_cotangents\n+++ loss_grad after eliminate_dead\n")


def test_diff_of_the_first_pass_is_all_new(model, run):
    _, out, _ = run("dump", f"{model}.py:loss", "--after", "lower", "--diff")
    assert out.startswith("--- loss after nothing\n+++ loss after lower\n")


def test_time_goes_to_stderr(model, run):
    _, plain, _ = run("dump", f"{model}.py:loss")
    code, out, err = run("dump", f"{model}.py:loss", "--time")
    assert (code, out) == (0, plain)
    times = {line.split()[0]: float(line.split()[1]) for line in err.splitlines()}
    assert list(times)[-1] == "total"
    assert abs(sum(times.values()) - 2 * times["total"]) < 0.1
    assert all(line.endswith(" ms") for line in err.splitlines())


def test_graph_as_a_tree_and_for_graphviz(model, run):
    code, tree, err = run("dump", f"{model}.py:outer", "--graph")
    assert (code, err) == (0, "")
    names = ("outer_grad(W, x, out_bar)", "helper_forward(W)", "helper_pullback(residual, out_bar)")
    assert [line for line in tree.splitlines() if line[:1].isalpha()] == list(names)
    assert run("dump", f"{model}.py:outer", "--graph=text")[1] == tree
    assert run("dump", "--graph", f"{model}.py:outer")[1] == tree
    assert run("dump", "--graph", "text", f"{model}.py:outer")[1] == tree
    code, dot, _ = run("dump", f"{model}.py:outer", "--graph=dot")
    assert code == 0
    assert dot.count("digraph") == 3 and dot.count("{") == dot.count("}")


def test_graph_into_a_file(model, run, tmp_path):
    assert run("dump", f"{model}.py:loss", "--graph=dot", "-o", "loss.dot")[:2] == (0, "")
    assert (tmp_path / "loss.dot").read_text().startswith('digraph "loss_grad" {')


def test_graph_and_after_are_two_things(model, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["dump", f"{model}.py:loss", "--graph", "--after", "infer"])
    assert stop.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


# --------------------------------------------------------------------------------------- explain


def test_explain_says_what_was_decided(model, run):
    code, out, err = run("explain", f"{model}.py:loss", "--arg", "x: float64[n]", "--arg", "n: int")
    assert (code, err) == (0, "")
    assert out.startswith(f"loss_grad: loss in {model}.py, differentiated by x\n")
    assert re.search(r"^ +9      y = np.sin\(x\) \* n$", out, re.M)
    assert re.search(r"np.sin\(x\) +float64\[n\] +active: depends on x +np.sin: rule sin", out)


def test_explain_is_what_the_object_says(model, run):
    from importlib import import_module

    _, out, _ = run("explain", f"{model}:outer", "--wrt", "W,x", "--value")
    assert out == str(adcompile.value_and_grad(import_module(model).outer, ("W", "x")).explain())


def test_explain_of_what_cannot_be_explained(model, run):
    code, out, err = run("explain", f"{model}.py:bad")
    assert (code, out) == (1, "")
    assert "'shuffle' may change 'y' in place" in err
    assert usage(run("explain", f"{model}.py:missing")).startswith(f"'{model}.py' has no function 'missing'")
    assert usage(run("explain", f"{model}.py:loss", "--wrt", "q")) == "wrt='q': loss has the parameters x, n"


# ------------------------------------------------------------------------------------- refusals


def test_a_refusal_is_located(model, run, tmp_path):
    code, out, err = run("dump", f"{model}.py:bad")
    assert (code, out) == (1, "")
    assert re.search(rf"{model}\.py:24: 'shuffle' may change 'y' in place", err)
    assert "    np.random.shuffle(y)\n    ^^^^" in err
    assert "Traceback" not in err


def test_a_result_that_is_an_array_is_refused(model, run):
    code, _, err = run("dump", f"{model}.py:vector", "--arg", "x: float64[n]")
    assert code == 1
    assert "grad needs one real number" in err


def test_a_fault_of_ours_is_reported_as_one(model, run, monkeypatch):
    import adcompile.primal as primal

    def broken(*args):
        raise KeyError("lost")

    monkeypatch.setattr(primal, "simplify", broken)
    code, out, err = run("dump", f"{model}.py:loss")
    assert (code, out) == (1, "")
    assert err.startswith("internal error of adcompile in the pass 'simplify': KeyError: 'lost'\nThis is our fault")


# ----------------------------------------------------------------------------------------- usage


def test_targets_that_do_not_exist(model, run):
    assert usage(run("dump", "nothing.py:f")) == "there is no file 'nothing.py'"
    names_none = usage(run("dump", f"{model}.py"))
    assert names_none == f"'{model}.py' names no function; write FILE.py:FUNC or package.module:FUNC"
    missing = usage(run("dump", f"{model}.py:missing"))
    assert missing.startswith(f"'{model}.py' has no function 'missing'; it defines loss, ")
    assert usage(run("dump", f"{model}.py:number")) == f"'number' in '{model}.py' is a int, not a Python function"
    assert usage(run("dump", "no_such_module:f")).startswith("the module 'no_such_module' cannot be imported")
    assert usage(run("dump", "numpy:sin")) == "'sin' in 'numpy' is a ufunc, not a Python function"


def test_a_file_that_cannot_be_imported(run, tmp_path):
    broken = tmp_path / "broken_file.py"
    broken.write_text("def f(:\n")
    assert "cannot be imported: SyntaxError" in usage(run("dump", f"{broken}:f"))
    broken.write_text("raise RuntimeError('two\\nlines')\n")
    assert usage(run("check", f"{broken}:f")).endswith("cannot be imported: RuntimeError: two lines")


def test_wrong_wrt(model, run):
    assert usage(run("dump", f"{model}.py:loss", "--wrt", "y")) == "wrt='y': loss has the parameters x, n"
    assert usage(run("dump", f"{model}.py:loss", "--wrt", "2")) == "wrt=2: loss has 2 parameters"
    assert usage(run("dump", f"{model}.py:loss", "--wrt", "x,0")) == "wrt=('x', 0) names a parameter twice"
    assert usage(run("dump", f"{model}.py:loss", "--wrt", "")) == "wrt is empty: name at least one parameter"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "--arg 'x': write 'x: float64[n, 3]', 'x: float', 'x: int', 'x: bool' or 'x: ?'"),
        ("x: ", "--arg 'x: ': write 'x: float64[n, 3]', 'x: float', 'x: int', 'x: bool' or 'x: ?'"),
        ("y: float", "--arg 'y: float': there is no parameter 'y'; there are x, n"),
        ("x: quaternion", "--arg 'x: quaternion': 'quaternion' is not a type; write 'x: float64[n, 3]',"),
        ("x: float[n]", "--arg 'x: float[n]': an array has a NumPy dtype, such as float64"),
        ("x: float64[n-1]", "--arg 'x: float64[n-1]': 'n-1' is not a size; write a number or a name"),
        ("x: float64[n,]", "--arg 'x: float64[n,]': '' is not a size; write a number or a name"),
        ("x: float64[-1]", "--arg 'x: float64[-1]': '-1' is not a size; write a number or a name"),
        ("x: int64[n]", "'x' is int64[n], which has no derivative; give it a float type"),
    ],
)
def test_bad_signatures(model, run, text, message):
    assert usage(run("dump", f"{model}.py:loss", "--arg", text)).startswith(message)


def test_a_parameter_given_twice(model, run):
    message = usage(run("dump", f"{model}.py:loss", "--arg", "x: float", "--arg", "x: int"))
    assert message == "--arg 'x: int': 'x' is given twice"


def test_an_output_that_cannot_be_written(model, run):
    assert usage(run("dump", f"{model}.py:loss", "-o", "no/such/folder.py")).endswith("No such file or directory")


def test_signatures_are_types():
    from adcompile.cli_target import parse_signature

    def f(a, b, c, d, e):
        return a

    types = parse_signature(f, ["a: float64[n, 3, n]", "b:float32 [ ]", "c : int", " d: ?"])
    assert types[1:] == [Array("float32", ()), Scalar("int"), UNKNOWN, UNKNOWN]
    first, second, third = types[0].shape
    assert (first, second) == (third, 3)
    assert str(types[0]) == "float64[n, 3, n]"


# ----------------------------------------------------------------------------------------- check


def test_check_prints_the_value_and_both_gradients(model, run):
    code, out, err = run("check", f"{model}.py:loss", "--at", "x=np.linspace(0, 1, 3)")
    assert (code, err) == (0, "")
    assert re.match(r"value      \d\.\d+\ngradient by 'x'  \[", out)
    assert "numerical by 'x'  [" in out
    assert re.search(r"largest difference  \S+e-\d+\nOK\n$", out)


def test_check_of_several_parameters(model, run):
    code, out, _ = run("check", f"{model}.py:outer", "--at", "W=np.ones((2, 3))", "--at", "x=np.arange(3.0)")
    assert code == 0
    assert "gradient by 'W'\n    [[" in out and "gradient by 'x'  [" in out
    code, out, _ = run("check", f"{model}.py:outer", "--at", "W=np.ones((2, 3))", "--at", "x=np.ones(3)", "--wrt", "x")
    assert code == 0 and "'W'" not in out


def test_check_sees_the_names_of_the_module(model, run):
    assert run("check", f"{model}.py:clipped", "--at", "x=SCALE * math.pi")[0] == 0


def test_check_fails_where_the_gradient_is_not_that_of_the_differences(model, run):
    code, out, err = run("check", f"{model}.py:clipped", "--at", "x=0.0")
    assert code == 1
    assert out.endswith("FAIL\n")
    assert "by argument 0 is wrong by" in err


def test_check_of_a_refused_function(model, run):
    code, _, err = run("check", f"{model}.py:bad", "--at", "x=np.ones(2)")
    assert code == 1
    assert "'shuffle' may change 'y' in place" in err


def test_check_where_the_function_raises(model, run):
    code, _, err = run("check", f"{model}.py:raises", "--at", "x=np.zeros((2, 2))")
    assert code == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "the parameter 'x' has no value; add --at 'x=...'"),
        (["--at", "x"], "--at 'x': write 'x=np.ones(3)', a parameter and its value"),
        (["--at", "x="], "--at 'x=': SyntaxError: "),
        (["--at", "x=nothing"], "--at 'x=nothing': NameError: "),
        (["--at", "y=1.0"], "--at 'y=1.0': there is no parameter 'y'; there are x, n"),
        (["--at", "x=1.0", "--at", "x=2.0"], "--at 'x=2.0': 'x' is given twice"),
        (["--at", "x=1"], "no parameter is a float; give one a float value, such as 'x=2.0'"),
        (["--at", "x=np.arange(3)", "--wrt", "x"], "--wrt x: 'x' is a int64 array; only floats are checked"),
        (["--at", "x=1.0", "--wrt", "z"], "wrt='z': loss has the parameters x, n"),
    ],
)
def test_bad_points(model, run, options, message):
    assert usage(run("check", f"{model}.py:loss", *options)).startswith(message)


# ------------------------------------------------------------------------------- the program


def test_demo(run):
    code, out, err = run("demo")
    assert (code, err) == (0, "")
    assert "def rnn(W, U, h, xs):" in out and "def rnn_grad(W, U, h, xs, " in out
    assert "\nOK\n" in out
    command = out.splitlines()[-1].partition("adcompile ")[2].split()
    assert run(*command)[0] == 0
    assert max(map(len, out.splitlines())) <= 120


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"adcompile {adcompile.__version__}\n"


@pytest.mark.parametrize("command", [(), ("dump",), ("explain",), ("check",), ("demo",)])
def test_help_has_examples(capsys, command):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    assert re.search(r"examples?:\n  adcompile ", capsys.readouterr().out)


@pytest.mark.parametrize("argv", [(), ("polish",), ("dump",), ("dump", "a:b", "--polish")])
def test_wrong_usage_is_exit_code_2(capsys, argv):
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert "usage: adcompile" in capsys.readouterr().err


def test_dump_for_numba(model, run):
    pytest.importorskip("numba", reason="the extra [numba] is not installed")
    code, out, err = run("dump", f"{model}.py:loss", "--arg", "x: float64[n]", "--arg", "n: int", "--backend", "numba")
    assert (code, err) == (0, "")
    assert out.startswith("import numba\nimport numpy as np\n\n\n@numba.njit(boundscheck=True)\ndef loss_grad(x, n=2")
    message = usage(run("dump", f"{model}.py:loss", "--mode", "forward", "--backend", "numba"))
    assert message == "--mode forward is for NumPy: --backend is of reverse mode"


def test_python_minus_m(tmp_path):
    (tmp_path / "square.py").write_text(textwrap.dedent(MODEL))
    command = [sys.executable, "-m", "adcompile", "dump", "square:loss", "--wrt", "n"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "def loss_grad(" in done.stdout
    done = subprocess.run([*command, "--after", "x"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("adcompile: ")


def test_dump_for_a_complex_argument(capsys, tmp_path):
    (tmp_path / "waves.py").write_text("import numpy as np\n\ndef f(z):\n    return np.sum(np.abs(z) ** 2)\n")
    assert main(["dump", f"{tmp_path / 'waves.py'}:f", "--arg", "z: complex128[n]"]) == 0
    assert "np.conj" in capsys.readouterr().out
