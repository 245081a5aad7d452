"""Which values may share memory, and which hold others.

Values that may be views of each other, or one object under two names, are one class, found
by union. A container's class has a class for what it holds at each known index (or at any).
The classes do not look at the order of statements (Steensgaard's analysis, with fields).

relies on: types.  ensures: `affects(a, b)` is False only where a change of `a` in place
cannot change what reading `b` gives.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Iterable, Mapping
from copy import copy
from typing import Any

import numpy as np

from adcompile.analyses.effects import EFFECTFUL, is_pure_callable
from adcompile.analyses.objects import Objects
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import FLAT, IN_PLACE, canonical
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    FunctionRef,
    If,
    Loop,
    Method,
    Opaque,
    ReverseBlock,
    Star,
    Stmt,
    Syntax,
    Through,
    Var,
    While,
    With,
    WriteBack,
)
from adcompile.ir.traverse import blocks_of
from adcompile.ir.types import (
    STRING,
    UNKNOWN,
    Array,
    Dict,
    List,
    Never,
    Scalar,
    Static,
    Tuple,
    Type,
    of_constant,
    parts_of,
)
from adcompile.rules.solvers import scipy_solver
from adcompile.runtime import broadcasting, seeds, structures, tangents, updates
from adcompile.runtime.markers import detach

ASTYPE = (np.ndarray.astype, Method("astype"))
# Pure functions whose result may be an argument, a view of it, or may hold it.
SHARING = frozenset(
    [
        np.transpose,
        np.reshape,
        np.ravel,
        np.swapaxes,
        np.moveaxis,
        np.expand_dims,
        np.squeeze,
        np.broadcast_to,
        np.diagonal,
        np.diag,
        np.asarray,
        np.real,
        np.imag,
        np.flip,
        np.fliplr,
        np.flipud,
        np.rot90,
        np.matrix_transpose,
        np.atleast_1d,
        np.atleast_2d,
        np.atleast_3d,
        np.ascontiguousarray,
        np.split,
        np.array_split,
        np.broadcast_arrays,
        np.rollaxis,
        np.permute_dims,
        np.hsplit,
        np.vsplit,
        np.dsplit,
        np.unstack,
        np.require,
        np.asanyarray,
        np.asfortranarray,
        np.asarray_chkfinite,
        np.astype,
        np.ndarray.astype,
        Method("astype"),
        Method("conj"),  # of real numbers, the array itself
        Method("conjugate"),
        np.float64,
        np.float32,
        # These may hand on their argument: einsum("ii->i"), matrix_power(a, 1), diff(a, 0).
        np.einsum,
        np.linalg.matrix_power,
        np.diff,
        np.nan_to_num,
        np.trim_zeros,
        detach,
        getattr,
        list,
        tuple,
        dict,
        min,
        max,
        sorted,
        reversed,
        zip,
        enumerate,
        broadcasting.unbroadcast,
        broadcasting.match_dtype,
        broadcasting.add,
        broadcasting.add_item,
        broadcasting.items_of,
        tangents.spread,
        seeds.unbroadcast_seeds,
        seeds.spread_seeds,
        seeds.elementwise_seeds,
        seeds.align_seeds,
        seeds.add_seeds,
        seeds.of_one_seed,
    ]
)
DISPLAYS = (structures.make_tuple, structures.make_list, structures.make_set)
# Of dicts: they give out, in some form, what is in them.
TAKING = (Method("get"), Method("values"), Method("items"))
LISTS = (list, sorted)  # they make a list of what another sequence holds
JOINING = (operator.add, operator.mul, operator.or_)  # of lists, tuples and dicts
ANY = "*"


OwnResults = Callable[[Call], tuple[bool, ...]]


def own_of_half(call: Call) -> tuple[bool, ...]:
    """Of each result of a function of the same program whether its memory is certainly new."""
    return call.fn.own if isinstance(call.fn, FunctionRef) else ()


class Aliasing:
    """The classes of values that may share memory, and what they hold. `own_results` says of each
    result of a call whether its memory is certainly new, where nothing else says so."""

    def __init__(self, body: Block, types: Mapping[Var, Type], own_results: OwnResults = own_of_half) -> None:
        self.types = types
        self._own_results = own_results
        self._new: set[Var] = set()  # tuples of arrays of new memory
        self._parent: dict[Any, Any] = {}
        self._held: dict[Any, dict[Any, Any]] = {}
        self._objects = Objects()
        self._iterators: set[Atom] = set()  # `a.flat`
        self._block(body, ())

    def _block(self, block: Block, loops: tuple[Loop, ...]) -> None:
        for stmt in block.stmts:
            self._stmt(stmt, loops)
            inside = (*loops, stmt) if isinstance(stmt, (For, While)) else loops
            for inner in blocks_of(stmt):
                self._block(inner, inside)

    def _stmt(self, stmt: Stmt, loops: tuple[Loop, ...]) -> None:
        if isinstance(stmt, Call):
            self._call(stmt)
            for result in stmt.results:
                self._objects.made(result, loops)
        elif isinstance(stmt, If):
            self._link(stmt.results, stmt.then.yields)
            self._link(stmt.results, stmt.orelse.yields)
        elif isinstance(stmt, (For, While)):
            self._link(stmt.params, stmt.inits)
            self._link(stmt.results, stmt.inits)
            self._link(stmt.results, stmt.body.yields)
            self._link(stmt.params, stmt.body.yields, stmt)
            if isinstance(stmt, For):
                for item, source in zip(stmt.items, stmt.sources, strict=True):
                    if isinstance(source, Each):
                        self._take(item, source.sequence, ANY)
        elif isinstance(stmt, With):
            self._link(stmt.results, stmt.body.yields)
        elif isinstance(stmt, Opaque):
            for _, written in stmt.writes:
                for _, read in stmt.reads:
                    self._mix(written, read)

    # --------------------------------------------------------------------------------- answers

    def may_share(self, a: Var, b: Var) -> bool:
        """Whether two values may be views of the same memory, or the same object."""
        return a is b or (self._has_memory(a) and self._has_memory(b) and self.find(a) is self.find(b))

    def affects(self, a: Var, b: Var) -> bool:
        """Whether a change of `a` in place may change what reading `b` gives: they share
        memory, or `b` holds something that shares memory with `a`."""
        if a is b:
            return True
        if not (self._has_memory(a) and self._has_memory(b)):
            return False
        reached = self._objects.reached_from(a)
        if reached is not None:
            return b in reached
        root, seen, pending = self.find(a), set(), [self.find(b)]
        while pending:
            one = pending.pop()
            if one is root:
                return True
            if one not in seen:
                seen.add(one)
                pending += [self.find(h) for h in self._held.get(one, {}).values()]
        return False

    def touches(self, a: Var, b: Var) -> bool:
        """Whether the two share memory, or anything that they hold does."""
        if not (self._has_memory(a) and self._has_memory(b)):
            return False
        return bool(self._classes(a) & self._classes(b))

    def reaches(self, container: Var, var: Var) -> bool:
        """Whether a value may be a container, or something that it holds."""
        return self.find(var) in self._classes(container)

    def _classes(self, var: Var) -> set[Any]:
        """The classes of a value and of all that it holds."""
        found: set[Any] = set()
        pending = [self.find(var)]
        while pending:
            one = pending.pop()
            if one not in found:
                found.add(one)
                pending += [self.find(h) for h in self._held.get(one, {}).values()]
        return found

    def makers(self, var: Var) -> set[Var] | None:
        """What the calls give that may make, in this trip, the object that `var` is or views; None
        if that cannot be told."""
        return self._objects.makers(var)

    def loops_around(self, maker: Var) -> tuple[Loop, ...]:
        """The loops around the call that makes an object."""
        return self._objects.loops_around(maker)

    def find(self, node: Any) -> Any:
        """The representative of a class."""
        root = node
        while (up := self._parent.get(root, root)) is not root:
            root = up
        while node is not root:
            node, self._parent[node] = self._parent[node], root
        return root

    # ---------------------------------------------------------------------------------- union

    def _has_memory(self, var: Any) -> bool:
        type_ = self.types.get(var, UNKNOWN) if isinstance(var, Var) else UNKNOWN
        return not (isinstance(type_, (Scalar, Static, Never)) or type_ == STRING)

    def _union(self, a: Any, b: Any) -> None:
        pending = [(a, b)]
        while pending:
            one, other = map(self.find, pending.pop())
            if one is other:
                continue
            self._parent[other] = one
            mine, theirs = self._held.setdefault(one, {}), self._held.pop(other, {})
            for key, held in theirs.items():
                if key in mine:
                    pending.append((mine[key], held))
                else:
                    mine[key] = held
            if ANY in mine and len(mine) > 1:
                pending += [(mine[ANY], held) for key, held in mine.items() if key is not ANY]
                self._held[one] = {ANY: mine[ANY]}

    def _link(self, left: Iterable[Atom], right: Iterable[Atom], loop: Loop | None = None) -> None:
        """Each value on the left may be, or be a view of, the one on the right (`loop`: of the
        trip before)."""
        for a, b in zip(left, right, strict=True):
            if isinstance(a, Var) and isinstance(b, Var) and self._has_memory(a) and self._has_memory(b):
                self._union(a, b)
                self._objects.is_from(a, b, loop)

    def _held_by(self, container: Any, key: Any) -> Any:
        """The class of what a container holds at `key`."""
        held = self._held.setdefault(self.find(container), {})
        if key not in held:
            if ANY in held:
                return held[ANY]
            others = list(held.values())
            held[key] = object()
            if key is ANY:
                for other in others:
                    self._union(held[ANY], other)
                self._held[self.find(container)] = {ANY: held[ANY]}
        return held[key]

    def _put(self, container: Atom, key: Any, value: Atom) -> None:
        if isinstance(container, Var) and isinstance(value, Var) and self._has_memory(value):
            self._union(self._held_by(container, key), value)
            self._objects.holds(container, value)

    def _take(self, result: Atom, container: Atom, key: Any) -> None:
        """`result = container[key]`: a view of an array, or what a container holds."""
        if not (isinstance(result, Var) and isinstance(container, Var) and self._has_memory(result)):
            return
        type_ = self.types.get(container, UNKNOWN)
        if not isinstance(type_, (Tuple, List, Dict)) and container not in self._new:
            self._union(result, container)
        if isinstance(type_, Array):
            self._objects.is_from(result, container)
        else:
            self._union(result, self._held_by(container, key))
            self._objects.is_unknown(result)
            if isinstance(type_, (Tuple, List, Dict)):
                self._objects.is_taken(result, container)
            else:
                self._objects.comes_from(result, container)

    def _share_items(self, result: Atom, operand: Atom) -> None:
        """The result may be a sequence of its own that holds what the operand holds."""
        if isinstance(result, Var) and isinstance(operand, Var) and self._may_hold(result) and self._may_hold(operand):
            self._union(self._held_by(result, ANY), self._held_by(operand, ANY))
            self._objects.shares_items(result, operand)

    def _collect(self, result: Atom, operand: Atom) -> None:
        """The result is a sequence of its own: of what the operand holds, or of parts of it."""
        self._share_items(result, operand)
        if isinstance(operand, Var) and not isinstance(self.types.get(operand), (Tuple, List, Dict)):
            self._put(result, ANY, operand)

    def _is_key(self, index: Atom) -> bool:
        """Whether a subscript names one item."""
        type_ = of_constant(index.value) if isinstance(index, Const) else self.types.get(index, UNKNOWN)
        return isinstance(type_, Scalar) or type_ == STRING or (isinstance(type_, Static) and type(type_.value) is str)

    def _may_hold(self, var: Var) -> bool:
        return self._has_memory(var) and not isinstance(self.types.get(var, UNKNOWN), Array)

    def _mix(self, result: Atom, operand: Atom) -> None:
        """The result may be, view, or hold the operand in any way."""
        if isinstance(result, Var) and isinstance(operand, Var):
            if self._has_memory(result) and self._has_memory(operand):
                self._union(result, operand)
                self._union(result, self._held_by(operand, ANY))
                self._objects.is_unknown(result)
                self._objects.comes_from(result, operand)

    # ---------------------------------------------------------------------------------- calls

    def _call(self, call: Call) -> None:
        fn: Any = call.fn
        operands = call.operands
        if isinstance(fn, Syntax) or len(call.results) > 1:
            self._several(call)
            return
        result = call.results[0]
        meant = canonical(fn)
        if fn == FLAT:
            self._iterators.add(result)
        if (own := self._own_results(call)) and all(own):
            self._new.update([result] if len(own) > 1 else ())
        elif isinstance(fn, FunctionRef):
            self._several(call)
        elif fn in DISPLAYS:
            for i, atom in enumerate(operands):
                self._put(result, i if fn is structures.make_tuple else ANY, atom)
        elif fn is structures.make_dict:
            for atom in operands[1::2]:
                self._put(result, ANY, atom)
        elif isinstance(fn, ReverseBlock):
            self._link([result], operands[:1])
        elif isinstance(fn, Through):
            self._link([result], operands[:1])
            if not isinstance(self.types.get(result, UNKNOWN), Array):
                self._mix(result, operands[-1])
        elif isinstance(fn, WriteBack) or fn in EFFECTFUL:
            pass  # it returns nothing
        elif fn is updates.become:
            self._link([result], operands[1:])
        elif fn in (updates.write_back, updates.write_back_items):
            self._link([result], operands[:1])
            if fn is updates.write_back or not holds_arrays_alone(self.types.get(result, UNKNOWN)):
                self._share_items(result, operands[1])
        elif fn in (updates.increment, updates.add_at, updates.without_last):
            self._link([result], operands[:1])
        elif fn in IN_PLACE or fn in (updates.update, updates.append, updates.extend):
            self._link([result], operands[:1])
            if not isinstance(self.types.get(result, UNKNOWN), Array):
                self._put(result, ANY, operands[-1])
                if fn is not updates.append and not (fn is updates.update and self._is_key(operands[1])):
                    self._share_items(result, operands[-1])  # `+=`, and a store into a slice
        elif fn == Method("flatten") or copies(call, self.types):
            pass
        elif fn is copy:
            self._share_items(result, operands[0])
        elif fn in LISTS and not any(isinstance(a, Star) for a in call.args):
            for operand in operands:
                self._collect(result, operand)
        elif fn == Method("copy"):
            if isinstance(self.types.get(operands[0], UNKNOWN), (List, Tuple, Dict)):  # type: ignore[arg-type]
                self._share_items(result, operands[0])
        elif fn in TAKING:
            for operand in operands:  # with a default
                self._mix(result, operand)
        elif fn in JOINING:
            for operand in operands:
                self._share_items(result, operand)
        elif getattr(fn, "__name__", "") == "getitem":
            key = operands[1].value if isinstance(operands[1], Const) and type(operands[1].value) is int else ANY
            self._take(result, operands[0], ANY if isinstance(key, int) and key < 0 else key)
            if not self._is_key(operands[1]):
                self._share_items(result, operands[0])  # `items[1:]`
        elif isinstance(fn, Attribute) and meant is fn:
            self._mix(result, operands[0])
        elif not is_pure_callable(fn) or hands_on(call, self._iterators):
            for operand in operands:
                if isinstance(self.types.get(result, UNKNOWN), Array):
                    self._link([result], [operand])
                else:
                    self._mix(result, operand)

    def _several(self, call: Call) -> None:
        """A call with several results, or an expression that is kept as it is."""
        own = self._own_results(call)
        for i, result in enumerate(call.results):
            if call.fn is structures.unpack:
                self._take(result, call.operands[0], i)
            elif not (len(own) == len(call.results) and own[i]):
                for operand in call.operands:
                    self._mix(result, operand)


def holds_arrays_alone(type_: Type) -> bool:
    """Whether a container, and each one in it, certainly holds nothing but arrays and numbers."""
    if not isinstance(type_, (List, Tuple, Dict)):
        return False
    return all(isinstance(t, (Array, Scalar, Never)) or holds_arrays_alone(t) for t in parts_of(type_))


def copies(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call copies an array, takes elements of one by a mask or an array of indices, or
    makes one of another dtype. What SciPy's solvers find is new as well, and products by `einsum`."""
    if scipy_solver(call.fn) is not None:
        return True
    if call.fn is np.einsum and not call.kwargs and not isinstance(call.args[0], Var):
        return sum(not isinstance(a, Star) for a in call.args[1:]) > 1  # of one operand it may be a view
    given = [types.get(a, UNKNOWN) if isinstance(a, Var) else of_constant(a.value) for a in call.operands]
    if not given or not isinstance(given[0], Array):
        return False
    if call.fn in ASTYPE:  # unless it is told not to
        return len(call.args) <= 2 and not any(name == "copy" for name, _ in call.kwargs)
    if isinstance(call.fn, (Method, Attribute, Syntax)):
        return False
    if call.fn is operator.getitem:
        return is_basic_index(given[1]) is False
    if call.fn is copy:
        return True
    made = types.get(call.result) if call.fn in (np.asarray, np.asanyarray) else None
    return isinstance(made, Array) and made.dtype != given[0].dtype and "?" not in (made.dtype, given[0].dtype)


def hands_on(call: Call, iterators: Container[Atom]) -> bool:
    """Whether the result of a pure call may be an argument, a view of it, or may hold it. That is so
    of a rule, or a helper of one, that is called at run time. `iterators` are values `a.flat`:
    NumPy makes an array of such a one in the memory of `a`, even where it is asked for a copy."""
    fn: Any = call.fn
    if any(name == "copy" and not (isinstance(a, Const) and a.value is True) for name, a in call.kwargs):
        return True
    if fn is np.copy or fn is np.array:
        return call.operands[0] in iterators
    is_of_rules = (getattr(fn, "__module__", None) or "").startswith("adcompile.rules.")
    return is_of_rules or fn in SHARING or canonical(fn) in SHARING
