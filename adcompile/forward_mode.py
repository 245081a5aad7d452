"""Forward mode: the program with its tangents beside it, and likewise the functions that it calls."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.analyses.ownership import own_results
from adcompile.backend.capabilities import Capabilities
from adcompile.errors import Origin, Refused
from adcompile.ir.nodes import Block, Call, Function, FunctionRef
from adcompile.ir.traverse import walk
from adcompile.ir.types import Type
from adcompile.primal import PrimalCompilation, plain_name
from adcompile.transforms.arrange import arrange
from adcompile.transforms.assemble import Want
from adcompile.transforms.assemble_pushforward import TangentParameters, pushforward_function
from adcompile.transforms.check_numbers import check_numbers
from adcompile.transforms.check_sets import check_sets
from adcompile.transforms.decisions import Pushed
from adcompile.transforms.eliminate_dead import eliminate_dead
from adcompile.transforms.forward import ForwardSweep, forward
from adcompile.transforms.index_sets import IndexSetSweep
from adcompile.transforms.reverse_blocks import blocks_in, take_blocks


class ForwardMode(PrimalCompilation):
    """Compiles pushforwards. What they carry is a tangent, or what `sweep` puts in its place."""

    def __init__(self, trace: Callable[[str, Function], None] | None, backend: Capabilities) -> None:
        super().__init__(trace, backend)
        self._pushed: dict[Any, FunctionRef] = {}
        self.sweep: type[ForwardSweep] = ForwardSweep
        self.parameters: type[TangentParameters] = TangentParameters

    def with_tangents(
        self, function: types.FunctionType, inputs: Sequence[Type], want: Want
    ) -> tuple[Function, Types, TangentParameters, Block]:
        """The function, the parameters of the tangents that it is given, and its body with tangents."""
        place = want.before
        of_function = (*inputs[:place], *inputs[place + 1 :])
        self.take(inputs)
        self.take_holomorphic(function, of_function, want)
        primal, types_ = self.prepare(function, of_function, to_caller=True)
        wrt = [primal.params[i].var for i in want.wrt]
        self.changes = self.callees.changes_inputs(primal, types_)
        self.decisions.pushed = Pushed(primal, types_, tuple(wrt))
        entry = self.parameters(types_)
        entry.as_given(primal, wrt, inputs[place], want.several)
        return primal, types_, entry, self.forward(primal, types_, entry)

    def forward(self, primal: Function, types_: Types, entry: TangentParameters) -> Block:
        """The program with the tangents beside it."""
        primal, _ = take_blocks(primal)
        active = self.active(primal, types_, list(entry.tangents))
        primal = check_numbers(primal, types_, active, self.takes_real, self.generic, self.found)
        for call in blocks_in(primal):
            if call.result in active:
                self.found.add(
                    "a 'with grad_of' block is in the way of a tangent", call.origin,
                    "it runs in the reverse sweep, and forward mode has none",
                    "use reverse mode: grad, vjp, or mode='reverse'",
                )
        self.stage = "forward"
        try:
            body = forward(
                primal, types_, active, entry.tangents, self.pushed, self.implicit.tangent, self.found,
                self.is_real, self.sweep,
            )
        except Refused as refused:  # a function that is called could not be lowered
            self.found.extend(refused.diagnostics)
            self.found.raise_if_any()
            raise
        body = eliminate_dead(replace(primal, body=body)).body
        if self.sweep is IndexSetSweep:
            check_sets(body, list(entry.tangents.values()), types_)
            return body
        return arrange(body, types_, frozenset(s for s in walk(primal.body) if isinstance(s, Call)))

    def pushed(
        self, fn: types.FunctionType, inputs: tuple[Type, ...], active: tuple[bool, ...], origin: Origin | None
    ) -> FunctionRef:
        """The pushforward of a function that is called with tangents of some of its arguments."""
        inputs = self.callees.inputs_of(fn, inputs)
        key = (fn, inputs, active)
        if key not in self._pushed:
            self._pushed[key] = ref = FunctionRef(self.fresh(f"{plain_name(fn)}_pushforward"))
            with self.callees.following(fn), self.found.called_from(origin):
                primal, types_ = self.prepare(fn, inputs)
                entry = self.parameters(types_)
                entry.one_each(primal, [p.var for p, moves in zip(primal.params, active, strict=False) if moves])
                body = self.forward(primal, types_, entry)
                made = pushforward_function(ref.name, primal, entry, body, types_, None)
                self.push(made, types_, fn)
                self._pushed[key] = FunctionRef(ref.name, own=own_results(made, types_))
        return self._pushed[key]

    def push(self, function: Function, types_: Types, holder: Any) -> None:
        """Keep a pushforward for emission."""
        self.after("forward", function)
        self.finish(function, types_, holder)
