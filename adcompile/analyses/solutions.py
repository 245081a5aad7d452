"""Which values of a program are solutions of equations: what solvers return.

relies on: nothing.  ensures: for each solution the equation, and the values that it depends on;
for a call of a solver whose equation is not known, the reason.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adcompile.frontend.stand_in import function_of_lambda, linear_equation, stand_in
from adcompile.frontend.transformations import is_transformed
from adcompile.ir.nodes import Atom, Attribute, Call, Const, Function, Star, Syntax, Var
from adcompile.ir.traverse import walk
from adcompile.rules.solvers import Solver, equation_of, is_solver, other_solver, scipy_solver
from adcompile.runtime.solutions import require_success, solve_linear
from adcompile.runtime.structures import make_tuple

NO_REPORT = "what it reports beside the solution is not differentiated"
REPORT = "read the solution where the solver is called (.x of root, .root of root_scalar), and hand that on"
MODULE = "give it a function of the module, and what the function depends on as args=(p,)"
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Solution:
    """The equation `function(x, *parameters) == 0`, or `x == function(x, *parameters)` for a fixed
    point, of a value x. `parameters` are atoms, one for each of the function's but the first.
    `solver` is the name of what solves it, `name` one for its sweeps. `is_number` says that x has to
    be one number, `report` is the object that says whether the solver found it, and `solve` what
    solves the linear systems of its derivatives, if they are not dense ones."""

    solver: str
    name: str
    function: types.FunctionType
    fixed_point: bool
    parameters: tuple[Atom, ...]
    is_number: bool = False
    solve: Any = None
    report: Atom | None = None


@dataclass(frozen=True, slots=True)
class NoSolution:
    """Why the equation behind a call of a solver is not known, and what to write instead."""

    why: str
    hint: str


class Solutions:
    """The solutions among the values of a function."""

    def __init__(self, function: Function | None = None) -> None:
        calls = [s for s in walk(function.body) if isinstance(s, Call)] if function is not None else []
        self._found: dict[Var, Solution | NoSolution] = {}
        solving = [s for s in calls if is_solver(s.fn)]
        if not solving or function is None:
            return
        definitions = {s.result: s for s in calls if len(s.results) == 1}
        reports: dict[Var, tuple[str, Solution | NoSolution]] = {}
        for call in solving:
            found, report = _equation(call, definitions, function), _report(call)
            if report is not None:
                reports[call.result] = report, found
                found = NoSolution(NO_REPORT, REPORT) if isinstance(found, Solution) else found
            self._found[call.result] = found
        for call in calls:
            if isinstance(call.fn, Attribute) and isinstance(holder := call.operands[0], Var) and holder in reports:
                report, found = reports[holder]
                if call.fn.name == report:
                    self._found[call.result] = found

    def of(self, call: Call) -> Solution | None:
        """The equation that a call's result solves."""
        found = self._found.get(call.results[0]) if self._found and call.results else None
        return found if isinstance(found, Solution) else None

    def refusal(self, call: Call) -> NoSolution | None:
        """Why the equation behind a call of a solver is not known."""
        found = self._found.get(call.results[0]) if self._found and call.results else None
        return found if isinstance(found, NoSolution) else None

    def read(self, call: Call) -> Sequence[Atom]:
        """The values through which a derivative reaches a call's result: those that a solution's
        equation depends on, of another call its operands. Where a solver starts has no influence."""
        found = self.of(call)
        return call.operands if found is None else found.parameters


def _equation(call: Call, definitions: Mapping[Var, Call], program: Function) -> Solution | NoSolution:
    """The equation of a call of a solver."""
    other, solver = other_solver(call.fn), scipy_solver(call.fn)
    if other is not None:
        return NoSolution(*other)
    if solver is not None:
        return _of_scipy(solver, call, definitions, program)
    return _of_linear_system(call) if call.fn is solve_linear else _named(call)


def _report(call: Call) -> str | None:
    """The name of the solution in what a solver returns, if that is a report."""
    solver = scipy_solver(call.fn)
    if other_solver(call.fn) is not None:
        return "x"
    return solver.solution or None if solver is not None else None


def _named(call: Call) -> Solution | NoSolution:
    """The equation of a solver that the user named."""
    equation = equation_of(call.fn)
    given = _bound(call)
    if given is None:
        return NoSolution("its arguments are not known one by one", "write the arguments out")
    parameters: list[Atom] = []
    for parameter in list(inspect.signature(equation.function).parameters.values())[1:]:
        atom = given.get(parameter.name)
        parameters.append(Const(parameter.default) if atom is None else atom)
    name = call.fn.__name__
    solve, fixed_point = equation.solve, equation.fixed_point
    return Solution(name, _plain(name), equation.function, fixed_point, tuple(parameters), solve=solve)


