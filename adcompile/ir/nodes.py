"""The intermediate representation: structured SSA in A-normal form, ten node kinds.

Each `Var` is assigned once. Control flow is nested: `If`, `For`, `While` and `With` own
`Block`s, take what they change as explicit carried values, and define results. Everything
that computes is one `Call` of a known callable, so there is one thing to differentiate.
Nodes are immutable; passes build new ones.

    Var  Const                      what a statement reads
    Call  If  For  While  With      the statements, and
    Opaque                          Python that carries no derivative, kept as it is
    Block  Function                 what holds them
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, final

from adcompile.errors import Origin
from adcompile.ir.types import same_constant


class Var:
    """One value. Identity is the object's; `name` is the user's name for it, or '' for a
    temporary, and only a hint: the emitter makes names unique."""

    __slots__ = ("name", "origin")

    def __init__(self, name: str = "", origin: Origin | None = None) -> None:
        self.name = name
        self.origin = origin

    def __repr__(self) -> str:
        return f"%{self.name or 't'}"


class _Undefined:
    """The value of a name on a path that does not bind it."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A constant: a number, a string, None, a function, a module, or `UNDEFINED`."""

    value: Any

    def __repr__(self) -> str:
        return getattr(self.value, "__name__", None) or repr(self.value)


@dataclass(frozen=True, slots=True)
class Star:
    """`*value` in a call's arguments."""

    value: Atom


Atom = Var | Const
UNDEF = Const(UNDEFINED)
NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)



def same_atom(a: Atom, b: Atom) -> bool:
    """Whether two atoms are certainly the same value."""
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and same_constant(a.value, b.value))


# ------------------------------------------------------------------------ syntax as callables


@dataclass(frozen=True, slots=True)
class Method:
    """The callable behind `x.name(...)`: its first argument is the receiver."""

    name: str

    @property
    def __name__(self) -> str:
        return "." + self.name


@dataclass(frozen=True, slots=True)
class Attribute:
    """The callable behind `x.name`."""

    name: str

    @property
    def __name__(self) -> str:
        return "." + self.name


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """A Python expression that is kept as it is; its arguments stand for the names `reads`."""

    node: ast.expr
    reads: tuple[str, ...]
    passive: bool = False  # True where the result carries no derivative whatever it reads
    called: tuple[FunctionType, ...] = ()  # the user's functions in it that are called later, as often as is asked

    @property
    def __name__(self) -> str:
        return "syntax"


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A callable that is another function of the same program, by its emitted name. `shapes` are
    the positions of the parameters that it asks for their shape and dtype alone; `own` says of each
    of its results whether its memory is certainly new, and in no other result."""

    name: str
    shapes: tuple[int, ...] = ()
    own: tuple[bool, ...] = field(default=(), compare=False)

    @property
    def __name__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class View:
    """One step from an object to a part of it that shares its memory: `fn(object, *arity more)`."""

    fn: Callable[..., Any] | Method | Attribute
    arity: int
    keys: tuple[str, ...] = ()  # those of the operands that are keywords, the last ones

    def split(self, operands: tuple[Atom, ...]) -> tuple[tuple[Atom, ...], tuple[tuple[str, Atom], ...]]:
        """The operands as positional and as keyword arguments."""
        plain = len(operands) - len(self.keys)
        return operands[:plain], tuple(zip(self.keys, operands[plain:], strict=True))


@dataclass(frozen=True, slots=True)
class Through:
    """The callable behind `a.T[i][j] = v`: `fn` (an update) applied through views of its first
    argument, whose changed value is the result. Its arguments are the object, the operands of
    each view, and what `fn` takes besides the view."""

    fn: Callable[..., Any]
    views: tuple[View, ...]

    @property
    def __name__(self) -> str:
        return self.fn.__name__

    def parts(self, operands: Sequence[Atom]) -> tuple[Atom, list[tuple[View, tuple[Atom, ...]]], tuple[Atom, ...]]:
        """Of a call's operands: the object, the views with theirs, and what `fn` takes besides."""
        whole, *rest = operands
        steps: list[tuple[View, tuple[Atom, ...]]] = []
        for view in self.views:
            steps.append((view, tuple(rest[: view.arity])))
            rest = rest[view.arity :]
        return whole, steps, tuple(rest)


@dataclass(frozen=True, slots=True)
class Augmented:
    """The callable behind `a[i] op= v`, whose result is the changed `a`; `op` is `operator.iadd`
    and kin. What it does depends on what `a[i]` is; `follow_stores` knows, and writes that."""

    op: Callable[..., Any]

    @property
    def __name__(self) -> str:
        return self.op.__name__


@dataclass(frozen=True, slots=True)
class WriteBack:
    """The callable that leaves the caller's object, which `of` is, with the contents of its
    argument. `items` says of a container whether items were replaced, or changed themselves."""

    of: Var
    items: frozenset[str] = frozenset()

    @property
    def __name__(self) -> str:
        return "write_back"


