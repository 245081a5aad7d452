"""Lower code that is kept as it is: asserts, `raise`, `try`, and expressions with a scope of
their own."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import FunctionType, MappingProxyType
from typing import Any

import gast

from adcompile.frontend.jumps import bound_names, may_jump, parts_of_scope
from adcompile.frontend.lowering import Lowering
from adcompile.frontend.names import LocalFunction
from adcompile.ir.callables import METHODS, PURE_METHODS
from adcompile.ir.nodes import Atom, Opaque, Syntax, Var


class KeptCode(Lowering):
    """Lowers what is kept as the user wrote it; it reads what its names stand for there."""

    def later(self, node: Any) -> Atom:
        """Keep an expression that computes when it is asked: a generator expression, or a lambda."""
        calls = (self.known_object(part.func) for part in gast.walk(node) if isinstance(part, gast.Call))
        return self.syntax(node, called=tuple(dict.fromkeys(f for f in calls if isinstance(f, FunctionType))))

    def syntax(
        self,
        node: Any,
        passive: bool = False,
        given: Mapping[str, Atom] = MappingProxyType({}),
        called: tuple[FunctionType, ...] = (),
    ) -> Atom:
        """Keep an expression as it is; it reads what its names stand for here, or what is `given`."""
        reads: dict[str, Atom] = dict(given)
        own = {p.id for p in gast.walk(node) if isinstance(p, gast.Name) and not isinstance(p.ctx, gast.Load)}
        for name in own & _names_read_around(node):
            if self.lookup(name) is not None:
                return self.refuse(
                    node, f"'{name}' is a variable of this expression, and one that it reads from the function",
                    "the two cannot be told apart in code that is kept as it is",
                    f"give one of them another name, or let a lambda read '{name}' without a parameter for it",
                )
        for part in gast.walk(node):
            if isinstance(part, gast.Name) and part.id not in own and part.id not in reads:
                value = self.lookup(part.id)
                if isinstance(value, LocalFunction):
                    return self._function_as_value(node, part.id)
                if value is None and not self.is_local(part.id):
                    value = self.scope.atom(part.id)
                    value = value if isinstance(value, Var) else None
                if value is not None:
                    reads[part.id] = value
        if any(isinstance(p, gast.NamedExpr) for p in parts_of_scope(node)):
            return self.refuse(node, "':=' inside an expression that is kept as it is", "", "assign before it")
        kept = gast.gast_to_ast(gast.Expression(node)).body
        assert isinstance(kept, ast.expr)
        return self.call(Syntax(kept, tuple(reads), passive, called), *reads.values(), node=node)

    def _function_as_value(self, node: Any, name: str) -> Atom:
        return self.refuse(
            node, f"the nested function '{name}' is used as a value here",
            "it reads variables of the function, and who calls it when is not known",
            "call it here, or put it into the module with what it reads as parameters",
        )

    def may_act(self, node: Any) -> bool:
        """Whether an expression may do more than compute: it calls what is neither NumPy's nor Python's own, or
        a method that is not known."""
        return any(isinstance(part, gast.Call) and not self._computes(part) for part in gast.walk(node))

    def _computes(self, call: Any) -> bool:
        function = self.known_object(call.func)
        if function is None:
            return isinstance(call.func, gast.Attribute) and call.func.attr in {*PURE_METHODS, *METHODS}
        if isinstance(function, type) and function.__module__ != "builtins":
            return False
        module = (getattr(function, "__module__", None) or "").partition(".")[0]
        return module in ("builtins", "numpy", "math", "") and not any(k.arg == "out" for k in call.keywords)

    def expr_GeneratorExp(self, node: Any) -> Atom:
        """A generator expression, kept as it is."""
        return self.later(node)

    def keep(self, stmt: Any, leaves: bool = False) -> None:
        """Keep a statement as it is: it reads the values that its names stand for here."""
        reads: dict[str, Atom] = {}
        written = [n for n in bound_names([stmt]) if self.is_local(n)]
        for part in gast.walk(stmt):
            if isinstance(part, gast.Name) and part.id not in reads:
                value = self.lookup(part.id)
                if isinstance(value, LocalFunction):
                    self.refuse(part, f"the nested function '{part.id}' is used in a statement that is kept as it is")
                elif value is not None:
                    reads[part.id] = value
                elif not self.is_local(part.id) and isinstance(outside := self.scope.atom(part.id), Var):
                    reads[part.id] = outside
        writes = tuple((name, Var(name, self.origin)) for name in written)
        node = gast.gast_to_ast(gast.Module([stmt], [])).body[0]
        self.emit(Opaque(node, tuple(reads.items()), writes, leaves, self.origin))
        for name, var in writes:
            self.bind(name, var)

    def stmt_Assert(self, stmt: Any) -> None:
        """`assert`, kept as it is."""
        self.keep(stmt)

    def stmt_Raise(self, stmt: Any) -> None:
        """`raise`, kept as it is: control never passes it."""
        self.keep(stmt, leaves=True)

    def stmt_Try(self, stmt: Any) -> None:
        """`try` with all that is in it, kept as it is."""
        if any(may_jump(s) for s in (stmt, *stmt.body)):
            what = "break, continue or return inside 'try' is not supported"
            self.refuse(stmt, what, "the statement is kept as it is", "assign a name in it, and jump after it")
        else:
            self.keep(stmt)


def _names_read_around(node: Any) -> set[str]:
    """The names that the scopes in an expression read from around them as they are made: in the
    defaults of a lambda, and where a comprehension starts."""
    read: list[Any] = []
    for part in gast.walk(node):
        if isinstance(part, gast.Lambda):
            read += [d for d in (*part.args.defaults, *part.args.kw_defaults) if d is not None]
        elif isinstance(part, (gast.GeneratorExp, gast.ListComp, gast.SetComp, gast.DictComp)):
            read.append(part.generators[0].iter)
    names = (p for one in read for p in gast.walk(one) if isinstance(p, gast.Name))
    return {p.id for p in names if isinstance(p.ctx, gast.Load)}
