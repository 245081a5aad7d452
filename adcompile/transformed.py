"""What all transformed functions share: they are called like the function that they are made from,
compile at the first call with arguments of a signature, and can be asked for their source.
"""

from __future__ import annotations

import contextlib
import functools
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from adcompile.backend.capabilities import BACKENDS, NUMPY, require
from adcompile.dispatch import Compiled, Dispatcher
from adcompile.errors import UsageError
from adcompile.explain import Explanation, explain
from adcompile.frontend.stand_in import stand_in, without_source
from adcompile.frontend.transformations import Emission
from adcompile.garbage import uncollected
from adcompile.ir.types import UNKNOWN, Type
from adcompile.loading import loaded
from adcompile.pipeline import COMPILE_LOCK, Compilation, Program, Want
from adcompile.save import saved_module
from adcompile.signature import signature_of
from adcompile.within import EMISSIONS, Call, Emissions

Wrt = int | str | Sequence[int | str]
Functions = Mapping[str, types.FunctionType]


def positions(function: Any, wrt: Wrt) -> tuple[tuple[int, ...], bool]:
    """The positions of the parameters that `wrt` names, and whether it names several.

    Raises:
        UsageError: if a name or position does not exist, or `wrt` is empty or repeats.
    """
    names = list(signature_of(function).parameters)
    several = isinstance(wrt, (tuple, list))
    given: Sequence[Any] = wrt if isinstance(wrt, (tuple, list)) else (wrt,)
    found = []
    for one in given:
        if isinstance(one, str):
            if one not in names:
                raise UsageError(f"wrt={one!r}: {function.__name__} has the parameters {', '.join(names) or 'none'}")
            found.append(names.index(one))
        elif isinstance(one, int) and not isinstance(one, bool):
            if not -len(names) <= one < len(names):
                raise UsageError(f"wrt={one}: {function.__name__} has {len(names)} parameters")
            found.append(one % len(names))
        else:
            raise UsageError(f"wrt={wrt!r}: give a position, a parameter's name, or a tuple of them")
    if not found:
        raise UsageError("wrt is empty: name at least one parameter")
    if len(set(found)) != len(found):
        raise UsageError(f"wrt={wrt!r} names a parameter twice")
    return tuple(found), several


def check_function(function: Any) -> types.FunctionType:
    """The Python function behind a callable.

    Raises:
        UsageError: if there is none.
    """
    made = function if isinstance(function, types.FunctionType) else stand_in(function)
    if made is not None:
        return made
    raise UsageError(without_source(function))


LIVE: weakref.WeakSet[Transformed] = weakref.WeakSet()


def forget_compiled() -> None:
    """Compile again what is called next, everywhere: the rules have changed."""
    with COMPILE_LOCK:
        for transformed in LIVE:
            transformed._emitted.clear()
            transformed._dispatcher.forget()
        for emissions in EMISSIONS:
            emissions.forget()


