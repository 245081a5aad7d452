"""Splice a rule's own lines into the program, evaluated as far as what is known allows.

The rule is lowered by the same front end as a user's function. Its branches on what is
known (ranks, `axis`, `keepdims`) are taken now, its loops over what is known are unrolled;
where something decisive is known only at run time, `NotStatic` is raised, and the caller
calls the rule itself at run time. A rule that raises `NotImplementedError` for what is known
refuses the call: `RuleRefuses`.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.errors import Refused, SourceError
from adcompile.frontend.lower import lower_function
from adcompile.ir.callables import FROM_MATH
from adcompile.ir.nodes import Atom, Augmented, Block, Call, Const, Each, For, Function, If, Opaque, Range, Star, Var
from adcompile.ir.types import NotStatic, Tuple
from adcompile.rules.registry import INLINE
from adcompile.runtime.structures import unpack
from adcompile.transforms.build import Builder


class RuleRefuses(Exception):  # noqa: N818  (an answer, not a failure)
    """A rule says that it does not know the derivative of a call, and why."""


@functools.cache
def lowered_rule(function: Any) -> Function:
    """The IR of a rule.

    Raises:
        NotStatic: if the rule reads variables, which are read when it is called; or if it has no
            source that could be followed.
    """
    try:
        lowered = lower_function(function)
    except (Refused, SourceError):
        raise NotStatic("source") from None
    if lowered.captures:
        raise NotStatic("captures")
    return lowered


def splice(builder: Builder, function: Any, arguments: Mapping[str, Atom], in_math: bool = False) -> Atom:
    """The value that a rule returns, its lines appended to `builder`.

    `in_math` makes it use the `math` module's functions, for a primitive of that module.

    Raises:
        NotStatic: if the rule branches on what only run time knows.
        RuleRefuses: if the rule does not know the derivative.
    """
    lowered = lowered_rule(function)
    values: dict[Var, Atom] = {}
    for param in lowered.params:
        name = param.var.name
        if name in arguments:
            values[param.var] = arguments[name]
        elif param.default is not None:
            values[param.var] = param.default
        elif param.kind == "*":
            values[param.var] = arguments["*"]
        else:
            raise NotStatic(name)
    (result,) = _Splice(builder, values, in_math).block(lowered.body)
    return result


class _Splice:
    def __init__(self, builder: Builder, values: dict[Var, Atom], in_math: bool) -> None:
        self.builder = builder
        self.values = values
        self.in_math = in_math

    def atom(self, atom: Atom) -> Atom:
        return self.values[atom] if isinstance(atom, Var) else atom

    def block(self, block: Block) -> Sequence[Atom]:
        for stmt in block.stmts:
            if isinstance(stmt, Call):
                self.call(stmt)
            elif isinstance(stmt, If):
                truth = self.builder.truth(self.atom(stmt.cond))
                if truth is None:
                    raise NotStatic("branch")
                taken = self.block(stmt.then if truth else stmt.orelse)
                self.values.update(zip(stmt.results, taken, strict=True))
            elif isinstance(stmt, For) and stmt.stop is None:
                self.unroll(stmt)
            elif isinstance(stmt, Opaque) and (reason := _refusal(stmt.node)) is not None:
                raise RuleRefuses(reason)
            else:
                raise NotStatic("statement")
        return [self.atom(a) for a in block.yields]

    def call(self, call: Call) -> None:
        fn: Any = call.fn
        if isinstance(fn, Augmented):
            raise NotStatic("a loop that adds to elements")  # it is a helper, whatever sizes are known
        if self.in_math:
            fn = FROM_MATH.get(fn, fn)
        args = tuple(Star(self.atom(a.value)) if isinstance(a, Star) else self.atom(a) for a in call.args)
        if fn is unpack:
            assert not isinstance(args[0], Star)
            items = self.builder.unpack(args[0], len(call.results))
            self.values.update(zip(call.results, items, strict=True))
            return
        kwargs = [(k, self.atom(a)) for k, a in call.kwargs]
        if fn in INLINE:
            names = [p.var.name for p in lowered_rule(fn).params]
            given: dict[str, Any] = dict(zip(names, args, strict=False))
            given.update((str(k), a) for k, a in kwargs)
            self.values[call.result] = splice(self.builder, fn, given, self.in_math)
            return
        self.values[call.result] = self.builder.call(fn, *args, kwargs=kwargs)

    def unroll(self, loop: For) -> None:
        columns = [self.elements(source) for source in loop.sources]
        carried: Sequence[Atom] = [self.atom(a) for a in loop.inits]
        count = min((len(c) for c in columns if c is not None), default=0)
        for trip in range(count):
            self.values.update(zip(loop.params, carried, strict=True))
            for item, source, column in zip(loop.items, loop.sources, columns, strict=True):
                if column is None:
                    assert isinstance(source, Range)
                    self.values[item] = Const(self.builder.static(self.atom(source.start)) + trip)
                else:
                    self.values[item] = column[trip]
            carried = self.block(loop.body)
        self.values.update(zip(loop.results, carried, strict=True))

    def elements(self, source: Any) -> Sequence[Atom] | None:
        """The elements of a known sequence; None for a count without an end."""
        if isinstance(source, Range):
            if isinstance(source.stop, Const) and source.stop.value is None:
                return None
            bounds = [self.builder.static(self.atom(a)) for a in (source.start, source.stop, source.step)]
            if not all(isinstance(b, int) for b in bounds):
                raise NotStatic("range")
            return [Const(i) for i in range(*bounds)]
        assert isinstance(source, Each)
        sequence = self.atom(source.sequence)
        if isinstance(sequence, Const):
            items: Sequence[Atom] = [Const(v) for v in sequence.value]
        else:
            type_ = self.builder.type_of(sequence)
            if not isinstance(type_, Tuple):
                raise NotStatic("sequence")
            items = self.builder.unpack(sequence, len(type_.items))
        return items[::-1] if source.backwards else items


def _refusal(node: ast.stmt) -> str | None:
    """The reason in `raise NotImplementedError("reason")`."""
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"), args=[ast.Constant(value=str(reason))])):
            return reason
    return None
