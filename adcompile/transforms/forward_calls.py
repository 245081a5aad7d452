"""The tangent of a call by its rule.

Partial derivatives are multiplied by the tangents of their arguments. What is linear is applied
to the tangents themselves. A pushforward gives the terms, one for each argument; where too
little is known to write its lines, it is called at run time.

relies on: infer, activity.  ensures: as `forward`.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.ir.callables import IN_PLACE, canonical, is_math
from adcompile.ir.nodes import Atom, Attribute, Call, Const, Method, Var
from adcompile.ir.types import Array, NotStatic, Scalar, is_real
from adcompile.rules.creation import is_discrete
from adcompile.rules.registry import Rule, pushforward_for, rule_for
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.bind_rule import BoundRule, as_precise, bind_rule, is_alone, parts_of, takes_numbers
from adcompile.transforms.rewrites import name_of_call
from adcompile.transforms.splice_rule import RuleRefuses, splice
from adcompile.transforms.tangents import Tangents

CHANGES_FORM = ("dtype", "out", "order")  # options that decide whether a call is linear, or how
INNER = (np.dot, np.inner, np.vdot, np.matmul)  # of vectors, they are the same either way round
SEVERAL = (np.reshape, np.transpose)  # their methods take the items of a tuple one by one


def by_rule(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of a primitive's result, None if it is zero; refuse a call that has no rule."""
    rule = pushforward_for(call.fn)
    if rule is None or rule.kind in ("zero", "implicit"):
        if rule is None or takes_numbers(sweep, rule, call):
            _refuse(sweep, call)
        return None
    bound = bind_rule(sweep, rule, call)
    if bound is None:
        return None
    try:
        if rule.kind == "partials":
            return _by_partials(sweep, bound)
        if rule.kind == "pushforward":
            return _by_pushforward(sweep, bound)
        still = _without_derivative(sweep, bound)
    except RuleRefuses as reason:
        sweep.found.add(str(reason), call.origin, "", "detach() the argument if it should count as a constant")
        return None
    moving = {name for name, atom in bound.arguments.items() if name != "*" and sweep.is_active(atom)}
    if not moving <= {*rule.linear, *still}:
        _refuse(sweep, call)
        return None
    return linear(sweep, rule, call)


def _refuse(sweep: Tangents, call: Call) -> None:
    """Refuse a call without a rule for its tangent."""
    rule = rule_for(call.fn)
    if rule is None or rule.kind == "implicit":
        sweep.refuse_call(call)
        return
    what = f"{name_of_call(call)} has a pullback and no pushforward for these arguments"
    why = "forward mode needs the tangent of what it computes"
    hint = "register one with @pushforward, or say in what the function is linear"
    sweep.found.add(what, call.origin, why, hint)


# ---------------------------------------------------------------------------------- partials


def _by_partials(sweep: Tangents, bound: BoundRule) -> Atom | None:
    call, positional = bound.call, bound.positional
    given = {bound.parameters[0]: call.result, **bound.arguments}
    parts = bound.parts(sweep, given, [call.result, *positional])
    terms = []
    for i, (atom, partial) in enumerate(zip(positional, parts, strict=True)):
        if sweep.is_active(atom) and not (isinstance(partial, Const) and partial.value in (0, None)):
            dot = sweep.dot(atom)
            partial = as_precise(sweep, partial, dot, call.result)
            # In a product the tangent stands where the factor stood: `2 * x` gives `2 * x_dot`.
            factors = (partial, dot) if i == 1 and canonical(call.fn) is np.multiply else (dot, partial)
            terms.append(sweep.b.call(operator.mul, *factors))
    return _in_form(sweep, call, terms, positional)


def _in_form(sweep: Tangents, call: Call, terms: Sequence[Atom], operands: Sequence[Atom]) -> Atom | None:
    """The sum of an elementwise function's terms in the shape of its result, which all operands decide."""
    total = sweep.total(terms)
    if total is None:
        return None
    active = next(o for o in operands if sweep.is_active(o))
    if is_alone(sweep, active, operands):
        return total
    moving = {sweep.dots[o]: o for o in operands if isinstance(o, Var) and o in sweep.dots}
    read = {moving.get(a, a) for a in _broadcast_in(sweep, total)}
    whole = call.result in read or read.issuperset(o for o in operands if isinstance(o, Var))
    known = all(isinstance(sweep.b.type_of(a), (Scalar, Array)) for a in (total, call.result))
    return total if whole and not known else sweep.spread(total, call.result)


def _broadcast_in(sweep: Tangents, atom: Atom) -> set[Atom]:
    """The values that elementwise calls make an expression of: it is as large as the largest of them."""
    made = sweep.b.definitions.get(atom) if isinstance(atom, Var) else None
    if made is None or isinstance(made.fn, (Method, Attribute)) or not isinstance(canonical(made.fn), np.ufunc):
        return {atom}
    return {atom}.union(*(_broadcast_in(sweep, a) for a in made.operands))


