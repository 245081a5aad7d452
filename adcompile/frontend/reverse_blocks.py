"""Lower `with grad_of(h) as g:`, whose block runs in the reverse sweep.

The block becomes a function of its own, of `g` and of what else it reads, that gives the `g` at its
end (`lifting.py`). In its place stands a call that hands `h` on, under the same name; where its
cotangent passes, the reverse sweep runs that function:

    with grad_of(h) as g:               h = grad_of block(h, limit)
        g = np.clip(g, -limit, limit)       of    def block(g, limit): g = np.clip(...); return g

Before anything is lowered, each block is put into a def: so what it binds are variables of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import gast

from adcompile.frontend.jumps import assigned_names, may_jump
from adcompile.frontend.lifting import Lifting
from adcompile.frontend.names import LocalFunction
from adcompile.ir.nodes import Call, ReverseBlock, Var
from adcompile.runtime.markers import grad_of

HINT = "write 'with grad_of(h) as g:' for a variable h of the function"


class ReverseWith(gast.With):  # type: ignore[misc]
    """`with grad_of(h) as g:`; its body is one def, and the variable that it binds is `h`."""


class ReverseBlocks(Lifting):
    """Lowers `with grad_of(h) as g:`."""

    def put_apart(self, node: Any) -> Any:
        """A function's node with the block of each `grad_of` put into a def; the node itself if
        there is none. It is looked at before names have a meaning in the function."""
        has_contexts = any(line.lstrip().startswith("with") for line in self.source.lines)  # most have none
        if not (has_contexts and any(map(self._is_grad_of, gast.walk(node)))):
            return node
        node = copy.deepcopy(node)
        found = [part for part in gast.walk(node) if self._is_grad_of(part)]
        inside = {id(part) for block in found for s in block.body for part in gast.walk(s)}
        kept = {id(part) for one in gast.walk(node) if isinstance(one, gast.Try) for part in gast.walk(one)}
        targets = {id(item.optional_vars) for block in found for item in block.items}
        outside = [p for p in gast.walk(node) if isinstance(p, gast.Name) and id(p) not in inside | targets]
        for block in found:
            if id(block) in inside:
                self.refuse(block, "a 'with grad_of' block stands in another one", "it would run in no sweep", HINT)
            elif id(block) in kept:
                why = "that statement is kept as it is, and stands in no reverse sweep"
                self.refuse(block, "a 'with grad_of' block stands in a 'try'", why, "put it behind the 'try'")
            else:
                self._put_apart(block, outside)
        return node

    def _is_grad_of(self, part: Any) -> bool:
        if not isinstance(part, gast.With):
            return False
        calls = [i.context_expr for i in part.items if isinstance(i.context_expr, gast.Call)]
        return any(self.known_object(call.func) is grad_of for call in calls)

    def _put_apart(self, block: Any, outside: Sequence[Any]) -> None:
        """Put one block into a def; `outside` are the names that stand in no such block."""
        item, call = block.items[0], block.items[0].context_expr
        plain = len(block.items) == 1 and len(call.args) == 1 and not call.keywords
        if not (plain and isinstance(call.args[0], gast.Name) and isinstance(item.optional_vars, gast.Name)):
            self.refuse(block, "'grad_of' is used in another form", "the block is of one value's cotangent", HINT)
            return
        variable, cotangent = call.args[0].id, item.optional_vars.id
        if any(map(may_jump, block.body)):
            self.refuse(
                block, "a 'with grad_of' block is left by return, break or continue",
                "it runs in the reverse sweep, which goes on behind it", "put what follows under an 'if'",
            )
        own = assigned_names(block.body) | {cotangent}
        shared = next((part for part in outside if part.id in own), None)
        if shared is not None:
            self.refuse(
                shared, f"'{shared.id}' is bound in a 'with grad_of' block, and is a name outside of it, too",
                "the block runs in the reverse sweep, when all other statements have run", "give it another name there",
            )
        parameter = gast.Name(cotangent, gast.Param(), None, None)
        result = gast.Return(gast.Name(cotangent, gast.Load(), None, None))
        made = gast.FunctionDef(
            "block", gast.arguments([parameter], [], None, [], [], None, []), [*block.body, result], [], None, None, []
        )
        for new in (parameter, result, result.value, made):
            gast.copy_location(new, block)
        block.__class__ = ReverseWith
        block.body, item.optional_vars = [made], gast.copy_location(gast.Name(variable, gast.Store(), None, None), call)

    def stmt_ReverseWith(self, stmt: Any) -> None:
        """The value of the variable is handed on, and its cotangent goes through the block."""
        context = stmt.items[0].context_expr
        self.expr(context.func)  # which notes that the program holds as long as that name means the same
        name = context.args[0]
        value = self.value_of_name(name, name.id)
        if isinstance(value, LocalFunction):
            self.refuse(name, f"'{name.id}' is a function, and has no cotangent", "", HINT)
            return
        function = LocalFunction(stmt.body[0], "block", self.names, {})
        lifted = self.lifted(function, stmt, "a 'with grad_of' block", with_captures=True)
        if lifted is None:
            return
        result = Var(name.id, self.origin)
        self.emit(Call((result,), ReverseBlock(lifted[0]), (value, *lifted[1]), origin=self.origin, kept=True))
        self.bind(name.id, result)

