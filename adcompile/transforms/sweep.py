"""What both modes share: the builder of a derivative's statements, and how a call is refused."""

from __future__ import annotations

from adcompile.analyses.infer import Types
from adcompile.analyses.solutions import Solutions
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Atom, Attribute, Call, Opaque, Star
from adcompile.transforms.algebra import AdjointBuilder
from adcompile.transforms.rewrites import name_of_call, no_rule


class Sweep:
    """The statements of a derivative, while they are made."""

    def __init__(self, types: Types, found: DiagnosticList, builder: AdjointBuilder) -> None:
        self.types = types
        self.found = found
        self.b = builder
        self.solutions = Solutions()

    def is_active(self, atom: Atom | Star) -> bool:
        """Whether an atom carries a derivative."""
        raise NotImplementedError

    def refuse_opaque(self, stmt: Opaque) -> None:
        """Refuse a statement of Python's that computes an active value."""
        self.found.add(
            "an active value is computed in a statement that is kept as it is",
            stmt.origin,
            "the derivative of its statements is not followed",
            "compute the value outside the statement",
        )

    def refuse_call(self, call: Call) -> None:
        """Refuse an active call of what has no rule."""
        if self.solutions.of(call) is not None:
            return  # its equation was refused
        refused = self.solutions.refusal(call)
        if refused is not None:
            what = "the solution here has no known equation" if isinstance(call.fn, Attribute) else ""
            what = what or f"the derivative of {name_of_call(call)} is not known for this call"
            self.found.add(what, call.origin, refused.why, refused.hint)
            return
        what, why, hint = no_rule(call, self.types.get(call.operands[0]) if call.operands else None)  # type: ignore[arg-type]
        self.found.add(what, call.origin, why, hint)
