"""Reverse a call by its rule: put down the rule's lines, and add up what they give.

A rule of partial derivatives is multiplied by the cotangent; a pullback takes it. Where too
little is known to write the rule's lines, the rule itself is called at run time.

relies on: infer, activity.  ensures: as `reverse`.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence

import numpy as np

from adcompile.ir.callables import canonical, is_math
from adcompile.ir.nodes import NONE, Atom, Call, Const, Var
from adcompile.ir.types import Array, NotStatic, Scalar
from adcompile.rules.registry import Rule, rule_for
from adcompile.runtime import broadcasting
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.cotangents import Cotangents
from adcompile.transforms.reverse_structures import accumulate_items, spread
from adcompile.transforms.splice_rule import RuleRefuses, splice


def by_rule(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse a call of a primitive; refuse one that has no rule."""
    rule = rule_for(call.fn)
    if rule is None or rule.kind == "zero":
        sweep.refuse_call(call)
        return
    bound = _bind(sweep, rule, call)
    if bound is None:
        return
    arguments, options, given = bound
    if rule.kind == "partials":
        _by_partials(sweep, rule, call, bar, arguments, options, given)
    else:
        _by_pullback(sweep, rule, call, bar, arguments, options, given)


def _bind(sweep: Cotangents, rule: Rule, call: Call) -> tuple[dict[str, Atom], dict[str, Atom], list[Atom]] | None:
    """A call's arguments by the names that the rule gives them: the array arguments, the
    options, and all array arguments in order."""
    plain = sweep.b.unstar(call.args)
    if plain is None or any(k is None for k, _ in call.kwargs):
        sweep.found.add("a call with '*' of unknown length", call.origin, "", "write the arguments out")
        return None
    options = {name: Const(default) for name, default in rule.options}
    named: dict[str, Atom] = dict(zip(rule.arguments, plain, strict=False))
    positional: list[Atom] = list(plain)
    if rule.variadic:
        named["*"] = sweep.b.call(make_tuple, *plain[len(rule.arguments) :])
    given: dict[str, Atom] = dict(options)
    extra = [] if rule.variadic else plain[len(rule.arguments) :]
    names = list(options)
    known = len(extra) <= len(names)
    given.update(zip(names, extra, strict=False))
    for key, atom in call.kwargs:
        assert key is not None
        key = rule.spelled.get(key, key)
        if key in rule.arguments:
            named[key] = atom
        elif key in options:
            given[key] = atom
        else:
            known = False
    for name in rule.spelled.values():
        named.setdefault(name, NONE)
    if not rule.variadic:
        if any(a not in named for a in rule.arguments):
            known = False
        else:
            positional = [named[a] for a in rule.arguments]
    if not known:
        name = getattr(call.fn, "__name__", "the function")
        hint = f"np.{name}(np.array(values))" if call.fn in (max, min) else "leave out what the rule does not know"
        sweep.found.add(f"the derivative of '{name}' is not known for these arguments", call.origin, "", hint)
        return None
    for key, atom in given.items():
        if sweep.is_active(atom):
            sweep.found.add(f"the argument '{key}' of '{call.fn.__name__}' is active", call.origin)
    return named, given, positional


def _by_partials(
    sweep: Cotangents,
    rule: Rule,
    call: Call,
    bar: Atom,
    arguments: dict[str, Atom],
    options: dict[str, Atom],
    positional: list[Atom],
) -> None:
    first = _parameters(rule)[0]
    env = {first: call.result, **arguments, **options}
    try:
        parts = _parts(sweep, rule, splice(sweep.b, rule.function, env, is_math(call.fn)), len(positional))
    except NotStatic:
        parts = _parts_at_run_time(sweep, rule, [call.result, *positional], options, len(positional))
    inner, choices = _unchosen(sweep, bar)
    for i, (atom, partial) in enumerate(zip(positional, parts, strict=True)):
        if sweep.is_active(atom):
            weight = bar if isinstance(partial, Const) else inner
            # In a product the cotangent stands where the factor stood: `2 * x` gives `2 * r_bar`.
            partial = _as_precise(sweep, partial, weight, call.result)
            factors = (partial, weight) if i == 1 and canonical(call.fn) is np.multiply else (weight, partial)
            product = sweep.b.call(operator.mul, *factors)
            for condition, kept in choices if weight is not bar else ():
                product = sweep.chosen(product, condition, kept)
            if not _is_alone(sweep, atom, positional):
                product = sweep.b.call(broadcasting.unbroadcast, product, atom)
            sweep.accumulate(atom, product)


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