def _of_linear_system(call: Call) -> Solution | NoSolution:
    """The equation of a linear system that emitted code solves without its matrix."""
    solver, product, side, *given = call.operands
    plain = not call.kwargs and not any(isinstance(a, Star) for a in call.args)
    functions = [a.value for a in (solver, product) if isinstance(a, Const) and isinstance(a.value, types.FunctionType)]
    if not plain or len(functions) < 2:
        return NoSolution("what it solves is not known", "write the functions' names, and the arguments out")
    solve, function = functions
    equation = linear_equation(function, len(given))
    name = f"{_plain(function.__name__)}_solution"
    return Solution("solve_linear", name, equation, False, (side, *given), solve=solve)


def _bound(call: Call) -> Mapping[str, Atom] | None:
    """The arguments of a call by the names of the function's parameters, defaults filled in."""
    if any(isinstance(a, Star) for a in call.args) or any(key is None for key, _ in call.kwargs):
        return None
    signature = inspect.signature(call.fn)  # type: ignore[arg-type]
    try:
        bound = signature.bind(*call.args, **{str(key): atom for key, atom in call.kwargs})
    except TypeError:
        return None
    defaults = {p.name: Const(p.default) for p in signature.parameters.values() if p.default is not p.empty}
    return {**defaults, **bound.arguments}


def _of_scipy(
    solver: Solver, call: Call, definitions: Mapping[Var, Call], program: Function
) -> Solution | NoSolution:
    """The equation of a call of SciPy's."""
    given = _bound(call)
    if given is None:
        return NoSolution("its arguments are not known one by one", "write the arguments out")
    for names, wanted in ((solver.off, False), (solver.on, True)):
        for name in names:
            if not _is(given.get(name), wanted):
                why = f"with this '{name}' it, or its function, returns something else"
                return NoSolution(why, f"leave '{name}' out")
    method = given.get("method")
    if solver.other_methods and not (isinstance(method, Const) and method.value not in solver.other_methods):
        return NoSolution("with this method what it returns may be no root", "leave 'method' out")
    function, read = _function(given[solver.function], definitions, program)
    if function is None:
        return NoSolution("what its function depends on is not known", MODULE)
    packed = given["args"]
    made = definitions.get(packed) if isinstance(packed, Var) else None
    if isinstance(packed, Const) and isinstance(packed.value, tuple):
        items: Sequence[Atom] = [Const(value) for value in packed.value]
    elif made is not None and made.fn is make_tuple and not any(isinstance(a, Star) for a in made.args):
        items = made.operands
    else:
        return NoSolution("what is in 'args' is not known one by one", "write it as a tuple: args=(p, q)")
    parameters = _after_first(function, (*items, *read))
    if parameters is None:
        why = f"'args' does not fit '{function.__name__}'"
        return NoSolution(why, "give it one for each parameter but the first")
    report = call.result if solver.solution else None
    name = f"{_plain(function.__name__)}_solution"
    fixed_point, number = solver.fixed_point, solver.numbers
    return Solution(call.fn.__name__, name, function, fixed_point, parameters, number, report=report)


def _function(
    atom: Atom, definitions: Mapping[Var, Call], program: Function
) -> tuple[types.FunctionType | None, Sequence[Atom]]:
    """The function that a solver is given, and what it takes behind its arguments: what a lambda
    reads of the program; None if the function is not known."""
    if isinstance(atom, Const):
        held = atom.value
        if is_transformed(held) or isinstance(held, types.MethodType):
            return _standing(held), ()
        return (held if isinstance(held, types.FunctionType) else None), ()
    made = definitions.get(atom)
    if made is None or not isinstance(made.fn, Syntax):
        return None, ()
    return function_of_lambda(made.fn.node, made.fn.reads, program.holder), made.operands


@functools.lru_cache(maxsize=256)
def _standing(callable_: Any) -> types.FunctionType | None:
    """The function that stands for a derivative, or for a method: one for the same."""
    return stand_in(callable_)


def _plain(name: str) -> str:
    return name if name.isidentifier() else "function"


def _is(atom: Atom | None, wanted: bool) -> bool:
    """Whether an option is certainly on, or off: not given, or a function in its place, is off."""
    return isinstance(atom, Const) and (atom.value is True) is wanted


def _after_first(function: types.FunctionType, items: Sequence[Atom]) -> tuple[Atom, ...] | None:
    """The atoms for the parameters of a function behind the first; None if they do not fit."""
    parameters = list(inspect.signature(function).parameters.values())
    if any(p.kind not in POSITIONAL for p in parameters) or len(items) >= len(parameters):
        return None
    rest = parameters[1 + len(items) :]
    if any(p.default is p.empty for p in rest):
        return None
    return (*items, *(Const(p.default) for p in rest))


def check_of(solution: Solution) -> list[Call]:
    """The statement that checks, before a solution is read, that the solver found it."""
    if solution.report is None:
        return []
    return [Call((Var(),), require_success, (solution.report,))]
