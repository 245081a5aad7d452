"""How a refused call is named in its message, and what to write instead of it."""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.ir.callables import outs_of
from adcompile.ir.nodes import Attribute, Call, Method, Opaque, Syntax
from adcompile.ir.types import Array, Passive, Type, Unknown
from adcompile.runtime.called import with_pullback, with_tangent
from adcompile.runtime.structures import make_dict, make_list, make_set, make_tuple

NO_SOURCE = "it has no source that can be differentiated, and nothing says what its derivative is"
ELSE = "detach() the argument if it should count as a constant, or register a rule"
KEEP = "keep the values in a dict, a tuple, or variables"
DISPLAYS = {make_list: "list", make_tuple: "tuple", make_dict: "dict", make_set: "set"}
REWRITES: dict[Callable[..., Any], str] = {
    builtins.map: "write a list comprehension: [f(v) for v in values]",
    builtins.filter: "write a list comprehension: [v for v in values if condition(v)]",
    builtins.sorted: "sort an array: np.sort(np.array(values))",
    builtins.dict: "write the dict as a display: {'a': x, 'b': y}",
    builtins.zip: "loop over zip(a, b) in a 'for', or index the sequences",
    functools.reduce: "write a loop",
    itertools.accumulate: "write a loop, or np.cumsum(x)",
    itertools.product: "write nested loops",
    itertools.chain: "write a loop for each of them, or join the lists with +",
    np.apply_along_axis: "write a loop over the rows, or call the function on the whole array with axis=",
    np.vectorize: "call the function on the whole array, or write a loop",
    np.fromiter: "np.array([v for v in values])",
    np.copyto: "store into all elements: a[...] = b",
    np.fill_diagonal: "store by index: a[np.arange(n), np.arange(n)] = value",
    np.add.at: "loop over the indices, or np.bincount",
    np.matrix: "use an array, and @ for the product of matrices",
}
METHOD_REWRITES = {
    "sort": "make a sorted copy: y = np.sort(y)",
    "insert": "make a new list: items = items[:i] + [v] + items[i:]",
    "pop": "read the element, then make a list without it: items = items[:i] + items[i + 1:]",
    "__delitem__": "make a new one without it: {k: v for k, v in d.items() if k != key}",
    "remove": "make a list without it: items = items[:i] + items[i + 1:]",
    "update": "store the entries one by one: d[key] = value",
    "setdefault": "make the entry before: if key not in d: d[key] = []",
    "popitem": "name the key: value = d[key]",
    "shuffle": "draw an order, and index by it: items = [items[i] for i in order]",
    "fill": "store into all elements: a[...] = value",
}


def name_of_call(call: Call) -> str:
    """What a call calls, as a message says it."""
    fn: Any = call.fn
    if fn is operator.call:
        return "what is called here"
    if isinstance(fn, Syntax):
        return "this expression"
    if fn == Method("__delitem__"):
        return "'del'"
    if fn in DISPLAYS:
        return f"this {DISPLAYS[fn]} with '*' in it"
    return f"'{getattr(fn, '__name__', None) or type(fn).__name__}'"


def no_rule(call: Call, receiver: Type | None) -> tuple[str, str, str]:
    """What is wrong with an active call that has no rule, why, and what to write instead."""
    fn: Any = call.fn
    name = name_of_call(call)
    if isinstance(fn, (Method, Attribute)) and isinstance(receiver, Array) and not hasattr(np.ndarray, fn.name):
        kind = "method" if isinstance(fn, Method) else "attribute"
        return f"an array has no {kind} '{fn.name}'", "", ""
    what = f"{name} is called with an active value, and has no derivative rule"
    if fn is with_pullback or fn is with_tangent:
        what = "the derivative of a function that is known only at run time is differentiated again"
        return what, "it is made when the program runs", "call the function by its name, with an 'if' for each"
    if fn is operator.call:
        what = "a function that is known only at run time is called with an active value"
        why = "neither its source nor a derivative rule can be looked up"
        return what, why, "call the function by its name, with an 'if' for each that it may be"
    if isinstance(fn, Syntax):
        return (
            "this expression depends on the arguments, and its derivative is not followed",
            "it is kept as it is: a generator, a set, or a lambda that is passed on",
            "write a list comprehension, or a nested def",
        )
    if fn in DISPLAYS:
        what = f"{name} depends on the arguments, and its derivative is not followed"
        return what, "how many elements there are is not known", "write the elements out, or join lists with +"
    module = getattr(fn, "__module__", None) or ""
    if isinstance(fn, type) and not _rewrite(fn):
        return what, "an object that holds a value that depends on the arguments is not followed", KEEP
    if isinstance(fn, Attribute):
        what = f"the attribute '{fn.name}' is read of an object that depends on the arguments"
        return what, "an object that holds such a value is not followed", KEEP
    if isinstance(fn, Method) and isinstance(receiver, (Unknown, Passive, type(None))):
        why = "what object it belongs to is known only when the program runs"
        return what, why, "take the object from outside the function, or call a function of the module"
    if module.split(".")[:2] == ["numpy", "ma"]:
        return what, "masked arrays are not supported", "use an array and np.where(mask, value, x)"
    return what, NO_SOURCE, _rewrite(fn) or ELSE


def _rewrite(fn: Any) -> str:
    try:
        return REWRITES.get(fn, "")
    except TypeError:  # it cannot be hashed
        return ""


def may_change(stmt: Call | Opaque, name: str) -> tuple[str, str, str]:
    """What is wrong with a statement that may change `name`, why, and what to write instead."""
    fn: Any = stmt.fn if isinstance(stmt, Call) else None
    if isinstance(fn, type):
        why = "the object may keep it, or change it"
        return f"{name_of_call(stmt)} is given '{name}', which is read elsewhere", why, _rewrite(fn) or KEEP  # type: ignore[arg-type]
    what = name_of_call(stmt) if isinstance(stmt, Call) else "this statement"
    hint = f"pass a copy, or compute a new value instead of changing '{name}'"
    if isinstance(stmt, Call) and outs_of(stmt):
        hint = "assign the result instead of giving out="
    hint = METHOD_REWRITES.get(getattr(fn, "__name__", "").lstrip("."), _rewrite(fn) or hint)
    what = f"{what} may change '{name}' in place, which is read elsewhere"
    return what, "nothing says what it does to its arguments", hint
