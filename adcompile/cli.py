"""The command line: `adcompile dump`, `explain`, `check` and `demo`. Formatting only.

Exit codes: 0; 1 for a program that is refused and for a check that fails; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import difflib
import inspect
import itertools
import os
import sys
import textwrap
import time
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import adcompile
from adcompile import demo
from adcompile.backend.capabilities import BACKENDS, NUMPY, require
from adcompile.cli_target import differentiable, load_target, parse_point, parse_signature, parse_wrt
from adcompile.errors import ADError, UsageError
from adcompile.explain import as_dot, as_tree, explain
from adcompile.ir.nodes import Function
from adcompile.pipeline import Compilation, Program, Want
from adcompile.pushforward import jvp
from adcompile.save import saved_module
from adcompile.signature import signature_of
from adcompile.testing.gradients import GradientMismatch, check_grads, numerical_gradient
from adcompile.transformed import check_function, positions

OK, FAILED, USAGE = 0, 1, 2
PASSES = (
    "lower, infer, follow_stores, check_mutation, detach_blocks, read_arrays, simplify, split_calls, reverse, "
    "place_residuals, finish_cotangents, eliminate_dead, plan_buffers"
)

DUMP_EXAMPLES = """\
examples:
  adcompile dump model.py:loss
  adcompile dump model.py:loss --wrt W,b --value
  adcompile dump model.py:loss --mode forward
  adcompile dump model.py:loss --arg 'x: float64[n, 3]' --arg 'y: float64[n]'
  adcompile dump model.py:loss --arg 'x: float64[n]' -o loss_grad.py
  adcompile dump model.py:loss --after simplify
  adcompile dump model.py:loss --graph
  adcompile dump package.module:loss --diff

Without --arg the program is the generic one, which looks at types when it runs. A type is
float, int, bool, a NumPy dtype, or a dtype with sizes: float64[n, 3]. A size is a number
or a name; a name is a size of at least 2, the same name the same size."""

CHECK_EXAMPLES = """\
examples:
  adcompile check model.py:loss --at 'x=np.linspace(0, 1, 5)'
  adcompile check model.py:loss --at 'W=np.ones((2, 2))' --at 'x=np.arange(2.0)' --wrt W

The expressions see np, math and the names of the function's module. Without --wrt all
parameters that are floats are checked."""

EXPLAIN_EXAMPLES = """\
examples:
  adcompile explain model.py:loss
  adcompile explain model.py:loss --arg 'x: float64[n, 3]' --wrt W,b

For each line: the values that it computes, with their types, whether they carry a derivative
and why; what of them the reverse sweep reads, for what, and where it finds it; what happens in
place; what each call resolved to. Types are given as for dump."""

DEMO_EXAMPLES = """\
example:
  adcompile demo"""

MAIN_EXAMPLES = """\
examples:
  adcompile demo
  adcompile dump model.py:loss --arg 'x: float64[n]'
  adcompile explain model.py:loss --arg 'x: float64[n]'
  adcompile check model.py:loss --at 'x=np.ones(3)'