def _as_precise(sweep: Cotangents, partial: Atom, bar: Atom, result: Var) -> Atom:
    """A partial derivative in the precision of the result, where the cotangent is a Python
    number, which would leave it in a lower one."""
    have, want, weight = sweep.b.type_of(partial), sweep.types.get(result), sweep.b.type_of(bar)
    if not (isinstance(have, Array) and isinstance(want, Array) and isinstance(weight, Scalar)):
        return partial
    if have.dtype in ("float32", "float16") and want.dtype == "float64":
        return sweep.b.make(np.ndarray.astype, (partial, Const(np.dtype("float64"))))
    return partial


def _is_alone(sweep: Cotangents, atom: Atom, others: Sequence[Atom]) -> bool:
    """Whether an operand has the shape and dtype of the result, whatever they are: all
    others are Python numbers."""
    types = [sweep.b.type_of(o) for o in others if o is not atom]
    return all(isinstance(t, Scalar) and t.dtype in ("float", "int", "bool") for t in types)


def _by_pullback(
    sweep: Cotangents,
    rule: Rule,
    call: Call,
    bar: Atom,
    arguments: dict[str, Atom],
    options: dict[str, Atom],
    positional: list[Atom],
) -> None:
    names = _parameters(rule)
    arrays = {name: spread(sweep, atom) for name, atom in arguments.items()}
    env = {names[0]: call.result, names[len(rule.arguments) + 1]: bar, **arrays, **options}
    try:
        cotangents = _parts(sweep, rule, splice(sweep.b, rule.function, env, is_math(call.fn)), len(positional))
    except NotStatic:
        fixed = len(rule.arguments)
        args = [call.result, *positional[:fixed], bar, *positional[fixed:]]
        cotangents = _parts_at_run_time(sweep, rule, args, options, len(positional))
    except RuleRefuses as reason:
        sweep.found.add(str(reason), call.origin, "", "detach() the argument if it should count as a constant")
        return
    for atom, cotangent in zip(positional, cotangents, strict=True):
        if sweep.is_active(atom):
            if isinstance(cotangent, Const) and cotangent.value is None:
                continue  # the rule says that this argument carries no derivative
            accumulate_items(sweep, atom, cotangent)


def _parts(sweep: Cotangents, rule: Rule, result: Atom, count: int) -> list[Atom]:
    """What a rule returned, one atom for each argument: a tuple, unless it has one argument only."""
    return [result] if count == 1 and not rule.variadic else sweep.b.unpack(result, count)


def _parts_at_run_time(
    sweep: Cotangents, rule: Rule, args: Sequence[Atom], options: Mapping[str, Atom], count: int
) -> list[Atom]:
    """Call the rule itself, where too little is known to splice its lines."""
    defaults = dict(rule.options)
    kwargs = [(k, a) for k, a in options.items() if not (isinstance(a, Const) and a.value is defaults.get(k, a))]
    assert rule.function is not None
    made = sweep.b.call(rule.function, *args, kwargs=kwargs)
    return _parts(sweep, rule, made, count)


def _parameters(rule: Rule) -> tuple[str, ...]:
    """The names of a rule's parameters that are given by position."""
    code = rule.function.__code__  # type: ignore[union-attr]
    return code.co_varnames[: code.co_argcount]
