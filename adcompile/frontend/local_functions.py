"""Lower lambdas and nested defs: inlined where they are called, functions where they are values."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import gast

from adcompile.frontend.branches import Branches
from adcompile.frontend.calls import Calls
from adcompile.frontend.names import LocalFunction, declared, own_names, parameters_of
from adcompile.ir.nodes import UNDEF, Atom, Const
from adcompile.runtime import structures


class LocalFunctions(Calls, Branches):
    """Lowers functions that are made within the function."""

    def stmt_FunctionDef(self, stmt: Any) -> None:
        """A nested def: its name stands for it, and it is lowered at each call."""
        function = self.made_here(stmt, stmt.name)
        decorated = self.decorated(function, stmt.decorator_list)
        if decorated is None:
            self.refuse(
                stmt, "a nested function with a decorator is not supported",
                "what the decorator makes of it is not known", "put the function, with its decorator, into the module",
            )
        self.bind(stmt.name, decorated or function)

    def made_here(self, node: Any, name: str = "<lambda>") -> LocalFunction:
        """The function that a def or lambda makes here: its defaults are evaluated now."""
        args = node.args
        positional = [*args.posonlyargs, *args.args]
        given = list(zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True))
        given += [(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None]
        defaults = {}
        for parameter, default in given:
            key = defaults[parameter.id] = f"{parameter.id}@{next(self.numbers)}"
            self.env[key] = self.expr(default)
        return LocalFunction(node, name, self.names, defaults)

    def local_function(self, node: Any) -> LocalFunction | None:
        """The nested function that an expression is, if it is a lambda, the name of one, or a
        transformation of one."""
        if isinstance(node, gast.Lambda):
            return self.made_here(node)
        if isinstance(node, gast.FunctionDef):
            return self.made_here(node, node.name)
        if isinstance(node, gast.Call):
            return self.transformed_here(node)
        value = self.lookup(node.id) if isinstance(node, gast.Name) else None
        return value if isinstance(value, LocalFunction) else None

    def as_function(self, node: Any) -> Const | None:
        """A lambda or nested def that reads no local variable, as the function that Python
        would make of it; None if it reads one."""
        names = {n.id for n in gast.walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
        if any(self.is_local(name) for name in names - set(parameters_of(node))):
            return None
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        code = self._code_of(node)
        if code is None or not all(isinstance(d, gast.Constant) for d in defaults):
            return None
        holder = self.scope.holder
        cells = dict(zip(holder.__code__.co_freevars, holder.__closure__ or (), strict=True))
        if any(n not in cells for n in code.co_freevars):
            return None
        closure = tuple(cells[n] for n in code.co_freevars)
        made = types.FunctionType(code, holder.__globals__, code.co_name, None, closure)
        made.__defaults__ = tuple(d.value for d in node.args.defaults) or None
        pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        made.__kwdefaults__ = {a.id: d.value for a, d in pairs if d is not None} or None
        return Const(made)

    def _code_of(self, node: Any) -> types.CodeType | None:
        """The code that Python compiled for a def or lambda in the function, by its place."""
        is_lambda = isinstance(node, gast.Lambda)
        name = "<lambda>" if is_lambda else node.name
        origin, body = self.source.origin(node), self.source.origin(node.body if is_lambda else node.body[0])
        if origin is None or body is None:
            return None
        codes = [c for c in _inner_codes(self.scope.holder.__code__) if c.co_name == name]
        found = [c for c in codes if c.co_firstlineno == origin.line]
        if len(found) > 1:  # several on one line
            found = [c for c in found if (body.line, body.column) in _starts(c)]
        return found[0] if len(found) == 1 else None

    def inline(self, function: LocalFunction, node: Any) -> Atom:
        """Lower the body of a lambda or nested def in place of its call."""
        if function.made_by:
            return self.call_transformed(function, node)
        if function.node in self.inlining:
            return self.refuse(
                node, f"the nested function '{function.name}' calls itself",
                "it is lowered in place of its call, which would not end",
                "put it into the module, with what it reads as parameters",
            )
        bound = self.bind_arguments(function, node)
        if bound is None:
            return UNDEF
        outer, before = self.names, set(self.env)
        self.names = self.inner_names(own_names(function.node), function.names, declared(function.node, gast.Global))
        self.env.update((self.names.own[name], value) for name, value in bound.items())
        self.inlining.append(function.node)
        value = self.body_value(function.body)
        self.inlining.pop()
        self.names = outer
        for key in [k for k in self.env if k not in before and "@" in k[1:]]:
            del self.env[key]  # its own variables
        return value

    def bind_arguments(self, function: LocalFunction, node: Any) -> dict[str, Atom | LocalFunction] | None:
        """What the parameters of a nested function stand for at a call; None where that is refused."""
        spec = function.node.args
        names = [a.id for a in (*spec.posonlyargs, *spec.args)]
        plain, rest = node.args[: len(names)], node.args[len(names) :]
        spread = any(isinstance(a, gast.Starred) for a in plain) or any(k.arg is None for k in node.keywords)
        if spread:
            self.refuse(
                node, f"the nested function '{function.name}' is called with '*' or '**'",
                "how many arguments there are is not known", "write the arguments out",
            )
            return None
        bound = {name: self._argument(a) for name, a in zip(names, plain, strict=False)}
        if spec.vararg:
            call = gast.copy_location(gast.Tuple(rest, gast.Load()), node)
            bound[spec.vararg.id] = self.expr(call)
            rest = []
        takes = {a.id for a in (*spec.args, *spec.kwonlyargs)}
        named = [(k.arg, self._argument(k.value)) for k in node.keywords if k.arg in takes - set(bound)]
        others = [k for k in node.keywords if k.arg not in dict(named)]
        bound.update(named)
        if spec.kwarg:
            pairs = [a for k in others for a in (Const(k.arg), self.expr(k.value))]
            bound[spec.kwarg.id] = self.call(structures.make_dict, *pairs, node=node)
            others = []
        for name, key in function.defaults.items():
            bound.setdefault(name, self.env[key])
        if rest or others or set(bound) != set(parameters_of(function.node)):
            parameters = ", ".join(parameters_of(function.node)) or "no parameters"
            what = f"the arguments do not fit the nested function '{function.name}'"
            self.refuse(node, what, f"it takes {parameters}")
            return None
        return bound

    def _argument(self, node: Any) -> Atom | LocalFunction:
        return self.local_function(node) or self.expr(node)


def _inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner_codes(constant)


def _starts(code: types.CodeType) -> set[tuple[int | None, int | None]]:
    """The places at which the expressions of a function's code start."""
    return {(line, column) for line, _, column, _ in code.co_positions()}
