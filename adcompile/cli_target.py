"""What the words of a command line stand for: functions, signatures, points.

    FILE.py:FUNC, package.module:FUNC      a function
    'x: float64[n, 3]'                     the type of a parameter
    'x=np.linspace(0, 1, 5)'               the value of a parameter
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.ir.dims import Dim, symbol
from adcompile.ir.types import PYTHON_NUMBERS, UNKNOWN, Array, Scalar, Type, kind_of
from adcompile.signature import signature_of
from adcompile.transformed import Transformed, Wrt

ARG = re.compile(r"^\s*([A-Za-z_]\w*)\s*:\s*(\?|[A-Za-z_]\w*)\s*(?:\[(.*)\])?\s*$")
DTYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex128")
ARG_HELP = "write 'x: float64[n, 3]', 'x: float', 'x: int', 'x: bool' or 'x: ?'"


def load_target(target: str) -> types.FunctionType:
    """The function that `FILE.py:FUNC` or `package.module:FUNC` names.

    A function that was made by `grad` or its kin stands for the function that it was made from.

    Raises:
        UsageError: if there is no such file, module or function, or it cannot be imported.
    """
    place, colon, path = target.rpartition(":")
    if not colon or not place or not path:
        raise UsageError(f"'{target}' names no function; write FILE.py:FUNC or package.module:FUNC")
    module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            raise UsageError(f"'{place}' has no function '{path}'{_offer(module)}")
        found = getattr(found, part)
    while isinstance(found, Transformed):
        found = found.__wrapped__
    if not isinstance(found, types.FunctionType):
        raise UsageError(f"'{path}' in '{place}' is a {type(found).__name__}, not a Python function")
    return found


def _offer(module: Any) -> str:
    names = [n for n, v in vars(module).items() if isinstance(v, (types.FunctionType, Transformed))]
    own = [n for n in names if getattr(vars(module)[n], "__module__", None) == module.__name__]
    return f"; it defines {', '.join(own)}" if own else ""


def _load_file(path: Path) -> types.ModuleType:
    if not path.is_file():
        raise UsageError(f"there is no file '{path}'")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"'{path}' cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules.setdefault(path.stem, module)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"'{path}' cannot be imported: {_one_line(error)}") from error
    return module


def _load_module(name: str) -> types.ModuleType:
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise UsageError(f"the module '{name}' cannot be imported: {_one_line(error)}") from error


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def parse_wrt(text: str | None) -> Wrt:
    """`W`, `0` or `W,U` as the `wrt` of `grad`; the first parameter if there is no text."""
    if text is None:
        return 0
    parts = [int(p) if re.fullmatch(r"-?\d+", p) else p for p in (p.strip() for p in text.split(",")) if p]
    return parts[0] if len(parts) == 1 and "," not in text else tuple(parts)


def parse_signature(function: types.FunctionType, given: Sequence[str]) -> list[Type]:
    """The types of a function's parameters, in order, from texts such as `x: float64[n, 3]`.

    A parameter that is not given is Unknown. A name for a dim is a size of at least 2, the
    same name the same size.

    Raises:
        UsageError: for a text of another form, an unknown parameter, or one given twice.
    """
    names = list(signature_of(function).parameters)
    found: dict[str, Type] = {}
    for text in given:
        match = ARG.match(text)
        if match is None:
            raise UsageError(f"--arg '{text}': {ARG_HELP}")
        name, kind, dims = match.groups()
        _check_parameter("--arg", text, name, names, found)
        found[name] = _type_of_text(text, kind, dims)
    return [found.get(name, UNKNOWN) for name in names]


def _check_parameter(option: str, text: str, name: str, names: Sequence[str], found: Any) -> None:
    if name not in names:
        raise UsageError(f"{option} '{text}': there is no parameter '{name}'; there are {', '.join(names) or 'none'}")
    if name in found:
        raise UsageError(f"{option} '{text}': '{name}' is given twice")


def _type_of_text(text: str, kind: str, dims: str | None) -> Type:
    if dims is None:
        if kind == "?":
            return UNKNOWN
        if kind in PYTHON_NUMBERS or kind in DTYPES:
            return Scalar(kind)
    elif kind in DTYPES:
        parts = [d.strip() for d in dims.split(",")] if dims.strip() else []
        return Array(kind, tuple(_dim(text, d) for d in parts))
    elif kind in PYTHON_NUMBERS:
        raise UsageError(f"--arg '{text}': an array has a NumPy dtype, such as {kind}64")
    raise UsageError(f"--arg '{text}': '{kind}' is not a type; {ARG_HELP}")


def _dim(text: str, dim: str) -> Dim:
    if dim.isdecimal():
        return int(dim)
    if not dim.isidentifier():
        raise UsageError(f"--arg '{text}': '{dim}' is not a size; write a number or a name")
    return symbol(dim, 2)


def differentiable(function: types.FunctionType, inputs: Sequence[Type], wrt: Sequence[int]) -> list[Type]:
    """The types with an int that is differentiated by taken as a float, as `grad` does.

    Raises:
        UsageError: for a type that has no derivative.
    """
    names = list(signature_of(function).parameters)
    found = list(inputs)
    for position in wrt:
        type_ = found[position]
        if isinstance(type_, Scalar) and type_.dtype == "int":
            found[position] = Scalar("float")
        elif isinstance(type_, (Scalar, Array)) and kind_of(type_.dtype) not in ("float", "complex"):
            raise UsageError(f"'{names[position]}' is {type_}, which has no derivative; give it a float type")
    return found


def parse_point(function: types.FunctionType, given: Sequence[str]) -> list[Any]:
    """The arguments of a function, in order, from texts such as `x=np.ones(3)`.

    The expressions see `np`, `math` and the globals of the function. Parameters with a
    default may be left out.

    Raises:
        UsageError: for a text of another form, an expression that fails, an unknown or a
            missing parameter.
    """
    signature = signature_of(function)
    found: dict[str, Any] = {}
    for text in given:
        name, equals, expression = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise UsageError(f"--at '{text}': write 'x=np.ones(3)', a parameter and its value")
        _check_parameter("--at", text, name, list(signature.parameters), found)
        try:
            found[name] = eval(expression.strip(), {"np": np, "math": math} | function.__globals__)
        except Exception as error:
            raise UsageError(f"--at '{text}': {_one_line(error)}") from error
    for name, parameter in signature.parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            raise UsageError(f"'{function.__name__}' takes '{parameter}'; check takes plain parameters only")
        if name not in found:
            if parameter.default is parameter.empty:
                raise UsageError(f"the parameter '{name}' has no value; add --at '{name}=...'")
            found[name] = parameter.default
    return [found[name] for name in signature.parameters]
