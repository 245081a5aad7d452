"""Which function a method call means, where the type of its receiver tells.

An object's method is a function of its class, with the object as its first argument. A
method of a module or a class that a parameter holds is what the module or class holds.
"""

from __future__ import annotations

import inspect
import operator
import types
from dataclasses import dataclass
from typing import Any

from adcompile.analyses.user_functions import is_user_function
from adcompile.frontend.transformations import is_transformed
from adcompile.ir.nodes import Attribute, Const, Method
from adcompile.ir.types import Passive, Static, Type
from adcompile.rules.registry import rule_for


@dataclass(frozen=True, slots=True)
class MethodFunction:
    """The function that a method call means, the constants before its arguments, and whether the
    receiver is its first argument. It was found in `holder`, a class or module, by the name `held`."""

    function: Any
    holder: Any
    held: str
    constants: tuple[Const, ...] = ()
    takes_receiver: bool = False


def function_of_method(fn: Any, receiver: Type) -> MethodFunction | None:
    """What a call of a method means; None where that is not known, or where the method has neither
    a rule nor a source that could be followed."""
    if isinstance(fn, Method) and isinstance(receiver, Static):
        held = getattr(receiver.value, fn.name, None)
        if not isinstance(receiver.value, (types.ModuleType, type)) or held is None:
            return None
        if isinstance(held, types.MethodType) and isinstance(held.__self__, type):
            return MethodFunction(held.__func__, receiver.value, f"{fn.name}.__func__", (Const(held.__self__),))
        return MethodFunction(held, receiver.value, fn.name)
    found = _method_of_class(fn, receiver)
    if found is None or not (is_transformed(found.function) or is_followed(found.function)):
        return None
    return found


def is_followed(function: Any) -> bool:
    """Whether a function has a rule, or a source."""
    return rule_for(function) is not None or is_user_function(function)


def _method_of_class(fn: Any, receiver: Type) -> MethodFunction | None:
    if not (isinstance(receiver, Passive) and receiver.kind is not None):
        return None
    name = fn.name if isinstance(fn, Method) else "__call__" if fn is operator.call else ""
    found = inspect.getattr_static(receiver.kind, name, None)
    kind = receiver.kind
    if isinstance(found, staticmethod):
        return MethodFunction(found.__func__, kind, name)
    if isinstance(found, classmethod):
        return MethodFunction(found.__func__, kind, f"{name}.__func__", (Const(kind),))
    has_rule = callable(found) and (is_transformed(found) or rule_for(found) is not None)
    if not has_rule and not isinstance(found, types.FunctionType):
        return None
    return MethodFunction(found, kind, name, takes_receiver=True)


def attribute_of_module(fn: Attribute, receiver: Type) -> Type | None:
    """The function or module that an attribute of a known module is."""
    if not (isinstance(receiver, Static) and isinstance(receiver.value, types.ModuleType)):
        return None
    held = getattr(receiver.value, fn.name, None)
    return Static(held) if callable(held) or isinstance(held, types.ModuleType) else None
