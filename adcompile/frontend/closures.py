"""Nested functions that are given to a function of the user's: `rk4(rhs, y)`, `solve(lambda t: t * k)`.

Within a program such a function is a tuple: a function of its own, and behind it what that reads of the
function around it. The function that gets it is put in the place of its call, and then the calls of the
tuple are calls of that function (transforms/open_closures.py):

    step(lambda y: y * k, y0)      with      def step(f, y): return y + f(y)

becomes `y0 + function(y0, k)`. Who gets it may call it and hand it on, while the call lasts: so what the
function reads is what its names stand for where the call stands.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

import gast

from adcompile.errors import DiagnosticList, Origin
from adcompile.frontend.lifting import Lifting
from adcompile.frontend.names import LocalFunction, parameters_of
from adcompile.ir.nodes import NONE, UNDEF, Atom, Const, Method, Var
from adcompile.ir.types import Static, Tuple, Type
from adcompile.runtime.structures import make_tuple

CLOSURE = "__adcompile_closure__"


@dataclass(frozen=True, slots=True)
class Closure:
    """What the function in such a tuple is: the nested function's name and place, its parameters, and
    those of them that have defaults. Behind the function the tuple holds the lambda as it is kept where it
    is not known who calls it (None for a nested def), the defaults, and what the function reads."""

    name: str
    origin: Origin | None
    parameters: tuple[str, ...]
    defaults: tuple[str, ...]


def closure_of(function: Any) -> Closure | None:
    """What is known of a function that was made of a nested one to be given away; None for another."""
    return function.__dict__.get(CLOSURE) if isinstance(function, types.FunctionType) else None


def closure_in(type_: Type) -> Any:
    """The function of a tuple that stands for a nested one, or None."""
    if not (isinstance(type_, Tuple) and type_.items and isinstance(first := type_.items[0], Static)):
        return None
    return first.value if closure_of(first.value) is not None else None


class Closures(Lifting):
    """Lowers nested functions that are arguments of calls."""

    def argument(self, node: Any, fn: Any) -> Atom:
        """An argument of a call; `fn` is what is called."""
        if isinstance(node, (gast.Name, gast.Lambda)) and _may_be_users(fn):
            function = self.local_function(node)
            if function is not None and not function.made_by and self.as_function(function.node) is None:
                made = self._closure(function, node)
                if made is not None:
                    return made
        return self.expr(node)

    def _closure(self, function: LocalFunction, node: Any) -> Atom | None:
        """The tuple that stands for a nested function; None where it is kept as it is."""
        spec = function.node.args
        if spec.vararg or spec.kwarg or function.node in self.inlining:
            return None
        outer, self.found = self.found, DiagnosticList()
        lifted = self.lifted(function, node, f"the nested function '{function.name}', which is given away,")
        refused, self.found = self.found, outer
        if refused and not isinstance(function.node, gast.Lambda):
            self.found.take_over(refused)
            return UNDEF
        if refused:
            return None
        assert lifted is not None
        made, held = lifted
        made.__dict__[CLOSURE] = Closure(
            function.name, self.source.origin(node), tuple(parameters_of(function.node)), tuple(function.defaults)
        )
        defaults: list[Any] = [self.env[key] for key in function.defaults.values()]
        return self.call(make_tuple, Const(made), self._kept(function), *defaults, *held, node=node)

    def _kept(self, function: LocalFunction) -> Atom:
        """A lambda as the expression that it is; None where it cannot be kept, and for a nested def."""
        if not isinstance(function.node, gast.Lambda):
            return NONE
        outer, self.found = self.found, DiagnosticList()
        block = self.block(lambda: [self.syntax(function.node)])
        refused, self.found = self.found, outer
        if refused:
            return NONE
        for stmt in block.stmts:
            self.emit(stmt)
        return block.yields[0]


def _may_be_users(fn: Any) -> bool:
    """Whether what is called may be a function of the user's."""
    if isinstance(fn, (Var, Method)):
        return True
    function = fn.value if isinstance(fn, Const) else None
    package = (getattr(function, "__module__", None) or "").split(".")[0]
    return isinstance(function, types.FunctionType) and package not in ("numpy", "scipy")
