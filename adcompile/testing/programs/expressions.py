"""Random expressions. Every value is of order one, so that derivatives can be compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from adcompile.testing.programs.writer import (
    ANYTHING,
    COLUMN,
    GRID,
    INT,
    LIST,
    LIST_LENGTH,
    MATRIX,
    PAIR,
    PART,
    ROWS,
    SCALAR,
    TABLE,
    VECTOR,
    Writer,
)

# What may be combined with a value of a kind so that the result is of that kind.
BROADCAST = {
    SCALAR: (SCALAR,),
    VECTOR: (SCALAR, VECTOR),
    COLUMN: (SCALAR, COLUMN),
    MATRIX: (SCALAR, VECTOR, COLUMN, MATRIX),
}
# Elementwise functions, smooth and bounded by 3 for arguments of order one.
FUNCTIONS = (
    "np.sin({})",
    "np.cos({})",
    "np.tanh({})",
    "np.exp(-({}) ** 2)",
    "np.exp(np.sin({}))",
    "np.sqrt(1.0 + ({}) ** 2) / 2",
    "np.log(1.5 + np.cos({}))",
    "1 / (1.0 + ({}) ** 2)",
)
BOUNDED = ("np.sin({})", "np.tanh({})", "np.cos({})")


class Expressions(Writer):
    """Writes expressions of what is bound at a point of a program."""

    def expression(self, kind: str, depth: int = 2) -> str:
        """An expression of a kind, of order one."""
        if depth <= 0 or self.chance(15):
            return self.leaf(kind)
        forms = [self.function_of, self.binary, self.binary, self.special]
        return str(self.pick(forms)(kind, depth - 1))

    def leaf(self, kind: str) -> str:
        """A variable of a kind, or something as short."""
        names = self.names(kind)
        held = self.held(kind)
        if held and self.chance(25):
            return str(self.pick(held))
        if names and self.chance(85):
            return str(self.pick(names))
        if kind == SCALAR:
            return self.scalar_leaf()
        return f"({self.fallback(kind)})"

    def scalar_leaf(self) -> str:
        """A number, an item of an array or list, or a loop's counter scaled down."""

        def item(name: str, *sizes: int) -> str:
            return f"{name}[{', '.join(self.index(size) for size in sizes)}]"

        forms: list[Callable[[], str]] = [self.number]
        forms += [partial(item, vector, self.n) for vector in self.names(VECTOR)]
        forms += [partial(item, matrix, self.m, self.n) for matrix in self.names(MATRIX)]
        forms += [partial(self.list_item, items) for items in self.names(LIST)]
        forms += [partial("0.3 * {}".format, integer) for integer in self.names(INT)]
        return str(self.pick(forms)())

    def fallback(self, kind: str) -> str:
        """An array made of what there is, when no variable of its kind is there."""
        if kind == VECTOR:
            if self.names(MATRIX) and self.chance(50):
                return f"{self.pick(self.names(MATRIX))}[{self.index(self.m)}]"
            return "np.array([" + ", ".join(self.scalar_leaf() for _ in range(self.n)) + "])"
        width = self.n if kind == MATRIX else 1
        rows = [f"[{', '.join(self.scalar_leaf() for _ in range(width))}]" for _ in range(self.m)]
        return f"np.array([{', '.join(rows)}])"

    def index(self, size: int) -> str:
        """A subscript that is inside an axis of `size` elements."""
        loose = [k for k in self.names(INT) if k in self.fixed]
        if loose and self.chance(40):
            return f"{self.pick(loose)} % {size}"
        return str(self.random.randrange(-size, size))

    def list_item(self, name: str) -> str:
        """An item of a list."""
        return f"{name}[{self.list_index(name)}]"

    def list_index(self, name: str) -> str:
        """A subscript that is inside a list; a list that anything may be done to has some length."""
        if self.stores != ANYTHING:
            return self.index(LIST_LENGTH)
        loose = [f"{k} % len({name})" for k in self.names(INT) if k in self.fixed]
        return str(self.pick(("0", "-1", *loose)))

    def held(self, kind: str) -> list[str]:
        """What is of a kind inside a container or an array of some size."""
        if kind == VECTOR:
            found = [f"{rows}[{self.pick(('0', '-1'))}]" for rows in self.names(ROWS)]
            found += [f"{pair}[{self.pick(('0', '1'))}]" for pair in self.names(PAIR)]
            return found + [f"{table}['p']" for table in self.names(TABLE)]
        if kind == SCALAR:
            found = [f"{table}['q']" for table in self.names(TABLE)]
            found += [f"{part}[{self.pick(('0', '-1'))}]" for part in self.names(PART)]
            return found + [f"{grid}[{self.pick(('0, 0', '-1, 0', '0, -1'))}]" for grid in self.names(GRID)]
        return []

    def function_of(self, kind: str, depth: int) -> str:
        """An elementwise function of an expression."""
        return str(self.pick(FUNCTIONS)).format(self.expression(kind, depth))

    def binary(self, kind: str, depth: int) -> str:
        """An operator between two expressions, one of which may be broadcast."""
        left, right = self.expression(kind, depth), self.expression(self.pick(BROADCAST[kind]), depth - 1)
        if self.chance(30):
            left, right = right, left
        if kind != SCALAR and self.chance(20):  # the kind must come from one of the sides
            left = f"({left} + {self.expression(kind, 0)})"
        form = self.pick(
            ("({} + {})", "({} - {})", "{} * {}", "{} * {}", "{} / (1.5 + np.sin({}))", "np.tanh({}) * {}")
        )
        return str(form).format(self.atomic(left), self.atomic(right))

    def atomic(self, text: str) -> str:
        """An expression as an operand: in parentheses where it may need them."""
        return text if re.fullmatch(r"[\w.]+(\([^()]*\)|\[[^\[\]]*\])?", text) else f"({text})"

    def special(self, kind: str, depth: int) -> str:
        """What only one kind can be made by: reductions, products, calls, comprehensions."""
        forms = list(getattr(self, f"{kind}_forms")(depth))
        for name, kinds, result in self.helpers:
            if result == kind:
                forms.append(lambda name=name, kinds=kinds: self.call(name, kinds, depth))
        if kind == SCALAR:

            def choice() -> str:
                then, condition, orelse = self.expression(kind, depth), self.condition(), self.expression(kind, depth)
                return f"({then} if {condition} else {orelse})"

            forms.append(choice)
        return str(self.pick(forms)()) if forms else self.function_of(kind, depth)

    def scalar_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of numbers from arrays and lists."""

        def of(kind: str) -> str:
            return self.expression(kind, depth)

        if self.names(VECTOR):
            yield lambda: f"np.sum({of(VECTOR)}) / {self.n}"
            yield lambda: f"({of(VECTOR)}).sum() * 0.5"
            yield lambda: f"np.mean({of(VECTOR)})"
            yield lambda: f"{self.leaf(VECTOR)} @ {self.leaf(VECTOR)} / {self.n}"
            yield lambda: f"np.dot({of(VECTOR)}, {of(VECTOR)}) / {self.n}"
            yield lambda: "np.sum({0}[1:] * {0}[:-1])".format(self.pick(self.names(VECTOR)))
            yield lambda: "np.sum({0}[::2]) - {0}[-1]".format(self.pick(self.names(VECTOR)))
            yield lambda: self.comprehension()
        if self.names(MATRIX):
            yield lambda: f"np.sum({of(MATRIX)}) / {self.m * self.n}"
            yield lambda: "np.mean({0}[:, 1:] * {0}[:, :-1])".format(self.pick(self.names(MATRIX)))
        if self.names(LIST):
            yield lambda: f"sum({self.pick(self.names(LIST))}{self.pick(('', ', 0.5'))})"
        if self.names(LIST) and self.stores == ANYTHING:
            yield lambda: f"np.mean(np.array({self.pick(self.names(LIST))}))"
        if self.names(PART, GRID):
            yield lambda: "np.mean({0} * {0})".format(self.pick(self.names(PART, GRID)))
        yield lambda: f"(lambda z: {of(SCALAR)} * z)({of(SCALAR)})"
        if self.chance(25):
            yield lambda: f"abs(float({self.leaf(SCALAR)}) ** 1.5)"  # Python's may be complex in between

    def vector_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of vectors from matrices and other vectors."""
        if self.names(MATRIX):
            yield lambda: f"np.sum({self.expression(MATRIX, depth)}, axis=0) / {self.m}"
            yield lambda: f"({self.expression(MATRIX, depth)}).mean(axis=0)"
            yield lambda: f"{self.leaf(MATRIX)}[{self.index(self.m)}]"
            yield lambda: "{0}.T @ ({0} @ {1}) / {2}".format(
                self.pick(self.names(MATRIX)), self.leaf(VECTOR), self.m * self.n
            )
        if self.names(VECTOR):
            yield lambda: f"sum([{self.leaf(VECTOR)}, {self.leaf(SCALAR)}], np.zeros({self.n}))"
            yield lambda: f"[{', '.join(self.number() for _ in range(self.n))}] * {self.pick(self.names(VECTOR))}"
            yield lambda: f"{self.pick(self.names(VECTOR))}[::-1]"
            yield lambda: "np.concatenate([{0}[1:], {0}[:1]])".format(self.pick(self.names(VECTOR)))
            yield lambda: "np.where({0} > {2}, {0}, {1})".format(
                self.pick(self.names(VECTOR)), self.expression(VECTOR, depth), self.number()
            )

        if self.names(ROWS):
            yield lambda: f"np.mean(np.stack({self.pick(self.names(ROWS))}), axis=0)"

    def column_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of columns from matrices."""
        if self.names(MATRIX):
            yield lambda: f"np.sum({self.expression(MATRIX, depth)}, axis=1, keepdims=True) / {self.n}"
            yield lambda: f"{self.pick(self.names(MATRIX))}[:, :1]"

    def matrix_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of matrices from matrices, columns and vectors."""
        if self.names(MATRIX):
            yield lambda: f"({self.expression(MATRIX, depth)}).T.reshape({self.m}, {self.n})"
            yield lambda: f"{self.pick(self.names(MATRIX))}[::-1, ::-1]"
        if self.names(COLUMN):
            yield lambda: f"{self.pick(self.names(COLUMN))} * {self.leaf(VECTOR)}"
        yield lambda: f"np.stack([{', '.join(self.leaf(VECTOR) for _ in range(self.m))}])"

    def comprehension(self) -> str:
        """The sum of a list comprehension over a vector, maybe with a condition or a second vector."""
        vector = self.pick(self.names(VECTOR))
        body = self.inside({"z": SCALAR}, lambda: self.expression(SCALAR, 1))
        condition = f" if z > {self.number()}" if self.chance(30) else ""
        over = f"z in {vector}"
        if self.chance(30):
            body, over = f"{body} * q", f"z, q in zip({vector}, {self.leaf(VECTOR)})"
        return f"sum([{body} for {over}{condition}]) / {self.n}"

    def call(self, name: str, kinds: Sequence[str], depth: int) -> str:
        """A call of a helper function."""
        return f"{name}({', '.join(self.expression(k, depth) for k in kinds)})"

    def condition(self) -> str:
        """A comparison of values of order one with a number."""
        forms = [
            lambda: f"{self.leaf(SCALAR)} > {self.number()}",
            lambda: f"{self.expression(SCALAR, 1)} < {self.number()}",
            lambda: f"-0.5 < {self.leaf(SCALAR)} < {self.number()}",
            lambda: f"not {self.leaf(SCALAR)} > {self.number()}",
        ]
        if self.names(VECTOR):
            forms.append(lambda: f"np.sum({self.leaf(VECTOR)}) > {self.number()}")
        if self.names(INT):
            forms.append(lambda: f"{self.pick(self.names(INT))} % 2 == {self.pick((0, 1))}")
        if self.chance(20):
            return f"({self.pick(forms)()} {self.pick(('and', 'or'))} {self.pick(forms)()})"
        return str(self.pick(forms)())
