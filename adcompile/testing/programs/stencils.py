"""Random loops that change arrays as numerical programs do: recurrences along an array, two buffers
that change places, sweeps that end when something is small enough, blocks under `np.errstate`."""

from __future__ import annotations

from collections.abc import Callable

from adcompile.testing.programs.memory import Memory
from adcompile.testing.programs.writer import INT, MATRIX, SCALAR, VECTOR


class Stencils(Memory):
    """Writes whole loops over memory."""

    def stencil_forms(self) -> list[Callable[[], None]]:
        """The loops over memory that can be written at this point."""
        if not self.names(VECTOR) or self.indent > 3 or self.loops > 1:
            return []
        return [self.recurrence, self.recurrence, self.buffers, self.sweeps, self.quiet]

    def leave_sometimes(self) -> None:
        """A jump out of this trip or this loop, or none."""
        if self.chance(35):
            self.line(f"if {self.condition()}:")
            self.line(f"    {self.pick(('break', 'continue'))}")

    def within(self, head: str, body: Callable[[], None]) -> None:
        """A loop or block; the names that it binds are forgotten after it."""
        env = dict(self.env)
        self.line(head)
        self.indent += 1
        self.loops += head.startswith(("for", "while"))
        body()
        self.loops -= head.startswith(("for", "while"))
        self.indent -= 1
        self.env = env

    def recurrence(self) -> None:
        """`v[k] += v[k - 1]`, forwards or backwards, maybe into rows of a matrix."""
        target, other, k = self.vector(), self.vector(), self.fresh(INT)
        heads = [f"range(1, {self.n})", f"range({self.n - 1}, 0, -1)", f"range(1, len({target}))"]
        rows = [(a, f"{a}[{k} % {self.m}]", f"{a}[{k} - 1]") for a in self.names(MATRIX) if self.m > 1]
        stores = [
            f"{target}[{k}] {self.operation(f'{target}[{k} - 1]')}",
            f"{target}[{k}] = np.sin({target}[{k} - 1]) * {other}[{k}]",
            f"{target}[{k} - 1], {target}[{k}] = {target}[{k}], {target}[{k} - 1]",
            f"{target}[{k}:] *= np.cos({other}[{k} - 1])",
            f"{target}[:{k}] = np.tanh({other}[:{k}] - {target}[{k}])",
            f"{target}[{k}] = {other}[{k} - 1] if {target}[{k}] > {other}[{k}] else {target}[{k}]",
        ]
        stores += [f"{row} *= np.cos({a}[0])" for a, row, _ in rows]

        def body() -> None:
            self.env[k] = INT
            self.line(self.pick(stores))
            self.leave_sometimes()
            if self.chance(40):
                self.line(self.pick(stores))

        self.within(f"for {k} in {self.pick(heads)}:", body)

    def buffers(self) -> None:
        """Two buffers: each trip writes one from the other, and they change places."""
        old, new, k = self.fresh(VECTOR), self.fresh(VECTOR), self.fresh(INT)
        start, other = self.vector(), self.leaf(VECTOR)
        made = self.pick(("np.zeros_like({})", "np.empty_like({})", "np.copy({})")).format(start)
        self.line(f"{old}, {new} = {start}.copy(), {made}")
        self.env |= {old: VECTOR, new: VECTOR}

        def body() -> None:
            if "empty" in made or self.chance(30):
                self.line(f"{new}[:] = np.sin({old}) * {other}")
            self.line(f"{new}[1:] = 0.5 * ({old}[1:] + {old}[:-1])")
            self.line(f"{new}[0] {self.operation(self.bounded(SCALAR))}")
            self.leave_sometimes()
            self.line(self.pick((f"{old}, {new} = {new}, {old}", f"{old}[:] = {new}", f"{old} = {new}.copy()")))

        self.within(f"for {k} in range({self.pick((2, 3))}):", body)
        self.env |= {old: VECTOR, new: VECTOR}

    def sweeps(self) -> None:
        """A loop without an end in its head: it changes an array until something is small, or is enough."""
        v, k = self.vector(), self.fresh(INT)
        self.line(f"{k} = 0")

        def body() -> None:
            self.line(f"{k} += 1")
            self.store_slice()
            self.line(f"{v} *= np.cos({self.leaf(SCALAR)})")
            self.line(f"if {k} > {self.pick((2, 3))} or {self.condition()}:")
            self.line("    break")
            self.store_element()

        self.within("while True:", body)
        self.env[k] = INT

    def quiet(self) -> None:
        """Stores under `np.errstate`."""

        def body() -> None:
            self.store_element()
            self.pick((self.store_slice, self.recurrence, self.ufunc_in_place))()

        self.within("with np.errstate(divide='ignore'):", body)
