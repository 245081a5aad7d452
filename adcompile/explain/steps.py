"""Find the steps and regions of an emitted function, and the values that pass between them."""

from __future__ import annotations

from collections.abc import Sequence

from adcompile.explain.graph import Edge, Graph, Region, Step, Sweep
from adcompile.explain.words import callee, expression
from adcompile.ir.nodes import Atom, Call, Each, For, Function, If, Loop, Opaque, Range, Source, Stmt, Var, While, With
from adcompile.ir.printer import constant_text
from adcompile.ir.traverse import atoms_of, results_of, source_atoms, walk
from adcompile.runtime.structures import make_tuple, unpack

NO_STEP = ("for ", "while ", "if ", "elif ", "else:", "with ")  # lines that are regions


def graph_of(function: Function, seed: Var) -> Graph:
    """The graph of a function as it is emitted; `seed` is the cotangent that it takes."""
    return _Building(function, seed).graph()


class _Building:
    def __init__(self, function: Function, seed: Var) -> None:
        self.source = function
        self.seed = seed
        self.calls = {s.results[0]: s for s in walk(function.body) if isinstance(s, Call) and s.results}
        self.makers: dict[Var, Step | Region] = {}
        self.reads: list[tuple[Var, Step | Region]] = []
        self.count = 0

    def graph(self) -> Graph:
        function = self.source
        header = f"{function.name}({', '.join(p.var.name for p in function.params)})"
        root = self.region(header, None, "forward", function.inputs)
        stmts, result = function.body.stmts, function.body.yields
        made = stmts[-1] if stmts else None
        if isinstance(made, Call) and made.fn is make_tuple and made.results == result:
            stmts, result = stmts[:-1], made.operands
        self.stmts(stmts, root)
        edges: dict[tuple[int, int, str], Edge] = {}
        for var, target in self.reads:
            source = self.makers.get(var)
            if source is not None and source is not target:
                crosses = source.sweep == "forward" and target.sweep == "reverse" and var is not self.seed
                edge = Edge(_name(var), source, target, crosses)
                edges.setdefault((source.number, target.number, edge.name), edge)
        return Graph(function.name, root, tuple(edges.values()), tuple(map(_result, result)))

    def region(
        self, text: str, stmt: Stmt | None, sweep: Sweep, takes: Sequence[Var], carries: Sequence[Var] = ()
    ) -> Region:
        """A new region, which makes the values that it takes in and hands on."""
        line = stmt.origin.line if stmt is not None and stmt.origin is not None else None
        made = Region(self.next(), text, line, sweep, tuple(dict.fromkeys(map(_name, carries))))
        self.makers |= dict.fromkeys((*takes, *carries), made)
        return made

    def next(self) -> int:
        self.count += 1
        return self.count

    def stmts(self, stmts: Sequence[Stmt], region: Region) -> None:
        step: Step | None = None
        for stmt in stmts:
            sweep = _sweep(stmt, region.sweep)
            if isinstance(stmt, (Call, Opaque)):
                line = None if stmt.origin is None else stmt.origin.line
                if step is None or (step.line, step.sweep, step.is_again) != (line, sweep, _is_again(stmt, sweep)):
                    step = Step(self.next(), _step_text(stmt, sweep), line, sweep, _is_again(stmt, sweep))
                    region.parts.append(step)
                self.operation(stmt, step)
            else:
                step = None
                region.parts.append(self.nested(stmt, sweep))

    def operation(self, stmt: Call | Opaque, step: Step) -> None:
        step.operations.append(callee(stmt.fn) if isinstance(stmt, Call) else "kept as it is")
        text = _step_text(stmt, step.sweep)
        step.text = text if step.text in text else step.text  # an expression around the one before
        self.read(step, atoms_of(stmt))
        for var in results_of(stmt):
            self.makers[var] = step
            if var.name and var.name not in step.makes:
                step.makes.append(var.name)

    def read(self, part: Step | Region, atoms: Sequence[Atom]) -> None:
        self.reads.extend((a, part) for a in atoms if isinstance(a, Var))

    def nested(self, stmt: Stmt, sweep: Sweep) -> Region:
        if isinstance(stmt, (For, While)):
            return self.loop(stmt, sweep)
        if isinstance(stmt, If):
            made = self.region(f"if {self.condition(stmt.cond)}", stmt, sweep, stmt.results, stmt.results)
            self.read(made, (stmt.cond,))
            for text, block in (("then", stmt.then), ("else", stmt.orelse)):
                side = self.region(text, None, sweep, ())
                self.stmts(block.stmts, side)
                self.read(made, block.yields)
                if side.parts:
                    made.parts.append(side)
            return made
        assert isinstance(stmt, With)
        target = () if stmt.target is None else (stmt.target,)
        made = self.region(f"with {_atom(stmt.context)}", stmt, sweep, (*target, *stmt.results))
        self.read(made, (stmt.context,))
        self.stmts(stmt.body.stmts, made)
        self.read(made, stmt.body.yields)
        return made

    def loop(self, loop: Loop, sweep: Sweep) -> Region:
        body = loop.body.stmts
        if isinstance(loop, While):
            text = f"while {self.condition(loop.head.yields[0])}"
            made = self.region(text, loop, sweep, loop.params, loop.results)
            self.stmts(loop.head.stmts, made)
            self.read(made, loop.head.yields)
        else:
            names, first = loop.items, body[0] if body else None
            if isinstance(first, Call) and first.fn is unpack and first.operands[0] in names:
                names, body = first.results, body[1:]  # an entry of the tape
            text = f"for {', '.join(map(_name, names))} in {', '.join(map(_source, loop.sources))}"
            index = () if loop.index is None else (loop.index,)
            made = self.region(text, loop, sweep, (*loop.items, *names, *index, *loop.params), loop.results)
            self.read(made, [a for s in loop.sources for a in source_atoms(s)])
        self.read(made, loop.inits)
        self.stmts(body, made)
        self.read(made, loop.body.yields)
        return made

    def condition(self, atom: Atom) -> str:
        """A condition in the user's words."""
        call = self.calls.get(atom) if isinstance(atom, Var) else None
        return expression(call.origin) if call is not None and call.origin is not None else _atom(atom)


def _sweep(stmt: Stmt, around: Sweep) -> Sweep:
    is_reverse = around == "reverse" or (stmt.origin is not None and stmt.origin.reverse)
    return "reverse" if is_reverse else "forward"


def _is_again(stmt: Stmt, sweep: Sweep) -> bool:
    """Whether the reverse sweep computes a value of the forward sweep again."""
    return sweep == "reverse" and stmt.origin is not None and not stmt.origin.reverse


def _step_text(stmt: Stmt, sweep: Sweep) -> str:
    origin = stmt.origin
    if origin is None:
        return "bookkeeping"
    text = origin.text.strip()
    if text.startswith(NO_STEP):
        if origin.end_column is None:
            return "bookkeeping"
        text = expression(origin)
    if _is_again(stmt, sweep):
        return expression(origin)
    return f"adjoint of {text}" if origin.reverse else text


def _source(source: Source) -> str:
    atoms = ", ".join(map(_atom, source_atoms(source)))
    if isinstance(source, Range):
        return f"range({atoms})"
    return f"reversed({atoms})" if isinstance(source, Each) and source.backwards else atoms


def _name(var: Var) -> str:
    return var.name if var.name.isidentifier() else "t"


def _result(atom: Atom) -> str:
    return "a value" if isinstance(atom, Var) and not atom.name.isidentifier() else _atom(atom)


def _atom(atom: Atom) -> str:
    return _name(atom) if isinstance(atom, Var) else constant_text(atom.value)
