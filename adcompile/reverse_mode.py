"""Reverse mode: both sweeps of a function, and the two halves of each function that it calls."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.versions import versions_of_inputs
from adcompile.backend.capabilities import Capabilities
from adcompile.errors import Origin, Refused
from adcompile.inference.tangents import tangent_type
from adcompile.ir.nodes import Block, Function, FunctionRef, ReverseBlock, Var
from adcompile.ir.types import UNKNOWN, Type
from adcompile.primal import PrimalCompilation, plain_name
from adcompile.transforms.arrange import arrange
from adcompile.transforms.assemble import halve, name_seed, whole
from adcompile.transforms.check_numbers import check_numbers
from adcompile.transforms.decisions import Differentiation
from adcompile.transforms.eliminate_dead import eliminate_dead
from adcompile.transforms.fill_spread import fill_spread
from adcompile.transforms.finish_cotangents import finish_cotangents, keep_from_caller
from adcompile.transforms.hoist import hoist
from adcompile.transforms.place_residuals import split_residuals
from adcompile.transforms.read_shapes import read_shapes
from adcompile.transforms.reverse import reverse
from adcompile.transforms.reverse_blocks import Taken, blocks_in, check_block, take_blocks
from adcompile.transforms.split_calls import Halves, halves_of, split_calls


class ReverseMode(PrimalCompilation):
    """Compiles the forward and the reverse sweep of functions."""

    def __init__(self, trace: Callable[[str, Function], None] | None, backend: Capabilities) -> None:
        super().__init__(trace, backend)
        self._halves: dict[Any, Halves] = {}
        self._open: set[FunctionRef] = set()  # the first halves of the functions that are being split
        self._recursive: set[FunctionRef] = set()  # those that were found to call themselves

    def reverse(
        self, primal: Function, types_: Types, wrt: Sequence[Var], split: bool = False
    ) -> Differentiation:
        """Both sweeps, storage still abstract, with what was decided on the way."""
        primal, blocks = take_blocks(primal)
        active = self.active(primal, types_, wrt)
        primal = check_numbers(primal, types_, active, self.takes_real, self.generic, self.found)
        blocks = {fn: self.block_body(taken, primal, fn, types_) for fn, taken in blocks.items()}
        self.stage = "reverse"
        try:
            primal, pullbacks, active = split_calls(
                primal, types_, active, self.halves, self.implicit.pullback
            )
        except Refused as refused:  # a function that is called could not be lowered
            self.found.extend(refused.diagnostics)
            self.found.raise_if_any()
            raise
        self.after("split_calls", primal)
        both = reverse(primal, types_, active, wrt, pullbacks, self.found, blocks, self.is_real, self.generic)
        name_seed(both.seed, primal)
        self.after("reverse", whole(primal, both.seed, both.forward, both.backward), abstract=True)
        sweep = eliminate_dead(replace(primal, body=both.backward))
        body = arrange(sweep.body, types_)
        body = hoist(body, both.forward, primal.inputs, types_)
        body = eliminate_dead(replace(sweep, body=body)).body
        body = read_shapes(body, both.forward, primal.inputs, types_, split)
        sweep = replace(sweep, body=fill_spread(body, types_))
        both = replace(both, backward=sweep.body)
        decided = Differentiation(primal, types_, tuple(wrt), active, pullbacks, both)
        self.decisions.functions.append(decided)
        return decided

    def block_body(self, taken: Taken, primal: Function, fn: ReverseBlock, types_: Types) -> Taken:
        """A block with its body, for the types of the cotangent and of what it reads."""
        call = next(c for c in blocks_in(primal) if c.fn is fn)
        inputs = [tangent_type(types_.get(call.result, UNKNOWN)), *(atom_type(types_, a) for a in taken.reads)]
        with self.callees.following(taken.function):
            body, known = self.prepare(taken.function, inputs)
        check_block(body, call, self.found)
        types_.update(known)
        return replace(taken, body=body)

    def halves(
        self, fn: types.FunctionType, inputs: tuple[Type, ...], active: tuple[bool, ...], origin: Origin | None
    ) -> Halves:
        """The two halves of an active call: the function that computes the value, with a residual
        where it takes one, and the function that pulls a cotangent back."""
        inputs = self.callees.inputs_of(fn, inputs)
        key = (fn, inputs, active)
        if key not in self._halves:
            base = plain_name(fn)
            refs = FunctionRef(self.fresh(f"{base}_forward")), FunctionRef(self.fresh(f"{base}_pullback"))
            self._halves[key] = Halves(*refs)
            self._open.add(refs[0])
            with self.callees.following(fn), self.found.called_from(origin):
                self._halves[key] = self.split(fn, inputs, active, *refs)
            self._open.discard(refs[0])
        elif self._halves[key].forward in self._open:
            self._recursive.add(self._halves[key].forward)
        return self._halves[key]

    def split(
        self,
        fn: types.FunctionType,
        inputs: tuple[Type, ...],
        active: tuple[bool, ...],
        forward_ref: FunctionRef,
        pullback_ref: FunctionRef,
        order: Sequence[int] | None = None,
        for_caller: bool = False,
        within: bool = False,
    ) -> Halves:
        """Write both halves. `order` says of which parameters the cotangents come, `for_caller` that
        they go to the user, and `within` that both halves are called within one program."""
        primal, types_ = self.prepare(fn, inputs, to_caller=for_caller)
        chosen = order if order is not None else [i for i, is_active in enumerate(active) if is_active]
        wrt = [primal.params[i].var for i in chosen]
        decided = self.reverse(primal, types_, wrt, split=True)
        both = decided.both
        decided.emitted = (forward_ref.name, pullback_ref.name)
        self.changes = for_caller and self.callees.changes_inputs(primal, types_)
        if for_caller:  # before the residual is chosen: to finish may need the arguments
            cotangents, finishing = finish_cotangents(both, wrt, both.backward)
            both = replace(both, backward=Block((*both.backward.stmts, *finishing), cotangents))
        # A function that calls itself has been told already that there is a residual.
        may_be_given = not for_caller and forward_ref not in self._recursive and not versions_of_inputs(primal.body)
        params = [p.var for p in primal.params] if may_be_given else None
        made = split_residuals(both, primal.inputs, decided.placement, params)
        if for_caller and not within:
            made = keep_from_caller(primal, both, made)
        one, two = halve(forward_ref.name, pullback_ref.name, primal, both, made, for_caller)
        for half in (two, one):
            self.after("finish_cotangents" if for_caller else "place_residuals", half)
            self.finish(half, types_, fn)
        return halves_of(one, two, made.given, types_)
