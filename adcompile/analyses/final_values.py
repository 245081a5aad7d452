"""Which elements have their last value when they are read, or stored.

An array that a loop nest fills in place (a factorisation, a substitution) is read where it has
its final contents already: what the reverse sweep needs of such an element stands in the array
after the loops. It is so if no store that runs after the read can name the element: for each
way in which a store can come later, the inequalities of counters and subscripts have no solution.

An array here is a chain of values, each an update of the one before (`updates.update` and kin
make new values), so nothing but the updates of the chain changes what an element is.

relies on: follow_stores.  ensures: `again` gives a call only where it gives the same value.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from adcompile.analyses.inequalities import Form, added, constant, has_no_solution
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.linear_indices import Axis, LinearIndices
from adcompile.analyses.scopes import Scope, Scopes
from adcompile.inference.registry import infer_call
from adcompile.ir.callables import is_update
from adcompile.ir.dims import Symbol
from adcompile.ir.nodes import Atom, Call, For, If, Loop, Stmt, Var, While, With, WriteBack
from adcompile.ir.traverse import blocks_of, inner_of, results_of
from adcompile.ir.types import Array, Scalar, Type, kind_of, symbols_of
from adcompile.runtime import updates

WITH_INDEX = (updates.update, updates.increment, updates.add_at)
MOST = 40  # stores into one array; what has more is left alone
MOST_WAYS = 4  # in which the conditions around an access may hold


@dataclass(frozen=True, slots=True)
class _Access:
    """A part of a value of an array: where the value is made (the place in the text, and the loops
    around it), the sides of the branches in which the part is named, what is at least 0 there (one
    of several), and its positions, axis by axis. Of axes that are left out any position may be meant."""

    number: int
    loops: tuple[Loop, ...]
    sides: dict[If, int]
    domains: Sequence[Sequence[Form]]
    axes: Sequence[Axis]


@dataclass(slots=True)
class _Chain:
    """The values of one array that lead to the last one, and the updates between them."""

    last: Var
    values: set[Var] = field(default_factory=set)
    stores: list[Call] = field(default_factory=list)


class FinalValues:
    """What can be read again from an array as it is in the end."""

    def __init__(self, forward: Sequence[Stmt], inputs: Sequence[Var], types: Types, scopes: Scopes) -> None:
        self.types = types
        self.scopes = scopes
        self.linear = LinearIndices(types, scopes, {s for v in inputs for s in symbols_of(types[v])})
        self.count = 0
        self.loops: dict[Stmt, tuple[Loop, ...]] = {}
        self.made_by: dict[Var, tuple[Stmt, int]] = {}
        self.made_at: dict[Var, tuple[int, tuple[Loop, ...]]] = {}
        self.stored: dict[Var, list[Call]] = {}
        self._enter(forward, ())
        self.chains: dict[Var, _Chain] = {}
        self._found: dict[Var, Call | None] = {}
        for stmt in reversed(forward):
            for result in results_of(stmt):
                if result not in self.chains and isinstance(types.get(result), Array):
                    chain = _Chain(result)
                    self._follow(result, chain)
                    self.chains.update(dict.fromkeys(chain.values, chain))

    def _enter(self, stmts: Sequence[Stmt], loops: tuple[Loop, ...]) -> None:
        for stmt in stmts:
            self.count += 1
            self.loops[stmt] = loops
            self.made_by.update((result, (stmt, i)) for i, result in enumerate(results_of(stmt)))
            if isinstance(stmt, Call) and stmt.fn is updates.update and isinstance(stmt.operands[2], Var):
                self.stored.setdefault(stmt.operands[2], []).append(stmt)
            inside = (*loops, stmt) if isinstance(stmt, (For, While)) else loops
            self.made_at.update(dict.fromkeys(inner_of(stmt), (self.count, inside)))
            for inner in blocks_of(stmt):
                self._enter(inner.stmts, inside)
            self.made_at.update(dict.fromkeys(results_of(stmt), (self.count, loops)))

    # -------------------------------------------------------------------------------- chains

    def _follow(self, atom: Atom, chain: _Chain, inside: Stmt | None = None) -> Atom:
        """Go back from a value through the updates that lead to it, as far as they are one chain,
        and `inside` a statement; where it begins."""
        while isinstance(atom, Var) and atom in self.made_by and self._is_inside(atom, inside):
            stmt, position = self.made_by[atom]
            part = _Chain(chain.last, {atom})
            before = self._before(stmt, position, part)
            if before is None:
                break
            chain.values |= part.values
            chain.stores += part.stores
            atom = before
        if isinstance(atom, Var):
            chain.values.add(atom)
        return atom

    def _before(self, stmt: Stmt, position: int, part: _Chain) -> Atom | None:
        """The value that a result comes from by updates alone, on every path; None if there is none."""
        if isinstance(stmt, Call):
            if not is_update(stmt) or isinstance(stmt.fn, WriteBack):
                return None
            part.stores.append(stmt)
            return stmt.operands[0]
        if isinstance(stmt, If):
            ends = [self._follow(b.yields[position], part, stmt) for b in (stmt.then, stmt.orelse) if not b.leaves]
            return ends[0] if all(end is ends[0] for end in ends) else None
        if isinstance(stmt, With):
            return self._follow(stmt.body.yields[position], part, stmt)
        if isinstance(stmt, (For, While)):
            param = stmt.params[position]
            if self._follow(stmt.body.yields[position], part, stmt) is not param:
                return None  # the array of the last trip alone
            return stmt.inits[position]
        return None

    def _is_inside(self, var: Var, stmt: Stmt | None) -> bool:
        """Whether a value is made in a block of a statement."""
        scope: Scope | None = self.scopes.of[var]
        while scope is not None and scope.owner is not stmt:
            scope = scope.parent
        return scope is not None

    # ------------------------------------------------------------------------------- answers

    def again(self, var: Var) -> Call | None:
        """A call that reads a value of a loop's trip from the final array; None where there is none."""
        if var not in self._found:
            self._found[var] = next(self._ways(var), None)
        return self._found[var]

    def _ways(self, var: Var) -> Iterator[Call]:
        call = self.scopes.calls.get(var)
        if call is None or not self.loops[call]:
            return
        if call.fn is operator.getitem and (chain := self._chain_of(call.operands[0])) is not None:
            if self._stays(call.operands[0], call, call.operands[1], chain):
                yield replace(call, args=(chain.last, call.operands[1]))
        for store in self.stored.get(var, ()):
            stored_into = self._chain_of(store.result)
            if stored_into is None or self.scopes.of_stmt[store] is not self.scopes.of_stmt[call]:
                continue  # or it is not stored whenever it is computed
            index = store.operands[1]
            part = infer_call(operator.getitem, (self.types[stored_into.last], atom_type(self.types, index)), {})
            if _is_kept_exactly(self.types.get(var), part) and self._stays(store.result, store, index, stored_into):
                yield Call((var,), operator.getitem, (stored_into.last, index), origin=call.origin)

    def _chain_of(self, atom: Atom) -> _Chain | None:
        chain = self.chains.get(atom) if isinstance(atom, Var) else None
        return chain if chain is not None and 0 < len(chain.stores) <= MOST else None

    def _stays(self, value: Atom, call: Call, index: Atom, chain: _Chain) -> bool:
        """Whether no store that comes after a value of the array names an element of its `[index]`,
        which a call reads or has stored."""
        here = self._access(value, call, index, chain)
        for store in chain.stores:
            place = store.operands[1] if store.fn in WITH_INDEX else None
            if self._may_come_later(self._access(store.result, store, place, chain), here):
                return False
        return True

    def _access(self, value: Atom, call: Call, index: Atom | None, chain: _Chain) -> _Access:
        type_ = self.types[chain.last]
        shape = type_.shape or () if isinstance(type_, Array) else ()
        sides = self._sides(call)
        domains: list[list[Form]] = [self.linear.domain(self.loops[call])]
        for branch, side in sides.items():
            ways = self.linear.condition(branch.cond, holds=side == 0)
            if len(domains) * len(ways) <= MOST_WAYS:
                domains = [[*domain, *way] for domain in domains for way in ways]
        common = [form for form in domains[0] if all(form in domain for domain in domains)]
        axes = [] if index is None else self.linear.axes(index, shape, common)
        number, loops = self.made_at.get(value, (0, ())) if isinstance(value, Var) else (0, ())
        return _Access(number, loops, sides, domains, axes)

    def _sides(self, call: Call) -> dict[If, int]:
        """The branches around a call, and on which side of each it stands."""
        scope: Scope | None = self.scopes.of_stmt[call]
        found: dict[If, int] = {}
        while scope is not None:
            if isinstance(scope.owner, If):
                found[scope.owner] = scope.side
            scope = scope.parent
        return found

    # ---------------------------------------------------------------------------- inequalities

    def _may_come_later(self, store: _Access, here: _Access) -> bool:
        """Whether a store may run after what stands here, and name an element that is named here."""
        common = 0
        while common < min(len(store.loops), len(here.loops)) and store.loops[common] is here.loops[common]:
            common += 1
        is_behind = store.number > here.number
        is_apart = any(store.sides.get(branch, side) != side for branch, side in here.sides.items())
        in_one_trip = [common] if is_behind and not is_apart else []
        ways = [(mine, its) for mine in here.domains for its in store.domains]
        return any(
            self._may_meet(store, here, same, *way) for same in (*range(common), *in_one_trip) for way in ways
        )

    def _may_meet(
        self, store: _Access, here: _Access, same: int, my_domain: Sequence[Form], its_domain: Sequence[Form]
    ) -> bool:
        """The same where the first `same` loops are in one trip, and the next is in a later one."""
        shared = set(here.loops[:same])

        def mine(form: Form) -> Form:
            return self._of_trip(form, shared, 0)

        def its(form: Form) -> Form:
            return self._of_trip(form, shared, 1)

        bounds = [*map(mine, my_domain), *map(its, its_domain)]
        if same < len(here.loops) and same < len(store.loops) and here.loops[same] is store.loops[same]:
            rising = self.linear.rising(here.loops[same])
            bounds += [added(added(its(f), mine(f), -1), constant(-1)) for f in rising]
        same_place: list[Form] = []
        for (low, high), (first, last) in zip(here.axes, store.axes, strict=False):
            if low is not None and low is high and first is not None and first is last:
                same_place.append(added(its(first), mine(low), -1))
                continue
            if low is not None and last is not None:
                bounds.append(added(its(last), mine(low), -1))
            if high is not None and first is not None:
                bounds.append(added(mine(high), its(first), -1))
        sizes = {s for f in (*bounds, *same_place) for s in f if isinstance(s, Symbol)}
        return not has_no_solution([*bounds, *({None: -s.least, s: 1} for s in sizes)], same_place)

    def _of_trip(self, form: Form, shared: set[Loop], side: int) -> Form:
        """A form with the values that differ from trip to trip told apart."""
        return {
            (key, 0 if self._around(key) <= shared else side) if isinstance(key, Var) else key: value
            for key, value in form.items()
        }

    def _around(self, var: Var) -> set[Loop]:
        """The loops in whose trips a value is made."""
        scope: Scope | None = self.scopes.of[var]
        found: set[Loop] = set()
        while scope is not None:
            if isinstance(scope.owner, (For, While)):
                found.add(scope.owner)
            scope = scope.parent
        return found


def _is_kept_exactly(value: Type | None, part: Type) -> bool:
    """Whether what is read from an array is what was stored: not rounded, not spread."""
    if isinstance(value, Scalar) and isinstance(part, Scalar):
        return part.dtype == "float64" and value.dtype in ("float", "float64")
    return isinstance(value, Array) and value == part and value.shape is not None and kind_of(value.dtype) == "float"


__all__ = ["FinalValues"]