exit codes: 0; 1 for a program that is refused or a check that fails; 2 for wrong usage."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = _parser()
    options = parser.parse_args(_with_graph(sys.argv[1:] if argv is None else argv))
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except UsageError as error:
        print(f"adcompile: {error}", file=sys.stderr)
        return USAGE
    except ADError as error:
        print(error, file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader, such as head, has closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _with_graph(argv: Sequence[str]) -> list[str]:
    """The words with `--graph` as `--graph=text`, so that it does not take a target for its value."""
    follows = [*argv[1:], ""]
    return [
        "--graph=text" if word == "--graph" and after not in ("text", "dot") else word
        for word, after in zip(argv, follows, strict=False)
    ]


def _parser() -> argparse.ArgumentParser:
    def add(name: str, what: str, examples: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=what, epilog=examples, formatter_class=formatter)

    formatter = argparse.RawDescriptionHelpFormatter
    about = "Gradients of NumPy programs, as readable Python source."
    parser = argparse.ArgumentParser("adcompile", description=about, epilog=MAIN_EXAMPLES, formatter_class=formatter)
    parser.add_argument("--version", action="version", version=f"adcompile {adcompile.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    target = "FILE.py:FUNC or package.module:FUNC"
    wrt = "what to differentiate by: a parameter's name or position, or several with commas"

    dump = add("dump", "Print the source of a function's gradient.", DUMP_EXAMPLES)
    explain = add("explain", "Say what was decided about each line of a function, and why.", EXPLAIN_EXAMPLES)
    for command in (dump, explain):
        command.add_argument("target", metavar="TARGET", help=target)
        command.add_argument("--wrt", help=f"{wrt} (default: the first)")
        command.add_argument("--arg", action="append", default=[], metavar="'NAME: TYPE'", help="a parameter's type")
        command.add_argument("--value", action="store_true", help="the program of value_and_grad")
    explain.set_defaults(run=run_explain)
    saved = "write a module that runs without adcompile, as save() does"
    compared = "the function against its gradient; with --after, the IR before the pass against the IR after it"
    modes = "'forward' for the program of jvp, 'reverse' for that of grad (the default)"
    dump.add_argument("--mode", choices=("forward", "reverse"), default="reverse", help=modes)
    runs = "what runs the gradient: 'numba' for the program that is compiled by it"
    dump.add_argument("--backend", choices=BACKENDS, default=NUMPY.name, help=runs)
    dump.add_argument("-o", "--output", metavar="FILE", help=saved)
    instead = dump.add_mutually_exclusive_group()
    after = f"print the IR after a pass instead: {PASSES}; in forward mode, forward"
    instead.add_argument("--after", metavar="PASS", help=after)
    dump.add_argument("--diff", action="store_true", help=compared)
    drawn = "the regions and steps of the program instead, and what passes between them; or in Graphviz's language"
    instead.add_argument("--graph", nargs="?", const="text", choices=("text", "dot"), help=drawn)
    dump.add_argument("--time", action="store_true", help="the milliseconds of each pass, on stderr")
    dump.set_defaults(run=run_dump)

    check = add("check", "Compare a gradient with differences of the function's values.", CHECK_EXAMPLES)
    check.add_argument("target", metavar="TARGET", help=target)
    check.add_argument("--at", action="append", default=[], metavar="'NAME=VALUE'", help="the value of a parameter")
    check.add_argument("--wrt", help=f"{wrt} (default: all floats)")
    check.set_defaults(run=run_check)

    example = add("demo", "Differentiate an example and check the result.", DEMO_EXAMPLES)
    example.set_defaults(run=run_demo)
    return parser


# ------------------------------------------------------------------------------------------ dump


class Trace:
    """What a compilation told of its passes: names, functions, and milliseconds."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, Function, float]] = []
        self._last = time.perf_counter()

    def __call__(self, name: str, function: Function) -> None:
        """Note a pass that has just run."""
        self.steps.append((name, function, self.lap()))
        self._last = time.perf_counter()

    def lap(self) -> float:
        """The milliseconds since the last pass."""
        return 1000 * (time.perf_counter() - self._last)

    @property
    def names(self) -> list[str]:
        """The passes, each once, in order."""
        return list(dict.fromkeys(name for name, _, _ in self.steps))


def run_dump(options: argparse.Namespace) -> int:
    """`adcompile dump`."""
    function = check_function(load_target(options.target))
    trace = Trace()
    try:
        program = _compiled(function, options, trace)
    except ADError:
        if options.after in trace.names:  # the IR up to the refusal is what one wants to see
            print(_after(trace, options.after, options.diff), end="")
        raise
    if options.time:
        print(_times(trace), end="", file=sys.stderr)
    if options.graph is not None:
        draw = as_dot if options.graph == "dot" else as_tree
        text = "\n".join(map(draw, explain(program.decisions).graphs))
    elif options.after is not None:
        text = _after(trace, options.after, options.diff)
    elif options.diff:
        text = _diff(textwrap.dedent(inspect.getsource(function)), program.text, function.__name__, program.entry)
    else:
        text = saved_module(program) if options.output else _with_end(program)
    _write(text, options.output)
    return OK


def _compiled(function: types.FunctionType, options: argparse.Namespace, trace: Trace | None = None) -> Program:
    """The program that the options of `dump` and `explain` name."""
    inputs = parse_signature(function, options.arg)
    where, several = positions(function, parse_wrt(options.wrt))
    inputs = differentiable(function, inputs, where)
    if getattr(options, "mode", "reverse") == "forward":
        if options.value or options.graph is not None:
            raise UsageError("--mode forward is the value with its tangent: --value and --graph are of reverse mode")
        if options.backend != NUMPY.name:
            raise UsageError("--mode forward is for NumPy: --backend is of reverse mode")
        pushed = jvp(function, where if several else where[0])
        return pushed.program_of(inputs, trace)
    backend = BACKENDS[getattr(options, "backend", NUMPY.name)]
    require(backend)
    compilation = Compilation(trace, backend)
    with compilation.running():
        return compilation.gradient(function, inputs, Want(where, value=options.value, several=several))


def run_explain(options: argparse.Namespace) -> int:
    """`adcompile explain`."""
    program = _compiled(check_function(load_target(options.target)), options)
    print(explain(program.decisions), end="")
    return OK


def _with_end(program: Program) -> str:
    return program.text.rstrip("\n") + "\n"


def _write(text: str, path: str | None) -> None:
    if path is None:
        print(text, end="")
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror}") from error


def _after(trace: Trace, name: str, diff: bool) -> str:
    """The IR of every function after a pass, or its difference to the IR before the pass."""
    from adcompile.ir.printer import to_text

    if name not in trace.names:
        raise UsageError(f"--after {name}: there is no such pass; there are {', '.join(trace.names)}")
    texts = []
    for position, (step, function, _) in enumerate(trace.steps):
        if step != name:
            continue
        text = to_text(function).rstrip("\n") + "\n"
        if diff:
            before = [s for s in trace.steps[:position] if s[1].holder is function.holder]
            label, last = before[-1][:2] if before else ("nothing", None)
            old, named = (to_text(last), last.name) if last else ("", function.name)
            text = _diff(old, text, f"{named} after {label}", f"{function.name} after {name}")
        texts.append(text)
    return "\n".join(texts)


def _diff(before: str, after: str, before_name: str, after_name: str) -> str:
    old, new = before.rstrip("\n").splitlines(), after.rstrip("\n").splitlines()
    lines = difflib.unified_diff(old, new, before_name, after_name, lineterm="")
    return "".join(line + "\n" for line in lines)


def _times(trace: Trace) -> str:
    rest = trace.lap()
    spent: dict[str, float] = {}
    for name, _, milliseconds in trace.steps:
        spent[name] = spent.get(name, 0.0) + milliseconds
    spent["emit"] = spent.get("emit", 0.0) + rest
    spent["total"] = sum(spent.values())
    width = max(map(len, spent))
    return "".join(f"{name:{width}}  {value:8.2f} ms\n" for name, value in spent.items())


# ----------------------------------------------------------------------------------------- check


def run_check(options: argparse.Namespace) -> int:
    """`adcompile check`."""
    function = load_target(options.target)
    args = parse_point(function, options.at)
    return _check(function, args, _where(function, args, options.wrt))


def _where(function: types.FunctionType, args: Sequence[Any], wrt: str | None) -> tuple[int, ...]:
    if wrt is not None:
        where = positions(function, parse_wrt(wrt))[0]
        names = list(signature_of(function).parameters)
        for i in where:
            if not (_is_float(args[i]) or type(args[i]) is int):
                raise UsageError(f"--wrt {wrt}: '{names[i]}' is a {_kind(args[i])}; only floats are checked")
        return where
    where = tuple(i for i, a in enumerate(args) if _is_float(a))
    if not where:
        raise UsageError("no parameter is a float; give one a float value, such as 'x=2.0'")
    return where


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def _kind(value: Any) -> str:
    return f"{value.dtype} array" if isinstance(value, np.ndarray) else type(value).__name__


def _check(function: types.FunctionType, args: Sequence[Any], where: Sequence[int]) -> int:
    """Print value, gradients and their check; the exit code."""
    names = list(signature_of(function).parameters)
    try:
        value, gradients = adcompile.value_and_grad(function, where[0] if len(where) == 1 else tuple(where))(*args)
        gradients = (gradients,) if len(where) == 1 else gradients
        numerical = [numerical_gradient(function, args, i) for i in where]
    except ADError:
        raise
    except Exception as error:
        print(f"{function.__name__} raised {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    print(f"value      {value}")
    largest = 0.0
    for i, made, expected in zip(where, gradients, numerical, strict=True):
        print(_labelled(f"gradient by '{names[i]}'", made))
        print(_labelled(f"numerical by '{names[i]}'", expected))
        largest = np.maximum(largest, np.max(np.abs(np.asarray(made) - expected), initial=0.0))
    print(f"largest difference  {largest:.3g}")
    try:
        check_grads(function, args, tuple(where))
    except GradientMismatch as error:
        print("FAIL")
        print(error, file=sys.stderr)
        return FAILED
    print("OK")
    return OK


def _labelled(label: str, value: Any) -> str:
    text = str(value)
    if "\n" not in text:
        return f"{label}  {text}"
    return f"{label}\n{textwrap.indent(text, '    ')}"


# ------------------------------------------------------------------------------------------ demo


def run_demo(options: argparse.Namespace) -> int:
    """`adcompile demo`."""
    args = demo.point()
    gradient = adcompile.grad(demo.rnn, demo.WRT)
    gradient(*args)
    print("The function, and its gradient as adcompile writes it:\n")
    print(_side_by_side(_bare(inspect.getsource(demo.rnn)), gradient.source))
    print("Its value and gradients at a point, and differences of its values:\n")
    where, _ = positions(demo.rnn, demo.WRT)
    code = _check(check_function(demo.rnn), args, where)
    print("\nWhy the gradient is as it is: adcompile explain adcompile.demo:rnn --wrt W,U,h")
    return code


def _bare(source: str) -> str:
    """A function's text without its annotations, docstring and comments on lint."""
    import ast

    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    names = ", ".join(a.arg for a in definition.args.args)
    lines = source.splitlines()[definition.body[1].lineno - 1 :]
    return "\n".join([f"def {definition.name}({names}):", *lines])


def _side_by_side(left: str, right: str) -> str:
    """Two texts in two columns."""
    rows = list(itertools.zip_longest(left.strip("\n").splitlines(), right.strip("\n").splitlines(), fillvalue=""))
    width = max(len(a) for a, _ in rows)
    return "".join(f"    {a:{width}}  |  {b}".rstrip() + "\n" for a, b in rows)


__all__ = ["main"]
