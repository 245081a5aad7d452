"""The printed notation: what it looks like, that it parses back, and what the parser refuses."""

import copy
import math
import operator
import re
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from adcompile.analyses.infer import infer
from adcompile.errors import SourceError
from adcompile.frontend.lower import lower_function
from adcompile.ir.dims import symbol
from adcompile.ir.handed_on import without_unread
from adcompile.ir.nodes import Block, Const, Function, Syntax, Unwind
from adcompile.ir.parser import from_text
from adcompile.ir.printer import callable_text, constant_text, to_text
from adcompile.ir.types import Array
from adcompile.ir.verifier import verify

ROOT = Path(__file__).resolve().parents[2]
SCALE = 3.0


def doubling(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


def jumping(x, n):
    s = 0.0
    for i in range(n):
        if s > 10:
            break
        if x[i] < 0:
            continue
        s = s + x[i] * math.sin(s)
        assert s < 1e9, f"too big: {s}"
    return s


def returning_early(x, n):
    for i in range(n):
        for j in reversed(range(i)):
            if x > i * j:
                return x * i
        x = x * SCALE
    return x


def guarded(x):
    if x > 0:
        y = x.T * 2
    else:
        raise ValueError("it's \n negative")
    return y * y


def updating(x, *args, scale=2.0, **options):
    a = np.zeros_like(x)
    for i, v in enumerate(x):
        a[i] = v * v
        a[1:] += v
    first, *rest = [v for v in a if v > 0]
    with np.errstate(all="ignore") as state:
        z = first * 3
    return sum(rest, *args) + z + a[..., None].sum(axis=-1, **options) + len(f"{state}")


FUNCTIONS = [doubling, jumping, returning_early, guarded, updating]


def dedented(text):
    return dedent(text).lstrip("\n")


def test_a_loop_and_a_branch():
    assert to_text(lower_function(doubling)) == dedented(
        """
        function doubling(%a):
          %b = operator.mul(%a, 2)
          while carry %b.1 = %b -> %b.2:
            %1 = np.linalg.norm(%b.1)
            %2 = operator.lt(%1, 1000)
            yield %2
          do:
            %b.3 = operator.mul(%b.1, 2)
            yield %b.3
          %3 = .sum(%b.2)
          %4 = operator.gt(%3, 0)
          if %4 -> %c:
            yield %b.2
          else:
            %c.1 = operator.mul(100, %b.2)
            yield %c.1
          yield %c
        """
    )


def test_kept_syntax_and_leaving():
    assert to_text(lower_function(guarded)) == dedented(
        r"""
        function guarded(%x):
          %1 = operator.gt(%x, 0)
          if %1:
            %2 = @T(%x)
            %y = operator.mul(%2, 2)
            yield
          else:
            opaque 'raise ValueError("it\'s \\n negative")' leaves
            yield
          %3 = operator.mul(%y, %y)
          yield %3
        """
    )


def test_types_are_comments():
    primal = lower_function(doubling)
    types = infer(primal, {primal.params[0].var: Array("float64", (symbol("n", 2),))})
    lines = to_text(primal, types).splitlines()
    assert lines[0] == "function doubling(%a):  # %a: float64[n]"
    assert lines[1] == "  %b = operator.mul(%a, 2)  # float64[n]"
    assert lines[2] == "  while carry %b.1 = %b -> %b.2:  # %b.1: float64[n], %b.2: float64[n]"


def test_sizes_without_a_name_are_numbered():
    primal = lower_function(lambda a: a + a)
    sizes = symbol(("size", 7)), symbol(("loop", 8))
    text = to_text(primal, {primal.params[0].var: Array("float64", (*sizes, sizes[0]))})
    assert "# %a: float64[d1, d2, d1]" in text


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_text_parses_back(function):
    primal = lower_function(function)
    text = to_text(primal)
    again = from_text(text, function.__globals__)
    verify(again)
    assert to_text(again) == text
    assert to_text(from_text(to_text(primal, infer(primal, {})), function.__globals__)) == text


def test_names_of_values_come_back():
    primal = from_text("function f(%a):\n  %1 = operator.neg(%a)\n  %a.1 = operator.neg(%1)\n  yield %a.1\n", {})
    assert [s.result.name for s in primal.body.stmts] == ["", "a"]
    assert primal.body.stmts[0].fn is operator.neg


@pytest.mark.parametrize(
    "value",
    [
        True,
        -3,
        0.1,
        -0.0,
        1e300,
        5e-324,
        math.inf,
        -math.inf,
        math.nan,
        2j,
        complex(-0.0, math.inf),
        "a 'quoted' \"text\"\n # %b",
        b"bytes\x00",
        None,
        Ellipsis,
        (1, (2.0, None), ()),
        (1,),
        [1, 2],
        slice(None, -1, 2),
        (Ellipsis, slice(1, None)),
        range(3, 0, -1),
        np.dtype("float32"),
        np.float32(0.1),
        np.int8(-3),
        np.bool_(True),
        np.complex128(1 + 2j),
        np,
        np.linalg,
        np.linalg.norm,
        np.add.at,
        np.float64,
        math.sin,
        len,
        float,
        copy.copy,
    ],
    ids=lambda value: repr(value).split(" at 0x")[0],
)
def test_constants_come_back(value):
    text = constant_text(value)
    (result,) = from_text(f"function f():\n  yield {text}\n", {}).body.yields
    assert type(result.value) is type(value) and repr(result.value) == repr(value)
    assert constant_text(result.value) == text


def test_a_callable_has_its_own_name():
    assert [callable_text(f) for f in (np.abs, np.sum, abs, operator.matmul)] == [
        "np.absolute",
        "np.sum",
        "abs",
        "operator.matmul",
    ]
    assert callable_text(doubling) == "doubling"


def test_every_notation_parses_back():
    text = dedented(
        """
        function f(%a, %b = 1.0, *%c, keyword %d, keyword %e = None, **%g):
          capture %w = w
          %1 = .sum(%a, *%c, axis=0, **%g)
          %x, %y = structures.unpack(%1, 2)
          %2 = &f_pullback(%x, %w)
          %3 = passive_syntax("f'{x!r:>3}'", x=%x)
          %4 = syntax('[q for q in y]', y=%y)
          opaque 'print(x)' reads x=%x writes z=%z
          with %2 as %t -> %5:
            yield %t
          for %i in range(0, 3, 1), %v in each(%a), %u in reversed(%b) index %k carry %s = 0 -> %s.1 stop 0 label 1:
            yield True
          if %d -> %r label 2:
            yield %3
          else:
            yield %4
          for unwind 1 carry %6 = 0.0 -> %7:
            yield %6
          if %d -> %8 of 2:
            yield %z
          else:
            yield %k
          yield %8
        """
    )
    function = from_text(text, {})
    assert to_text(function) == text
    verify(function, abstract=True)
    unwinding = function.body.stmts[-2].sources[0]
    assert isinstance(unwinding, Unwind) and unwinding.loop is function.body.stmts[-4]
    assert isinstance(function.body.stmts[3].fn, Syntax) and function.body.stmts[3].fn.passive


def test_names_of_the_namespace():
    text = "function f(%a):\n  %1 = helper(%a, module.constant)\n  yield %1\n"
    namespace = {"helper": doubling, "module": math, "module.constant": 7}
    (call,) = from_text(text, namespace).body.stmts
    assert call.fn is doubling and call.args[1].value == 7


def test_names_of_the_namespace_hide_builtins_and_not_our_modules():
    text = "function f(%a):\n  %1 = len(%a)\n  %2 = broadcasting.add(%1, %1)\n  yield %2\n"
    one, two = from_text(text, {"len": doubling, "broadcasting": doubling}).body.stmts
    assert one.fn is doubling and two.fn.__module__ == "adcompile.runtime.broadcasting"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("function f(%a):\n  %1 = nowhere(%a)\n  yield %1", "line 2 of the IR: 'nowhere' is not in the namespace"),
        ("function f(%a):\n  %1 = np.nowhere(%a)\n  yield %1", "no attribute 'nowhere'"),
        ("function f(%a):\n  %1 = len(%a)", "the text ends here"),
        ("function f(%a):\n  %1 = len(%a\n  yield %1", r"'\)' is expected before ''"),
        ("function f(%a):\n    %1 = len(%a)\n  yield %1", "the indentation is wrong"),
        ("function f(%a):\n  yield %a\n  yield %a", "behind the function's end"),
        ("function f(%a):\n  yield %a %a", "'%a' is too much"),
        ("function f(%a):\n  for %i in range(3):\n    yield\n  yield %a", "'range' of three atoms"),
        ("function f(%a):\n  yield len(3)", "a constant is not made by 'len'"),
        ("function f(%a):\n  yield !", "cannot read ' !'"),
        ("", "the text ends here"),
        ("%1 = len(%a)", "'function' is expected before '%1'"),
    ],
)
def test_what_the_parser_refuses(text, message):
    with pytest.raises(SourceError, match=message):
        from_text(text, {})


def test_a_loop_that_is_not_here_has_no_number():
    loop = from_text("function f():\n  for %i in range(0, 3, 1):\n    yield\n  yield 0", {}).body.stmts[0]
    unwinding = from_text(
        "function f():\n  for %i in range(0, 3, 1) label 1:\n    yield\n  for unwind 1:\n    yield\n  yield 0", {}
    ).body.stmts[1]
    assert unwinding.sources[0].loop is not loop
    alone = Function("f", (), Block((unwinding,), (Const(0),)))
    assert "for unwind ?:" in to_text(alone)


DOCUMENTED = re.findall(r"^```ir\n(.*?)^```", (ROOT / "docs" / "architecture.md").read_text(), re.M | re.S)


@pytest.mark.parametrize("text", DOCUMENTED, ids=lambda t: t.split("(")[0].removeprefix("function "))
def test_the_documentation_prints_what_we_print(text):
    function = from_text(text, {})
    verify(function)
    assert to_text(function) == text


def test_the_documentation_lowers_what_we_lower():
    def f(x, n):
        for i in range(n):
            if x > 10:
                break
            x = x * x
        return x

    assert to_text(without_unread(lower_function(f))) == DOCUMENTED[0]
