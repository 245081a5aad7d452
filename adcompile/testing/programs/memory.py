"""Random statements that write to memory: stores of every kind, views, other names, index arrays.

Any array may be written to, also a parameter, a view and what another name stands for. Each
statement is right for every size that the generator chooses, and values stay of order one.
"""

from __future__ import annotations

from collections.abc import Callable

from adcompile.testing.programs.expressions import BOUNDED, BROADCAST
from adcompile.testing.programs.statements import Statements
from adcompile.testing.programs.writer import (
    ARRAYS,
    COLUMN,
    GRID,
    INDICES,
    MATRIX,
    PART,
    SCALAR,
    VECTOR,
)

# Two subscripts that take as many elements of a vector.
SAME_LENGTH = (
    ("1:", ":-1"),
    (":-1", "1:"),
    ("::-1", ":"),
    (":", "::-1"),
    ("1:", "-1:0:-1"),
    ("::2", "::2"),
    (":2", "-2:"),
    ("...", ":"),
)
# Elements of a vector of at least two, some of them twice.
POSITIONS = ("[0, -1]", "[1, 0]", "[0, 0]", "np.array([1, 1])", "np.array([-1, 0])")
SIGNS = ("= {}", "= {}", "= {}", "+= 0.3 * {}", "-= 0.3 * {}", "*= np.cos({})", "/= 1.5 + np.sin({})")


