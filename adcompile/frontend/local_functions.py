"""Lower lambdas and nested defs: inlined where they are called, functions where they are values."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import gast

from adcompile.frontend.branches import Branches
from adcompile.frontend.calls import Calls
from adcompile.frontend.jumps import assigned_names, parts_of_scope
from adcompile.frontend.lowering import LocalFunction
from adcompile.ir.nodes import UNDEF, Atom, Const, Star


class LocalFunctions(Calls, Branches):
    """Lowers functions that are made within the function."""

    def stmt_FunctionDef(self, stmt: Any) -> None:
        """A nested def: its name stands for it, and it is lowered at each call."""
        if stmt.decorator_list:
            self.refuse(stmt, "a nested function with a decorator is not supported")
        self.bind(stmt.name, LocalFunction(stmt, stmt.name))

    def as_function(self, node: Any) -> Const | None:
        """A lambda or nested def that reads no local variable, as the function that Python
        would make of it; None if it reads one."""
        names = {n.id for n in gast.walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
        own = {a.id for a in gast.walk(node.args) if isinstance(a, gast.Name)}
        if (names - own) & self.locals:
            return None
        origin = self.source.origin(node)
        name = "<lambda>" if isinstance(node, gast.Lambda) else node.name
        found = [
            c
            for c in _inner_codes(self.scope.holder.__code__)
            if c.co_name == name and origin is not None and c.co_firstlineno == origin.line
        ]
        if len(found) != 1:
            return None
        cells = dict(zip(self.scope.holder.__code__.co_freevars, self.scope.holder.__closure__ or (), strict=True))
        if any(n not in cells for n in found[0].co_freevars):
            return None
        closure = tuple(cells[n] for n in found[0].co_freevars)
        return Const(types.FunctionType(found[0], self.scope.holder.__globals__, name, None, closure))

    def inline(self, function: LocalFunction, node: Any) -> Atom:
        """Lower the body of a lambda or nested def in place of its call."""
        if function.node in self.inlining:
            return self.refuse(
                node, f"the nested function '{function.name}' calls itself", "", "move it to the top of the module"
            )
        body = function.node.body if isinstance(function.node, gast.FunctionDef) else [gast.Return(function.node.body)]
        if any(isinstance(n, (gast.Nonlocal, gast.Global)) for s in body for n in parts_of_scope(s)):
            return self.refuse(node, "a nested function that rebinds outer names", "", "return the new value")
        bound = self._bind_arguments(function, node)
        if bound is None:
            return UNDEF
        outer, outer_locals = self.env, self.locals
        self.env = dict(outer) | bound
        self.locals = self.locals | assigned_names(body) | set(bound)
        self.inlining.append(function.node)
        value = self.body_value(body)
        self.inlining.pop()
        self.env, self.locals = outer, outer_locals
        return value

    def _bind_arguments(self, function: LocalFunction, node: Any) -> dict[str, Atom | LocalFunction] | None:
        spec = function.node.args
        names = [a.id for a in (*spec.posonlyargs, *spec.args)]
        args, kwargs = self.arguments(node)
        plain = not (spec.vararg or spec.kwarg or any(isinstance(a, Star) for a in args))
        if not plain or len(args) > len(names) or any(k is None for k, _ in kwargs):
            self.refuse(node, f"this call of the nested function '{function.name}' is not supported")
            return None
        bound: dict[str, Atom | LocalFunction] = {}
        defaults = dict(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
        defaults |= {a.id: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        bound.update(zip(names, [a for a in args if not isinstance(a, Star)], strict=False))
        bound.update({k: a for k, a in kwargs if k is not None})
        for name, default in defaults.items():
            if name not in bound:
                bound[name] = self.expr(default)
        if set(bound) != set(names) | {a.id for a in spec.kwonlyargs}:
            self.refuse(node, f"the arguments do not fit the nested function '{function.name}'")
            return None
        return bound


def _inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner_codes(constant)
