"""Reverse a call by its rule: put down the rule's lines, and add up what they give.

A rule of partial derivatives is multiplied by the cotangent; a pullback takes it. Where too
little is known to write the rule's lines, the rule itself is called at run time.

relies on: infer, activity.  ensures: as `reverse`.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Call, Const, Var
from adcompile.ir.types import Array, Unknown
from adcompile.rules.registry import rule_for
from adcompile.runtime import broadcasting
from adcompile.transforms.algebra import number_of
from adcompile.transforms.bind_rule import BoundRule, as_precise, bind_rule, is_alone, takes_numbers
from adcompile.transforms.cotangents import Cotangents
from adcompile.transforms.reverse_structures import accumulate_items, spread, without_unread
from adcompile.transforms.splice_rule import RuleRefuses


def by_rule(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse a call of a primitive; refuse one that has no rule."""
    rule = rule_for(call.fn)
    if rule is None or rule.kind in ("zero", "implicit"):
        if rule is None or takes_numbers(sweep, rule, call):
            sweep.refuse_call(call)
        return
    bound = bind_rule(sweep, rule, call)
    if bound is None:
        return
    if rule.kind == "partials":
        _by_partials(sweep, bound, bar)
    else:
        _by_pullback(sweep, bound, bar)


def _by_partials(sweep: Cotangents, bound: BoundRule, bar: Atom) -> None:
    call, positional = bound.call, bound.positional
    given = {bound.parameters[0]: call.result, **bound.arguments}
    parts = bound.parts(sweep, given, [call.result, *positional])
    inner, choices = _unchosen(sweep, bar)
    for i, (atom, partial) in enumerate(zip(positional, parts, strict=True)):
        if sweep.is_active(atom):
            if isinstance(partial, Const) and partial.value in (0, None):
                continue
            # In a product the cotangent stands where the factor stood: `2 * x` gives `2 * r_bar`.
            partial = as_precise(sweep, partial, inner, call.result)
            factors = (partial, inner) if i == 1 and canonical(call.fn) is np.multiply else (inner, partial)
            product = sweep.b.call(operator.mul, *factors)
            if sweep.has_zeros(inner) and _may_be_infinite(sweep, partial):
                product = _zero_where(sweep, inner, product)
            for condition, kept in choices:
                product = sweep.chosen(product, condition, kept)
            if not is_alone(sweep, atom, positional):
                product = sweep.handed_on(product, sweep.b.call(broadcasting.unbroadcast, product, atom))
            sweep.accumulate(atom, product)


def _may_be_infinite(sweep: Cotangents, partial: Atom) -> bool:
    """Whether a partial derivative divides, or takes a power, so that it may be infinite."""
    made = sweep.b.definitions.get(partial) if isinstance(partial, Var) else None
    if made is None:
        return False
    fn: Any = canonical(made.fn)
    last = number_of(made.operands[-1]) if made.operands else None
    if (fn is np.divide and last is None) or (fn is np.power and (last is None or last < 0)):
        return True
    return any(_may_be_infinite(sweep, a) for a in made.operands)


def _zero_where(sweep: Cotangents, bar: Atom, product: Atom) -> Atom:
    """A product with zeros where the cotangent in it is zero."""
    chosen = sweep.b.call(np.where, sweep.b.call(operator.eq, bar, Const(0)), Const(0), product)
    is_number = sweep.b.is_scalar(bar) and sweep.b.is_scalar(product)
    return sweep.b.call(operator.getitem, chosen, Const(())) if is_number else chosen


def _unchosen(sweep: Cotangents, bar: Atom) -> tuple[Atom, list[tuple[Atom, bool]]]:
    """A cotangent without the zeros that `np.where` has put in it, and where they are.

    A slope may be infinite where it is not taken, and times zero that would be nan. So the
    product is made first, and the zeros are put in it afterwards.
    """
    choices: list[tuple[Atom, bool]] = []
    while (choice := sweep.choice(bar)) is not None:
        bar, condition, kept = choice
        choices.insert(0, (condition, kept))
    return bar, choices


def _by_pullback(sweep: Cotangents, bound: BoundRule, bar: Atom) -> None:
    call, names, positional, fixed = bound.call, bound.parameters, bound.positional, len(bound.rule.arguments)
    arrays = {name: spread(sweep, atom) for name, atom in bound.arguments.items()}
    bar = without_unread(sweep, bar) if bound.rule.unread else bar
    given = {names[0]: call.result, names[fixed + 1]: bar, **arrays}
    try:
        cotangents = bound.parts(sweep, given, [call.result, *positional[:fixed], bar, *positional[fixed:]])
    except RuleRefuses as reason:
        sweep.found.add(str(reason), call.origin, "", "detach() the argument if it should count as a constant")
        return
    for atom, cotangent in zip(positional, cotangents, strict=True):
        if sweep.is_active(atom):
            if isinstance(cotangent, Const) and cotangent.value is None:
                continue  # the rule says that this argument carries no derivative
            _note_type(sweep, call, atom, cotangent)
            accumulate_items(sweep, atom, cotangent, bar)


def _note_type(sweep: Cotangents, call: Call, atom: Atom, cotangent: Atom) -> None:
    """A cotangent of which nothing else is known, as that of a rule that is called at run time, has the
    shape of its array."""
    array, result = sweep.b.type_of(atom), sweep.b.type_of(call.result)
    if isinstance(cotangent, Var) and isinstance(array, Array) and isinstance(sweep.b.type_of(cotangent), Unknown):
        plain = sweep.b.real and array.dtype == "float64" == getattr(result, "dtype", "")
        sweep.types[cotangent] = Array("float64" if plain else "?", array.shape)
