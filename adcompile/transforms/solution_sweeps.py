"""The pullback and the tangent of a solution, by the implicit function theorem.

Of `x` with `g(x, p) == 0` the derivative is found at the solution alone, however it was found:

    pullback    solve (dg/dx)^T w = -x_bar;  p_bar = (dg/dp)^T w
    tangent     solve (dg/dx) x_dot = -(dg/dp) p_dot

For a fixed point `x == g(x, p)` the matrix is `I - dg/dx`, and the signs are plus. Both are
written here as Python that calls the sweeps of `g`, and lowered as a user's function is: so they
are differentiated again like one.

    def g_solution_pullback(x, p, x_bar):
        jacobian = g_pullbacks(x, p, np.eye(x.size))
        require_regular(jacobian)
        w = np.linalg.solve(jacobian.T, -x_bar)
        return g_pullback_2(x, p, w)

Where `g` cannot be swept for all unit vectors at once, it is for one after the other.

relies on: infer, activity.  ensures: functions of the program, as those of `split_calls`.
"""

from __future__ import annotations

import itertools
import linecache
import operator
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adcompile.frontend.lower import lower_function
from adcompile.inference.elementwise import shape_of
from adcompile.ir.handed_on import without_unread
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, FunctionRef, Stmt, Var
from adcompile.ir.traverse import map_atoms
from adcompile.ir.types import Array, Scalar, Type
from adcompile.runtime.checks import require_real
from adcompile.runtime.solutions import require_regular, require_square, solve_linear
from adcompile.transforms.split_calls import Halves

_COUNTER = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Case:
    """What a solution's sweeps are written for: the equation's function, the names of its parameters,
    the types of what they stand for, and which of them carry a derivative (the first, x, does).
    `is_number` says that x has to be one number, `unchecked` that the types do not tell whether
    what the function returns has the shape of x, `vague` that they do not tell whether x and what
    carries a derivative is real. `solve` is what solves the linear systems, if no dense matrix is made."""

    function: types.FunctionType
    names: tuple[str, ...]
    types: tuple[Type, ...]
    active: tuple[bool, ...]
    fixed_point: bool
    is_number: bool
    unchecked: bool
    vague: bool
    solve: Any = None

    @property
    def by_solution(self) -> tuple[bool, ...]:
        """Which of the parameters carry a derivative where x alone does."""
        return (True, *(False for _ in self.names[1:]))

    @property
    def by_parameters(self) -> tuple[bool, ...]:
        """Which of them do where x does not."""
        return (False, *self.active[1:])


