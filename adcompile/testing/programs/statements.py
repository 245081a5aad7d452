"""Random statements: assignments, stores, branches, loops, early exits."""

from __future__ import annotations

import re
from collections.abc import Callable

from adcompile.testing.programs.expressions import BOUNDED, BROADCAST, Expressions
from adcompile.testing.programs.writer import (
    ARRAYS,
    COLUMN,
    INT,
    LIST,
    LIST_LENGTH,
    MATRIX,
    NO_STORES,
    NOTHING,
    ROWS,
    SCALAR,
    VECTOR,
)


class Statements(Expressions):
    """Writes statements. Every value that is assigned is of order one."""

    def bounded(self, kind: str, depth: int = 2) -> str:
        """An expression to assign: inside loops it must not grow from trip to trip."""
        text = self.expression(kind, depth)
        return str(self.pick(BOUNDED)).format(text) if self.loops or self.chance(40) else text

    def block(
        self, count: int, more: dict[str, str] | None = None, tail: Callable[[], None] | None = None
    ) -> dict[str, str]:
        """An indented block; the names that it binds at its end are returned, and forgotten."""
        before, own = dict(self.env), set(self.own)
        self.env |= more or {}
        self.indent += 1
        for _ in range(count):
            self.statement()
        if tail:
            tail()
        self.indent -= 1
        after, self.env = self.env, before
        self.own = own & self.own if tail is None else own
        return after

    def statement(self) -> None:
        """One statement of any form."""
        self.budget -= 1
        forms = [self.assign, self.assign, self.assign, self.augment, self.assign_several]
        if self.budget > 0 and self.indent < 5:
            forms += [self.branch, self.branch]
            if self.loops < 3:
                forms += [self.for_loop, self.for_loop, self.while_loop]
        if self.loops:
            forms += [self.leave]
        elif self.indent < 2:
            forms += [self.early_return]
        if self.stores != NO_STORES:
            forms += [self.store]
        forms += [self.make_list, *self.more_forms()]
        self.pick(forms)()

    def more_forms(self) -> list[Callable[[], None]]:
        """The statements of a larger grammar that can be written at this point."""
        return []

    def assign(self) -> None:
        """An assignment to a new or an old name."""
        kind = self.pick((SCALAR, SCALAR, VECTOR, MATRIX, COLUMN))
        names = [n for n in self.names(kind) if n not in self.fixed]
        name = self.pick(names) if names and self.chance(60) else self.fresh(kind)
        self.line(f"{name} = {self.bounded(kind)}")
        self.env[name] = kind
        self.own.discard(name)

    def assign_several(self) -> None:
        """An assignment to two names at once, which may exchange values."""
        names = [n for n in self.names(SCALAR) if n not in self.fixed]
        if len(names) >= 2 and self.chance(50):
            a, b = self.random.sample(names, 2)
        else:
            a, b = self.fresh(SCALAR), self.pick(names) if names and self.chance(50) else self.fresh(SCALAR)
        right = self.pick(names) if names and self.chance(50) else self.bounded(SCALAR, 1)
        self.line(f"{a}, {b} = {right}, {self.bounded(SCALAR)}")
        self.env |= {a: SCALAR, b: SCALAR}

    def augment(self) -> None:
        """An augmented assignment to a number, or to an array that the function made itself."""
        names = [n for n in self.names(SCALAR) if n not in self.fixed]
        names += [n for n in self.names(*ARRAYS) if self.may_store(n)]
        if not names:
            return self.assign()
        name = self.pick(names)
        kind = self.env[name]
        other = self.pick(BROADCAST[kind])
        form = self.pick(("{} += 0.3 * {}", "{} -= 0.3 * {}", "{} *= np.cos({})", "{} /= 1.0 + ({}) ** 2"))
        return self.line(str(form).format(name, self.atomic(self.bounded(other))))

    def make_list(self) -> None:
        """A list or a vector that the function makes itself, and may store into."""
        if self.chance(50):
            name = self.fresh(LIST)
            self.line(f"{name} = [{', '.join(self.bounded(SCALAR) for _ in range(LIST_LENGTH))}]")
            self.env[name] = LIST
            self.own.add(name)
        else:
            name = self.fresh(VECTOR)
            vector = self.leaf(VECTOR)
            form = self.pick(("{} * {}", "{} + {}", "np.copy({}) + {}"))
            self.line(f"{name} = {str(form).format(vector, self.number())}")
            self.env[name] = VECTOR
            self.own.add(name)

    def store(self) -> None:
        """A store into an array or list that the function made itself."""
        names = [n for n in self.names(VECTOR, MATRIX, LIST) if self.may_store(n)]
        if not names:
            return self.make_list()
        name = self.pick(names)
        kind = self.env[name]
        sign = self.pick(("=", "=", "+= 0.3 *", "*="))
        if kind == LIST:
            return self.line(f"{name}[{self.list_index(name)}] = {self.bounded(SCALAR)}")
        if kind == MATRIX:
            if self.chance(50):
                return self.line(f"{name}[{self.index(self.m)}] {sign} {self.bounded(VECTOR)}")
            return self.line(f"{name}[{self.index(self.m)}, {self.index(self.n)}] {sign} {self.bounded(SCALAR)}")
        if self.chance(25):
            return self.line(f"{name}[1:] {sign} {name}[:-1] * {self.atomic(self.bounded(SCALAR))}")
        if self.chance(15):
            return self.line(f"{name}[:] = {self.bounded(VECTOR)}")
        return self.line(f"{name}[{self.index(self.n)}] {sign} {self.bounded(SCALAR)}")

    def branch(self) -> None:
        """An if statement, maybe with elif and else."""
        envs = []
        self.line(f"if {self.condition()}:")
        envs.append(self.block(self.size()))
        for _ in range(self.pick((0, 0, 1))):
            self.line(f"elif {self.condition()}:")
            envs.append(self.block(self.size()))
        if self.chance(60):
            self.line("else:")
            envs.append(self.block(self.size()))
            for name in set.intersection(*map(set, envs)) - set(self.env):
                if len({e[name] for e in envs}) == 1:
                    self.env[name] = envs[0][name]
        self.env = dict(sorted(self.env.items()))

    def size(self) -> int:
        """How many statements a block has."""
        return int(self.pick((1, 1, 2, 3)))

    def for_loop(self) -> None:
        """A for loop over a range, a vector, the rows of a matrix, or a list."""
        item, index = self.fresh(SCALAR), self.fresh(INT)
        forms: list[tuple[str, dict[str, str]]] = [
            (f"{index} in range({self.pick((2, 3, 4, 0, 1))})", {index: INT}),
            (f"{index} in range({self.pick((4, 3))}, 0, -{self.pick((1, 2))})", {index: INT}),
        ]
        for integer in self.names(INT):
            forms.append((f"{index} in range({integer})", {index: INT}))
        if self.names(VECTOR):
            vector = self.pick(self.names(VECTOR))
            other, second = self.leaf(VECTOR), self.fresh(SCALAR)
            forms += [
                (f"{item} in {vector}", {item: SCALAR}),
                (f"{item} in {vector}[{self.pick((1, 0, 2))}:]", {item: SCALAR}),
                (f"{index}, {item} in enumerate({vector})", {item: SCALAR, index: INT}),
                (f"{item}, {second} in zip({vector}, {other})", {item: SCALAR, second: SCALAR}),
                (f"{item} in reversed({vector})", {item: SCALAR}),
            ]
        if self.names(MATRIX):
            row = self.fresh(VECTOR)
            forms.append((f"{row} in {self.pick(self.names(MATRIX))}", {row: VECTOR}))
        if self.names(LIST):
            forms.append((f"{item} in {self.pick(self.names(LIST))}", {item: SCALAR}))
        if self.names(ROWS):
            row = self.fresh(VECTOR)
            forms.append((f"{row} in {self.pick(self.names(ROWS))}", {row: VECTOR}))
        head, bound = self.pick(forms)
        self.line(f"for {head}:")
        over = set(re.findall(r"\w+", head.split(" in ")[1]))
        self.loop_body(bound, over)

    def while_loop(self) -> None:
        """A while loop that counts, and may end sooner by a value."""
        count = self.fresh(INT)
        self.line(f"{count} = 0")
        condition = f" and {self.condition()}" if self.chance(60) else ""
        self.line(f"while {count} < {self.pick((3, 2, 4))}{condition}:")
        self.env[count] = INT
        self.indent += 1
        self.line(f"{count} += 1")
        self.indent -= 1
        self.loop_body({count: INT}, set())

    def loop_body(self, bound: dict[str, str], over: set[str]) -> None:
        """A loop's body, and maybe its `else`. What is iterated over is not stored to."""
        fixed, own = set(self.fixed), set(self.own)
        self.fixed |= {n for n, kind in bound.items() if kind == INT}
        self.own -= over
        self.loops += 1
        self.block(self.size() + 1, bound)
        self.loops -= 1
        self.fixed, self.own = fixed, own & (self.own | over)
        if self.chance(15):
            self.line("else:")
            self.block(1)

    def leave(self) -> None:
        """A break, a continue or a return out of a loop."""
        self.line(f"if {self.condition()}:")

        def jump() -> None:
            if self.chance(25):
                self.give()
            else:
                self.line(self.pick(("break", "continue")))

        self.block(self.pick((0, 0, 1)), tail=jump)

    def early_return(self) -> None:
        """A return under a condition."""
        self.line(f"if {self.condition()}:")
        self.block(self.pick((0, 1)), tail=self.give)

    def give(self) -> None:
        """A return statement."""
        self.line("return" if self.result == NOTHING else f"return {self.expression(self.result, 2)}")
