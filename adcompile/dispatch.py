"""From a call's arguments to the compiled function for them, in about a microsecond.

The first look-up goes by the exact shapes and dtypes: a table for each pattern of argument
kinds, read by a function that is generated for the pattern. What is not found there is
typed (`signature`), and compiled only if no call of that signature was made before. The
functions and modules that the program resolved are compared by identity, and the captured
values are typed again, at every call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.frontend.lower import lowered
from adcompile.frontend.scope import OutsideScope
from adcompile.ir.types import Array, Scalar, Type, kind_of
from adcompile.pipeline import COMPILE_LOCK, Program
from adcompile.signature import Sizes, type_of_value

MOST_SHAPES = 4096
Compile = Callable[[Sequence[Type]], "Compiled"]


class Compiled:
    """A loaded program: its callable, its text, and what its validity rests on."""

    def __init__(self, program: Program, function: Any) -> None:
        self.program = program
        self.function = function
        self.guards = [(OutsideScope(h), name, value) for (h, name), value in program.guards.items()]
        self.captures = [(OutsideScope(h), name) for h, name in program.captures]

    def is_valid(self) -> bool:
        """Whether every function and module that was resolved is still what it was."""
        return all(scope.value(name) is value for scope, name, value in self.guards)

    def capture_key(self) -> Any:
        """What the program was specialised on of the captured values, as they are now."""
        if not self.captures:
            return None
        return tuple(exact_key(scope.value(name)) for scope, name in self.captures)


def exact_key(value: Any) -> Any:
    """A key under which a value's type is the same."""
    kind = type(value)
    if kind is np.ndarray:
        return value.dtype, value.shape
    if kind is bool or kind is str or value is None:
        return value
    if kind is tuple or kind is list:
        return kind, tuple(map(exact_key, value))
    if kind is dict:
        return kind, tuple((k, exact_key(v)) for k, v in value.items())
    if callable(value) and not isinstance(value, type):
        return id(value)
    return kind


