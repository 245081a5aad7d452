"""Lower calls: of known callables, of methods, of values that are called."""

from __future__ import annotations

import operator
import types
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from adcompile.frontend.closures import Closures
from adcompile.frontend.comprehensions import Comprehensions
from adcompile.frontend.lowering import did_you_mean
from adcompile.frontend.names import LocalFunction
from adcompile.frontend.scope import is_fixed, is_resolved, is_settled
from adcompile.ir.nodes import UNDEF, Atom, Attribute, Const, Method, Star
from adcompile.runtime import structures

SEEING_NAMES = (eval, exec, locals, globals, vars, dir, compile, __import__)
# Builtins that take a generator's elements one by one: a comprehension serves as well.
CONSUMERS = (sum, max, min, list, tuple, sorted, set)

# Functions of matrices that are others along the last two axes of a stack.
OF_LAST_AXES = ((np.linalg.trace, np.trace), (np.linalg.diagonal, np.diagonal))


class Calls(Comprehensions, Closures):
    """Lowers calls and their arguments."""

    def expr_Call(self, node: Any) -> Atom:
        """A call: of a known callable, of a method, or of a nested function, which is inlined."""
        if isinstance(node.func, gast.Lambda):
            return self.inline(self.made_here(node.func), node)
        if isinstance(node.func, gast.Name):
            target = self.value_of_name(node.func, node.func.id)
            if isinstance(target, LocalFunction):
                return self.inline(target, node)
        node = self.of_method(node) or node
        if isinstance(node.func, gast.Call) and (made := self.transformed_here(node.func)) is not None:
            return self.inline(made, node)
        if (made := self.transformed_here(node)) is not None:
            return self.transformed_value(made, node)
        if isinstance(node.func, gast.Attribute):
            receiver = self.expr(node.func.value)
            if not isinstance(receiver, Const):
                return self.method_call(receiver, node)
            fn = UNDEF if receiver is UNDEF else self.static_attribute(node.func, receiver)
        else:
            fn = self.expr(node.func)
        if fn is UNDEF:
            return UNDEF
        if isinstance(fn, Const) and (fn.value is any or fn.value is all) and len(node.args) == 1 and not node.keywords:
            if (generator := self.as_generator(node.args[0])) is not None:
                return self.whether(generator, fn.value is any, node)
        args, kwargs = self.arguments(node, fn)
        if isinstance(fn, Const) and any(fn.value is f for f in SEEING_NAMES):
            return self.refuse(
                node,
                f"'{fn.value.__name__}' sees the function's variables by name",
                "what it reads or changes cannot be followed",
                "write the expression out",
            )
        if any(isinstance(a, Const) and _is_object(a.value) for a in (*args, *(a for _, a in kwargs))):
            return self._array_of_objects(node)
        if isinstance(fn, Const) and fn.value is hasattr and (known := _has_attribute(args)) is not None:
            return Const(known)
        if isinstance(fn, Const) and fn.value in (max, min) and len(args) > 2 and not kwargs:
            largest = args[0]
            for other in args[1:]:
                largest = self.call(fn.value, largest, other, node=node)
            return largest  # type: ignore[return-value]
        if isinstance(fn, Const) and fn.value in (max, min) and len(args) > 1 and kwargs:
            args = [self.call(structures.make_list, *args, node=node)]  # `key=` is of the items of one iterable
        if isinstance(fn, Const) and fn.value is list and len(node.args) == 1 and self.as_generator(node.args[0]):
            return args[0]  # type: ignore[return-value]
        if isinstance(fn, Const) and fn.value is dict and not args and all(k is not None for k, _ in kwargs):
            return self.call(structures.make_dict, *(a for k, v in kwargs for a in (Const(k), v)), node=node)
        if isinstance(fn, Const) and isinstance(fn.value, types.MethodType) and isinstance(fn.value.__self__, type):
            return self.call(fn.value.__func__, Const(fn.value.__self__), *args, kwargs=kwargs, node=node)
        if isinstance(fn, Const) and any(fn.value is of_stacks for of_stacks, _ in OF_LAST_AXES):
            plain = next(plain for of_stacks, plain in OF_LAST_AXES if fn.value is of_stacks)
            kwargs += [("axis1", Const(-2)), ("axis2", Const(-1))]
            return self.call(plain, *args, kwargs=kwargs, node=node)
        if isinstance(fn, Const):
            return self.call(fn.value, *args, kwargs=kwargs, node=node)
        return self.call(operator.call, fn, *args, kwargs=kwargs, node=node)

    def _array_of_objects(self, node: Any) -> Atom:
        why = "an array of objects may hold anything"
        return self.refuse(node, "arrays of objects are not supported", why, "use a list, or an array of numbers")

    def static_attribute(self, node: Any, holder: Const) -> Atom:
        """What a module or class holds: for good, with a guard, or what it holds when that is read."""
        if not hasattr(holder.value, node.attr):
            hint = did_you_mean(node.attr, dir(holder.value))
            return self.refuse(node, f"{holder!r} has no attribute '{node.attr}'", "", hint)
        value, name = getattr(holder.value, node.attr), _dotted(node)
        if is_fixed(holder.value) or isinstance(value, types.MethodType) or (name is None and is_resolved(value)):
            return Const(value)
        if name is None or not is_settled(value):
            return self.call(Attribute(node.attr), holder, node=node)
        self.scope.resolved[name] = value
        return Const(value)

    def arguments(self, node: Any, fn: Any = None) -> tuple[list[Atom | Star], list[tuple[str | None, Atom]]]:
        """The lowered arguments of a call."""
        args: list[Atom | Star] = []
        consumes = isinstance(fn, Const) and any(fn.value is c for c in CONSUMERS)
        for arg in node.args:
            if isinstance(arg, gast.Starred) and isinstance(arg.value, (gast.List, gast.Tuple)):
                for e in arg.value.elts:
                    args.append(Star(self.expr(e.value)) if isinstance(e, gast.Starred) else self.expr(e))
            elif isinstance(arg, gast.Starred):
                args.append(Star(self.expr(arg.value)))
            elif consumes and (generator := self.as_generator(arg)) is not None:
                args.append(self.expr_ListComp(generator))
            elif isinstance(arg, gast.GeneratorExp) and _takes_all(fn) and self.may_act(arg):
                args.append(self.expr_ListComp(arg))
            else:
                args.append(self.argument(arg, fn))
        kwargs = [(k.arg, self.expr(k.value) if k.arg is None else self.argument(k.value, fn)) for k in node.keywords]
        return args, kwargs

    def method_call(self, receiver: Atom, node: Any) -> Atom:
        """`receiver.name(...)` where the receiver is a value of the program."""
        args, kwargs = self.arguments(node, Method(node.func.attr))
        if node.func.attr == "astype" and any(isinstance(a, Const) and _is_object(a.value) for a in args):
            return self._array_of_objects(node)
        return self.call(Method(node.func.attr), receiver, *args, kwargs=kwargs, node=node)


def _takes_all(fn: Any) -> bool:
    """Whether a call takes all elements of its argument at once, one after the other."""
    known = fn.value if isinstance(fn, Const) else None
    return getattr(known or fn, "name" if isinstance(fn, Method) else "__name__", "") in ("join", "dict", "fromiter")


def _has_attribute(args: Sequence[Any]) -> bool | None:
    """What `hasattr(np, "sum")` gives; None where that may change, or is not known."""
    if len(args) != 2 or not all(isinstance(a, Const) for a in args) or not is_fixed(args[0].value):
        return None
    return hasattr(args[0].value, args[1].value) if isinstance(args[1].value, str) else None


def _is_object(value: Any) -> bool:
    """Whether a constant is the dtype of arrays of objects."""
    return value is object or value is np.object_ or (isinstance(value, np.dtype) and value.kind == "O")


def _dotted(node: Any) -> str | None:
    """The text of `name.attribute`; None for an attribute of something else."""
    if isinstance(node, gast.Name):
        return str(node.id)
    inner = _dotted(node.value) if isinstance(node, gast.Attribute) else None
    return None if inner is None else f"{inner}.{node.attr}"
