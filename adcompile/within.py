"""Calls of transformed functions within a program: the arguments of such a call, and the function
with source that it is a call of.

    grad(f)(x)              f_grad(x), which is what the transformation emits
    grad(f)(1, n=3)         f_grad(float(x), n=n)
    jvp(f)(x, v)            f_pushforward(x, v), behind a check that `v` has the shape of `x`

Where the call differs from one of the emitted function, a function of a few lines stands between.
"""

from __future__ import annotations

import inspect
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adcompile.dispatch import Compiled, check_type
from adcompile.errors import UsageError
from adcompile.frontend.stand_in import written
from adcompile.frontend.transformations import Emission, put_between
from adcompile.inference.elementwise import shape_of
from adcompile.ir.types import (
    FLOAT,
    UNKNOWN,
    Array,
    Dict,
    List,
    Scalar,
    Tuple,
    Type,
    is_complex,
    is_real,
    of_constant,
)
from adcompile.runtime.checks import require_floats, require_shape

Parameter = inspect.Parameter
_TAKES = inspect.Signature([Parameter(name, Parameter.POSITIONAL_ONLY) for name in ("parts", "cotangent")])
PACKS = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


class Call:
    """The arguments of a call within a program: a type for each parameter, and the text that hands
    each of them on. `lines` are what has to be done before."""

    def __init__(
        self, signature: inspect.Signature, name: str, args: Sequence[Type], kwargs: Mapping[str, Type]
    ) -> None:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise UsageError(f"{name}(): {error}") from None
        self.parameters = list(signature.parameters.values())
        self.types: dict[str, Type] = {}
        self.lines: list[str] = []
        self.held: dict[str, Any] = {}
        self._given = set(bound.arguments)
        self._texts = {p.name: p.name for p in self.parameters}
        for p in self.parameters:
            given = bound.arguments.get(p.name, () if p.kind is p.VAR_POSITIONAL else {})
            if p.kind is p.VAR_POSITIONAL:
                self.types[p.name] = Tuple(tuple(given))
            elif p.kind is p.VAR_KEYWORD:
                self.types[p.name] = Dict(tuple(given.items()))
            else:
                self.types[p.name] = given if p.name in self._given else of_constant(p.default)

    def differentiate_by(self, positions: Sequence[int]) -> None:
        """Take Python ints among what is differentiated by as floats, as a call from outside does.

        Raises:
            UsageError: for an argument that has no derivative.
        """
        for p in (self.parameters[i] for i in positions):
            type_ = self.types[p.name]
            if not (isinstance(type_, Scalar) and type_.dtype == "int"):
                check_type(type_, p.name)
            if type_ is UNKNOWN and p.name in self._given:
                self.lines.append(f"{self.hold('require_floats', require_floats)}({p.name})")
            text, as_float = _in_floats(self._texts[p.name], type_)
            if text == self._texts[p.name]:
                continue
            if p.kind in PACKS or p.name not in self._given:
                raise UsageError(f"'{p.name}' holds an int, and is differentiated by; write floats")
            self._texts[p.name], self.types[p.name] = text, as_float

    def type_of(self, position: int) -> Type:
        """The type of a parameter."""
        return self.types[self.parameters[position].name]

    def text_of(self, position: int) -> str:
        """The text of an argument, as it is handed on."""
        return self._texts[self.parameters[position].name]

    def hold(self, name: str, value: Any) -> str:
        """A name in the function between for an object from outside."""
        names = {p.name for p in self.parameters}
        while name in names or self.held.get(name, value) is not value:
            name += "_"
        self.held[name] = value
        return name

    def fresh(self, name: str) -> str:
        """A name for a local variable of the function between."""
        while name in self._texts or name in self.held:
            name += "_"
        return name

    def check_shape(self, text: str, type_: Type, like: str, of: Type, what: str) -> None:
        """Have it checked that a value has the structure and the shapes of another, unless types tell.

        Raises:
            UsageError: if they tell that it has not, or do not tell the structure.
        """
        pairs: list[tuple[str, Type, Type]] | None = None
        if isinstance(of, Tuple) and isinstance(type_, Tuple) and len(type_.items) == len(of.items):
            pairs = [(f"[{i}]", a, b) for i, (a, b) in enumerate(zip(type_.items, of.items, strict=True))]
        elif isinstance(of, Dict) and isinstance(type_, Dict) and dict(type_.items).keys() == dict(of.items).keys():
            pairs = [(f"[{key!r}]", dict(type_.items)[key], b) for key, b in of.items]
        if pairs is not None:
            for part, one, other in pairs:
                self.check_shape(text + part, one, like + part, other, what)
            return
        both_lists = isinstance(of, List) and isinstance(type_, List)
        if both_lists or (isinstance(of, (List, Tuple, Dict)) and type_ is UNKNOWN):
            self.lines.append(f"{self.hold('require_shape', require_shape)}({text}, {like})")
            return
        if not all(t is UNKNOWN or isinstance(t, (Scalar, Array)) for t in (type_, of)):
            raise UsageError(f"{what} is {type_}, where {of} is needed; types do not tell that it has this form")
        have, want = shape_of(type_), shape_of(of)
        if have is not None and want is not None:
            same = [a == b or not (isinstance(a, int) and isinstance(b, int)) for a, b in zip(have, want, strict=False)]
            if len(have) != len(want) or not all(same):
                raise UsageError(f"{what} is {type_}, where {of} is needed")
            if have == want:
                return
        self.lines.append(f"{self.hold('require_shape', require_shape)}({text}, {like})")

    @property
    def is_plain(self) -> bool:
        """Whether the emitted function can be called with the arguments as they are."""
        return not self.lines and all(text == name for name, text in self._texts.items())

    @property
    def head(self) -> list[Parameter]:
        """The parameters of the function between: those that the call gives."""
        given = [p for p in self.parameters if p.name in self._given or p.kind in PACKS]
        return [p.replace(default=Parameter.empty, annotation=Parameter.empty) for p in given]

    def head_with(self, name: str, count: int) -> list[Parameter]:
        """The same, with one more parameter behind the `count` that are given by position."""
        if any(p.kind is p.VAR_POSITIONAL for p in self.parameters):
            raise UsageError("a jvp within a program of a function that packs its arguments (*args) is not supported")
        head = self.head
        first = [p.replace(kind=Parameter.POSITIONAL_ONLY) for p in head[:count]]
        rest = [p if p.kind in PACKS else p.replace(kind=Parameter.KEYWORD_ONLY) for p in head[count:]]
        return [*first, Parameter(name, Parameter.POSITIONAL_ONLY), *rest]

    def handed_on(self, defaults: bool = False) -> list[str]:
        """The arguments as they are handed on; with `defaults` those too that the call leaves out."""
        made, by_name = [], False
        for p in self.parameters:
            text = self._texts[p.name]
            if p.kind in PACKS:
                made.append(f"*{text}" if p.kind is p.VAR_POSITIONAL else f"**{text}")
            elif p.name not in self._given:
                by_name = by_name or not defaults
                made += [self._named(p, self._default(p))] if defaults else []
            else:
                made.append(f"{p.name}={text}" if by_name else self._named(p, text))
        return made

    @staticmethod
    def _named(p: Parameter, text: str) -> str:
        return f"{p.name}={text}" if p.kind is p.KEYWORD_ONLY else text

    def _default(self, p: Parameter) -> str:
        if p.default is None or type(p.default) in (bool, int, str):
            return repr(p.default)
        return self.hold(f"default_{p.name}", p.default)

    def function(
        self, name: str, body: Sequence[str], module: str, head: Sequence[Parameter] = ()
    ) -> types.FunctionType:
        """A function with such a body."""
        parameters = str(inspect.Signature(list(head) or self.head))
        return written(name, parameters, [*self.lines, *body], self.held, module)

    def between(
        self, name: str, body: Sequence[str], module: str, head: Sequence[Parameter] = ()
    ) -> types.FunctionType:
        """The function that stands between the call and what is emitted, with such a body."""
        return put_between(self.function(name, body, module, head))


