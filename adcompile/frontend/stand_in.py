"""A Python function that stands for a callable that is none: a bound method, a partial function,
an object that is called.

    grad(model.energy)                      grad(functools.partial(f, 2.0))

    def energy(x, scale=1.0):               def f(x):
        return function(self, x, scale)         return function(a1, x)

Its text is made here, with what the callable holds (`self`, `function`, `a1`) as closure
variables. So it is lowered like any function: the method is followed from its class, and what
is held is read at every call.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import linecache
import types
from collections.abc import Sequence
from typing import Any

import numpy as np

_COUNTER = itertools.count(1)
Parameter = inspect.Parameter


def stand_in(callable_: Any) -> types.FunctionType | None:
    """The function that stands for a callable; None for what has no source behind it."""
    if isinstance(callable_, staticmethod):
        return callable_.__func__ if isinstance(callable_.__func__, types.FunctionType) else None
    if isinstance(callable_, types.MethodType) and isinstance(callable_.__func__, types.FunctionType):
        function = callable_.__func__
        return _make(function.__name__, callable_, "function", {"function": function, "self": callable_.__self__})
    if isinstance(callable_, functools.partial):
        inner = callable_.func if isinstance(callable_.func, types.FunctionType) else stand_in(callable_.func)
        held = {f"a{i}": a for i, a in enumerate(callable_.args, 1)}
        return _make(inner.__name__, callable_, "function", {"function": inner, **held}) if inner else None
    if isinstance(inspect.getattr_static(type(callable_), "__call__", None), types.FunctionType) and not isinstance(
        callable_, np.vectorize
    ):
        return _make(type(callable_).__name__.lower(), callable_, "self", {"self": callable_})
    return None


@functools.lru_cache(maxsize=256)
def caller_of(function: types.FunctionType) -> types.FunctionType:
    """A function that does nothing but call another one."""
    return _make(function.__name__, function, "function", {"function": function})


def _make(name: str, callable_: Any, called: str, held: dict[str, Any]) -> types.FunctionType:
    """The function with the callable's parameters that calls `called` with what is held first."""
    parameters = list(inspect.signature(callable_).parameters.values())
    given = [key for key in held if key != called and key != "function"]
    given += [_argument(p) for p in parameters]
    plain = [p.replace(annotation=Parameter.empty) for p in parameters]
    marked = [p if p.default is Parameter.empty else p.replace(default=None) for p in plain]
    module = getattr(callable_, "__module__", None) or __name__
    made = written(name, str(inspect.Signature(marked)), [f"return {called}({', '.join(given)})"], held, module)
    made.__defaults__ = tuple(p.default for p in parameters if _is_positional(p) and p.default is not p.empty) or None
    keyword = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is not p.empty}
    made.__kwdefaults__ = keyword or None
    return made


def written(name: str, head: str, body: Sequence[str], held: dict[str, Any], module: str) -> types.FunctionType:
    """A function that is made of text: its parameters (`head`, in brackets) and the lines of its body.
    The names in `held` are closure variables of it."""
    name = name if name.isidentifier() and name not in held else "stand_in"
    lines = [f"def {name}{head}:\n", *(f"    {line}\n" for line in body)]
    filename = f"<{name} {next(_COUNTER)}>"
    linecache.cache[filename] = (sum(map(len, lines)), None, lines, filename)
    code = compile(f"def make({', '.join(held)}):\n {' '.join(lines)} return {name}", filename, "exec")
    namespace: dict[str, Any] = {"__name__": module}
    exec(code, namespace)
    made: types.FunctionType = namespace["make"](**held)
    made.__code__ = made.__code__.replace(co_firstlineno=1)
    return made


@functools.lru_cache(maxsize=256)
def linear_equation(product: types.FunctionType, count: int) -> types.FunctionType:
    """What is zero where `product(*given, w)` is `side`: of w, the side and `count` given ones."""
    given = "".join(f"a{i}, " for i in range(count))
    head, body = f"(w, side, {given})", [f"return product({given}w) - side"]
    return written(f"{product.__name__}_equation", head, body, {"product": product}, product.__module__)


@functools.lru_cache(maxsize=256)
def function_of_lambda(node: ast.expr, reads: tuple[str, ...], holder: types.FunctionType) -> types.FunctionType | None:
    """A lambda of a function as one that takes what it reads there behind its parameters; None for
    another expression, and for a lambda with defaults or '*'."""
    if not isinstance(node, ast.Lambda):
        return None
    args = node.args
    if args.defaults or args.kwonlyargs or args.vararg or args.kwarg:
        return None
    names = ", ".join((*(a.arg for a in (*args.posonlyargs, *args.args)), *reads))
    lines = [f"def equation({names}):\n", f"    return {ast.unparse(node.body)}\n"]
    filename = f"<equation {next(_COUNTER)}>"
    linecache.cache[filename] = (sum(map(len, lines)), None, lines, filename)
    cells = dict(zip(holder.__code__.co_freevars, holder.__closure__ or (), strict=True))
    namespace: dict[str, Any] = {}
    exec(compile(f"def make({', '.join(cells)}):\n {' '.join(lines)} return equation", filename, "exec"), namespace)
    inner = next(c for c in namespace["make"].__code__.co_consts if isinstance(c, types.CodeType))
    closure = tuple(cells[name] for name in inner.co_freevars)
    made = types.FunctionType(inner.replace(co_firstlineno=1), holder.__globals__, "equation", None, closure)
    made.__module__ = holder.__module__
    return made


def _is_positional(parameter: Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)


def _argument(parameter: Parameter) -> str:
    """How a parameter is handed on."""
    if parameter.kind is parameter.KEYWORD_ONLY:
        return f"{parameter.name}={parameter.name}"
    if parameter.kind is parameter.VAR_KEYWORD:
        return f"**{parameter.name}"
    return f"*{parameter.name}" if parameter.kind is parameter.VAR_POSITIONAL else parameter.name


def without_source(callable_: Any) -> str:
    """Why a callable cannot be differentiated, and what to write instead."""
    name = getattr(callable_, "__name__", None) or repr(callable_)
    what = f"{name!r} is not a Python function, so it has no source to differentiate"
    if isinstance(callable_, classmethod):
        return f"{what}; take the method from its class: Class.{callable_.__func__.__name__}"
    if isinstance(callable_, type):
        return f"{what}; write a function that makes the object and returns a number"
    if isinstance(getattr(callable_, "__wrapped__", None), types.FunctionType):
        return f"{what}; differentiate the function in it, which is its __wrapped__"
    return f"{what}; write a function that calls it: lambda x: f(x)" if callable(callable_) else what
