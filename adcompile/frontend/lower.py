"""Lower a Python function to the IR.

Names become values: each assignment makes a new one, and control flow carries those that
it changes. Break, continue and return become flags that are values as well; statements
after a possible jump are guarded by the flag, or moved into the branch that does not jump.
What cannot be differentiated is collected, and reported all at once.

relies on: source, scope.  ensures: verified IR; every name is resolved or captured.
"""

from __future__ import annotations

import ast
import functools
import importlib
import operator
import types
from collections.abc import Callable, Sequence
from typing import Any

import gast

from adcompile.errors import DiagnosticList
from adcompile.frontend.expressions import BINARY, ExpressionLowering, LocalFunction
from adcompile.frontend.jumps import (
    MUTATING_METHODS,
    always_jumps,
    assigned_names,
    base_name,
    bound_names,
    contains_break,
    contains_own_break,
    contains_return,
    may_jump,
    parts_of_scope,
)
from adcompile.frontend.scope import OutsideScope
from adcompile.frontend.source import FunctionSource, function_source
from adcompile.ir.nodes import (
    FALSE,
    NONE,
    TRUE,
    UNDEF,
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Opaque,
    Param,
    Star,
    Var,
    While,
    With,
    leaves,
    same_atom,
)
from adcompile.runtime import structures, updates
from adcompile.runtime.markers import detach, no_grad

IN_PLACE: dict[type, Callable[..., Any]] = {
    gast.Add: operator.iadd,
    gast.Sub: operator.isub,
    gast.Mult: operator.imul,
    gast.Div: operator.itruediv,
    gast.FloorDiv: operator.ifloordiv,
    gast.Mod: operator.imod,
    gast.Pow: operator.ipow,
    gast.MatMult: operator.imatmul,
    gast.LShift: operator.ilshift,
    gast.RShift: operator.irshift,
    gast.BitOr: operator.ior,
    gast.BitXor: operator.ixor,
    gast.BitAnd: operator.iand,
}
# Flags of control flow; '@' keeps them apart from the user's names.
JUMPED, STOP, RETURNED, VALUE = "@jumped", "@stop", "@returned", "@value"


def _hint(name: str) -> str:
    """The emitted name of a local or flag; a returned value has none of its own."""
    return "" if name == VALUE else name.lstrip("@")


def lower_function(function: types.FunctionType) -> Function:
    """The IR of a Python function.

    Raises:
        SourceError: if the function has no source.
        Refused: with every place in it that cannot be lowered.
    """
    source = function_source(function)
    found = DiagnosticList()
    lowering = StatementLowering(source, OutsideScope(function), found)
    lowered = lowering.function(function)
    found.raise_if_any()
    return lowered


@functools.lru_cache(maxsize=512)
def lowered(function: types.FunctionType) -> Function:
    """The IR of a user's function, made once; the guards notice a changed global function."""
    return lower_function(function)


