"""Put a pushforward together: the parameters for the tangents, and one function of both.

A tangent is brought to the form of its argument: numbers as floats, arrays in its dtype.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.versions import versions_of_inputs
from adcompile.errors import UsageError
from adcompile.inference.elementwise import shape_of
from adcompile.inference.tangents import tangent_type
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, Param, Stmt, Var
from adcompile.ir.types import UNKNOWN, Array, Scalar, Tuple, Type, is_complex, kind_of
from adcompile.runtime.structures import make_tuple, unpack
from adcompile.transforms.build import Builder


class TangentParameters:
    """The tangents that a function is given, each a value of its own."""

    def __init__(self, types: Types) -> None:
        self.b = Builder(types, "entry")
        self.params: list[Param] = []
        self.tangents: dict[Var, Atom] = {}
        self._taken: set[str] = set()

    @property
    def stmts(self) -> list[Stmt]:
        """What brings them to the form of their arguments."""
        return self.b.stmts

    def one_each(self, primal: Function, wrt: Sequence[Var]) -> None:
        """A parameter for each tangent, of the argument's form: for a function that is called by
        another one."""
        self._taken = {p.var.name for p in primal.params}
        for var in wrt:
            self._add(var, self.type_of(var))

    def as_given(self, primal: Function, wrt: Sequence[Var], given: Type, several: bool) -> None:
        """One parameter for the tangent, or the tuple of tangents, that a caller gives.

        Raises:
            UsageError: if a tangent has another shape than its argument.
        """
        self._taken = {p.var.name for p in primal.params}
        changes = bool(versions_of_inputs(primal.body))  # then a tangent may not be what is changed
        if not several:
            self._add(wrt[0], given)
            self.tangents[wrt[0]] = self.in_form(wrt[0], self.params[0].var, changes)
            return
        packed = self._parameter("tangents", given)
        if isinstance(given, Tuple) and len(given.items) != len(wrt):
            raise UsageError(f"there are {len(given.items)} tangents for {len(wrt)} arguments")
        types = given.items if isinstance(given, Tuple) else (UNKNOWN,) * len(wrt)
        names = [self.b.new(f"{var.name}_dot", type_) for var, type_ in zip(wrt, types, strict=True)]
        self.b.emit(Call(tuple(names), unpack, (packed, Const(len(wrt)))))
        self.tangents = {var: self.in_form(var, name, changes) for var, name in zip(wrt, names, strict=True)}

    def type_of(self, var: Var) -> Type:
        """The type of the tangent of `var`."""
        return tangent_type(self.b.types[var])

    def _add(self, var: Var, type_: Type) -> None:
        self.tangents[var] = self._parameter(f"{var.name}_dot", type_)

    def _parameter(self, name: str, type_: Type) -> Var:
        free, number = name, 1
        while free in self._taken:
            number += 1
            free = f"{name}{number}"
        self._taken.add(free)
        var = self.b.new(free, type_)
        self.params.append(Param(var))
        return var

    def in_form(self, var: Var, tangent: Var, copied: bool) -> Atom:
        """A tangent in the form of its argument, as far as types tell, and a copy if that is asked for."""
        made = self._checked(var, tangent)
        if not copied or isinstance(self.b.type_of(made), Scalar):
            return made
        is_array = isinstance(self.b.type_of(made), Array)
        return self.b.make(np.copy if is_array else deepcopy, (made,), name=tangent.name)

    def _checked(self, var: Var, tangent: Var) -> Atom:
        want, have = tangent_type(self.b.types[var]), self.b.types[tangent]
        if isinstance(want, (Scalar, Array)) and not isinstance(have, (Scalar, Array)):
            if have is not UNKNOWN:
                raise UsageError(f"the tangent of '{var.name}' is a {have}, the argument {want}")
            return tangent
        if not (isinstance(want, (Scalar, Array)) and isinstance(have, (Scalar, Array))):
            return tangent
        if len(shape_of(want) or ()) != len(shape_of(have) or ()) and None not in (shape_of(want), shape_of(have)):
            raise UsageError(f"the tangent of '{var.name}' is {have}, the argument {want}")
        if is_complex(have) and not is_complex(want):
            raise UsageError(f"the tangent of '{var.name}' is complex, the argument {want}")
        if isinstance(want, Scalar):
            kind = "complex" if is_complex(want) else "float"
            if isinstance(have, Scalar) and kind_of(have.dtype) == kind:
                return tangent
            return self.b.call(getattr(builtins, kind), tangent, name=tangent.name)
        if isinstance(have, Scalar):
            return self.b.call(np.asarray, tangent, Const(np.dtype(want.dtype)), name=tangent.name)
        if have.dtype == want.dtype or "?" in (have.dtype, want.dtype):
            self.b.types[tangent] = want  # sizes of other names are the same ones
            return tangent
        return self.b.call(np.ndarray.astype, tangent, Const(np.dtype(want.dtype)), name=tangent.name)


def pushforward_function(
    name: str, primal: Function, entry: TangentParameters, body: Block, types: Types, place: int | None
) -> Function:
    """The function that returns the value and its tangent, or the tangent alone. The parameters of the tangents stand
    behind `place` others, which have no defaults then; without it, behind all."""
    builder = Builder(types, "pushed")
    result = builder.make(make_tuple, body.yields) if len(body.yields) > 1 else body.yields[0]
    count = len(primal.params) if place is None else place
    before = tuple(Param(p.var, p.kind) for p in primal.params[:count])
    kind = "keyword" if any(p.kind == "*" for p in before) else "positional"
    if place is None:
        before, kind = tuple(Param(p.var) for p in before), "positional"
    params = (*before, *(replace(p, kind=kind) for p in entry.params), *primal.params[count:])
    stmts = (*entry.stmts, *body.stmts, *builder.stmts)
    return replace(primal, name=name, params=params, body=Block(stmts, (result,)))