class SweepText:
    """The text of a sweep, while it is written, and the functions of the program that it calls."""

    def __init__(self, name: str, case: Case, given: Sequence[str]) -> None:
        self.name = name
        self.case = case
        self.x = case.names[0]
        self.minus = "" if case.fixed_point else "-"
        self.refs: dict[str, FunctionRef] = {}
        self._taken = {*case.names, "np", name}
        self.given = [self.local(one) for one in given]
        self._lines: list[str] = []
        for one in itertools.compress(case.names, case.active) if case.vague else ():
            self.write(f"require_real({one})")
        if case.is_number and shape_of(case.types[0]) is None:
            self.write(f"require_square(0.0, {self.x})")

    def local(self, name: str) -> str:
        """A name for a variable that nothing else has."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def write(self, line: str, depth: int = 1) -> None:
        """Add a line."""
        self._lines.append("    " * depth + line)

    def called(self, ref: FunctionRef, *arguments: str) -> str:
        """A call of a function of the program."""
        self.refs[ref.name] = ref
        self._taken.add(ref.name)
        return f"{ref.name}({', '.join(arguments)})"

    def pulled(self, halves: Halves, first: bool = True) -> list[str]:
        """What the second half of the function is given, but for the cotangent; with the lines that
        make it, if the first half leaves something, and that check the shape of its result at `first`."""
        check = first and self.case.unchecked
        called = self.called(halves.forward, *self.case.names) if check or halves.given is None else ""
        if halves.given is not None:
            if check:
                self.write(f"require_square({called}, {self.x})")
            return [self.case.names[i] for i in halves.given]
        function = self.case.function.__name__
        left = self.local(f"{function if function.isidentifier() else 'function'}_residual")
        if check:
            value = self.local("value")
            self.write(f"{value}, {left} = {called}")
            self.write(f"require_square({value}, {self.x})")
        else:
            self.write(f"{left} = {called}[1]")
        return [left]

    def slope(self, value: str) -> str:
        """The slope of the equation of a number x, checked."""
        slope = self.local("slope")
        self.write(f"{slope} = {'1.0 - ' * self.case.fixed_point}{value}")
        self.write(f"require_regular({slope})")
        return slope

    def matrix(self, unit: str, swept: Callable[[str], str], together: str | None, by_columns: bool = False) -> str:
        """The matrix of the equation of an array x, checked. `swept` gives the text of a row of it (or of a
        column) for a unit vector that has the name `unit`, and `together` is that of all of them."""
        size = f"{self.x}.size" if self._is_vector else f"np.size({self.x})"
        if together is not None:
            jacobian = self.local("jacobian")
            self.write(f"{jacobian} = {together}{'.T' * by_columns}")
        else:
            i, unit = self.local("i"), self.local(unit)
            value, jacobian = swept(self.shaped(unit)), self.local("jacobian")
            self.write(f"{jacobian} = np.zeros(({size}, {size}){self._dtype})")
            self.write(f"for {i}, {unit} in enumerate({self.units}):")
            place = f":, {i}" if by_columns else i
            self.write(f"{jacobian}[{place}] = {value if self._is_vector else f'np.ravel({value})'}", 2)
        if self.case.fixed_point:
            self.write(f"{jacobian} = {self.units} - {jacobian}")
        self.write(f"require_regular({jacobian})")
        return jacobian

    @property
    def units(self) -> str:
        """All unit vectors."""
        return f"np.eye({self.x}.size{self._dtype})" if self._is_vector else f"np.eye(np.size({self.x}){self._dtype})"

    def solved_by_products(self, product: FunctionRef, side: str, given: Sequence[str]) -> str:
        """The solution of a linear system by the user's solver, without its matrix."""
        self.refs[product.name] = product
        return f"solve_linear(solve, {', '.join((product.name, side, *given))})"

    def solved(self, matrix: str, side: str) -> str:
        """The solution of a linear system in the shape of x."""
        if self._is_vector:
            return f"np.linalg.solve({matrix}, {side})"
        return f"np.reshape(np.linalg.solve({matrix}, np.ravel({side})), np.shape({self.x}))"

    def shaped(self, vector: str) -> str:
        """A vector in the shape of x."""
        return vector if self._is_vector else f"np.reshape({vector}, np.shape({self.x}))"

    @property
    def _is_vector(self) -> bool:
        return len(shape_of(self.case.types[0]) or ()) == 1

    @property
    def _dtype(self) -> str:
        x = self.case.types[0]
        return f", dtype={self.x}.dtype" if isinstance(x, Array) and x.dtype not in ("float64", "?") else ""

    def function(self) -> Function:
        """The function, lowered, its calls linked to the functions of the program."""
        return _function(self.name, (*self.case.names, *self.given), self._lines, self.case, self.refs)


def _function(
    name: str, parameters: Sequence[str], lines: Sequence[str], case: Case, refs: Mapping[str, FunctionRef]
) -> Function:
    """A function of text, lowered, its calls linked to the functions of the program."""
    text = f"def {name}({', '.join(parameters)}):\n" + "\n".join(lines) + "\n"
    filename = f"<solution {next(_COUNTER)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    called = (require_real, require_regular, require_square, solve_linear)
    namespace: dict[str, Any] = {"__name__": case.function.__module__, "np": np, "solve": case.solve, **refs}
    namespace |= {fn.__name__: fn for fn in called}
    exec(compile(text, filename, "exec"), namespace)
    return _linked(without_unread(lower_function(namespace[name])), refs)


def _linked(function: Function, refs: Mapping[str, FunctionRef]) -> Function:
    """A function with captured references as functions of the program, called or handed on."""
    linked = {c.var: refs[c.name] for c in function.captures if c.name in refs}

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call) and s.fn is operator.call and isinstance(s.args[0], Var) and s.args[0] in linked:
            return replace(s, fn=linked[s.args[0]], args=s.args[1:], origin=None)
        return replace(map_atoms(s, atom, block), origin=None)

    def atom(a: Atom) -> Atom:
        return Const(linked[a]) if isinstance(a, Var) and a in linked else a

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    captures = tuple(c for c in function.captures if c.var not in linked)
    return replace(function, body=block(function.body), captures=captures)


