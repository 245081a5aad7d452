"""How a callable or constant is written in emitted code, and what it needs to be bound to."""

from __future__ import annotations

import ast
import builtins
import math
import operator
import types
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.ir.callables import public_module
from adcompile.ir.nodes import Block, Call, FunctionRef
from adcompile.ir.traverse import walk

BINARY: dict[Any, type[ast.operator]] = {
    operator.add: ast.Add,
    operator.sub: ast.Sub,
    operator.mul: ast.Mult,
    operator.truediv: ast.Div,
    operator.floordiv: ast.FloorDiv,
    operator.mod: ast.Mod,
    operator.pow: ast.Pow,
    operator.matmul: ast.MatMult,
    operator.lshift: ast.LShift,
    operator.rshift: ast.RShift,
    operator.or_: ast.BitOr,
    operator.xor: ast.BitXor,
    operator.and_: ast.BitAnd,
}
UNARY: dict[Any, type[ast.unaryop]] = {
    operator.neg: ast.USub,
    operator.pos: ast.UAdd,
    operator.invert: ast.Invert,
    operator.not_: ast.Not,
}
COMPARE: dict[Any, type[ast.cmpop]] = {
    operator.eq: ast.Eq,
    operator.ne: ast.NotEq,
    operator.lt: ast.Lt,
    operator.le: ast.LtE,
    operator.gt: ast.Gt,
    operator.ge: ast.GtE,
    operator.is_: ast.Is,
    operator.is_not: ast.IsNot,
}


class Bindings:
    """The names that emitted code takes from outside: modules, functions, objects.

    `values` is what the loader binds; `imports` are the lines that a saved module needs.
    """

    def __init__(
        self, taken: Mapping[str, Any], spelled: Collection[str] = (), helpers: Mapping[Any, Any] | None = None
    ) -> None:
        self.values: dict[str, Any] = {}
        self.imports: dict[str, str] = {}
        self._taken = taken  # names of the user's modules, and what they mean there
        self._spelled = sorted(spelled)  # the names that stand in the user's functions
        self._helpers = helpers or {}  # for functions of `runtime`: those that a backend has for them

    def module(self, module: types.ModuleType, alias: str) -> ast.expr:
        """A module under its usual alias."""
        name = self._bind(alias, module)
        line = f"import {module.__name__}"
        self.imports[name] = line if name == module.__name__ else f"{line} as {name}"
        return name_node(name)

    def object(self, name: str, value: Any) -> ast.expr:
        """Any object under a name like `name`."""
        bound = self._bind(name, value)
        source = getattr(value, "__name__", name)
        module = public_module(value, source)
        if module and source.isidentifier() and not _is_emitted(value):
            suffix = "" if bound == source else f" as {bound}"
            module = "operator" if module == "_operator" else module
            self.imports[bound] = f"from {module} import {source}{suffix}"
        return name_node(bound)

    def _bind(self, name: str, value: Any) -> str:
        candidate, number = name, 1
        while any(candidate in known and known[candidate] is not value for known in (self.values, self._taken)):
            number += 1
            candidate = f"{name}_{number}"
        self.values[candidate] = value
        return candidate

    def bind_called(self, body: Block) -> None:
        """Bind the functions from outside that a program calls by a bare name, so that no value of
        the program takes that name."""
        for call in walk(body):
            fn: Any = call.fn if isinstance(call, Call) else None
            if isinstance(fn, (types.FunctionType, types.BuiltinFunctionType)) and not is_ours(fn):
                self.callable(fn)

    # ---------------------------------------------------------------------------------- expressions

    def callable(self, fn: Any) -> ast.expr:
        """A callable as an expression."""
        if isinstance(fn, FunctionRef):
            return name_node(fn.name)
        if isinstance(fn, types.FunctionType):
            fn = self._helpers.get(fn, fn)
        name = getattr(fn, "__name__", type(fn).__name__)
        if getattr(builtins, name, None) is fn:
            return self.object(name, fn) if self._taken.get(name, fn) is not fn else name_node(name)
        if getattr(math, name, None) is fn:
            return attribute_node(self.module(math, "math"), name)
        path = numpy_path(fn, self._spelled)
        if path is not None:
            expr = self.module(np, "np")
            for part in path:
                expr = attribute_node(expr, part)
            return expr
        owner = class_of_function(fn)
        if owner is not None:
            return attribute_node(self.object(owner.__name__, owner), name)
        return self.object(name if name.isidentifier() else "function", fn)

    def constant(self, value: Any) -> ast.expr:
        """A constant as an expression."""
        if type(value) in (int, float, complex):
            return self._number(value)
        if value is None or value is Ellipsis or type(value) in (bool, str, bytes):
            return ast.Constant(value)
        if type(value) is tuple:
            return ast.Tuple([self.constant(v) for v in value], ast.Load())
        if isinstance(value, slice):
            parts = [self.constant(p) for p in (value.start, value.stop, value.step)]
            return ast.Call(self.callable(slice), parts, [])
        if isinstance(value, np.dtype):
            return attribute_node(self.module(np, "np"), value.name)
        if isinstance(value, types.ModuleType):
            return self.module(value, value.__name__.split(".")[-1])
        if isinstance(value, range):
            parts = [self.constant(p) for p in (value.start, value.stop, value.step)]
            return ast.Call(self.callable(range), parts, [])
        if callable(value) or isinstance(value, FunctionRef):
            return self.callable(value)
        return self.object("constant", value)

    def _number(self, value: complex) -> ast.expr:
        if isinstance(value, complex):
            return ast.Constant(value)
        if value != value or value in (math.inf, -math.inf):
            expr: ast.expr = attribute_node(self.module(np, "np"), "nan" if value != value else "inf")
            return ast.UnaryOp(ast.USub(), expr) if value == -math.inf else expr
        if value < 0 or (isinstance(value, float) and math.copysign(1, value) < 0):
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        return ast.Constant(value)


def is_ours(fn: Any) -> bool:
    """Whether a function is a helper of adcompile's, which may be emitted as a statement or operator,
    or is Python's operator."""
    module = fn.__module__ or ""
    return module in ("_operator", "operator") or module.split(".")[0] == "adcompile"


def _is_emitted(fn: Any) -> bool:
    """Whether a function is one that was emitted before, and stands in no module."""
    return isinstance(fn, types.FunctionType) and fn.__code__.co_filename.startswith("<adcompile ")


def class_of_function(fn: Any) -> type | None:
    """The class of a module that a function is a method of, or None."""
    owner, _, name = getattr(fn, "__qualname__", "").rpartition(".")
    holder = getattr(fn, "__globals__", {}).get(owner)
    return holder if isinstance(holder, type) and getattr(holder, name, None) is fn else None


def numpy_path(fn: Any, spelled: Sequence[str] = ()) -> tuple[str, ...] | None:
    """The attributes that lead from `np` to a function of NumPy; None if it is not NumPy's. Of two
    names of one function the one among the `spelled` is taken: `np.abs` stays `np.abs`."""
    name = getattr(fn, "__name__", None)
    if name is None:
        return None
    for path in ((), ("linalg",), ("fft",), ("random",)):
        holder: Any = np
        for part in path:
            holder = getattr(holder, part)
        if getattr(holder, name, None) is fn:
            as_spelled = (other for other in spelled if vars(holder).get(other) is fn)
            return (*path, name if name in spelled else next(as_spelled, name))
    return None


def name_node(identifier: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(identifier, ast.Load())


def attribute_node(value: ast.expr, name: str) -> ast.Attribute:
    """`value.name`, read."""
    return ast.Attribute(value, name, ast.Load())

