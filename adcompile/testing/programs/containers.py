"""Random statements about lists, lists of arrays, tuples of arrays, and dicts.

A list has at least one item and at most a few: what makes it longer or shorter stands under a
condition, so that programs end and indices are right.
"""

from __future__ import annotations

from collections.abc import Callable

from adcompile.testing.programs.stencils import Stencils
from adcompile.testing.programs.writer import LIST, LIST_LENGTH, PAIR, ROWS, SCALAR, TABLE, VECTOR

LONGEST = 6


class Containers(Stencils):
    """Writes statements that make and change containers."""

    def container_forms(self) -> list[Callable[[], None]]:
        """The statements about containers that can be written at this point."""
        forms = [self.make_container]
        if self.names(LIST):
            forms += [self.change_list] * 4
        if self.names(ROWS):
            forms += [self.change_rows] * 2
        if self.names(TABLE):
            forms += [self.change_table] * 2
        if self.names(PAIR):
            forms += [self.change_pair]
        if self.names(LIST, ROWS, TABLE, PAIR):
            forms += [self.same_container]
        return forms

    def make_container(self) -> None:
        """A new container of what there is."""
        vectors = [self.leaf(VECTOR) for _ in range(3)]
        forms = [
            (LIST, f"[{', '.join(self.bounded(SCALAR) for _ in range(LIST_LENGTH))}]"),
            (LIST, f"[{self.leaf(SCALAR)}]"),
            (ROWS, f"[{', '.join(vectors)}]"),
            (ROWS, f"[{vectors[0]}]"),
            (ROWS, f"[{self.pick(vectors)} for _ in range(3)]"),
            (ROWS, f"[{vectors[0]}] * 2 + [{vectors[1]}]"),
            (PAIR, f"({vectors[0]}, {vectors[1]})"),
            (TABLE, f"{{'p': {vectors[0]}, 'q': {self.bounded(SCALAR)}}}"),
        ]
        forms += [(ROWS, f"list({a})") for a in self.names("matrix")[-1:]]
        self.bind(*self.pick(forms))

    def same_container(self) -> None:
        """Another name for a container, or a copy of it that holds the same arrays."""
        name = self.pick(self.names(LIST, ROWS, TABLE, PAIR))
        kind = self.env[name]
        whole = f"{name}[1:] + {name}[:1]"
        copies = {
            LIST: [f"{name}[:]", f"{name}[::-1]", f"{name}.copy()", whole],
            ROWS: [f"list({name})", f"{name}[:]", f"{name}.copy()", whole, f"[{name}[0], *{name}[1:]]"],
            TABLE: [f"dict({name})", f"{name}.copy()", f"{{**{name}}}"],
        }
        self.bind(kind, self.pick([name, name, *copies.get(kind, [])]))

    def growing(self, name: str, text: str) -> None:
        """A statement that makes a list longer: inside loops under a condition."""
        if self.loops:
            self.line(f"if len({name}) < {LONGEST}:")
            self.line(f"    {text}")
        else:
            self.line(text)

    def shrinking(self, name: str, text: str) -> None:
        """A statement that makes a list shorter, where it has items to spare."""
        self.line(f"if len({name}) > 1:")
        self.line(f"    {text}")

    def change_list(self) -> None:
        """An item that comes, goes or changes."""
        name, value = self.pick(self.names(LIST)), self.bounded(SCALAR)
        growing = (
            f"{name}.append({value})",
            f"{name}.append({value})",
            f"{name}.insert({self.pick((0, 1, -1))}, {value})",
            f"{name}.extend([{value}, {self.leaf(SCALAR)}])",
            f"{name} += [{value}]",
            f"{name}[1:] = [{value}, {self.leaf(SCALAR)}]",
        )
        shrinking = (f"{name}.pop()", f"{name}.pop(0)", f"del {name}[0]", f"del {name}[-1]", f"del {name}[1:]")
        at = self.list_index(name)
        changing = (
            f"{name}[{at}] = {value}",
            f"{name}[{at}] {self.operation(value)}",
            f"{name}[0], {name}[-1] = {name}[-1], {name}[0]",
            f"{name}.reverse()",
        )
        way = self.random.randrange(4)
        if way == 0:
            self.growing(name, self.pick(growing))
        elif way == 1:
            self.shrinking(name, self.pick(shrinking))
        elif way == 2:
            self.line(self.pick(changing))
        else:
            self.bind(SCALAR, f"{name}.pop({self.pick(('', '0'))}) if len({name}) > 1 else {value}")

    def change_rows(self) -> None:
        """A list of arrays that gets another array, or an array of it that is changed."""
        name, vector = self.pick(self.names(ROWS)), self.leaf(VECTOR)
        at = self.list_index(name)
        way = self.random.randrange(6)
        if way == 0:
            self.growing(name, f"{name}.append({self.pick((vector, f'{name}[0]', f'{name}.pop()'))})")
        elif way == 1:
            self.shrinking(name, self.pick((f"{name}.pop()", f"del {name}[0]")))
        elif way == 2:
            self.bind(VECTOR, f"{name}[{at}]")
        else:
            changes = (
                f"{name}[{at}][{self.index(self.n)}] {self.operation(self.bounded(SCALAR))}",
                f"{name}[{at}] *= np.cos({self.leaf(SCALAR)})",
                f"{name}[{at}] = {self.bounded(VECTOR)}",
                f"{name}[{at}][:] = {vector}",
                f"{name}[0], {name}[-1] = {name}[-1], {name}[0]",
            )
            self.line(self.pick(changes))

    def change_table(self) -> None:
        """An entry of a dict that is set, or an array in it that is changed."""
        name = self.pick(self.names(TABLE))
        if self.chance(20):
            return self.bind(VECTOR, f"{name}['p']")
        changes = (
            f"{name}['q'] {self.operation(self.bounded(SCALAR))}",
            f"{name}['p'][{self.index(self.n)}] {self.operation(self.bounded(SCALAR))}",
            f"{name}['p'] {self.operation(self.bounded(VECTOR))}",
            f"{name}.update(q={self.bounded(SCALAR)})",
        )
        return self.line(self.pick(changes))

    def change_pair(self) -> None:
        """A tuple of arrays: exchanged, taken apart, or an array of it changed."""
        name = self.pick(self.names(PAIR))
        if self.chance(30):
            first, second = self.fresh(VECTOR), self.fresh(VECTOR)
            self.line(f"{first}, {second} = {name}")
            self.env |= {first: VECTOR, second: VECTOR}
        elif self.chance(50):
            self.line(f"{name} = ({name}[1], {self.pick((f'{name}[0]', self.bounded(VECTOR)))})")
        else:
            self.line(f"{name}[0][{self.index(self.n)}] {self.operation(self.bounded(SCALAR))}")
