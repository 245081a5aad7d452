"""A call of `jacobian(f)` or `hessian(f)` within a program: a loop over unit vectors, as source.

    def f_jacobian(x):
        value, residual = f_forward(x)
        rows = np.zeros((np.size(value), np.size(x)))
        for i in range(np.size(value)):
            unit = np.zeros(np.size(value))
            unit[i] = 1.0
            rows[i] = np.ravel(f_pullback(residual, np.reshape(unit, np.shape(value))))
        return np.reshape(rows, np.shape(value) + np.shape(x))

A Hessian is made column by column, by forward mode over the gradient, if nothing in the program is
to happen once. The Jacobian by a number is one sweep of forward mode.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence

import numpy as np

from adcompile.analyses.infer import atom_type
from adcompile.dispatch import Compiled
from adcompile.errors import Refused, UsageError
from adcompile.ir.types import UNKNOWN, Array, Scalar, Tuple, Type, is_complex
from adcompile.pushforward import JacobianVector
from adcompile.runtime.checks import require_floats
from adcompile.vector_jacobian import VectorJacobian
from adcompile.within import Call

ONCE = (
    "mode='forward' runs the function once for each number in its argument, and it does more than "
    "compute; use mode='reverse', which runs it once"
)
Made = tuple[Compiled, types.FunctionType]


class _Tangent(JacobianVector):
    """A pushforward whose value nobody asks for."""

    has_value = False


class JacobianWithin:
    """What a Jacobian is within a program: of the two modes of one function, by `mode`."""

    def __init__(
        self,
        reverse: VectorJacobian,
        forward: Sequence[JacobianVector],
        mode: str,
        square: bool,
        several: bool,
        holomorphic: bool,
    ) -> None:
        self.reverse = reverse
        self.forward = forward
        self.mode = mode
        self.square = square
        self.several = several
        self.holomorphic = holomorphic

    def called(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Made:
        """The program for a call within a program, and the function that is called.

        Raises:
            UsageError: for an argument or a result that is neither a number nor an array.
            Refused: where the function cannot be differentiated.
        """
        if self.holomorphic:
            raise UsageError("a Jacobian of complex numbers within a program is not supported; use jvp")
        call = self.reverse.call_within(args, kwargs)
        types_ = [call.type_of(i) for i in self.reverse.positions]
        for type_ in types_:
            _check_numbers(type_, "an argument")
        single = len(types_) == 1 and self.mode != "reverse"
        if single and (self.mode == "forward" or self.square or isinstance(types_[0], Scalar)):
            made = self._by_columns(call, types_[0])
            if made is not None:
                return made
        if self.mode == "forward":
            raise UsageError("mode='forward' by several arguments is not supported within a program; use 'reverse'")
        return self._by_rows(call, types_)

    def _by_columns(self, call: Call, argument: Type) -> Made | None:
        """Forward mode, a sweep for each number in the argument; None if that is refused, or would repeat
        more than computing, and need not be."""
        pushed = _Tangent(self.forward[0].__wrapped__, self.forward[0].positions[0])
        given = list(call.types.values())
        before = pushed.count_before
        try:
            compiled, functions = pushed.emitted([*given[:before], argument, *given[before:]])
        except Refused:
            if self.mode == "forward":
                raise
            return None
        if not compiled.program.repeatable:
            if self.mode == "forward":
                raise UsageError(ONCE)
            return None
        decided = compiled.program.decisions.pushed
        assert decided is not None
        of = atom_type(decided.types, decided.primal.body.yields[0])
        _check_numbers(of, "a result")
        entry = compiled.program.entry
        sweep = call.hold(entry, functions[entry])
        handed_on = call.handed_on(defaults=True)

        def along(tangent: str) -> str:
            return f"{sweep}({', '.join([*handed_on[:before], tangent, *handed_on[before:]])})"

        if isinstance(argument, Scalar):
            return self._function(call, compiled, [f"return {along('1.0')}"])
        np_, unit, i, columns = call.hold("np", np), call.fresh("unit"), call.fresh("i"), call.fresh("columns")
        column = call.fresh("column")
        x = call.text_of(self.reverse.positions[0])
        plain = _is_vector(argument)
        made = f"{np_}.stack({columns}, axis=-1)"
        body = [
            f"{columns} = []",
            f"for {i} in range({np_}.size({x})):",
            f"    {unit} = {np_}.zeros({np_}.size({x}))",
            f"    {unit}[{i}] = 1.0",
            f"    {column} = {along(unit if plain else f'{np_}.reshape({unit}, {np_}.shape({x}))')}",
            f"    {columns}.append({column})",
            f"return {made if plain else f'{np_}.reshape({made}, {np_}.shape({columns}[0]) + {np_}.shape({x}))'}",
        ]
        if of is UNKNOWN:
            body.insert(-2, f"    {call.hold('require_floats', require_floats)}({column})")
        return self._function(call, compiled, body)

    def _by_rows(self, call: Call, arguments: Sequence[Type]) -> Made:
        """Reverse mode, a sweep for each number in the result."""
        compiled, functions = self.reverse.emitted(list(call.types.values()))
        program = compiled.program
        decided = next(d for d in program.decisions.functions if program.entry in d.emitted)
        of = atom_type(decided.types, decided.primal.body.yields[0])
        parts = list(of.items) if isinstance(of, Tuple) else [of]
        for part in parts:
            _check_numbers(part, "a result")
        value, residual = call.fresh("value"), call.fresh("residual")
        forward = call.hold(program.entry, functions[program.entry])
        body = [f"{value}, {residual} = {forward}({', '.join(call.handed_on())})"]
        pullback = call.hold(program.second, functions[program.second])
        texts = [f"{value}[{k}]" for k in range(len(parts))] if isinstance(of, Tuple) else [value]
        xs = [call.text_of(i) for i in self.reverse.positions]
        blocks = []
        for k in range(len(parts)):
            made = _Rows(call, f"{pullback}({residual}, ", texts, parts, k, isinstance(of, Tuple))
            lines, rows = made.lines(xs, arguments)
            body += lines
            blocks.append(f"({', '.join(rows)}, )" if self.several else rows[0])
        body.append(f"return ({', '.join(blocks)}, )" if isinstance(of, Tuple) else f"return {blocks[0]}")
        return self._function(call, compiled, body)

    def _function(self, call: Call, compiled: Compiled, body: Sequence[str]) -> Made:
        name = f"{self.reverse.__name__}_{'hessian' if self.square else 'jacobian'}"
        return compiled, call.function(name, body, self.reverse.__module__)


class _Rows:
    """The lines that make the rows of one part of the result."""

    def __init__(
        self, call: Call, pulled: str, values: Sequence[str], parts: Sequence[Type], number: int, packed: bool
    ) -> None:
        self.call = call
        self.pulled = pulled
        self.values = values
        self.parts = parts
        self.number = number
        self.packed = packed
        self.np = call.hold("np", np)

    def lines(self, xs: Sequence[str], arguments: Sequence[Type]) -> tuple[list[str], list[str]]:
        """The lines, and the text of the Jacobian by each argument."""
        call, np_, value, part = self.call, self.np, self.values[self.number], self.parts[self.number]
        rows = [call.fresh(f"rows{self.number or ''}{'_' * (k > 0)}{k or ''}") for k in range(len(xs))]
        pulled, unit, i = call.fresh("pulled"), call.fresh("unit"), call.fresh("i")
        if isinstance(part, Scalar):
            made = [f"{pulled} = {self.pulled}{self.cotangent('1.0')})"]
            parts = [pulled] if len(xs) == 1 else [f"{pulled}[{k}]" for k in range(len(xs))]
            return [*made, *(f"{row} = {p}" for row, p in zip(rows, parts, strict=True))], rows
        dtypes = [_dtype(part, argument) for argument in arguments]
        made = [
            f"{row} = {np_}.zeros(({np_}.size({value}), {np_}.size({x})){dtype})"
            for row, x, dtype in zip(rows, xs, dtypes, strict=True)
        ]
        if part is UNKNOWN:
            made.insert(0, f"{call.hold('require_floats', require_floats)}({value})")
        along = unit if _is_vector(part) else f"{np_}.reshape({unit}, {np_}.shape({value}))"
        made += [
            f"for {i} in range({np_}.size({value})):",
            f"    {unit} = {np_}.zeros({np_}.size({value}){_dtype(part, part)})",
            f"    {unit}[{i}] = 1.0",
            f"    {pulled} = {self.pulled}{self.cotangent(along)})",
        ]
        parts = [pulled] if len(xs) == 1 else [f"{pulled}[{k}]" for k in range(len(xs))]
        results = []
        for row, p, x, argument in zip(rows, parts, xs, arguments, strict=True):
            plain = _is_vector(argument)
            made.append(f"    {row}[{i}] = {p if plain else f'{np_}.ravel({p})'}")
            shape = f"{np_}.shape({value}) + {np_}.shape({x})"
            results.append(row if plain and _is_vector(part) else f"{np_}.reshape({row}, {shape})")
        return made, results

    def cotangent(self, unit: str) -> str:
        """The cotangent of the whole value: zeros for the other parts."""
        if not self.packed:
            return unit
        parts = zip(self.values, self.parts, strict=True)
        zeros = ["0.0" if isinstance(p, Scalar) else f"{self.np}.zeros_like({v})" for v, p in parts]
        return f"({', '.join([*zeros[: self.number], unit, *zeros[self.number + 1 :]])}, )"


def _is_vector(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.shape is not None and len(type_.shape) == 1


def _dtype(value: Type, argument: Type) -> str:
    """The dtype of a Jacobian, as an argument of `np.zeros`."""
    both = [t.dtype for t in (value, argument) if isinstance(t, (Scalar, Array))]
    return f", '{both[0]}'" if both == ["float32", "float32"] else ""


def _check_numbers(type_: Type, what: str) -> None:
    if type_ is not UNKNOWN and not isinstance(type_, (Scalar, Array)):
        raise UsageError(f"{what} is of type {type_}; a Jacobian within a program is of numbers and arrays")
    if is_complex(type_):
        raise UsageError(
            f"{what} is complex; a Jacobian within a program is of real numbers: take z.real and z.imag, or use jvp"
        )