class Memory(Statements):
    """Writes statements that change arrays in place."""

    def memory_forms(self) -> list[Callable[[], None]]:
        """The statements about memory that can be written at this point."""
        forms = [self.new_name, self.buffer]
        if self.names(VECTOR):
            forms += [self.store_element, self.store_slice, self.store_positions, self.store_mask, self.view]
            forms += [self.swap, self.ufunc_in_place, self.method_in_place]
        if self.names(MATRIX):
            forms += [self.store_rows, self.store_rows, self.view]
        if self.names(PART, GRID):
            forms += [self.store_part, self.store_part]
        if self.names(INDICES):
            forms += [self.change_indices]
        return forms

    def operation(self, value: str) -> str:
        """What stands behind the target of a store of a value: `= value`, `+= 0.3 * value`."""
        return str(self.pick(SIGNS)).format(self.atomic(value))

    def vector(self) -> str:
        """A vector that has a name."""
        return str(self.pick(self.names(VECTOR)))

    def matrix(self) -> str:
        """A matrix that has a name."""
        return str(self.pick(self.names(MATRIX)))

    def bind(self, kind: str, text: str) -> None:
        """Give a value a new name, or one that is there."""
        names = [n for n in self.names(kind) if n not in self.fixed]
        name = self.pick(names) if names and self.chance(25) else self.fresh(kind)
        self.line(f"{name} = {text}")
        self.env[name] = kind

    # --------------------------------------------------------------------------------- stores

    def store_element(self) -> None:
        """`v[i] = s`, `v[i] += s`, with an index that may be negative or counted."""
        self.line(f"{self.vector()}[{self.index(self.n)}] {self.operation(self.bounded(SCALAR))}")

    def store_slice(self) -> None:
        """`v[1:] += v[:-1]` and its like; the two sides may overlap."""
        left, right = self.pick(SAME_LENGTH)
        other = self.vector()
        value = self.pick((f"{other}[{right}]", f"np.sin({other}[{right}])", self.bounded(SCALAR)))
        self.line(f"{self.vector()}[{left}] {self.operation(value)}")

    def store_positions(self) -> None:
        """A store at an array of positions, some of which may be the same."""
        at = self.pick((*POSITIONS, *self.names(INDICES)))
        target, other = self.vector(), self.vector()
        value = self.pick((self.bounded(SCALAR), f"{other}[{at}]", f"np.sin({other}[{at}])"))
        if self.chance(15):  # a store into what was copied
            self.line(f"{target}[{at}][{self.pick(('0', '-1', ':'))}] {self.operation(self.bounded(SCALAR))}")
        elif self.chance(40):
            self.line(f"np.{self.pick(('add', 'subtract'))}.at({target}, {at}, 0.3 * {self.atomic(value)})")
        else:
            self.line(f"{target}[{at}] {self.operation(value)}")

    def store_mask(self) -> None:
        """A store where a condition holds."""
        name = self.pick(self.names(VECTOR, MATRIX))
        alike = self.names(self.env[name])
        mask = f"{self.pick(alike)} {self.pick(('>', '<'))} {self.number()}"
        other = f"{self.pick(alike)}[{mask}]"
        value = self.pick((self.bounded(SCALAR), other, f"np.sin({other})"))
        self.line(f"{name}[{mask}] {self.operation(value)}")

    def store_rows(self) -> None:
        """A store to rows, columns, or all of a matrix."""
        name, other, vector = self.matrix(), self.matrix(), self.bounded(VECTOR)
        i, j = self.index(self.m), self.index(self.n)
        row, column, k = self.index(self.m), self.index(self.n), self.random.randrange(self.m * self.n)
        stores = [
            (f"{name}[{i}]", vector),
            (f"{name}[{i}]", f"{other}[{row}]"),
            (f"{name}[{i}, ::-1]", f"{other}[{row}]"),
            (f"{name}[{i}, 1:]", f"{other}[{row}, :-1]"),
            (f"{name}[:, {j}]", f"{other}[:, {column}]"),
            (f"{name}[:, {j}]", self.bounded(SCALAR)),
            (f"{name}[:, 1:]", f"{other}[:, :-1]"),
            (f"{name}[1:]", f"{other}[:-1]"),
            (f"{name}[...]", self.bounded(self.pick(BROADCAST[MATRIX]))),
            (f"{name}[[0, -1]]", f"{other}[[-1, 0]]"),
            (f"{name}.T[{j}]", f"{other}[:, {column}]"),
            (f"{name}.flat[{k}]", self.bounded(SCALAR)),
            (f"{name}[{i}, {j}]", self.bounded(SCALAR)),
            (f"{name}[{i}][{j}]", self.bounded(SCALAR)),
            (f"{name}[[0, -1]][{self.pick(('0', ':, 0', '0, -1'))}]", self.bounded(SCALAR)),
        ]
        target, value = self.pick(stores)
        self.line(f"{target} {self.operation(value)}")

    def store_part(self) -> None:
        """A store through a view of which only the rank is known."""
        name = self.pick(self.names(PART, GRID))
        at = self.pick(("0", "-1")) if self.env[name] == PART else self.pick(("0, 0", "-1, 0", "0, -1"))
        targets = [f"{name}[{at}]", f"{name}[...]", name, f"{name}[0]"]
        target = self.pick(targets)
        value = self.bounded(SCALAR) if target != name or self.chance(50) else f"np.sin({name})"
        operation = self.operation(value)
        if target == name and operation.startswith("="):
            operation = f"*= np.cos({value})"
        self.line(f"{target} {operation}")

    def swap(self) -> None:
        """Two elements, rows or names that exchange their values."""
        kinds = [kind for kind in (VECTOR, MATRIX) if self.names(kind)]
        name = self.pick(self.names(*kinds))
        size = self.n if self.env[name] == VECTOR else self.m
        i, j = f"{name}[{self.index(size)}]", f"{name}[{self.index(size)}]"
        copied = ".copy()" if self.env[name] == MATRIX else ""
        other = self.pick(self.names(self.env[name]))
        if other != name and not {name, other} & self.fixed and self.chance(50):
            self.line(f"{name}, {other} = {other}, {name}")
        else:
            self.line(f"{i}, {j} = {j}{copied}, {i}{copied}")

    def ufunc_in_place(self) -> None:
        """A ufunc that writes its result over an array."""
        v, w, u = self.vector(), self.vector(), self.vector()
        function = str(self.pick(BOUNDED)).removesuffix("({})")
        forms = [
            f"{function}({v}, out={w})",
            f"np.multiply(np.cos({v}), {w}, out={u})",
            f"np.add({v}, {self.bounded(SCALAR)}, out={v})",
            f"np.subtract({self.bounded(VECTOR)}, {v}, out={w})",
            f"{function}({v}[:-1], out={w}[1:])",
            f"np.maximum({v}, {self.bounded(SCALAR)}, out={w})",
            f"np.clip({v}, -1.0, {self.bounded(SCALAR)} + 2.0, out={w})",
            f"np.cumsum({self.bounded(VECTOR)}, out={w})",
            f"{function}({v}, out={w}, where={u} > {self.number()})",
            f"{function}({v}, {w})",  # NumPy writes to what stands in the place of `out`
            f"np.clip({v}, -1.0, 1.5, {w})",
            f"{v}.clip(-1.5, 1.0, {w})",
            f"np.take({v}, {[self.random.randrange(self.n) for _ in range(self.n)]}, 0, {w})",
        ]
        if self.names(MATRIX):
            forms.append(f"{function}({self.matrix()}[{self.index(self.m)}], out={v})")
            forms.append(f"{function}({v}, out={self.matrix()}[{self.index(self.m)}])")
            forms.append(f"np.mean({self.matrix()}, axis=0, out={v})")
            forms.append(f"np.max({self.matrix()}, 0, {v})")
            forms.append(f"np.mean({self.matrix()}, 0, None, {v})")
        text = self.pick(forms)
        if self.chance(30) and not text.endswith("[1:])"):
            self.bind(VECTOR, text)
        else:
            self.line(text)

    def method_in_place(self) -> None:
        """A function or method that changes its array."""
        v, w = self.vector(), self.vector()
        forms = [
            f"np.copyto({v}, {w})",
            f"np.copyto({v}, {self.bounded(VECTOR)})",
            f"{v}.fill({self.bounded(SCALAR)})",
            f"{v}.sort()",
            f"np.put({v}, [0, -1], {self.bounded(SCALAR)})",
            f"np.put({v}, [0, -1], {w}[{self.pick((':1', '-1:', ':', '1:'))}])",
            f"np.nan_to_num({v}, copy=False)",
            f"{v}.put(0, {self.bounded(SCALAR)})",
            f"np.multiply.at({v}, {self.pick(POSITIONS)}, np.cos({self.leaf(SCALAR)}))",
            f"np.putmask({v}, {w} > {self.number()}, {self.bounded(SCALAR)})",
            f"np.place({v}, {w} > {self.number()}, [{self.bounded(SCALAR)}])",
        ]
        if not self.loops:
            forms.append(f"{v} **= 2")
        if self.names(MATRIX):
            forms.append(f"np.fill_diagonal({self.matrix()}, {self.bounded(SCALAR)})")
            forms.append(f"np.add.at({self.matrix()}.T, [0, 0], 0.3 * {self.bounded(SCALAR)})")
        self.line(self.pick(forms))

    # ------------------------------------------------------------------- views and other names

    def new_name(self) -> None:
        """Another name for an array."""
        names = self.names(*ARRAYS, PART, GRID)
        if not names:
            return self.buffer()
        name = self.pick(names)
        return self.bind(self.env[name], name)

    def view(self) -> None:
        """A view of an array, of the same shape or of another."""
        views: list[tuple[str, str]] = []
        for v in self.names(VECTOR)[-2:]:
            same = [f"{v}{part}" for part in ("[::-1]", "[:]", ".reshape(-1)", ".ravel()", "[None][0]", ".view()")]
            same += [f"np.asarray({v})", f"np.flip({v})"]
            views += [(VECTOR, text) for text in same]
            views += [(PART, text) for text in (f"{v}[1:]", f"{v}[::2]", f"{v}[-1:]", f"{v}[:-1][::-1]")]
            views += [(GRID, f"{v}.reshape(-1, 1)"), (GRID, f"{v}[:, None]")]
            views.append((VECTOR, f"{v} if {self.condition()} else {self.vector()}"))
        for a in self.names(MATRIX)[-2:]:
            i, j = self.index(self.m), self.index(self.n)
            views += [(VECTOR, f"{a}[{i}]"), (VECTOR, f"{a}.T[:, {i}]"), (VECTOR, f"{a}[{i}][::-1]")]
            views += [(MATRIX, f"{a}[:]"), (MATRIX, f"{a}[::-1]"), (MATRIX, f"{a}.reshape({self.m}, {self.n})")]
            views += [(PART, text) for text in (f"{a}[:, {j}]", f"{a}.reshape(-1)", f"{a}.ravel()", f"{a}.T.ravel()")]
            turned = (f"{a}.T", f"np.transpose({a})", f"np.swapaxes({a}, 0, 1)")
            views += [(GRID, text) for text in (*turned, f"{a}[:, 1:]")]
            views.append((COLUMN, f"{a}[:, -1:]"))
        views += [(PART, f"{p}[{self.pick(('::-1', ':'))}]") for p in self.names(PART)[-2:]]
        views += [(GRID, text) for t in self.names(GRID)[-2:] for text in (f"{t}.T", f"{t}[::-1]")]
        views += [(PART, f"{t}[0]") for t in self.names(GRID)[-2:]]
        self.bind(*self.pick(views))

    def buffer(self) -> None:
        """An array that starts without a derivative, or an array of positions."""
        forms = [
            (VECTOR, f"np.ones({self.n})"),
            (VECTOR, f"np.zeros({self.n})"),
            (VECTOR, f"np.arange({self.n}.0) / {self.n}"),
            (VECTOR, f"np.full({self.n}, {self.number()})"),
            (VECTOR, f"np.array([{', '.join(self.number() for _ in range(self.n))}])"),
            (MATRIX, f"np.zeros(({self.m}, {self.n}))"),
            (MATRIX, f"np.ones(({self.m}, {self.n}))"),
            (INDICES, f"np.array([{', '.join(str(self.random.randrange(self.n)) for _ in range(2))}])"),
        ]
        forms += [(VECTOR, f"np.zeros_like({v})") for v in self.names(VECTOR)[-1:]]
        if self.chance(20):  # what is stored there loses its fraction
            whole = (f"np.ones({self.n}, int)", f"np.array([k for k in range({self.n})])", f"np.full({self.n}, 2)")
            forms = [(VECTOR, self.pick(whole))]
        forms += [(VECTOR, f"{v}.copy()") for v in self.names(VECTOR)[-1:]]
        forms += [(MATRIX, f"{a}.copy()") for a in self.names(MATRIX)[-1:]]
        self.bind(*self.pick(forms))

    def change_indices(self) -> None:
        """A change of an array of positions, which may have been read before."""
        name = self.pick(self.names(INDICES))
        if self.chance(50):
            self.line(f"{name}[{self.pick((0, -1))}] = {self.random.randrange(self.n)}")
        else:
            self.line(f"{name}[:] = {name}[::-1]")
