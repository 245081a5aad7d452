"""With ADCOMPILE_VERIFY, as in all tests, the verifier runs after every pass, and a breach names the pass."""

from dataclasses import replace

import numpy as np
import pytest

import adcompile.callees
import adcompile.pipeline
import adcompile.primal
import adcompile.program
import adcompile.reverse_mode
from adcompile import grad, vjp
from adcompile.errors import InternalError
from adcompile.ir.nodes import Block, Var


def helper(x):
    return np.sin(x) * x


def loop(x, a):
    a = a * x
    for i in range(3):
        a[i] = helper(a[i])
        x = x * 1.1
    return x * np.sum(a)


ARGS = (0.5, np.array([0.1, 0.2, 0.3]))
STRANGE = Block((), (Var("strange"),))  # reads what nobody defines


def strange(function):
    return replace(function, body=STRANGE)


# For each step of the pipeline, what it makes with a fault in it; and the pass that is then at fault.
BROKEN = {
    "lowered": ("lower", strange),
    "resolve_calls": ("infer", strange),
    "check_mutation": ("check_mutation", strange),
    "simplify": ("simplify", strange),
    "split_calls": ("split_calls", lambda made: (strange(made[0]), *made[1:])),
    "reverse": ("reverse", lambda both: replace(both, backward=STRANGE)),
    "place_residuals": ("place_residuals", lambda made: (made[0], STRANGE)),
    "split_residuals": ("place_residuals", lambda made: replace(made, backward=STRANGE)),
    "finish_cotangents": ("finish_cotangents", lambda made: (STRANGE.yields, made[1])),
    "eliminate_dead": ("eliminate_dead", lambda f: strange(f) if f.name == "loop_grad" else f),
    "plan_buffers": ("plan_buffers", lambda plan: replace(plan, function=strange(plan.function))),
}

WHERE = {
    **dict.fromkeys(("lowered", "resolve_calls", "check_mutation"), adcompile.callees),
    "simplify": adcompile.primal,
    **dict.fromkeys(("split_calls", "reverse", "split_residuals"), adcompile.reverse_mode),
    **dict.fromkeys(("eliminate_dead", "plan_buffers"), adcompile.program),
}


@pytest.mark.parametrize("step", BROKEN)
def test_a_fault_of_a_pass_is_told_of_that_pass(step, monkeypatch):
    stage, fault = BROKEN[step]
    where = WHERE.get(step, adcompile.pipeline)
    whole = getattr(where, step)
    monkeypatch.setattr(where, step, lambda *args: fault(whole(*args)))
    with pytest.raises(InternalError, match=f"in the pass '{stage}': each_use_sees_its_definition: .+ reads %strange"):
        grad(loop)(*ARGS)


def test_both_halves_of_a_pullback_are_held_to_the_rules(monkeypatch):
    seen = []
    monkeypatch.setattr(
        adcompile.program, "verify", lambda function, stage, abstract: seen.append((stage, function.name))
    )
    vjp(loop)(*ARGS)
    for function, first in {"loop": "finish_cotangents", "helper": "place_residuals"}.items():
        for name in (f"{function}_forward", f"{function}_pullback"):
            assert {(first, name), ("eliminate_dead", name), ("plan_buffers", name)} <= set(seen)


def test_it_is_off_by_default(monkeypatch):
    monkeypatch.setattr(adcompile.program, "VERIFYING", False)
    monkeypatch.setattr(adcompile.program, "verify", None)
    assert np.ndim(grad(loop)(*ARGS)) == 0