def pullback_of_number(name: str, case: Case, both: Halves) -> Function:
    """The pullback of a solution that is a number: one sweep of the function gives all slopes."""
    text = SweepText(name, case, [f"{case.names[0]}_bar"])
    moving = [(n, t) for n, t, active in zip(case.names, case.types, case.active, strict=True) if active]
    given = text.pulled(both)
    slopes = [text.local(f"{n}_slope") for n, _ in moving]
    text.write(f"{', '.join(slopes)} = {text.called(both.pullback, *given, '1.0')}")
    slope = slopes[0]
    if case.fixed_point:
        slope = text.local("slope")
        text.write(f"{slope} = 1.0 - {slopes[0]}")
    text.write(f"require_regular({slope})")
    weight = text.local("w")
    text.write(f"{weight} = {text.minus}{text.given[0]} / {slope}")
    if all(isinstance(t, (Scalar, Array)) for _, t in moving):
        text.write("return " + ", ".join(f"{weight} * {one}" for one in slopes[1:]))
    else:
        again = text.called(both.pullback, *given, weight)
        text.write(f"return {again}[1{':' * (len(moving) > 2)}]")
    return text.function()


def pullback_of_array(
    name: str, case: Case, by_solution: Halves, by_parameters: Halves, together: FunctionRef | None
) -> Function:
    """The pullback of a solution that is an array: a row of the Jacobian for each number in it, all of
    them by one sweep where there is a pullback of many cotangents (`together`)."""
    text = SweepText(name, case, [f"{case.names[0]}_bar"])
    given = text.pulled(by_solution)
    rows = text.called(together, *given, text.units) if together is not None else None
    matrix = text.matrix("row", lambda row: text.called(by_solution.pullback, *given, row), rows)
    weight = text.local("w")
    text.write(f"{weight} = {text.solved(f'{matrix}.T', text.minus + text.given[0])}")
    text.write(f"return {text.called(by_parameters.pullback, *text.pulled(by_parameters, first=False), weight)}")
    return text.function()


def pullback_by_products(
    name: str, case: Case, by_solution: Halves, by_parameters: Halves, product: FunctionRef
) -> Function:
    """The same by a solver that is given products with the transposed matrix alone."""
    text = SweepText(name, case, [f"{case.names[0]}_bar"])
    given, weight = text.pulled(by_solution), text.local("w")
    text.write(f"{weight} = {text.solved_by_products(product, text.minus + text.given[0], given)}")
    text.write(f"return {text.called(by_parameters.pullback, *text.pulled(by_parameters, first=False), weight)}")
    return text.function()


def transposed_product(name: str, case: Case, by_solution: Halves) -> Function:
    """The product with the transposed matrix of a fixed point, of what the pullback is given and a vector."""
    given = ["residual"] if by_solution.given is None else [case.names[i] for i in by_solution.given]
    vector = "w" + "_" * ("w" in given)
    pulled = f"{by_solution.pullback.name}({', '.join((*given, vector))})"
    refs = {by_solution.pullback.name: by_solution.pullback}
    return _function(name, (*given, vector), [f"    return {vector} - {pulled}"], case, refs)


def product(name: str, case: Case, by_solution: FunctionRef) -> Function:
    """The product with the matrix of an equation, of the function's arguments and a vector."""
    vector = "x_dot" + "_" * ("x_dot" in case.names)
    pushed = f"{by_solution.name}({', '.join((*case.names, vector))})[1]"
    line = f"    return {f'{vector} - ' * case.fixed_point}{pushed}"
    return _function(name, (*case.names, vector), [line], case, {by_solution.name: by_solution})


def tangent_of_solution(
    name: str, case: Case, by_solution: FunctionRef, by_parameters: FunctionRef, together: FunctionRef | None = None
) -> Function:
    """The tangent of a solution, of x, the parameters and the tangents of those that have one. With a
    solver that is given products alone, `by_solution` is the product; `together` is the pushforward of many
    tangents, if there is one."""
    moving = [n for n, active in zip(case.names[1:], case.active[1:], strict=True) if active]
    text = SweepText(name, case, [f"{n}_dot" for n in moving])
    along = f"{text.called(by_parameters, *case.names, *text.given)}[1]"
    if case.unchecked:
        value, dot = text.local("value"), text.local("value_dot")
        text.write(f"{value}, {dot} = {text.called(by_parameters, *case.names, *text.given)}")
        text.write(f"require_square({value}, {text.x})")
        along = dot
    along = text.minus + along
    if case.is_number:
        slope = text.slope(f"{text.called(by_solution, *case.names, '1.0')}[1]")
        text.write(f"return {along} / {slope}")
        return text.function()
    if case.solve is not None:
        text.write(f"return {text.solved_by_products(by_solution, along, case.names)}")
        return text.function()
    columns = f"{text.called(together, *case.names, text.units)}[1]" if together is not None else None
    matrix = text.matrix(
        "column", lambda column: f"{text.called(by_solution, *case.names, column)}[1]", columns, by_columns=True
    )
    text.write(f"return {text.solved(matrix, along)}")
    return text.function()