EMISSIONS: weakref.WeakSet[Emissions] = weakref.WeakSet()


class Emissions:
    """What the calls of one transformed function within programs are calls of, by the types of the
    arguments. `called` gives the program for such a call, and the function."""

    def __init__(self, name: str, called: Callable[..., tuple[Compiled, types.FunctionType]]) -> None:
        self._name = name
        self._called = called
        self._made: dict[Any, tuple[Compiled, Emission]] = {}
        self._open = False
        EMISSIONS.add(self)

    def forget(self) -> None:
        """Make them anew: the rules have changed."""
        self._made.clear()

    def at(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Emission:
        """What a call with arguments of these types is a call of.

        Raises:
            UsageError: where the call would raise one.
            Refused: where the function cannot be differentiated.
        """
        key = (*args, *kwargs.items())
        if key not in self._made or not self._made[key][0].holds():
            if self._open:
                raise UsageError(f"{self._name} is differentiated, and calls its own derivative")
            self._open = True
            try:
                compiled, function = self._called(args, kwargs)
            finally:
                self._open = False
            self._made[key] = compiled, Emission(function, compiled.program.guards, compiled.program.captures)
        return self._made[key][1]


def _in_floats(text: str, type_: Type) -> tuple[str, Type]:
    """The text of a value with its Python ints as floats, and its type."""
    if isinstance(type_, Scalar) and type_.dtype == "int":
        known = isinstance(type_.value, int) and float(type_.value) == type_.value
        return repr(float(type_.value)) if known else f"float({text})", FLOAT  # type: ignore[arg-type]
    if isinstance(type_, List):
        inner, item = _in_floats("item", type_.item)
        return (f"[{inner} for item in {text}]", List(item)) if inner != "item" else (text, type_)
    if isinstance(type_, Tuple):
        parts = [_in_floats(f"{text}[{i}]", t) for i, t in enumerate(type_.items)]
        if all(made == f"{text}[{i}]" for i, (made, _) in enumerate(parts)):
            return text, type_
        return f"({''.join(made + ', ' for made, _ in parts)})", Tuple(tuple(t for _, t in parts))
    if isinstance(type_, Dict):
        pairs = [(k, *_in_floats(f"{text}[{k!r}]", t)) for k, t in type_.items]
        if all(made == f"{text}[{k!r}]" for k, made, _ in pairs):
            return text, type_
        display = ", ".join(f"{k!r}: {made}" for k, made, _ in pairs)
        return f"{{{display}}}", Dict(tuple((k, t) for k, _, t in pairs))
    return text, type_


class PulledWithin:
    """The pullback that `vjp(f)(x)` gives within a program: there it is a tuple of this object, the
    residual and the value, which only its calls look into."""

    is_pullback = True

    def __init__(self, function: types.FunctionType, packed: bool) -> None:
        self._function = function
        self._packed = packed  # the one cotangent that it gives is to be in a tuple
        self._within: dict[Any, Emission] = {}

    def __adcompile__(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Emission:
        """What a call of the pullback is a call of; the first of the arguments is that tuple.

        Raises:
            UsageError: if the cotangent has not certainly the form of the value.
        """
        key = (*args, *kwargs.items())
        if key not in self._within:
            self._within[key] = Emission(self._called(args, kwargs))
        return self._within[key]

    def _called(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> types.FunctionType:
        if len(args) != 2 or kwargs:
            raise UsageError("a pullback takes one cotangent")
        parts, given = args
        call = Call(_TAKES, "pullback", args, {})
        of = parts.items[2] if isinstance(parts, Tuple) else UNKNOWN
        call.check_shape("cotangent", given, "value", of, "the cotangent")
        pulled = f"{call.hold('pulled', self._function)}(residual, {in_form('cotangent', given, of)})"
        call.lines.insert(0, "_, residual, value = parts")
        body = [f"return ({pulled},)" if self._packed else f"return {pulled}"]
        return call.between("pullback", body, self._function.__module__)


def in_form(text: str, given: Type, of: Type) -> str:
    """The text of a cotangent with the kind and dtype of its value, where types tell that."""
    if is_complex(given) and is_real(of):
        raise UsageError(f"a tangent or cotangent of type {given} is given for a real value")
    if isinstance(of, Scalar) and is_complex(of):
        return text if is_complex(given) else f"complex({text})"
    if isinstance(of, Scalar) and not (isinstance(given, Scalar) and given.dtype in ("float", "float64")):
        return f"float({text})"
    if isinstance(of, Array) and isinstance(given, Array) and "?" not in (given.dtype, of.dtype):
        dtype = of.dtype if of.dtype.startswith(("float", "complex")) else "float64"
        return text if given.dtype == dtype else f"{text}.astype('{dtype}')"
    return text