class Transformed:
    """A function made from another one by adcompile. Calling it compiles what is needed."""

    __name__: str
    is_pullback = False
    _is_within = False  # it is to be called within a program

    def __init__(self, function: Any, wrt: Wrt, want: Callable[[tuple[int, ...]], Want], backend: str) -> None:
        if backend not in BACKENDS:
            raise UsageError(f"backend={backend!r}: there are {' and '.join(map(repr, BACKENDS))}")
        self._backend = BACKENDS[backend]
        require(self._backend)
        self._emitted: dict[Any, tuple[Compiled, Functions]] = {}
        self._inner = function if isinstance(function, Transformed) else None
        self._function: types.FunctionType = (
            function.parameters_of if isinstance(function, Transformed) else check_function(function)
        )
        self._positions, self._several = positions(self._function, wrt)
        self._want = replace(want(self._positions), several=self._several)
        named = ("__module__", "__name__", "__qualname__", "__doc__")
        named_by = function if hasattr(function, "__name__") else self._function
        functools.update_wrapper(self, named_by, assigned=named, updated=())
        self.__wrapped__ = function
        self._within = Emissions(self.__name__, self._called)
        self._dispatcher = Dispatcher(self._function, self._positions, self._compile)
        LIVE.add(self)

    @property
    def parameters_of(self) -> Any:
        """The function whose parameters this one takes."""
        return self._function

    def _compile(self, inputs: Sequence[Type]) -> Compiled:
        # A compiler behind ours takes long, and makes garbage of its own.
        with uncollected() if self._backend.every_call else contextlib.nullcontext():
            program = self._program(inputs)
            return Compiled(program, loaded(program, self._backend)[program.entry])

    def _program(self, inputs: Sequence[Type]) -> Program:
        compilation = Compilation(backend=self._backend)
        with compilation.running():
            return compilation.gradient(self._differentiated(inputs, compilation), inputs, self._want)

    def _differentiated(self, inputs: Sequence[Type], compilation: Compilation) -> types.FunctionType:
        """The function to differentiate: of another transformation, what it emits for these types."""
        if self._inner is None:
            return self._function
        compiled, functions = self._inner.emitted(inputs)
        program = compiled.program
        made = Emission(functions[program.entry], program.guards, program.captures)
        compilation.outside.take_over(made)
        return made.function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the transformation gives at these arguments."""
        raise NotImplementedError

    def _spread_call(self, compiled: Compiled, values: tuple[Any, ...]) -> Any:
        positional, keyword = self._spread(values)
        return compiled.function(*positional, **keyword)

    def _spread(self, values: tuple[Any, ...]) -> tuple[list[Any], dict[str, Any]]:
        """The values of all parameters as positional and as keyword arguments."""
        positional: list[Any] = []
        keyword: dict[str, Any] = {}
        for parameter, value in zip(self._dispatcher.signature.parameters.values(), values, strict=True):
            if parameter.kind is parameter.VAR_POSITIONAL:
                positional += value
            elif parameter.kind is parameter.KEYWORD_ONLY:
                keyword[parameter.name] = value
            elif parameter.kind is parameter.VAR_KEYWORD:
                keyword |= value
            else:
                positional.append(value)
        return positional, keyword

    def __repr__(self) -> str:
        names = list(signature_of(self._function).parameters)
        by = ", ".join(names[i] for i in self._positions)
        return f"<adcompile {type(self).__name__} of {self._function.__qualname__} by {by}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    # ------------------------------------------------------------------------ what can be asked

    @property
    def source(self) -> str:
        """The text of the program that was compiled last; before any call, of the generic one."""
        latest = self._dispatcher.latest
        return latest.program.text if latest is not None else self._generic().text

    def _generic(self) -> Program:
        return self._program([UNKNOWN] * len(self._dispatcher.parameters))

    def specialize(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The compiled function for arguments like these, bare: no checks, no dispatch."""
        compiled, _ = self._dispatcher.find(self._dispatcher.bind(args, kwargs))
        return compiled.function  # type: ignore[no-any-return]

    def emitted(self, inputs: Sequence[Type]) -> tuple[Compiled, Functions]:
        """The program for inputs of these types, and its functions, for a program that calls them."""
        key = tuple(inputs)
        if key not in self._emitted or not self._emitted[key][0].holds():
            plain = copy(self)  # what is differentiated again is written for no backend yet
            plain._backend, plain._is_within = NUMPY, True
            program = plain._program(inputs)
            functions = loaded(program, NUMPY)
            self._emitted[key] = Compiled(program, functions[program.entry]), functions
        return self._emitted[key]

    def __adcompile__(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Emission:
        """What a call with arguments of these types is a call of, within a program."""
        return self._within.at(args, kwargs)

    def call_within(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Call:
        """The arguments of a call within a program, with floats for what is differentiated by."""
        call = Call(signature_of(self._function), self.__name__, args, kwargs)
        call.differentiate_by(self._positions)
        return call

    def _called(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> tuple[Compiled, types.FunctionType]:
        """The program for a call within a program, and the function that is called."""
        raise NotImplementedError

    def explain(self, *args: Any, **kwargs: Any) -> Explanation:
        """What was decided and why: which values are active, what is recorded or computed again
        and for what, what happens in place, and what each call resolved to.

        With arguments of the program for such; without, of the one that was compiled last, or,
        before any call, of the generic one.
        """
        latest = self._latest(args, kwargs)
        return explain((latest.program if latest is not None else self._generic()).decisions)

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions of the parameters that are differentiated by."""
        return self._positions

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The values of all parameters at a call, in order, defaults filled in."""
        return self._dispatcher.bind(args, kwargs)

    def program_at(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Program:
        """The program for such arguments."""
        return self._dispatcher.find(self._dispatcher.bind(args, kwargs))[0].program

    def _latest(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Compiled | None:
        """The specialisation for some arguments; without any, the one that was compiled last."""
        if not args and not kwargs:
            return self._dispatcher.latest
        return self._dispatcher.find(self._dispatcher.bind(args, kwargs))[0]

    def save(self, path: str | Path, /, *args: Any, **kwargs: Any) -> None:
        """Write a module that needs NumPy and nothing of adcompile: the program for arguments like
        these; without any, the one that was compiled last, or, before any call, the generic one.

        It holds the runtime helpers that it uses. Captured numbers, strings and small arrays
        are written in with the values that they have now; larger ones and functions are imported
        from their module, and its docstring says which.

        Raises:
            UsageError: if the program uses something that can neither be written nor imported.
        """
        latest = self._latest(args, kwargs)
        program = self._generic() if latest is None else self._as_of_now(latest)
        Path(path).write_text(saved_module(program), encoding="utf-8")

    def _as_of_now(self, compiled: Compiled) -> Program:
        """A specialisation's program, compiled again if what it takes from outside has changed."""
        if compiled.is_valid() and compiled.fits(compiled.captured_now()):
            return compiled.program
        return self._program(next(types for types, made in self._dispatcher.by_type.items() if compiled in made))