@dataclass(frozen=True, slots=True, eq=False)
class ReverseBlock:
    """The callable that hands its first argument on. Where the cotangent passes, the reverse sweep runs
    `function` of it and of the other arguments, and goes on with what that gives."""

    function: Any

    @property
    def __name__(self) -> str:
        return "grad_of"


# ---------------------------------------------------------------------------------- statements


@final
@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`results = fn(*args, **kwargs)`. Several results unpack a tuple. A call that is `kept`
    is made once and in order, as if it had an effect: it reads what something else changes."""

    results: tuple[Var, ...]
    fn: Callable[..., Any] | Method | Attribute | Syntax | FunctionRef | Through | Augmented | WriteBack | ReverseBlock
    args: tuple[Atom | Star, ...]
    kwargs: tuple[tuple[str | None, Atom], ...] = ()  # None: `**value`
    origin: Origin | None = None
    kept: bool = False
    operands: tuple[Atom, ...] = field(init=False, repr=False)  # every atom that the call reads

    def __post_init__(self) -> None:
        operands: tuple[Any, ...] = self.args
        if Star in map(type, operands):
            operands = tuple(a.value if isinstance(a, Star) else a for a in operands)
        if self.kwargs:
            operands += tuple(a for _, a in self.kwargs)
        object.__setattr__(self, "operands", operands)

    @property
    def result(self) -> Var:
        """The only result."""
        (result,) = self.results
        return result


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """`results = then if cond else orelse`; each block yields one atom for each result."""

    cond: Atom
    then: Block
    orelse: Block
    results: tuple[Var, ...]
    origin: Origin | None = None
    of: If | None = None  # in the reverse sweep: the statement that this one reverses


@dataclass(frozen=True, slots=True)
class Range:
    """Iterate over `range(start, stop, step)`."""

    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True, slots=True)
class Each:
    """Iterate over the elements of a sequence (or any iterable, where it is passive)."""

    sequence: Atom
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Unwind:
    """Iterate over the trips that `loop` made, last first. Only between `reverse` and
    `place_residuals`, which decides where the trips and their values are kept."""

    loop: For | While


Source = Range | Each | Unwind


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """A loop over sources in step (`zip`): `items[i]` is the element of `sources[i]`.

    `params` are the carried values at the start of a trip: `inits` before the first one,
    then what `body` yields. `results` are the carried values after the last trip. If `stop`
    is given, carried value number `stop` ends the loop when it is true. `index`, where
    something reads it, is the number of the trip, from 0.
    """

    items: tuple[Var, ...]
    sources: tuple[Source, ...]
    params: tuple[Var, ...]
    inits: tuple[Atom, ...]
    body: Block
    results: tuple[Var, ...]
    stop: int | None = None
    index: Var | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """`while head: body`; `head` yields the condition, computed from the carried values."""

    params: tuple[Var, ...]
    inits: tuple[Atom, ...]
    head: Block
    body: Block
    results: tuple[Var, ...]
    stop: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class With:
    """`with context: body`; the block yields the results."""

    context: Atom
    target: Var | None
    body: Block
    results: tuple[Var, ...]
    origin: Origin | None = None


@final
@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """A Python statement that carries no derivative, kept once and in order.

    `reads` gives the value of each name that it reads, `writes` the name that each new value
    has in it. `leaves` says that control never passes it (`raise`).
    """

    node: ast.stmt
    reads: tuple[tuple[str, Atom], ...] = ()
    writes: tuple[tuple[str, Var], ...] = ()
    leaves: bool = False
    origin: Origin | None = None


Stmt = Call | If | For | While | With | Opaque
Loop = For | While


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Statements in order, and the atoms that the block yields to its owner."""

    stmts: tuple[Stmt, ...]
    yields: tuple[Atom, ...] = ()

    @property
    def leaves(self) -> bool:
        """Whether control never reaches the block's end."""
        return bool(self.stmts) and leaves(self.stmts[-1])


def leaves(stmt: Stmt) -> bool:
    """Whether control never passes the statement."""
    if isinstance(stmt, Opaque):
        return stmt.leaves
    if isinstance(stmt, If):
        return stmt.then.leaves and stmt.orelse.leaves
    return isinstance(stmt, With) and stmt.body.leaves


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A parameter: its value, its kind as in `inspect`, and whether it has a default."""

    var: Var
    kind: str = "positional"  # 'positional', 'keyword', '*', '**'
    default: Const | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A value from outside, read again at every call: a global or a closure variable.
    `holder` is the function whose globals and cells give it."""

    var: Var
    name: str
    holder: Any


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function: its parameters, its captures, and a body that yields one atom, the result."""

    name: str
    params: tuple[Param, ...]
    body: Block
    captures: tuple[Capture, ...] = ()
    holder: Any = None  # the Python function that this one was made from
    resolved: tuple[tuple[str, Any], ...] = field(default=())  # global names bound at compile time

    @property
    def inputs(self) -> tuple[Var, ...]:
        """The parameters' values, then the captures'."""
        return tuple(p.var for p in self.params) + tuple(c.var for c in self.captures)
