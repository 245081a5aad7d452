"""`jvp`: the value of a function and its directional derivative, by forward mode."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adcompile.dispatch import Compiled, Dispatcher
from adcompile.errors import UsageError
from adcompile.explain import Explanation
from adcompile.frontend.transformations import transformation_along
from adcompile.inference.elementwise import shape_of
from adcompile.inference.tangents import tangent_type
from adcompile.ir.types import Tuple, Type
from adcompile.pipeline import Compilation, Program, Want
from adcompile.pullback import fitted, form_of
from adcompile.signature import signature_of
from adcompile.transformed import Transformed, Wrt
from adcompile.within import Call

CONTAINERS = (list, tuple, dict)


class JacobianVector(Transformed):
    """`jvp(f)`: the value of `f` and its tangent along given tangents of its arguments."""

    has_value = True
    emit = staticmethod(Compilation.pushforward)

    def __init__(self, function: Any, wrt: Wrt) -> None:
        super().__init__(function, wrt, lambda where: Want(where), "numpy")
        parameters = list(signature_of(self._function).parameters.values())
        self._before = sum(p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD for p in parameters)
        self._bind = self._dispatcher.bind  # the arguments of the function alone
        self._pushed = _with_tangents(self._function, parameters, self._positions, self._several, self._before)
        shifted = [i + (i >= self._before) for i in self._positions]
        self._dispatcher = Dispatcher(self._pushed, shifted, self._compile)

    @property
    def parameters_of(self) -> Any:
        """The function whose parameters this one takes: those of `f`, and the tangents."""
        return self._pushed

    @property
    def count_before(self) -> int:
        """How many parameters stand before the tangents."""
        return self._before

    def _compile(self, inputs: Sequence[Type]) -> Compiled:
        """Compile for the arguments of one call, whose sizes have one name where they are equal."""
        given, arguments = inputs[self._before], (*inputs[: self._before], *inputs[self._before + 1 :])
        tangents = given.items if self._several and isinstance(given, Tuple) else (given,)
        for i, tangent in zip(self._positions, tangents, strict=False):
            want, have = shape_of(arguments[i]), shape_of(tangent)
            if None not in (want, have) and want != have:
                name = self._dispatcher.parameters[i + (i >= self._before)].name
                raise UsageError(f"the tangent of '{name}' is {tangent}, the argument {arguments[i]}")
        return super()._compile(inputs)

    def program_of(self, arguments: Sequence[Type], trace: Any = None) -> Program:
        """The program for arguments of these types, along tangents of the same types."""
        tangents = tuple(tangent_type(arguments[i]) for i in self._positions)
        tangent = Tuple(tangents) if self._several else tangents[0]
        return self._program((*arguments[: self._before], tangent, *arguments[self._before :]), trace)

    def _program(self, inputs: Sequence[Type], trace: Any = None) -> Program:
        compilation = Compilation(trace)
        of_function = (*inputs[: self._before], *inputs[self._before + 1 :])
        want = Want(self._positions, value=self.has_value, several=self._several, before=self._before)
        with compilation.running():
            return self.emit(compilation, self._differentiated(of_function, compilation), inputs, want)

    def _called(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> tuple[Compiled, types.FunctionType]:
        if not args:
            raise UsageError(f"a pushforward of {self.__name__} takes the arguments, and behind them the tangents")
        *given, tangent = args
        call = self.call_within(given, kwargs)
        name = call.fresh(self._dispatcher.parameters[self._before].name)
        self._check_tangents(call, name, tangent)
        bound = list(call.types.values())
        compiled, functions = self.emitted([*bound[: self._before], tangent, *bound[self._before :]])
        entry = compiled.program.entry
        if call.is_plain and len(given) == self._before and not kwargs:
            return compiled, functions[entry]
        handed_on = call.handed_on(defaults=True)
        handed_on.insert(self._before, name)
        body = [f"return {call.hold(entry, functions[entry])}({', '.join(handed_on)})"]
        return compiled, call.between(self.__name__, body, self._function.__module__, call.head_with(name, len(given)))

    def _check_tangents(self, call: Call, name: str, tangent: Type) -> None:
        """Have it checked, where types do not tell, that the tangents of a call within a program
        have the forms of their arguments."""
        names = [self._dispatcher.parameters[i + (i >= self._before)].name for i in self._positions]
        given: list[tuple[str, Type]] = [(name, tangent)]
        if self._several:
            if not (isinstance(tangent, Tuple) and len(tangent.items) == len(names)):
                raise UsageError(f"a pushforward by {len(names)} arguments takes a tuple of {len(names)} tangents")
            given = [(f"{name}[{i}]", type_) for i, type_ in enumerate(tangent.items)]
        for argument, (text, type_) in zip(names, given, strict=True):
            call.check_shape(text, type_, argument, call.types[argument], f"the tangent of '{argument}'")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`(value, tangent)` at these arguments, along the tangents that stand behind them.

        Raises:
            UsageError: if a tangent has another structure or shape than its argument.
        """
        if not args:
            raise UsageError(f"a pushforward of {self.__name__} takes the arguments, and behind them the tangents")
        *given, tangents = args
        before, dispatcher = self._before, self._dispatcher
        if kwargs or len(given) != before or not dispatcher.plain:
            given = list(self._bind(tuple(given), kwargs))
        if self._several or isinstance(tangents, CONTAINERS):
            tangents = self._fitted(given, tangents)
        values = (*given[:before], tangents, *given[before:])
        return dispatcher._fast(*values) if dispatcher.plain else self._spread_call(*dispatcher.find(values))

    def at(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], tangent: Any
    ) -> tuple[Program, Callable[[], tuple[Any, Any]]]:
        """The program for arguments of the function, and what runs it along what `tangent` holds
        then, as often as it is called."""
        compiled, values = self.found(self.given(args, kwargs), tangent)
        return compiled.program, lambda: self._spread_call(compiled, values)

    def given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The values of the function's parameters at a call, in order."""
        return self._bind(args, kwargs)

    def found(self, given: Sequence[Any], tangent: Any) -> tuple[Compiled, tuple[Any, ...]]:
        """The compiled program for values of the function's parameters, and its own arguments."""
        return self._dispatcher.find((*given[: self._before], tangent, *given[self._before :]))

    def explain(self, *args: Any, **kwargs: Any) -> Explanation:
        """Not of forward mode: it records nothing, and its text is the function with the tangents.

        Raises:
            UsageError: always.
        """
        raise UsageError("explain() is of reverse mode: forward mode records nothing; read .source")

    def _fitted(self, given: Sequence[Any], tangents: Any) -> Any:
        """Tangents in the structure of their arguments, which the emitted code relies on."""
        forms = [form_of(given[i]) for i in self._positions]
        if not self._several:
            return fitted(tangents, forms[0], "tangent", "argument")
        if not isinstance(tangents, (tuple, list)) or len(tangents) != len(forms):
            raise UsageError(f"a pushforward by {len(forms)} arguments takes a tuple of {len(forms)} tangents")
        return tuple(fitted(t, form, "tangent", "argument") for t, form in zip(tangents, forms, strict=True))


