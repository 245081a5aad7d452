"""Where an object that a function makes can get to, in the trip of a loop in which it is made.

relies on: nothing; `Aliasing` says what may be, view or hold what.  ensures: an object is in no
other value than those it is said to reach.
"""

from __future__ import annotations

from adcompile.ir.nodes import Loop, Var


class Objects:
    """Where an object that the function makes can get to, in the trip in which it is made.

    The classes do not tell the list that this trip makes from those of the trips before. Here
    an object is followed forwards from the call that makes it, through what may be it, view
    it or hold it, but never into the next trip of a loop around that call.
    """

    def __init__(self) -> None:
        self._loops: dict[Var, tuple[Loop, ...]] = {}  # the loops around the call that makes a value
        self._is_from: dict[Var, list[tuple[Var, Loop | None]]] = {}
        self._into: dict[Var, list[tuple[Var, Loop | None, str]]] = {}
        self._unknown: set[Var] = set()
        self._reached: dict[Var, frozenset[Var] | None] = {}

    def made(self, var: Var, loops: tuple[Loop, ...]) -> None:
        """A call defines `var`."""
        self._loops[var] = loops

    def is_from(self, var: Var, source: Var, loop: Loop | None = None) -> None:
        """`var` may be, or be a view of, `source` (`loop`: of its trip before)."""
        self._is_from.setdefault(var, []).append((source, loop))
        self._into.setdefault(source, []).append((var, loop, "same"))

    def holds(self, holder: Var, value: Var) -> None:
        """`holder` holds `value`."""
        self._into.setdefault(value, []).append((holder, None, "put"))

    def is_taken(self, var: Var, container: Var) -> None:
        """`var` is something that `container` holds, and so not the container itself."""
        self._into.setdefault(container, []).append((var, None, "taken"))

    def shares_items(self, var: Var, container: Var) -> None:
        """`var` holds what `container` holds, and is not that itself."""
        self._into.setdefault(container, []).append((var, None, "shared"))

    def comes_from(self, var: Var, source: Var) -> None:
        """`var` may be `source`, hold it, or be held by it."""
        self._into.setdefault(source, []).append((var, None, "any"))

    def is_unknown(self, var: Var) -> None:
        """`var` may be an object that is made elsewhere."""
        self._unknown.add(var)

    def reached_from(self, var: Var) -> frozenset[Var] | None:
        """The values that may be, view or hold the object that `var` is; None where it cannot
        be told which call made it in this trip."""
        if var not in self._reached:
            makers = self.makers(var)
            self._reached[var] = None if makers is None else self._forward(makers)
        return self._reached[var]

    def loops_around(self, maker: Var) -> tuple[Loop, ...]:
        """The loops around the call that makes a value."""
        return self._loops[maker]

    def makers(self, var: Var) -> set[Var] | None:
        """What the calls give that may make the object of a value in this trip; None if it cannot
        be told."""
        makers: set[Var] = set()
        trips_before: set[Loop] = set()
        seen: set[Var] = set()
        pending = [var]
        while pending:
            one = pending.pop()
            if one in seen:
                continue
            seen.add(one)
            sources = self._is_from.get(one)
            if one in self._unknown or (sources is None and one not in self._loops):
                return None
            if sources is None:
                makers.add(one)
                continue
            trips_before.update(loop for _, loop in sources if loop is not None)
            pending += [source for source, _ in sources]
        if any(loop in trips_before for m in makers for loop in self._loops[m]):
            return None  # an object of a trip before
        return makers

    def _forward(self, makers: set[Var]) -> frozenset[Var]:
        found: set[Var] = set()
        for maker in makers:
            around = self._loops[maker]
            pending, mine = [(maker, False)], set()
            while pending:
                one = pending.pop()
                if one not in mine:
                    mine.add(one)
                    var, inside = one
                    for into, loop, kind in self._into.get(var, ()):
                        if loop not in around:
                            pending += [(into, within) for within in BECOMES[kind, inside]]
            found.update(var for var, _ in mine)
        return frozenset(found)


# A value is the object that is followed, or has it inside. What the next value is then, by how
# it comes from this one: an item taken from the object itself is another object.
BECOMES = {
    ("same", False): (False,),
    ("same", True): (True,),
    ("put", False): (True,),
    ("put", True): (True,),
    ("taken", False): (),
    ("taken", True): (False, True),
    ("shared", False): (),
    ("shared", True): (True,),
    ("any", False): (False, True),
    ("any", True): (False, True),
}
