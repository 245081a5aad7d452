"""Lower assignments in every form."""

from __future__ import annotations

import operator
from typing import Any

import gast

from adcompile.frontend.changes import Changes, as_load
from adcompile.frontend.jumps import base_name
from adcompile.frontend.kept import KeptCode
from adcompile.frontend.names import LocalFunction
from adcompile.frontend.operators import IN_PLACE
from adcompile.ir.callables import IN_PLACE as NEW
from adcompile.ir.nodes import Atom, Augmented, Call, Const, Var
from adcompile.runtime import structures, updates
from adcompile.runtime.checks import require_number


class Assignments(Changes, KeptCode):
    """Lowers assignments."""

    def is_outside(self, target: Any) -> bool:
        """Whether an assignment's target is part of an object from outside the function."""
        if not isinstance(target, (gast.Subscript, gast.Attribute)):
            return False
        name = base_name(target)
        return name is not None and not self.is_local(name)

    def stmt_Assign(self, stmt: Any) -> None:
        """`target = value`, `a = b = value`."""
        if any(map(self.is_outside, stmt.targets)):
            return self.keep(stmt)
        function = self.local_function(stmt.value) if all(isinstance(t, gast.Name) for t in stmt.targets) else None
        if function is not None:
            for target in stmt.targets:
                self.bind(target.id, function)
            return None
        if len(stmt.targets) == 1 and self._elementwise(stmt.targets[0], stmt.value):
            return None
        value = self.expr(self._taken_one_by_one(stmt) or stmt.value)
        for target in stmt.targets:
            self.assign(target, value)
        return None

    def _taken_one_by_one(self, stmt: Any) -> Any:
        """The list comprehension that serves as well as the generator of `a, b = (f(x) for x in xs)`, and
        as `map(f, xs)`; None for another value."""
        target, *others = stmt.targets
        if others or not isinstance(target, (gast.Tuple, gast.List)):
            return None
        generator = self.as_generator(stmt.value)
        return generator and gast.copy_location(gast.ListComp(generator.elt, generator.generators), stmt.value)

    def _elementwise(self, target: Any, value: Any) -> bool:
        """`a, b = x, y` without making the tuple."""
        forms = (gast.Tuple, gast.List)
        if not (isinstance(target, forms) and isinstance(value, forms) and len(target.elts) == len(value.elts)):
            return False
        if any(isinstance(e, gast.Starred) for e in (*target.elts, *value.elts)):
            return False
        pairs = list(zip(target.elts, value.elts, strict=True))
        values = [(isinstance(t, gast.Name) and self.local_function(v)) or self.expr(v) for t, v in pairs]
        for element, one in zip(target.elts, values, strict=True):
            if isinstance(one, LocalFunction):
                self.bind(element.id, one)
            else:
                self.assign(element, one)
        return True

    def stmt_AnnAssign(self, stmt: Any) -> None:
        """`name: annotation = value`."""
        if stmt.value is not None:
            self.stmt_Assign(gast.copy_location(gast.Assign([stmt.target], stmt.value, None), stmt))

    def stmt_AugAssign(self, stmt: Any) -> None:
        """`target += value` and kin; of an element, an update of its holder."""
        fn, target = IN_PLACE[type(stmt.op)], stmt.target
        if isinstance(target, gast.Attribute):
            held = self.expr(as_load(target))
            self.call(require_number, held, node=target)
            self._store_attribute(target, self.call(NEW[fn], held, self.expr(stmt.value), node=stmt))
            return
        if self.is_outside(target):
            self.keep(stmt)
            return
        if isinstance(target, gast.Subscript):
            base, places = self.object_at(target.value)
            index = self.expr(target.slice)
            # Python reads the element first; a call on the right may change it.
            calls = any(isinstance(n, gast.Call) for n in gast.walk(stmt.value))
            before = [self.call(operator.getitem, base, index, node=stmt)] if calls else []
            value = self.expr(stmt.value)
            changed = self.call(Augmented(fn), base, index, value, *before, node=stmt)
            self.put_back(target.value, places, changed)
            return
        read = gast.copy_location(as_load(target), target)
        old, value = self.expr(read), self.expr(stmt.value)
        self.assign(target, self.call(fn, old, value, node=stmt))

    def assign(self, target: Any, value: Atom) -> None:
        """Assign a value to a target of any form."""
        if isinstance(target, gast.Name):
            self.bind(target.id, value)
        elif isinstance(target, (gast.Tuple, gast.List)):
            self._unpack(target, value)
        elif isinstance(target, gast.Subscript):
            base, places = self.object_at(target.value)
            changed = self.call(updates.update, base, self.expr(target.slice), value, node=target)
            self.put_back(target.value, places, changed)
        elif isinstance(target, gast.Attribute):
            self._store_attribute(target, value)
        else:
            self.refuse(target, "this assignment target is not supported")

    def _unpack(self, target: Any, value: Atom) -> None:
        stars = [i for i, e in enumerate(target.elts) if isinstance(e, gast.Starred)]
        origin = self.source.origin(target) or self.origin
        results = tuple(Var("", origin) for _ in target.elts)
        if stars:
            before, after = stars[0], len(target.elts) - stars[0] - 1
            call = Call(results, structures.unpack_star, (value, Const(before), Const(after)), origin=origin)
        else:
            call = Call(results, structures.unpack, (value, Const(len(results))), origin=origin)
        self.emit(call)
        for element, item in zip(target.elts, results, strict=True):
            self.assign(element.value if isinstance(element, gast.Starred) else element, item)