class Dispatcher:
    """The specialisations of one differentiated function."""

    def __init__(self, function: Any, wrt: Sequence[int], compile_: Compile) -> None:
        self.function = function
        self.wrt = tuple(wrt)
        self.compile = compile_
        self.signature = inspect.signature(function)
        parameters = list(self.signature.parameters.values())
        self.plain = all(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        self.count = len(parameters)
        self.by_shape: dict[Any, Compiled] = {}
        self.by_type: dict[Any, Compiled] = {}
        self.latest: Compiled | None = None
        self._patterns: dict[Any, tuple[Callable[..., Any], dict[Any, Any]]] = {}
        self._fast: Callable[..., Any] = self._miss

    # --------------------------------------------------------------------------------- calls

    def __call__(self, *args: Any) -> Any:
        """Call the specialisation for plain positional arguments."""
        return self._fast(*args)

    def _miss(self, *args: Any) -> Any:
        compiled, args = self.find(args)
        return compiled.function(*args)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The values of all parameters, in order, defaults filled in.

        Raises:
            UsageError: if the arguments do not fit the function's signature.
        """
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise UsageError(f"{self.function.__name__}(): {error}") from None
        bound.apply_defaults()
        return tuple(bound.arguments.values())

    def find(self, values: tuple[Any, ...]) -> tuple[Compiled, tuple[Any, ...]]:
        """The specialisation for the parameters' values, and the values as it takes them."""
        values = self.as_floats(values)
        key = exact_key(values)
        found = self.by_shape.get((key, self._captures()))
        if found is None or not found.is_valid():
            found = self._find_by_type(values, key)
        self._remember(values, found)
        return found, values

    def _find_by_type(self, values: tuple[Any, ...], key: Any) -> Compiled:
        with COMPILE_LOCK:
            if self.latest is not None and not self.latest.is_valid():
                self._forget()
            sizes = Sizes()
            types = tuple(type_of_value(v, "", sizes) for v in values)
            full = (types, self._capture_types())
            found = self.by_type.get(full)
            if found is None:
                found = self.compile(types)
                full = (types, self._capture_types(found))
                self.by_type[full] = found
            self.latest = found
            if len(self.by_shape) > MOST_SHAPES:
                self.by_shape.clear()
            self.by_shape[(key, self._captures())] = found
            return found

    def _forget(self) -> None:
        """Something that the program resolved has changed: start anew."""
        lowered.cache_clear()
        self.by_shape.clear()
        self.by_type.clear()
        self._patterns.clear()
        self._fast = self._miss
        self.latest = None

    def _captures(self) -> Any:
        return None if self.latest is None else self.latest.capture_key()

    def _capture_types(self, compiled: Compiled | None = None) -> Any:
        compiled = compiled or self.latest
        if compiled is None:
            return None
        return tuple(type_of_value(scope.value(name), name) for scope, name in compiled.captures)

    def as_floats(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values, with Python ints that are differentiated by taken as floats.

        Raises:
            UsageError: for an argument that has no derivative.
        """
        for position in self.wrt:
            value = values[position]
            if type(value) is float or (type(value) is np.ndarray and value.dtype.kind == "f"):
                continue
            name = list(self.signature.parameters)[position]
            if type(value) in (int, list, tuple, dict):
                values = (*values[:position], with_floats(value), *values[position + 1 :])
            check_differentiable(values[position], name)
        return values

    # ------------------------------------------------------------------------- the fast path

    def _remember(self, values: tuple[Any, ...], found: Compiled) -> None:
        """Let calls with arguments of these kinds and shapes find their function at once."""
        if not self.plain or found.captures or not all(type(v) in _KIND_NAMES for v in values):
            return
        pattern = tuple(map(type, values))
        if pattern not in self._patterns:
            self._patterns[pattern] = self._generate(values, found)
        self._fast, table = self._patterns[pattern]
        if len(table) > MOST_SHAPES:
            table.clear()
        parts = tuple(p for v in values if type(v) is np.ndarray for p in (v.dtype, v.shape))
        table[parts or None] = found.function

    def _generate(self, values: tuple[Any, ...], latest: Compiled) -> tuple[Callable[..., Any], dict[Any, Any]]:
        """A function that looks arguments of these kinds up by their exact shapes, and its table."""
        names = [f"a{i}" for i in range(self.count)]
        checks = [f"type({n}) is {_KIND_NAMES[type(v)]}" for n, v in zip(names, values, strict=True)]
        namespace: dict[str, Any] = {"ndarray": np.ndarray, "float64": np.float64, "miss": self._miss}
        guards = []
        for i, (scope, name, value) in enumerate(latest.guards):
            namespace[f"v{i}"] = value
            if name in scope.holder.__globals__ and name not in scope.holder.__code__.co_freevars:
                namespace[f"g{i}"] = scope.holder.__globals__
                guards.append(f"g{i}.get({name!r}) is v{i}")
            else:
                namespace[f"s{i}"] = scope.value
                guards.append(f"s{i}({name!r}) is v{i}")
        arrays = [n for n, v in zip(names, values, strict=True) if type(v) is np.ndarray]
        parts = [part for n in arrays for part in (f"{n}.dtype", f"{n}.shape")]
        table: dict[Any, Any] = {}
        namespace["table"] = table
        key = f"({', '.join(parts)},)" if parts else "None"
        text = "\n".join(
            [
                f"def fast({', '.join(names)}):",
                f"    if {' and '.join([*checks, *guards]) or 'True'}:",
                f"        found = table.get({key})",
                "        if found is not None:",
                f"            return found({', '.join(names)})",
                f"    return miss({', '.join(names)})",
            ]
        )
        exec(compile(text, "<adcompile dispatch>", "exec"), namespace)
        return namespace["fast"], table


_KIND_NAMES = {np.ndarray: "ndarray", float: "float", int: "int", np.float64: "float64"}


def with_floats(value: Any) -> Any:
    """A value with each Python int in it, in containers too, taken as a float."""
    if type(value) is int:
        return float(value)
    if type(value) in (list, tuple):
        return type(value)(map(with_floats, value))
    if type(value) is dict:
        return {key: with_floats(item) for key, item in value.items()}
    return value


def check_differentiable(value: Any, name: str) -> None:
    """Refuse an argument that has no derivative, and say what to pass instead."""
    type_ = type_of_value(value)
    if isinstance(type_, Array) and kind_of(type_.dtype) in ("int", "bool"):
        raise UsageError(
            f"'{name}' is an array of {type_.dtype}, which has no derivative; pass {name}.astype(float)"
        )
    if isinstance(type_, (Array, Scalar)):
        if kind_of(type_.dtype) == "complex":
            raise UsageError(f"'{name}' is complex; derivatives by complex arguments are not supported yet")
        if kind_of(type_.dtype) in ("int", "bool"):
            raise UsageError(f"'{name}' is a {type_.dtype}, which has no derivative; pass float({name})")
        return
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            check_item(item, name)
        return
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
    if isinstance(item, np.ndarray) and item.dtype.kind == "c":
        check_differentiable(item, name)


__all__ = ["Compiled", "Dispatcher"]
