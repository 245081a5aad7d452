"""From a call's arguments to the compiled function for them.

What was called before is found by the exact shapes and dtypes, in a function that is generated
for the pattern of the arguments (`fast_path`). What is not found there is typed (`signature`),
and compiled only if no call of that signature was made before. The functions and modules that
the program resolved are compared by identity, and the captured values are typed again, at
every call.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.fast_path import MOST_VALUES, Function, count_values, exact_key, guarded, kinds_of, look_up, table_key
from adcompile.frontend.scope import OutsideScope, scope_of
from adcompile.ir.types import Array, Passive, Scalar, Static, Type, kind_of
from adcompile.pipeline import COMPILE_LOCK, Program
from adcompile.signature import Sizes, signature_of, type_of_value

MOST_SHAPES = 4096
MOST_PATTERNS = 256
MOST_CAPTURED = 16  # patterns of captured values that are known for the same arguments
Compile = Callable[[Sequence[Type]], "Compiled"]


class Compiled:
    """A loaded program: its callable, its text, and what its validity rests on."""

    def __init__(self, program: Program, function: Any) -> None:
        self.program = program
        self.function = function
        self.guards = [(scope_of(h), name, value) for (h, name), value in program.guards.items()]
        self.captures = [(OutsideScope(h), name) for h, name in program.captures]
        self.captured = tuple(program.captures.values())  # when it was compiled
        self.capture_types = self._types(self.captured)
        self._guarded: dict[Any, Function] = {}

    def _types(self, captured: Sequence[Any]) -> list[Type]:
        return [type_of_value(value, name) for value, (_, name) in zip(captured, self.captures, strict=True)]

    def is_valid(self) -> bool:
        """Whether every function and module that was resolved is still what it was."""
        return all(scope.value(name) is value for scope, name, value in self.guards)

    def captured_now(self) -> tuple[Any, ...]:
        """The captured values, as they are now."""
        return tuple(scope.value(name) for scope, name in self.captures)

    def fits(self, captured: Sequence[Any]) -> bool:
        """Whether captured values have the types that the program was compiled for."""
        return self._types(captured) == self.capture_types

    def holds(self) -> bool:
        """Whether all that it was compiled for is still as it was."""
        return self.is_valid() and self.fits(self.captured_now())

    def guarded(self, captured: tuple[Any, ...], count: int, miss: Function) -> Function:
        """The callable of `count` arguments, for captured values of these exact keys; `miss` is called
        if something outside has changed."""
        if captured not in self._guarded:
            if len(self._guarded) >= MOST_CAPTURED:
                self._guarded.clear()
            captures = [(*where, key) for where, key in zip(self.captures, captured, strict=True)]
            self._guarded[captured] = guarded(self.function, count, self.guards, captures, miss)
        return self._guarded[captured]


Known = tuple[Compiled, Any]  # a program, and the exact key of what it captures


class Dispatcher:
    """The specialisations of one differentiated function."""

    def __init__(self, function: Any, wrt: Sequence[int], compile_: Compile) -> None:
        self.function = function
        self.wrt = tuple(wrt)
        self.compile = compile_
        self._read_signature()
        self.by_shape: dict[Any, list[Known]] = {}
        self.by_type: dict[tuple[Type, ...], list[Compiled]] = {}
        self.latest: Compiled | None = None
        self._patterns: dict[Any, tuple[Function, dict[Any, Function]]] = {}
        self._fast: Function = self._miss

    def _read_signature(self) -> None:
        self._defaults = getattr(self.function, "__defaults__", None)
        self.signature = signature_of(self.function)
        self.parameters = list(self.signature.parameters.values())
        self.plain = all(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in self.parameters)
        self.count = len(self.parameters)

    # --------------------------------------------------------------------------------- calls

    def __call__(self, *args: Any) -> Any:
        """Call the specialisation for the values of all parameters, of a plain function."""
        return self._fast(*args)

    def _miss(self, *args: Any) -> Any:
        compiled, args = self.find(args, remember=True)
        return compiled.function(*args)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The values of all parameters, in order, defaults filled in.

        Raises:
            UsageError: if the arguments do not fit the function's signature.
        """
        if self.plain and len(args) == self.count and not kwargs:
            return args
        if getattr(self.function, "__defaults__", None) is not self._defaults:
            self._read_signature()
        if self.plain and len(args) <= self.count:
            rest = [kwargs.get(p.name, p.default) for p in self.parameters[len(args) :]]
            named = [p.name for p in self.parameters[len(args) :] if p.kind is p.POSITIONAL_OR_KEYWORD]
            complete = not any(value is inspect.Parameter.empty for value in rest)
            if complete and all(name in named for name in kwargs):
                return (*args, *rest)
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise UsageError(f"{self.function.__name__}(): {error}") from None
        bound.apply_defaults()
        return tuple(bound.arguments.values())

    def find(self, given: tuple[Any, ...], remember: bool = False) -> tuple[Compiled, tuple[Any, ...]]:
        """The specialisation for the parameters' values, and the values as it takes them. The next call
        with arguments of these kinds and shapes finds it at once, if that is worth to `remember`."""
        values = self.as_floats(given)
        key = exact_key(values)
        found, captured = self._find_by_shape(key) or self._find_by_type(values, key)
        if remember:
            self._remember(given, values, found, captured)
        return found, values

    def _find_by_shape(self, key: Any) -> Known | None:
        for found, captured in self.by_shape.get(key, ()):
            if found.is_valid() and exact_key(found.captured_now()) == captured:
                return found, captured
        return None

    def _find_by_type(self, values: tuple[Any, ...], key: Any) -> Known:
        with COMPILE_LOCK:
            if not all(one.is_valid() for made in self.by_type.values() for one in made):
                self.forget()
            sizes = Sizes()
            types = tuple(type_of_value(v, "", sizes) for v in values)
            made = self.by_type.setdefault(types, [])
            found, captured = self._that_fits(made)
            if found is None:
                found = self.compile(types)
                made.append(found)
                captured = found.captured
                self.latest = found
            if len(self.by_shape) > MOST_SHAPES:
                self.by_shape.clear()
            known = self.by_shape.setdefault(key, [])
            if len(known) >= MOST_CAPTURED:
                known.clear()
            known.append((found, exact_key(captured)))
            return known[-1]

    @staticmethod
    def _that_fits(made: Sequence[Compiled]) -> tuple[Compiled | None, tuple[Any, ...]]:
        """The program that fits what it captures, with that, as it is now."""
        for one in made:
            captured = one.captured_now()
            if one.fits(captured):
                return one, captured
        return None, ()

    def forget(self) -> None:
        """Something that a program resolved has changed: start anew."""
        self._read_signature()
        self.by_shape.clear()
        self.by_type.clear()
        self._patterns.clear()
        self._fast = self._miss
        self.latest = None

    def as_floats(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values, with Python ints that are differentiated by taken as floats.

        Raises:
            UsageError: for an argument that has no derivative.
        """
        for position in self.wrt:
            value = values[position]
            if type(value) is float or (type(value) is np.ndarray and value.dtype.kind == "f"):
                continue
            if type(value) in (int, list, tuple, dict):
                values = (*values[:position], with_floats(value), *values[position + 1 :])
            check_differentiable(values[position], self.parameters[position].name)
        return values

    def _remember(self, given: tuple[Any, ...], values: tuple[Any, ...], found: Compiled, captured: Any) -> None:
        """Let calls with arguments of these kinds and shapes find their function at once."""
        floats = [i for i, (a, b) in enumerate(zip(given, values, strict=True)) if a is not b]
        if any(type(given[i]) is not int for i in floats) or count_values(given) > MOST_VALUES:
            return
        pattern = kinds_of(given)
        if pattern not in self._patterns:
            if len(self._patterns) >= MOST_PATTERNS:
                return
            table: dict[Any, Function] = {}
            self._patterns[pattern] = look_up(given, floats, table, self._miss), table
        self._fast, table = self._patterns[pattern]
        if len(table) > MOST_SHAPES:
            table.clear()
        table[table_key(given)] = found.guarded(captured[1], self.count, self._miss)


def with_floats(value: Any) -> Any:
    """A value with each Python int in it, in containers too, taken as a float; the value itself if
    there is none."""
    if type(value) is int:
        return float(value)
    if type(value) in (list, tuple):
        items = list(map(with_floats, value))
        return value if all(map(operator.is_, items, value)) else type(value)(items)
    if type(value) is dict:
        found = {key: with_floats(item) for key, item in value.items()}
        return value if all(found[key] is item for key, item in value.items()) else found
    return value


def check_type(type_: Type | None, name: str) -> None:
    """Refuse an argument whose type has no derivative, and say what to pass instead."""
    if isinstance(type_, (Static, Passive)):
        what = repr(type_.value) if isinstance(type_, Static) else f"a {type_}"
        raise UsageError(f"'{name}' is {what}, which has no derivative; leave it out of wrt")
    if not isinstance(type_, (Array, Scalar)):
        return
    kind = kind_of(type_.dtype)
    if isinstance(type_, Array) and kind in ("int", "bool"):
        raise UsageError(
            f"'{name}' is an array of {type_.dtype}, which has no derivative; pass {name}.astype(float)"
        )
    if kind in ("int", "bool"):
        raise UsageError(f"'{name}' is a {type_.dtype}, which has no derivative; pass float({name})")


def check_differentiable(value: Any, name: str) -> None:
    """Refuse an argument that has no derivative, and say what to pass instead."""
    type_ = type_of_value(value)
    if isinstance(type_, (Array, Scalar)):
        check_type(type_, name)
        return
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            check_item(item, name)
        return
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        kind = type(value).__name__
        raise UsageError(f"'{name}' is a {kind}, an array of a class of its own; pass np.asarray({name})")
    if isinstance(value, np.ndarray):
        raise UsageError(f"'{name}' is an array of {value.dtype}, which has no derivative; leave it out of wrt")
    if isinstance(value, str) or value is None or callable(value):
        raise UsageError(f"'{name}' is {value!r}, which has no derivative; leave it out of wrt")
    if not hasattr(value, "__array_function__"):
        raise UsageError(f"'{name}' is a {type(value).__name__}, which has no derivative; leave it out of wrt")


def check_item(item: Any, name: str) -> None:
    """The same for what a container holds: strings, None and ints in it are constants."""
    if isinstance(item, (list, tuple, dict)) or type_of_value(item) is None:
        check_differentiable(item, name)
    if isinstance(item, np.ndarray) and type(item) is not np.ndarray:
        check_differentiable(item, name)


__all__ = ["Compiled", "Dispatcher", "check_type"]
