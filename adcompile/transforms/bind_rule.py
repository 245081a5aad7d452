"""What a rule is given, and what it gives: a call's arguments by the rule's names, and its parts.

Both modes bind a call to its rule like this.

relies on: infer, activity.  ensures: what the rule does not know is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.ir.callables import canonical, is_math
from adcompile.ir.nodes import NONE, Atom, Call, Const, Var
from adcompile.ir.types import Array, NotStatic, Scalar, Type, holds_complex, is_complex, is_real, may_carry_derivative
from adcompile.rules.registry import Rule
from adcompile.runtime.checks import require_real
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.rewrites import name_of_call
from adcompile.transforms.splice_rule import splice
from adcompile.transforms.sweep import Sweep

HINTS = {
    np.sign: "write z / np.abs(z)",
    **dict.fromkeys(
        [np.maximum, np.minimum, np.max, np.min, np.clip, np.sort, np.median, np.fmax, np.fmin],
        "complex numbers have no order: take np.abs(z) or z.real",
    ),
}


POWERS = (np.power, np.float_power)


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A call by its rule's names: the arguments that may carry a derivative, the same in order, and
    the options."""

    rule: Rule
    call: Call
    arguments: Mapping[str, Atom]
    positional: Sequence[Atom]
    options: Mapping[str, Atom]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters of the rule's function that are given by position."""
        code = self.rule.function.__code__  # type: ignore[union-attr]
        return code.co_varnames[: code.co_argcount]

    def parts(self, sweep: Sweep, given: Mapping[str, Atom], in_order: Sequence[Atom]) -> list[Atom]:
        """What the rule's function returns, one atom for each argument: its lines are put in place,
        with parameters as `given`. Where too little is known for that, it is called when the
        program runs, with the same `in_order`."""
        rule = self.rule
        try:
            made = splice(sweep.b, rule.function, {**given, **self.options}, is_math(self.call.fn))
        except NotStatic:
            defaults = dict(rule.options)
            kwargs = [(k, a) for k, a in self.options.items() if _is_given(a, defaults.get(k, a))]
            assert rule.function is not None
            made = sweep.b.call(rule.function, *in_order, kwargs=kwargs)
        return parts_of(sweep, rule, made, len(self.positional))


def _is_given(atom: Atom, default: Any) -> bool:
    return not (isinstance(atom, Const) and atom.value is default)


def parts_of(sweep: Sweep, rule: Rule, result: Atom, count: int) -> list[Atom]:
    """What a rule returned, one atom for each argument: a tuple, unless it has one argument only."""
    return [result] if count == 1 and not rule.variadic else sweep.b.unpack(result, count)


def takes_numbers(sweep: Sweep, rule: Rule, call: Call) -> bool:
    """Whether a rule is right for a call's numbers. One that is for real numbers alone refuses
    complex ones; where the types do not tell, run time does."""
    if rule.on_complex:
        return True
    numbers = (*call.operands, call.result)
    if any(holds_complex(sweep.b.type_of(a)) for a in numbers):
        hint = HINTS.get(canonical(call.fn), "compute with the parts, z.real and z.imag")
        what = f"the derivative of {name_of_call(call)} is not known for complex numbers"
        sweep.found.add(what, call.origin, "", hint)
        return False
    for atom in numbers if not sweep.b.real else ():
        type_ = sweep.b.type_of(atom)
        if may_carry_derivative(type_) and not is_real(type_):
            sweep.b.emit(Call((Var(),), require_real, (atom,), origin=sweep.b.origin))
    return True


def bind_rule(sweep: Sweep, rule: Rule, call: Call) -> BoundRule | None:
    """A call's arguments by the names that the rule gives them; None if it is refused."""
    if not takes_numbers(sweep, rule, call):
        return None
    plain = sweep.b.unstar(call.args)
    if plain is None or any(k is None for k, _ in call.kwargs):
        sweep.found.add("a call with '*' of unknown length", call.origin, "", "write the arguments out")
        return None
    options = {name: Const(default) for name, default in rule.options}
    positional: list[Atom] = list(plain)
    given: dict[str, Atom] = dict(options)
    named: dict[str, Atom] = {}
    known = rule.variadic or len(plain) <= len(rule.places)
    for name, atom in zip(rule.arguments if rule.variadic else rule.places, plain, strict=False):
        (named if name in rule.arguments else given)[name] = atom
    if rule.variadic:
        named["*"] = sweep.b.call(make_tuple, *plain[len(rule.arguments) :])
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
    if canonical(call.fn) in POWERS and is_complex(sweep.b.type_of(call.result)):
        named["x"] = _made_complex(sweep, named["x"])  # then a negative base has a logarithm
    if canonical(call.fn) in POWERS and _is_mask(sweep.b.type_of(named["y"])):
        named["y"] = sweep.b.call(np.ndarray.astype, named["y"], Const(np.dtype(int)))  # of which 1 can be taken
    for key, atom in given.items():
        if sweep.is_active(atom):
            sweep.found.add(f"the argument '{key}' of '{call.fn.__name__}' is active", call.origin)
    return BoundRule(rule, call, named, positional, given)


def _is_mask(type_: Type) -> bool:
    """Whether a value is an array of truth values, from which NumPy subtracts nothing."""
    return isinstance(type_, Array) and type_.dtype == "bool"


def _made_complex(sweep: Sweep, x: Atom) -> Atom:
    """A number as a complex one."""
    type_ = sweep.b.type_of(x)
    if not is_real(type_):
        return x
    if isinstance(type_, Scalar):
        return sweep.b.call(complex, x)
    return sweep.b.call(np.ndarray.astype, x, Const(np.dtype(complex)))


def as_precise(sweep: Sweep, partial: Atom, bar: Atom, result: Var) -> Atom:
    """A partial derivative in the precision of the result, where the cotangent is a Python
    number, which would leave it in a lower one."""
    have, want, weight = sweep.b.type_of(partial), sweep.types.get(result), sweep.b.type_of(bar)
    if not (isinstance(have, Array) and isinstance(want, Array) and isinstance(weight, Scalar)):
        return partial
    if have.dtype in ("float32", "float16") and want.dtype == "float64":
        return sweep.b.make(np.ndarray.astype, (partial, Const(np.dtype("float64"))))
    return partial


def is_alone(sweep: Sweep, atom: Atom, others: Sequence[Atom]) -> bool:
    """Whether an operand has the shape and dtype of the result, whatever they are: all
    others are Python numbers."""
    types = [sweep.b.type_of(o) for o in others if o is not atom]
    return all(isinstance(t, Scalar) and t.dtype in ("float", "int", "bool") for t in types)
