"""Transformations of lambdas and nested defs: `grad(lambda y: y * p)(x)` within a program.

The nested function becomes a function of its own, whose parameters are its own and behind them the
values that it reads of the function around it. That function is transformed, and called with those
values; so the derivative of what it gives is by them, too:

    ad.grad(lambda y: y * p)(x)      of    def function(y, p): return y * p      called with    (x, p)

What it reads is what its names stand for where it is called, as in Python.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gast

from adcompile.errors import UsageError
from adcompile.frontend.lowering import Lowering, hint_of, same_binding
from adcompile.frontend.names import LocalFunction, declared, own_names, parameters_of
from adcompile.frontend.scope import OutsideScope
from adcompile.frontend.source import attach_source
from adcompile.frontend.transformations import TRANSFORMATIONS, is_transformation
from adcompile.ir.nodes import UNDEF, Atom, Block, Capture, Const, Function, Param, Var
from adcompile.ir.traverse import atoms_of, blocks_of, free_in, substitute, walk

LOWERED = "__adcompile_lowered__"


@dataclass(frozen=True, slots=True)
class Application:
    """A transformation of a nested function, and its options."""

    make: Any
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()

    def to(self, function: Any, names: Sequence[str]) -> Any:
        """What it makes of a function; what it differentiates by is among the parameters `names`."""

        def named(one: Any) -> Any:
            is_position = isinstance(one, int) and not isinstance(one, bool)
            if is_position and not -len(names) <= one < len(names):
                raise UsageError(f"wrt={one}: the function has {len(names)} parameters")
            return names[one] if is_position else one

        options = dict(self.kwargs)
        wrt, *args = self.args or (options.pop("wrt", 0),)
        by = tuple(map(named, wrt)) if isinstance(wrt, (tuple, list)) else named(wrt)
        return self.make(function, by, *args, **options)


class Lifting(Lowering):
    """Lowers transformations of functions that are made within the function."""

    def transformed_here(self, node: Any) -> LocalFunction | None:
        """The transformed nested function that a call of a transformation makes; None for another call."""
        make = self.known_object(node.func)
        function = self.local_function(node.args[0]) if is_transformation(make) and node.args else None
        if function is None:
            return None
        self.expr(node.func)  # which notes that the program holds as long as that name means the same
        return self.applied(make, function, node.args[1:], node.keywords, node)

    def of_method(self, node: Any) -> Any:
        """A call of a transformed method, `grad(self.energy)(x)`, as that of a nested function which calls
        the method; None for another call. Its parameters are the arguments of this call, and those of the
        method are not known: by a name, or a place that no argument here has, nothing is differentiated."""
        made: list[Any] = []  # the transformations, the last one first
        inner = node.func
        while isinstance(inner, gast.Call) and inner.args and is_transformation(self.known_object(inner.func)):
            made.append(inner)
            inner = inner.args[0]
        spread = any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
        if not made or spread or not self._is_method(inner):
            return None
        along = sum(TRANSFORMATIONS[self.known_object(one.func)] for one in made)
        if not all(_is_by_place(one, len(node.args) - along) for one in made):
            return None
        taken = {n.id for n in gast.walk(inner) if isinstance(n, gast.Name)} | {k.arg for k in node.keywords}
        places = node.args[: max(len(node.args) - along, 0)]
        names = [a.id if isinstance(a, gast.Name) else f"value{i}" for i, a in enumerate(places)]
        if len({*names, *taken}) < len(names) + len(taken):
            names = [f"{inner.attr}_value{i}" for i in range(len(names))]
        called = gast.Call(inner, [_name(n) for n in names], [gast.keyword(k.arg, _name(k.arg)) for k in node.keywords])
        parameters = [_name(n, gast.Param()) for n in (*names, *(k.arg for k in node.keywords))]
        spec = gast.arguments(parameters, [], None, [], [], None, [])
        function: Any = gast.FunctionDef(inner.attr, spec, [gast.Return(called)], [], None, None, [])
        for one in reversed(made):
            function = gast.Call(one.func, [function, *one.args[1:]], one.keywords)
        whole = gast.Call(function, node.args, node.keywords)
        for part in gast.walk(whole):
            if not hasattr(part, "lineno"):
                gast.copy_location(part, node)
        return whole

    def _is_method(self, node: Any) -> bool:
        """Whether an expression is an attribute of an object, as far as the program tells: not of a module,
        of a class, or of something else that is known."""
        root = node
        while isinstance(root, gast.Attribute):
            root = root.value
        if root is node or not isinstance(root, gast.Name):
            return False
        value = self.lookup(root.id)
        return isinstance(self.scope.atom(root.id) if value is None and not self.is_local(root.id) else value, Var)

    def decorated(self, function: LocalFunction, decorators: Sequence[Any]) -> LocalFunction | None:
        """A nested def under decorators that are transformations; None if one is another."""
        for decorator in reversed(decorators):
            called = isinstance(decorator, gast.Call)
            make = self.known_object(decorator.func if called else decorator)
            if not is_transformation(make) or (called and decorator.args):
                return None
            self.expr(decorator.func if called else decorator)
            function = self.applied(make, function, (), decorator.keywords if called else (), decorator)
        return function

    def applied(
        self, make: Any, function: LocalFunction, args: Sequence[Any], keywords: Sequence[Any], node: Any
    ) -> LocalFunction:
        """A nested function, transformed once more."""
        given = [self.expr(a) for a in args]
        named = [(k.arg, self.expr(k.value)) for k in keywords]
        known = [a.value for a in given if isinstance(a, Const)]
        options = tuple((key, a.value) for key, a in named if isinstance(a, Const) and key is not None)
        if len(known) < len(given) or len(options) < len(named):
            self.refuse(
                node, f"an option of '{make.__name__}' is computed by the program",
                "the derivative is written when the program is compiled", "write it as a constant",
            )
        return replace(function, made_by=(*function.made_by, Application(make, tuple(known), options)))

    def call_transformed(self, function: LocalFunction, node: Any) -> Atom:
        """Lower a call of a transformed nested function."""
        along = sum(TRANSFORMATIONS[one.make] for one in function.made_by)
        count = max(len(node.args) - along, 0)
        call = gast.copy_location(gast.Call(node.func, node.args[:count], node.keywords), node)
        bound = self.bind_arguments(function, call)
        if bound is None:
            return UNDEF
        values = [bound[name] for name in parameters_of(function.node)]
        if any(isinstance(value, LocalFunction) for value in values):
            return self.refuse(
                node, f"a nested function is given to a derivative of '{function.name}'",
                "what it reads of the function around it is not followed there",
                "let the function call it by its name",
            )
        made = self.transformed_function(function, node)
        if made is None:
            return UNDEF
        given = [a for a in values if not isinstance(a, LocalFunction)]
        return self.call(made[0], *given, *made[1], *map(self.expr, node.args[count:]), node=node)

    def transformed_function(self, function: LocalFunction, node: Any) -> tuple[Any, list[Var]] | None:
        """A nested function as a function of its own, transformed; and the values of the function
        around it that it takes behind its own arguments. None where that is refused."""
        lifted = self.lifted(function, node, f"a derivative of the nested function '{function.name}'")
        if lifted is None:
            return None
        made: Any = lifted[0]
        names = parameters_of(function.node)
        try:
            for one in function.made_by:
                made = one.to(made, names)
        except (UsageError, TypeError) as error:
            self.refuse(node, str(error))
            return None
        return made, lifted[1]

    def transformed_value(self, function: LocalFunction, node: Any) -> Atom:
        """A transformed nested function that is used as a value: one that reads no local variable."""
        made = self.transformed_function(function, node)
        if made is not None and made[1]:
            return self.refuse(
                node, f"a derivative of the nested function '{function.name}' is used as a value here",
                "it reads variables of the function, and who calls it when is not known",
                "call it here, or put it into the module with what it reads as parameters",
            )
        return UNDEF if made is None else Const(made[0])

    def lifted(
        self, function: LocalFunction, node: Any, what: str, with_captures: bool = False
    ) -> tuple[types.FunctionType, list[Var]] | None:
        """The function of its own, and what it reads of the function around it; `with_captures` it takes
        what is read from outside that one in the same way. None where that is refused."""
        if function.node in self.inlining:
            self.refuse(
                node, f"the nested function '{function.name}' calls its own derivative",
                "it is written when the program is compiled, which would not end",
                "write each derivative as a function of its own",
            )
            return None
        own = {name: Var(name, self.source.origin(function.node)) for name in parameters_of(function.node)}
        block, changed = self._body_apart(function, own)
        if changed:
            self.refuse(
                node, f"{what} changes '{hint_of(changed[0])}'",
                "it is a function of its own, and what it changes would be seen by nobody",
                "let it give the changed value back, or change an object of the module",
            )
            return None
        captured = {} if with_captures else {c.var: c.name for c in self.scope.captures.values()}
        free = [v for v in _read_in(block) if v not in own.values()]
        held = [v for v in free if v not in captured]
        stands_for = {v: Var(v.name, v.origin) for v in free}
        params = _named_apart([*own.values(), *(stands_for[v] for v in held)])
        made = _stub(function.name, params, self.scope.holder)
        scope = OutsideScope(made)
        captures = tuple(Capture(stands_for[v], captured[v], made) for v in free if v in captured)
        resolved = tuple((name, value) for name, value in self.scope.resolved.items() if scope.value(name) is value)
        body = substitute(block, stands_for)
        made.__dict__[LOWERED] = Function(made.__name__, tuple(map(Param, params)), body, captures, made, resolved)
        attach_source(made, replace(self.source, node=function.node))
        return made, held

    def _body_apart(self, function: LocalFunction, own: dict[str, Var]) -> tuple[Block, list[str]]:
        """The lowered body of a nested function, and the variables around it that it changes."""
        outer, before = self.names, dict(self.env)
        outside = declared(function.node, gast.Global)
        self.names = self.inner_names(own_names(function.node), function.names, outside)
        self.env.update((self.names.own[name], value) for name, value in own.items())
        self.inlining.append(function.node)
        block = self.block(lambda: [self.body_value(function.body)])
        self.inlining.pop()
        changed = [key for key, value in before.items() if not same_binding(self.env.get(key, UNDEF), value)]
        self.names, self.env = outer, before
        return block, changed


def _name(identifier: str, context: Any = None) -> Any:
    return gast.Name(identifier, context or gast.Load(), None, None)


def _is_by_place(made: Any, count: int) -> bool:
    """Whether a transformation is by some of the first `count` parameters, which it names by their places."""
    by = [*made.args[1:2], *(k.value for k in made.keywords if k.arg == "wrt")]
    places = [place for one in by for place in (one.elts if isinstance(one, (gast.Tuple, gast.List)) else [one])]
    return all(isinstance(p, gast.Constant) and type(p.value) is int and p.value < count for p in places)


def lifted_before(function: types.FunctionType) -> Function | None:
    """The IR of a function that was made of a nested one; None for another."""
    return function.__dict__.get(LOWERED)


def _read_in(block: Block) -> list[Var]:
    """The values from outside that a block reads, in order."""
    free = free_in(block)
    yields = (a for s in walk(block) for inner in blocks_of(s) for a in inner.yields)
    atoms = itertools.chain((a for s in walk(block) for a in atoms_of(s)), yields, block.yields)
    return list(dict.fromkeys(a for a in atoms if isinstance(a, Var) and a in free))


def _named_apart(variables: Sequence[Var]) -> list[Var]:
    """Parameters, each with a name that no other one has."""
    taken: set[str] = set()
    for var in variables:
        first, number = var.name or "value", 1
        var.name = first
        while var.name in taken:
            number += 1
            var.name = f"{first}{number}"
        taken.add(var.name)
    return list(variables)


def _stub(name: str, params: Sequence[Var], holder: types.FunctionType) -> types.FunctionType:
    """A Python function with these parameters, and the globals and closure of the function around it."""
    name = name if name.isidentifier() else "function"
    cells = dict(zip(holder.__code__.co_freevars, holder.__closure__ or (), strict=True))
    reads = [cell for cell in cells if cell != name]
    lines = [
        f"def make({', '.join(reads)}):", f" def {name}({', '.join(v.name for v in params)}):",
        f"  return [{', '.join(reads)}]", f" return {name}",
    ]
    namespace: dict[str, Any] = {}
    exec("\n".join(lines), namespace)
    code = namespace["make"](*reads).__code__
    code = code.replace(co_names=(*code.co_names, *holder.__code__.co_names), co_filename=holder.__code__.co_filename)
    closure = tuple(cells[cell] for cell in code.co_freevars)
    made = types.FunctionType(code, holder.__globals__, name, None, closure)
    made.__module__ = holder.__module__
    return made