def _with_tangents(
    function: types.FunctionType,
    parameters: Sequence[inspect.Parameter],
    wrt: Sequence[int],
    several: bool,
    before: int,
) -> Any:
    """A function that has the parameters of a pushforward, and stands for them."""
    names = {p.name for p in parameters}
    name = "tangents" if several else f"{parameters[wrt[0]].name}_dot"
    while name in names:
        name += "_"
    packs = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    kind = inspect.Parameter.KEYWORD_ONLY if packs else inspect.Parameter.POSITIONAL_OR_KEYWORD
    head = [p.replace(default=inspect.Parameter.empty) for p in parameters[:before]]
    tangents = inspect.Parameter(name, kind)

    def pushed(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    pushed.__name__, pushed.__qualname__ = function.__name__, function.__qualname__
    pushed.__signature__ = inspect.Signature([*head, tangents, *parameters[before:]])  # type: ignore[attr-defined]
    return pushed


@transformation_along
def jvp(f: Any, /, wrt: Wrt = 0) -> JacobianVector:
    """The value of `f` and its Jacobian times a vector, by one sweep that records nothing.

    `jvp(f)(*args, tangent)` gives `(value, tangent)`: the arguments of `f`, and behind them the
    direction in which the argument `wrt` moves. Several arguments move along a tuple of tangents.

        jvp(f)(x, x_dot)
        jvp(f, wrt=(0, 1))(x, y, (x_dot, y_dot))

    Args:
        f: a Python function of numbers, arrays, and lists, tuples and dicts of them.
        wrt: what moves: a parameter's position or name, or a tuple of them.

    Returns:
        A function. A tangent has the structure and shape of its argument; numbers and dtypes are
        converted. The tangent of the value has the structure, shape and dtype of the value, with
        floats for numbers, and None for what is no number.

    Raises:
        UsageError: for a wrong `wrt`, an argument without derivative, or a tangent that does not
            fit its argument.
        Refused: where `f` cannot be differentiated, with every place in it.
    """
    return JacobianVector(f, wrt)