# -------------------------------------------------------------------------------- pushforwards


def _by_pushforward(sweep: Tangents, bound: BoundRule) -> Atom | None:
    result, positional = bound.call.result, bound.positional
    # Where an argument does not move, its term is not read: anything of its form will do.
    dots = {n: sweep.dots.get(atom, atom) if isinstance(atom, Var) else atom for n, atom in bound.arguments.items()}
    given = {bound.parameters[0]: result, **bound.arguments, **{f"{n}_dot": dot for n, dot in dots.items()}}
    terms = bound.parts(sweep, given, [result, *positional, *(dots[n] for n in bound.rule.arguments)])
    moving = [term for atom, term in zip(positional, terms, strict=True) if sweep.is_active(atom)]
    terms = [term for term in moving if not (isinstance(term, Const) and term.value is None)]
    return sweep.total(terms, sweep.b.type_of(result))


# ------------------------------------------------------------------------------ what is linear


def _without_derivative(sweep: Tangents, bound: BoundRule) -> set[str]:
    """The arguments of which the pullback says that they carry no derivative. What it refuses is
    refused: its lines are written down, and thrown away.

    Raises:
        RuleRefuses: with the reason.
    """
    rule, names, result, options = bound.rule, bound.parameters, bound.call.result, bound.options
    given = {names[0]: result, names[len(rule.arguments) + 1]: result, **bound.arguments, **options}
    try:
        with sweep.b.nested():
            made = splice(sweep.b, rule.function, given, is_math(bound.call.fn))
            parts = [] if rule.variadic else parts_of(sweep, rule, made, len(rule.arguments))
        named = zip(rule.arguments, parts, strict=False)
        return {name for name, part in named if isinstance(part, Const) and part.value is None}
    except NotStatic:
        for name in CHANGES_FORM:
            atom = options.get(name)
            dtype = atom.value if isinstance(atom, Const) and name == "dtype" else None
            if isinstance(atom, Var) or (dtype is not None and is_discrete(dtype)):  # type: ignore[no-untyped-call]
                raise RuleRefuses(f"the derivative of this call is not known for its '{name}'") from None
        return set()


def linear(sweep: Tangents, rule: Rule, call: Call) -> Atom | None:
    """A linear primitive of the tangents: for each group of arguments, the call with their tangents."""
    plain = sweep.b.unstar(call.args)
    assert plain is not None
    given: dict[Any, Atom] = {**dict(enumerate(plain)), **{str(k): a for k, a in call.kwargs}}
    for place in [p for p in given if _name_at(rule, p) in rule.constants]:
        if isinstance(place, str):
            del given[place]
        else:
            given[place] = Const(0)
    places = [place for place in given if _name_at(rule, place) in rule.linear]
    if _is_square(sweep, call, [given[place] for place in places]):
        half = _apply(sweep, call, given | {places[1]: sweep.dot(given[places[1]])})
        return sweep.b.call(operator.mul, Const(2), half)
    terms = []
    for group in [places] if rule.together else [[place] for place in places]:
        if any(sweep.is_active(given[place]) for place in group):
            terms.append(_apply(sweep, call, given | {place: sweep.dot(given[place]) for place in group}))
    made = sweep.total(terms)
    return sweep.spread(made, call.result) if made is not None and canonical(call.fn) is np.where else made


def _is_square(sweep: Tangents, call: Call, factors: Sequence[Atom]) -> bool:
    """Whether a call is the inner product of a moving vector with itself."""
    same = len(factors) == 2 and factors[0] is factors[1] and sweep.is_active(factors[0])
    if canonical(call.fn) is np.vdot and not is_real(sweep.b.type_of(call.result)):
        return False  # it takes the conjugate of one
    return same and canonical(call.fn) in INNER and isinstance(sweep.types.get(call.result), Scalar)


def _name_at(rule: Rule, place: int | str) -> str:
    """The rule's name for the argument at a position, or of a keyword."""
    if isinstance(place, str):
        return rule.spelled.get(place, place)
    names = rule.arguments if rule.variadic else rule.places
    return names[place] if place < len(names) else "*"


def _apply(sweep: Tangents, call: Call, given: Mapping[Any, Atom]) -> Atom:
    """The call's function of other arguments. A tangent that may be a plain number has no methods:
    then the function of NumPy stands for the method."""
    fn: Any = call.fn
    args = [a for place, a in given.items() if isinstance(place, int)]
    kwargs = tuple((place, a) for place, a in given.items() if isinstance(place, str))
    if isinstance(fn, (Method, Attribute)):
        if not isinstance(sweep.b.type_of(args[0]), Array):
            fn = canonical(fn)
            if fn in SEVERAL and len(args) > 2:
                args = [args[0], sweep.b.call(make_tuple, *args[1:])]
    else:
        fn = IN_PLACE.get(fn, fn)
    return sweep.b.call(fn, *args, kwargs=kwargs)
