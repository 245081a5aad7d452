"""What a loop carries for an array that is one of several: which one it is.

`for k in range(n): z[k] = 1.0; z = y` carries a number, 0 for what `z` was before the loop and 1
for `y`. Views of one array by different positions (`best = row`) are one of the several, and
the positions are carried. An array that the loop makes itself is carried as it is.

relies on: choices.  ensures: `tree` says what the value at the start of a trip may be.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from adcompile.analyses.choices import Choose, Leaf, Numbered, Tree, leaves_of
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.places import Step
from adcompile.ir.nodes import UNDEF, Atom, Const, Var, same_atom
from adcompile.ir.types import INT, UNKNOWN, Scalar, kind_of


@dataclass(slots=True)
class _Option:
    """One of the several. Without a leaf: an array that the loop makes."""

    leaf: Leaf | None
    positions: dict[tuple[int, int], Var] = field(default_factory=dict)  # carried, by where in the path


class CarriedChoice:
    """The options of one carried value, and the values that say which one it is."""

    def __init__(self, param: Var, types: Types) -> None:
        self.param = param
        self.types = types
        self.options: list[_Option] = []
        self.which = Var(f"which_{param.name}" if param.name else "", param.origin)
        self.own = Var(param.name, param.origin)
        types[self.which] = INT
        types[self.own] = types.get(param, UNKNOWN)
        self.tree: Tree | None = None

    @property
    def state(self) -> tuple[Var, ...]:
        """What the loop carries for the value."""
        which = [self.which] if len(self.options) > 1 else []
        own = [self.own] if any(option.leaf is None for option in self.options) else []
        return (*which, *own, *(v for option in self.options for v in option.positions.values()))

    def meet(self, tree: Tree | None, inner: Set[Var]) -> bool:
        """Make an option of each object that a value may be; whether there is a new one. `inner`
        are the values that are the loop's own."""
        before = len(self.options)
        for leaf in leaves_of(tree):
            if self.number(leaf, inner) is None:
                self.options.append(self.option(leaf, inner))
        if len(self.options) > before:
            self.tree = self.start()
        return len(self.options) > before

    def number(self, leaf: Leaf, inner: Set[Var]) -> int | None:
        """Which of the options a leaf is."""
        mine = None if self.is_made_inside(leaf, inner) else leaf
        for number, option in enumerate(self.options):
            if mine is None and option.leaf is None:
                return number
            if mine is not None and option.leaf is not None and self.is_alike(mine, option.leaf):
                return number
        return None

    def option(self, leaf: Leaf, inner: Set[Var]) -> _Option:
        """A new option for a leaf."""
        if self.is_made_inside(leaf, inner):
            return _Option(None)
        wild = [(i, j, a) for i, s in enumerate(leaf.path) for j, a in enumerate(s.atoms) if self.is_position(a)]
        positions = {(i, j): Var(a.name if isinstance(a, Var) else "k") for i, j, a in wild}
        self.types.update(dict.fromkeys(positions.values(), INT))
        return _Option(leaf, positions)

    def is_made_inside(self, leaf: Leaf, inner: Set[Var]) -> bool:
        """Whether a leaf is an array, or a view, that cannot be told outside of the trip."""
        fixed = [a for step in leaf.path for a in step.atoms if not self.is_position(a)]
        return leaf.base in inner or any(a in inner for a in fixed)

    def is_position(self, atom: Atom) -> bool:
        """Whether an atom is an int: it can be carried."""
        type_ = atom_type(self.types, atom)
        return isinstance(type_, Scalar) and kind_of(type_.dtype) == "int"

    def is_alike(self, a: Leaf, b: Leaf) -> bool:
        """Whether two views differ in their positions at most."""
        if a.base is not b.base or [s.view for s in a.path] != [s.view for s in b.path]:
            return False
        pairs = [p for s, t in zip(a.path, b.path, strict=True) for p in zip(s.atoms, t.atoms, strict=True)]
        return all(same_atom(x, y) or (self.is_position(x) and self.is_position(y)) for x, y in pairs)

    def start(self) -> Tree:
        """What the value at the start of a trip may be."""
        trees = [self.leaf(option) for option in self.options]
        tree: Tree = trees[-1]
        for number in reversed(range(len(trees) - 1)):
            tree = Choose(Numbered(self.which, number), trees[number], tree)
        return tree

    def leaf(self, option: _Option) -> Leaf:
        """An option as the loop carries it."""
        if option.leaf is None:
            return Leaf(self.own)

        def carried(i: int, step: Step) -> Step:
            return replace(step, atoms=tuple(option.positions.get((i, j), a) for j, a in enumerate(step.atoms)))

        return Leaf(option.leaf.base, tuple(carried(i, step) for i, step in enumerate(option.leaf.path)))

    def values(self, leaf: Leaf, value: Atom, inner: Set[Var]) -> Sequence[Atom]:
        """The state for a leaf, whose value is `value` where the loop made it."""
        number = self.number(leaf, inner)
        assert number is not None
        values: dict[Var, Atom] = dict.fromkeys(self.state, UNDEF)
        option = self.options[number]
        if len(self.options) > 1:
            values[self.which] = Const(number)
        if option.leaf is None:
            values[self.own] = value
        for (i, j), carried in option.positions.items():
            values[carried] = leaf.path[i].atoms[j]
        return list(values.values())
