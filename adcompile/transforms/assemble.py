"""Put the sweeps together: one function that returns the gradient, or two halves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adcompile.analyses.infer import atom_type
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, Param, Stmt, Var
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import Scalar, Tuple, is_complex
from adcompile.runtime.checks import require_complex_scalar, require_scalar
from adcompile.runtime.structures import make_tuple, unpack
from adcompile.transforms.build import Builder
from adcompile.transforms.place_residuals import Split
from adcompile.transforms.reverse import Reversed


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked for: the inputs to differentiate by (positions), whether the value is
    returned as well, and whether the result is `(value, auxiliary)`."""

    wrt: tuple[int, ...]
    value: bool = False
    has_aux: bool = False
    several: bool = False  # the gradients are a tuple, even if it is one
    split: bool = False
    holomorphic: bool = False  # the result is complex, and its derivative one complex number
    before: int = 0  # of a pushforward: how many inputs stand before the tangents
    seeds: bool = False  # one sweep for many cotangents or tangents, if the program allows it


def join(
    name: str,
    primal: Function,
    both: Reversed,
    forward: Sequence[Stmt],
    backward: Sequence[Stmt],
    cotangents: Sequence[Atom],
    want: Want,
    check_result: bool,
) -> Function:
    """One function with both sweeps that returns the cotangents (and the value)."""
    builder = Builder(both.types, "result")
    single = len(cotangents) == 1 and not want.several
    result = cotangents[0] if single else builder.make(make_tuple, cotangents)
    value = both.value
    check: list[Stmt] = []
    if check_result and not isinstance(atom_type(both.types, value), Scalar):
        check = [Call((Var(),), require_complex_scalar if want.holomorphic else require_scalar, (value,))]
    if want.has_aux:
        aux = primal.body.yields[1]
        if want.value:
            value = builder.make(make_tuple, (value, aux))
        else:
            result = builder.make(make_tuple, (result, aux))
    if want.value:
        result = builder.make(make_tuple, (value, result))
    params = tuple(p for p in primal.params if p.kind in ("positional", "*"))
    rest = tuple(p for p in primal.params if p.kind not in ("positional", "*"))
    one = Const(1 + 0j if is_complex(atom_type(both.types, both.seed)) else 1.0)
    seed = Param(both.seed, "positional" if not any(p.kind == "*" for p in params) else "keyword", one)
    stmts = (*forward, *check, *backward, *builder.stmts)
    return replace(primal, name=name, params=(*params, seed, *rest), body=Block(stmts, (result,)))


def whole(primal: Function, seed: Var, forward: Sequence[Stmt], backward: Block) -> Function:
    """Both sweeps as one function that returns the cotangents, to be looked at."""
    params = (Param(seed), *primal.params)
    result = Var("cotangents")
    pack = Call((result,), make_tuple, backward.yields)
    return replace(primal, params=params, body=Block((*forward, *backward.stmts, pack), (result,)))


def name_seed(seed: Var, primal: Function) -> None:
    """Give the result's cotangent a name that no parameter has. A result without a name of its own
    does not take the one of a local's cotangent either."""
    taken = {p.var.name for p in primal.params}
    if not seed.name:
        named = {v.name for s in walk(primal.body) for v in (*results_of(s), *inner_of(s))}
        taken |= {f"{name}_bar" for name in taken | named}
    first = [seed.name] if seed.name else ["out_bar", "result_bar"]
    candidates = itertools.chain(first, (f"{first[-1]}{number}" for number in itertools.count(2)))
    seed.name = next(name for name in candidates if name not in taken)


def separate_aux(primal: Function) -> Function:
    """A function that returns `(value, aux)` as one that yields the two."""
    value, aux = Var("value"), Var("aux")
    call = Call((value, aux), unpack, (primal.body.yields[0], Const(2)))
    return replace(primal, body=Block((*primal.body.stmts, call), (value, aux)))


def halve(
    forward_name: str,
    pullback_name: str,
    primal: Function,
    both: Reversed,
    made: Split,
    for_caller: bool,
) -> tuple[Function, Function]:
    """A function that returns the value and a residual, and one that takes the residual and a
    cotangent; or the value alone, and one that takes what the caller gave to the first."""
    stored, received, backward = made.stored, made.received, made.backward
    builder = Builder(both.types, "halves")
    result = both.value
    if made.given is None:
        residual = builder.make(make_tuple, stored) if len(stored) != 1 else stored[0]
        result = builder.make(make_tuple, (both.value, residual))
    plain = tuple(Param(p.var, "positional") for p in primal.params) if not for_caller else primal.params
    one = replace(primal, name=forward_name, params=plain, body=Block((*made.forward, *builder.stmts), (result,)))
    builder = Builder(both.types, "pullback")
    given: Sequence[Var] = received
    if made.given is None:
        packed = received[0] if len(received) == 1 else builder.new("residual", Tuple(()))
        packed.name = packed.name if packed.name not in ("", both.seed.name) else "residual"
        given = (packed,)
        if len(received) > 1:
            builder.unpack_call(received, packed)
    head = tuple(builder.stmts)
    builder = Builder(both.types, "cotangents")
    yields = backward.yields
    cotangent = yields[0] if len(yields) == 1 else builder.make(make_tuple, yields)
    params = (*map(Param, given), Param(both.seed))
    body = Block((*head, *backward.stmts, *builder.stmts), (cotangent,))
    return one, replace(primal, name=pullback_name, params=params, body=body)