class StatementLowering(ExpressionLowering):
    """Lowers the statements of one function."""

    def function(self, function: types.FunctionType) -> Function:
        """Lower the whole function."""
        node = self.source.node
        params = self._parameters(node.args, function)
        body = node.body if isinstance(node, gast.FunctionDef) else [gast.Return(node.body)]
        self.locals = assigned_names(body) | set(self.env)
        block = self.block(lambda: [self._body_value(body)])
        captures = tuple(self.scope.captures.values())
        name = node.name if isinstance(node, gast.FunctionDef) else "function"
        resolved = tuple(self.scope.resolved.items())
        return Function(name, tuple(params), block, captures, function, resolved)

    def _parameters(self, args: Any, function: types.FunctionType) -> list[Param]:
        params: list[Param] = []
        positional = [*args.posonlyargs, *args.args]
        defaults = function.__defaults__ or ()
        given = dict(zip([a.id for a in positional][len(positional) - len(defaults) :], defaults, strict=True))
        given.update(function.__kwdefaults__ or {})

        def add(arg: Any, kind: str) -> None:
            var = Var(arg.id, self.source.origin(arg))
            default = Const(given[arg.id]) if arg.id in given else None
            params.append(Param(var, kind, default))
            self.env[arg.id] = var

        for arg in positional:
            add(arg, "positional")
        if args.vararg:
            add(args.vararg, "*")
        for arg in args.kwonlyargs:
            add(arg, "keyword")
        if args.kwarg:
            add(args.kwarg, "**")
        return params

    def _body_value(self, body: Sequence[Any]) -> Atom:
        """Lower a function's body; the atom that it returns."""
        outer_depth, self.depth = self.depth, 0
        self.env.update({JUMPED: FALSE, RETURNED: FALSE, VALUE: UNDEF, STOP: FALSE})
        self.statements(body)
        self.depth = outer_depth
        returned, value = self.env[RETURNED], self.env[VALUE]
        assert not isinstance(value, LocalFunction) and not isinstance(returned, LocalFunction)
        if returned is TRUE or (self.stmts and leaves(self.stmts[-1])):
            return value
        if returned is FALSE:
            return NONE
        return self.choose(returned, lambda: value, lambda: NONE)

    # ------------------------------------------------------------------------ lists and jumps

    def statements(self, stmts: Sequence[Any]) -> None:
        """Lower a list of statements; those behind a possible jump are guarded."""
        for position, stmt in enumerate(stmts):
            rest = stmts[position + 1 :]
            if isinstance(stmt, gast.If) and rest and may_jump(stmt):
                if always_jumps(stmt.body) and not always_jumps(stmt.orelse):
                    return self._if(stmt, stmt.body, [*stmt.orelse, *rest])
                if always_jumps(stmt.orelse) and not always_jumps(stmt.body):
                    return self._if(stmt, [*stmt.body, *rest], stmt.orelse)
            self.statement(stmt)
            jumped = self.env[JUMPED]
            if jumped is TRUE or isinstance(stmt, gast.Raise):
                return None
            if jumped is not FALSE and rest:
                assert isinstance(jumped, Var)
                return self._branch(jumped, self._after_jump, lambda: self._unguarded(rest))
        return None

    def _after_jump(self) -> None:
        """Behind a jump: outside all loops it was a return."""
        if self.depth == 0:
            self.env[RETURNED] = TRUE

    def _unguarded(self, stmts: Sequence[Any]) -> None:
        self.env[JUMPED] = FALSE
        self.statements(stmts)

    def statement(self, stmt: Any) -> None:
        """Lower one statement."""
        self.origin = self.source.origin(stmt) or self.origin
        lower = getattr(self, "stmt_" + type(stmt).__name__, None)
        if lower is None:
            self.refuse(stmt, f"the statement '{type(stmt).__name__}' is not supported")
        else:
            lower(stmt)

    def stmt_Pass(self, stmt: Any) -> None:
        pass

    def stmt_Expr(self, stmt: Any) -> None:
        if isinstance(stmt.value, gast.Constant):
            return  # a docstring
        if isinstance(stmt.value, gast.Call) and self._mutating_call(stmt.value):
            return
        if isinstance(stmt.value, (gast.Yield, gast.YieldFrom, gast.Await)):
            self.refuse(stmt, "a generator has no derivative", "it has no single result", "return the values")
            return
        self.expr(stmt.value)

    def stmt_Return(self, stmt: Any) -> None:
        value = NONE if stmt.value is None else self.expr(stmt.value)
        self.env.update({VALUE: value, RETURNED: TRUE, STOP: TRUE, JUMPED: TRUE})

    def stmt_Break(self, stmt: Any) -> None:
        self.env.update({STOP: TRUE, JUMPED: TRUE})

    def stmt_Continue(self, stmt: Any) -> None:
        self.env[JUMPED] = TRUE

    # ------------------------------------------------------------------------------ branches

    def stmt_If(self, stmt: Any) -> None:
        self._if(stmt, stmt.body, stmt.orelse)

    def _if(self, stmt: Any, body: Sequence[Any], orelse: Sequence[Any]) -> None:
        self.origin = self.source.origin(stmt) or self.origin
        cond = self.expr(stmt.test)
        self._branch(cond, lambda: self.statements(body), lambda: self.statements(orelse))

    def _branch(self, cond: Atom, then: Callable[[], None], orelse: Callable[[], None]) -> None:
        """`if cond: then() else: orelse()`: the names that they bind become results."""
        origin, before = self.origin, dict(self.env)
        then_block = self.block(lambda: _without_yields(then))
        then_env, self.env = self.env, dict(before)
        orelse_block = self.block(lambda: _without_yields(orelse))
        orelse_env, self.env = self.env, before
        names, results, then_yields, orelse_yields = [], [], [], []
        for name in dict.fromkeys((*then_env, *orelse_env)):
            left, right = then_env.get(name, UNDEF), orelse_env.get(name, UNDEF)
            if _same(left, right) or orelse_block.leaves:
                self.env[name] = left
            elif then_block.leaves:
                self.env[name] = right
            elif isinstance(left, LocalFunction) or isinstance(right, LocalFunction):
                self.found.add(f"'{name}' is a function on one path only", origin, "", "define it before the branch")
            else:
                names.append(name)
                results.append(Var(_hint(name), origin))
                then_yields.append(left)
                orelse_yields.append(right)
        then_block = Block(then_block.stmts, tuple(self._leaving(then_block, a) for a in then_yields))
        orelse_block = Block(orelse_block.stmts, tuple(self._leaving(orelse_block, a) for a in orelse_yields))
        if then_block.stmts or orelse_block.stmts or results:
            self.emit(If(cond, then_block, orelse_block, tuple(results), origin))
        self.env.update(zip(names, results, strict=True))
        self.origin = origin

    @staticmethod
    def _leaving(block: Block, atom: Atom) -> Atom:
        return UNDEF if block.leaves else atom

    # --------------------------------------------------------------------------------- loops

    def stmt_For(self, stmt: Any) -> None:
        origin = self.origin
        items, sources, bind = self.loop_sources(stmt.target, stmt.iter)
        carried, inits, params = self._enter_loop([stmt.target, *stmt.body], stmt.body)

        def body() -> Sequence[Atom]:
            bind()
            return self._loop_body(stmt.body, carried)

        block = self.block(body)
        results, stop = self._leave_loop(carried, stmt.body)
        index = Var("k", origin)
        self.emit(For(items, sources, params, inits, block, results, stop, index, origin))
        self._loop_else(stmt)

    def stmt_While(self, stmt: Any) -> None:
        origin = self.origin
        if any(isinstance(n, gast.NamedExpr) for n in parts_of_scope(stmt.test)):
            # A walrus in the test binds a name for the body and for what follows.
            test = gast.If(gast.UnaryOp(gast.Not(), stmt.test), [gast.Break()], [])
            gast.copy_location(test, stmt.test)
            gast.copy_location(test.test, stmt.test)
            loop = gast.While(gast.Constant(True, None), [test, *stmt.body], stmt.orelse)
            if stmt.orelse:
                self.refuse(stmt, "'else' of a while loop whose test assigns", "", "assign inside the loop")
            return self.stmt_While(gast.copy_location(loop, stmt))
        carried, inits, params = self._enter_loop(stmt.body, stmt.body)
        entry = dict(self.env)
        head = self.block(lambda: [self.expr(stmt.test)])
        self.env = dict(entry)
        body = self.block(lambda: self._loop_body(stmt.body, carried))
        results, stop = self._leave_loop(carried, stmt.body)
        self.emit(While(params, inits, head, body, results, stop, origin))
        endless = isinstance(stmt.test, gast.Constant) and stmt.test.value is True
        if endless and RETURNED in carried and not contains_own_break(stmt.body):
            self.env.update({RETURNED: TRUE, JUMPED: TRUE})  # there is no other way out
        return self._loop_else(stmt)

    def _enter_loop(
        self, binding: Sequence[Any], body: Sequence[Any]
    ) -> tuple[list[str], tuple[Atom, ...], tuple[Var, ...]]:
        """Give each name that the loop binds a carried value; bind the names to the params."""
        carried = [n for n in bound_names(binding) if n in self.locals]
        if contains_break(body):
            carried.append(STOP)
            self.env[STOP] = FALSE
        if contains_return(body):
            carried += [RETURNED, VALUE]
            self.env.update({RETURNED: FALSE, VALUE: UNDEF})
        inits, params = [], []
        for name in list(carried):
            init = self.env.get(name, UNDEF)
            if isinstance(init, LocalFunction):
                carried.remove(name)
                continue
            inits.append(init)
            params.append(Var(_hint(name), self.origin))
            self.env[name] = params[-1]
        return carried, tuple(inits), tuple(params)

    def _loop_body(self, body: Sequence[Any], carried: Sequence[str]) -> Sequence[Atom]:
        self.depth += 1
        self.env[JUMPED] = FALSE
        if STOP in carried:
            self.env[STOP] = FALSE
        if RETURNED in carried:
            self.env.update({RETURNED: FALSE, VALUE: UNDEF})
        self.statements(body)
        self.depth -= 1
        yields = []
        for name in carried:
            value = self.env.get(name, UNDEF)
            yields.append(UNDEF if isinstance(value, LocalFunction) else value)
        return yields

    def _leave_loop(self, carried: Sequence[str], body: Sequence[Any]) -> tuple[tuple[Var, ...], int | None]:
        results = tuple(Var(_hint(n), self.origin) for n in carried)
        self.env.update(zip(carried, results, strict=True))
        self.env[JUMPED] = self.env[RETURNED] if RETURNED in carried else FALSE
        return results, carried.index(STOP) if STOP in carried else None

    def _loop_else(self, stmt: Any) -> None:
        """What follows a loop: its `else`, and the restored flag of the loop around it."""
        stopped = self.env[STOP]
        if stmt.orelse:
            if contains_break(stmt.body):
                assert isinstance(stopped, Var)
                self._branch(stopped, lambda: None, lambda: self.statements(stmt.orelse))
            else:
                self.statements(stmt.orelse)
        returned = self.env[RETURNED] if contains_return(stmt.body) else FALSE
        assert not isinstance(returned, LocalFunction)
        if not any(may_jump(s) for s in stmt.orelse):
            self.env[STOP] = returned

    # --------------------------------------------------------------------------- assignments

    def is_outside(self, target: Any) -> bool:
        """Whether an assignment's target is part of an object from outside the function."""
        if not isinstance(target, (gast.Subscript, gast.Attribute)):
            return False
        name = base_name(target)
        return name is not None and name not in self.locals

    def stmt_Assign(self, stmt: Any) -> None:
        if any(map(self.is_outside, stmt.targets)):
            return self._keep(stmt)
        if isinstance(stmt.value, gast.Lambda) and all(isinstance(t, gast.Name) for t in stmt.targets):
            for target in stmt.targets:
                self.bind(target.id, LocalFunction(stmt.value, target.id))
            return None
        if len(stmt.targets) == 1 and self._elementwise(stmt.targets[0], stmt.value):
            return None
        value = self.expr(stmt.value)
        for target in stmt.targets:
            self.assign(target, value)
        return None

    def _elementwise(self, target: Any, value: Any) -> bool:
        """`a, b = x, y` without making the tuple."""
        forms = (gast.Tuple, gast.List)
        if not (isinstance(target, forms) and isinstance(value, forms) and len(target.elts) == len(value.elts)):
            return False
        if any(isinstance(e, gast.Starred) for e in (*target.elts, *value.elts)):
            return False
        values = [self.expr(e) for e in value.elts]
        for element, atom in zip(target.elts, values, strict=True):
            self.assign(element, atom)
        return True

    def stmt_AnnAssign(self, stmt: Any) -> None:
        if stmt.value is not None:
            self.assign(stmt.target, self.expr(stmt.value))

    def stmt_AugAssign(self, stmt: Any) -> None:
        fn, target = IN_PLACE[type(stmt.op)], stmt.target
        if self.is_outside(target):
            self._keep(stmt)
            return
        if isinstance(target, gast.Subscript):
            base = self.expr(target.value)
            index = self.expr(target.slice)
            value = self.expr(stmt.value)
            if isinstance(stmt.op, (gast.Add, gast.Sub)):
                if isinstance(stmt.op, gast.Sub):
                    value = self.call(operator.neg, value, node=stmt)
                changed = self.call(updates.increment, base, index, value, node=stmt)
            else:
                old: Atom = self.call(operator.getitem, base, index, node=stmt)
                new = self.call(BINARY[type(stmt.op)], old, value, node=stmt)
                changed = self.call(updates.update, base, index, new, node=stmt)
            self._put_back(target.value, changed)
            return
        read = gast.copy_location(_as_load(target), target)
        old, value = self.expr(read), self.expr(stmt.value)
        self.assign(target, self.call(fn, old, value, node=stmt))

    def assign(self, target: Any, value: Atom) -> None:
        if isinstance(target, gast.Name):
            self.bind(target.id, value)
        elif isinstance(target, (gast.Tuple, gast.List)):
            self._unpack(target, value)
        elif isinstance(target, gast.Subscript):
            base = self.expr(target.value)
            index = self.expr(target.slice)
            self._put_back(target.value, self.call(updates.update, base, index, value, node=target))
        elif isinstance(target, gast.Attribute):
            self._store_attribute(target, value)
        else:
            self.refuse(target, "this assignment target is not supported")

    def _unpack(self, target: Any, value: Atom) -> None:
        stars = [i for i, e in enumerate(target.elts) if isinstance(e, gast.Starred)]
        origin = self.source.origin(target) or self.origin
        results = tuple(Var("", origin) for _ in target.elts)
        if stars:
            before, after = stars[0], len(target.elts) - stars[0] - 1
            call = Call(results, structures.unpack_star, (value, Const(before), Const(after)), origin=origin)
        else:
            call = Call(results, structures.unpack, (value, Const(len(results))), origin=origin)
        self.emit(call)
        for element, item in zip(target.elts, results, strict=True):
            self.assign(element.value if isinstance(element, gast.Starred) else element, item)

    def _put_back(self, node: Any, changed: Atom) -> None:
        """After a change of the object that `node` denotes: its holder holds the changed one."""
        if isinstance(node, gast.Name):
            if node.id not in self.locals:
                self.refuse(
                    node,
                    f"'{node.id}' is changed, and belongs to the world outside the function",
                    "the change would be seen by others, and its derivative by nobody",
                    f"pass '{node.id}' as an argument, or copy it first",
                )
            self.bind(node.id, changed)
        elif isinstance(node, gast.Subscript):
            holder = self.expr(_as_load(node.value))
            index = self.expr(node.slice)
            self._put_back(node.value, self.call(updates.update, holder, index, changed, node=node))
        else:
            self.refuse(
                node,
                "the changed object is reached through an expression",
                "its owner cannot be named, so the change cannot be followed",
                "give the object a name, and change it by that name",
            )

    def _store_attribute(self, target: Any, value: Atom) -> None:
        node = ast.parse(f"holder_.{target.attr} = value_").body[0]
        reads = (("holder_", self.expr(target.value)), ("value_", value))
        self.emit(Opaque(node, reads, origin=self.source.origin(target)))

    def _mutating_call(self, node: Any) -> bool:
        """`name.append(value)` and kin, as statements: the name is bound to the changed object."""
        func = node.func
        if not (isinstance(func, gast.Attribute) and func.attr in MUTATING_METHODS):
            return False
        name = base_name(func.value)
        if name is None or name not in self.locals:
            return False
        known = {"append": updates.append, "extend": updates.extend}
        receiver = self.expr(func.value)
        if func.attr == "pop" and not node.args and not node.keywords:
            self._put_back(func.value, self.call(updates.without_last, receiver, node=node))
            return True
        if func.attr not in known or len(node.args) != 1:
            return False
        changed = self.call(known[func.attr], receiver, self.expr(node.args[0]), node=node)
        self._put_back(func.value, changed)
        return True

    def method_call(self, receiver: Atom, node: Any) -> Atom:
        """`x = name.pop()` takes the last element, and binds the name to the list without it."""
        popped = node.func.attr == "pop" and not node.args and not node.keywords
        name = base_name(node.func.value)
        if not popped or name is None or name not in self.locals:
            return super().method_call(receiver, node)
        last = self.call(operator.getitem, receiver, Const(-1), node=node)
        self._put_back(node.func.value, self.call(updates.without_last, receiver, node=node))
        return last

    def stmt_Delete(self, stmt: Any) -> None:
        for target in stmt.targets:
            if isinstance(target, gast.Name):
                self.env[target.id] = UNDEF
            else:
                self.refuse(target, "'del' of an element is not supported yet")

    # ------------------------------------------------------------------- functions, with, rest

    def stmt_FunctionDef(self, stmt: Any) -> None:
        if stmt.decorator_list:
            self.refuse(stmt, "a nested function with a decorator is not supported")
        self.bind(stmt.name, LocalFunction(stmt, stmt.name))

    def inline(self, function: LocalFunction, node: Any) -> Atom:
        if function.node in self.inlining:
            return self.refuse(
                node, f"the nested function '{function.name}' calls itself", "", "move it to the top of the module"
            )
        body = function.node.body if isinstance(function.node, gast.FunctionDef) else [gast.Return(function.node.body)]
        if any(isinstance(n, (gast.Nonlocal, gast.Global)) for s in body for n in parts_of_scope(s)):
            return self.refuse(node, "a nested function that rebinds outer names", "", "return the new value")
        bound = self._bind_arguments(function, node)
        if bound is None:
            return UNDEF
        outer, outer_locals = self.env, self.locals
        self.env = dict(outer) | bound
        self.locals = self.locals | assigned_names(body) | set(bound)
        self.inlining.append(function.node)
        value = self._body_value(body)
        self.inlining.pop()
        self.env, self.locals = outer, outer_locals
        return value

    def _bind_arguments(self, function: LocalFunction, node: Any) -> dict[str, Atom | LocalFunction] | None:
        spec = function.node.args
        names = [a.id for a in (*spec.posonlyargs, *spec.args)]
        args, kwargs = self.arguments(node)
        plain = not (spec.vararg or spec.kwarg or any(isinstance(a, Star) for a in args))
        if not plain or len(args) > len(names) or any(k is None for k, _ in kwargs):
            self.refuse(node, f"this call of the nested function '{function.name}' is not supported")
            return None
        bound: dict[str, Atom | LocalFunction] = {}
        defaults = dict(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
        defaults |= {a.id: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
        bound.update(zip(names, [a for a in args if not isinstance(a, Star)], strict=False))
        bound.update({k: a for k, a in kwargs if k is not None})
        for name, default in defaults.items():
            if name not in bound:
                bound[name] = self.expr(default)
        if set(bound) != set(names) | {a.id for a in spec.kwonlyargs}:
            self.refuse(node, f"the arguments do not fit the nested function '{function.name}'")
            return None
        return bound

    def stmt_With(self, stmt: Any) -> None:
        first, *others = stmt.items
        if others:
            inner = gast.copy_location(gast.With(others, stmt.body, None), stmt)
            return self.stmt_With(gast.copy_location(gast.With([first], [inner], None), stmt))
        context = first.context_expr
        if isinstance(context, gast.Call) and self._static(context.func) is no_grad:
            return self._no_grad(stmt)
        manager = self.expr(context)
        origin, before = self.origin, dict(self.env)
        target = Var("", origin) if first.optional_vars is not None else None

        def body() -> Sequence[Atom]:
            if target is not None:
                self.assign(first.optional_vars, target)
            self.statements(stmt.body)
            return []

        block = self.block(body)
        changed = {
            n: a
            for n, a in self.env.items()
            if not isinstance(a, LocalFunction) and not _same(a, before.get(n, UNDEF))
        }
        results = tuple(Var(_hint(n), origin) for n in changed)
        block = Block(block.stmts, tuple(changed.values()))
        self.emit(With(manager, target, block, results, origin))
        for name, result in zip(changed, results, strict=True):
            # A flag that is the same on every path stays a constant, so that jumps stay plain.
            constant = name[0] == "@" and isinstance(changed[name], Const)
            self.env[name] = changed[name] if constant else result
        return None

    def _static(self, node: Any) -> Any:
        """The object that a dotted outside name denotes, or None."""
        if isinstance(node, gast.Name) and node.id not in self.env:
            value = self.scope.value(node.id)
            return value
        if isinstance(node, gast.Attribute):
            return getattr(self._static(node.value), node.attr, None)
        return None

    def _no_grad(self, stmt: Any) -> None:
        """`with no_grad():` every value that the block reads is detached."""
        for name, value in list(self.env.items()):
            if isinstance(value, Var) and name[0] != "@":
                self.env[name] = self.call(detach, value, node=stmt)
        detached = {a: n for n, a in self.env.items() if isinstance(a, Var)}
        before = dict(self.env)
        self.statements(stmt.body)
        plain = {s.result: s.args[0] for s in self.stmts if isinstance(s, Call) and s.fn is detach}
        for name, value in self.env.items():
            if isinstance(value, Var) and value in detached and before.get(name) is value:
                self.env[name] = plain.get(value, value)  # type: ignore[assignment]

    def stmt_Assert(self, stmt: Any) -> None:
        self._keep(stmt)

    def stmt_Raise(self, stmt: Any) -> None:
        self._keep(stmt, leaves=True)

    def stmt_Try(self, stmt: Any) -> None:
        if any(may_jump(s) for s in (stmt, *stmt.body)):
            what = "break, continue or return inside 'try' is not supported"
            self.refuse(stmt, what, "", "assign a name and jump after it")
        else:
            self._keep(stmt)

    def stmt_ClassDef(self, stmt: Any) -> None:
        self.refuse(stmt, "a class inside a differentiated function is not supported", "", "define it outside")

    def stmt_Global(self, stmt: Any) -> None:
        for name in stmt.names:
            if name in self.locals:
                self.refuse(
                    stmt,
                    f"the global '{name}' is assigned",
                    "the change would be seen by others, and its derivative by nobody",
                    "return the value",
                )

    def stmt_Nonlocal(self, stmt: Any) -> None:
        self.stmt_Global(stmt)

    def stmt_Import(self, stmt: Any) -> None:
        for alias in stmt.names:
            module = importlib.import_module(alias.name)
            root = alias.name.split(".")[0]
            self.env[alias.asname or root] = Const(module if alias.asname else importlib.import_module(root))

    def stmt_ImportFrom(self, stmt: Any) -> None:
        package = self.scope.holder.__globals__.get("__package__")
        module = importlib.import_module("." * stmt.level + (stmt.module or ""), package)
        for alias in stmt.names:
            self.env[alias.asname or alias.name] = Const(getattr(module, alias.name))

    def _keep(self, stmt: Any, leaves: bool = False) -> None:
        """Keep a statement as it is: it reads the values that its names stand for here."""
        reads: dict[str, Atom] = {}
        written = [n for n in bound_names([stmt]) if n in self.locals]
        for part in gast.walk(stmt):
            if isinstance(part, gast.Name) and part.id not in reads:
                value = self.env.get(part.id)
                if isinstance(value, LocalFunction):
                    self.refuse(part, f"the nested function '{part.id}' is used in a statement that is kept as it is")
                elif value is not None and value is not UNDEF:
                    reads[part.id] = value
                elif part.id not in self.locals and isinstance(outside := self.scope.atom(part.id), Var):
                    reads[part.id] = outside
        writes = tuple((name, Var(name, self.origin)) for name in written)
        node = gast.gast_to_ast(gast.Module([stmt], [])).body[0]
        self.emit(Opaque(node, tuple(reads.items()), writes, leaves, self.origin))
        self.env.update(writes)


def _as_load(node: Any) -> Any:
    """An assignment target as the expression that reads it."""
    if isinstance(node, gast.Name):
        return gast.copy_location(gast.Name(node.id, gast.Load(), None, None), node)
    if isinstance(node, gast.Subscript):
        return gast.copy_location(gast.Subscript(node.value, node.slice, gast.Load()), node)
    return gast.copy_location(gast.Attribute(node.value, node.attr, gast.Load()), node)


def _without_yields(body: Callable[[], None]) -> Sequence[Atom]:
    body()
    return ()


def _same(a: Atom | LocalFunction, b: Atom | LocalFunction) -> bool:
    if isinstance(a, LocalFunction) or isinstance(b, LocalFunction):
        return a is b
    return same_atom(a, b)


__all__ = ["FunctionSource", "lower_function"]
