"""What `explain` says is what was compiled: facts about lines, their text, and the graph."""

import linecache
import re

import numpy as np
import pytest
from golden_files import load
from test_goldens import PROGRAMS, transformed

from adcompile import grad, value_and_grad, vjp
from adcompile.explain import as_dot, as_tree
from adcompile.explain.graph import Step

X = np.array([0.5, 1.5, 2.5])


def explained(function, *args, wrt=0):
    """The facts about a function's gradient, and its lines by their text without spaces around."""
    (facts, *_) = [f for f in grad(function, wrt).explain(*args).functions if f.name == function.__name__]
    return facts, {line.text.strip(): line for line in facts.lines}


def rnn(W, U, h, xs):
    total = 0.0
    for x in xs:
        h = np.tanh(x @ W + h @ U)
        total += np.sum(h**2)
    return total


def rnn_point():
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 2)), rng.normal(size=(2, 2)), np.zeros(2), rng.normal(size=(4, 3))


# ---------------------------------------------------------------------------------------- values


def test_what_is_active_and_why():
    facts, lines = explained(rnn, *rnn_point(), wrt=("W", "U"))
    assert facts.wrt == ("W", "U") and facts.emitted == ("rnn_grad",)
    assert {i.name: (i.is_active, i.type) for i in facts.inputs} == {
        "W": (True, "float64[n, m]"),
        "U": (True, "float64[m, m]"),
        "h": (False, "float64[m]"),
        "xs": (False, "float64[k, n]"),
    }
    (x,) = lines["for x in xs:"].values
    assert (x.name, x.is_active, x.why) == ("x", False, "does not depend on W or U")
    made = {v.text: v for v in lines["h = np.tanh(x @ W + h @ U)"].values}
    assert made["x @ W"].depends_on == ("W",)
    assert made["h @ U"].depends_on == ("W", "U")  # through the state of the trip before
    assert made["np.tanh(x @ W + h @ U)"].name == "h"
    assert made["np.tanh(x @ W + h @ U)"].computed_by == "np.tanh: rule tanh in rules/trigonometry"
    assert lines["return total"].values == ()


def test_why_a_value_is_passive():
    def f(x, n):
        size = np.floor(x)
        big = np.max(x) > n
        unused = np.exp(x)
        print(unused.sum())
        return np.sum(x * size) if big else np.sum(x)

    _, lines = explained(f, X, 1)
    why = {v.name or v.text: v.why for line in lines.values() for v in line.values if not v.is_active}
    assert why["size"] == "no derivative passes np.floor"
    assert why["big"] == "its type carries no derivative"
    assert why["unused"] == "depends on x, but the result does not depend on it"


def scaled(v, k):
    return np.sin(v) * k


def calls(x, n):
    y = scaled(x, 2.0)
    label = str(n)
    z = y[0] * len(label)
    return z + np.sum(y)


def test_what_each_call_resolved_to():
    _, lines = explained(calls, X, 3)
    by = {v.name or v.text: v.computed_by for line in lines.values() for v in line.values}
    assert by["y"] == "your function, as scaled_pullback"
    assert by["label"] == "str"
    assert by["y[0]"] == "getitem: reversed without a rule"
    assert by["np.sum(y)"] == "np.sum: rule sum in rules/reductions"
    assert by["len(label)"] == "len"


def test_a_function_that_is_called_has_facts_of_its_own():
    first, second = grad(calls).explain(X, 3).functions
    assert {first.name, second.name} == {"calls", "scaled"}
    inner = first if first.name == "scaled" else second
    assert inner.emitted == ("scaled_pullback",)  # nothing reads the value of the call
    assert {(r.name, r.place) for r in inner.residuals} == {("`v`", "returned"), ("`k`", "returned")}


# ------------------------------------------------------------------------------------- residuals


def places(function, *args, wrt=0):
    facts, _ = explained(function, *args, wrt=wrt)
    return {r.name: r.place for r in facts.residuals}


def test_what_is_recorded_and_for_what():
    _, lines = explained(rnn, *rnn_point(), wrt=("W", "U"))
    (h,) = lines["h = np.tanh(x @ W + h @ U)"].residuals
    loop = lines["for x in xs:"]
    assert (h.name, h.place, h.loop) == ("`h`", "tape", loop.number)
    assert {(r.text, r.purpose) for r in h.readers} == {("h**2", "value"), ("h**2", "recompute")}
    (square,) = lines["total += np.sum(h**2)"].residuals
    assert (square.name, square.place) == ("`h**2`", "recomputed")
    assert [(r.text, r.line) for r in square.readers] == [("np.tanh(x @ W + h @ U)", loop.number + 1)]
    recorded = {r.name: [reader.text for reader in r.readers] for r in loop.residuals if r.place == "tape"}
    assert recorded == {"`x`": ["x @ W"], "`h` as a trip begins": ["h @ U"]}
    assert loop.notes == ("the reverse loop reads its tape backwards",)


def test_a_counter_is_not_recorded():
    def f(x, n):
        total = 0.0
        for k in range(n):
            total += x[k] * k
        return total

    assert places(f, X, 3)["`k`"] == "counted"
    _, lines = explained(f, X, 3)
    assert lines["for k in range(n):"].notes == ("the reverse loop counts; nothing is recorded",)


def test_a_sequence_is_gone_through_again():
    def f(a, xs):
        total = 0.0
        for x in xs:
            total += a * x
        return total

    assert places(f, 2.0, X)["`x`"] == "iterated"


def test_trips_are_counted():
    def f(x):
        while np.linalg.norm(x) < 100:
            x = x * 2
        return np.sum(x)

    facts, lines = explained(f, X)
    assert "trips" in lines["while np.linalg.norm(x) < 100:"].notes[0]
    assert not [r for r in facts.residuals if r.place == "tape"]


def test_what_an_outer_loop_keeps_of_an_inner_one():
    def trips(x, n):
        for _ in range(n):
            while np.sum(x) < 10:
                x = x * 2
            x = x / 8
        return np.sum(x)

    def tapes(x, n):
        for _ in range(n):
            for _ in range(2):
                x = np.sin(x)
        return np.sum(x)

    whiles, ranges = (trips, "while np.sum(x) < 10:", "number of trips"), (tapes, "for _ in range(2):", "tape")
    for function, header, name in (whiles, ranges):
        _, lines = explained(function, X, 2)
        outer, inner = lines["for _ in range(n):"], lines[header]
        (kept,) = [r for r in inner.residuals if r.name == f"the {name} of line {inner.number}"]
        assert (kept.place, kept.loop) == ("tape", outer.number)
        assert [(r.line, r.purpose) for r in kept.readers] == [(inner.number, "trips")]


def test_what_is_computed_again():
    def f(x, n):
        for _ in range(n):
            y = x * 2.0
            x = y * y + np.sin(x)
        return np.sum(x)

    facts, _ = explained(f, X, 2)
    again = [r for r in facts.residuals if r.place == "recomputed"]
    assert [r.name for r in again] == ["`y`"]
    (begin,) = [r for r in facts.residuals if r.place == "tape"]
    assert [(r.text, r.purpose) for r in begin.readers] == [("np.sin(x)", "value"), ("x * 2.0", "recompute")]


def test_what_is_read_for_its_shape_or_a_branch():
    def f(x, t):
        y = np.sum(x) if t > 0 else np.sum(x * x)
        return y * 3

    facts, _ = explained(f, X, 1.0)
    purposes = {r.name: {reader.purpose for reader in r.readers} for r in facts.residuals}
    assert purposes["`t > 0`"] == {"branch"}
    assert "value" in purposes["`x`"]
    (found,) = [r for r in explained(lambda_sum, np.ones((2, 3)))[0].residuals if r.name == "`x`"]
    assert found.place == "argument" and {r.purpose for r in found.readers} == {"shape"}


def lambda_sum(x):
    return np.mean(x)


# --------------------------------------------------------------------------------------- updates


def test_what_happens_in_place():
    def f(x):
        y = np.zeros(3)
        for k in range(3):
            y[k] = x[k] * 2
        return np.sum(y * y)

    _, lines = explained(f, X)
    made = {u.text: u.in_place for u in lines["y[k] = x[k] * 2"].updates}
    assert made["`y[k]`"] is True
    assert all(made.values())


def test_what_is_copied_and_why():
    def f(x):
        y = x * 2
        z = np.exp(y)
        y[0] = 3.0
        return np.sum(y * z)

    def g(x):
        y = x * 2
        y[0] = np.sin(y[1])
        return np.sum(y * y)

    for function in (f, g):
        gradient = grad(function)
        copied = [
            u
            for fact in gradient.explain(X).functions
            for line in fact.lines
            for u in line.updates
            if not u.in_place
        ]
        assert all(u.why for u in copied)
        assert ("np.copy(" in gradient.source) == bool(copied)


# ------------------------------------------------------------------- facts and the emitted program


@pytest.fixture(params=PROGRAMS, ids=lambda path: path.stem)
def program(request):
    module = load(request.param)
    made = transformed(module)
    if not getattr(module, "GENERIC", False):
        made.specialize(*module.ARGS)
    return made


def test_the_facts_are_those_of_the_emitted_text(program):
    explanation = program.explain()
    text = program.source
    emitted = re.findall(r"^def (\w+)\(", text, re.M)
    assert {name for f in explanation.functions for name in f.emitted} == set(emitted)
    taped = [r for f in explanation.functions for r in f.residuals if r.place == "tape"]
    assert bool(taped) == ("tape" in text)
    assert ("trips" in text) == any("trips" in n for f in explanation.functions for ln in f.lines for n in ln.notes)
    for residual in (r for f in explanation.functions for r in f.residuals):
        assert residual.readers, f"nobody reads {residual.name}"
        assert (residual.loop is not None) or residual.place not in ("tape", "counted", "iterated")


def test_every_fact_stands_at_a_line_of_the_function(program):
    explanation = program.explain()
    for facts in explanation.functions:
        source = [line.rstrip("\n") for line in linecache.getlines(facts.file)]  # of what was emitted, too
        numbers = [line.number for line in facts.lines]
        assert numbers == sorted(set(numbers))
        for line in facts.lines:
            assert source[line.number - 1].rstrip() == line.text
            assert facts.line(line.number) is line
            for value in line.values:
                assert value.text.removesuffix(" ...") in line.text
                assert value.is_active <= bool(value.depends_on)
                assert value.why


def test_the_text_is_plain_and_the_same_twice(program):
    text = str(program.explain())
    assert text == str(program.explain())
    assert text.endswith("\n") and "\n\n\n" not in text
    assert not re.search(r" object at 0x|\bd\d{2,}\b", text)
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_the_graph_holds_together(program):
    for graph in program.explain().graphs:
        parts = {graph.root.number: graph.root}

        def collect(region, parts=parts):
            for part in region.parts:
                assert part.number not in parts
                parts[part.number] = part
                if not isinstance(part, Step):
                    collect(part)

        collect(graph.root)
        assert all(parts[e.source.number] is e.source and parts[e.target.number] is e.target for e in graph.edges)
        assert all(e.source.sweep == "forward" and e.target.sweep == "reverse" for e in graph.edges if e.is_residual)
        for step in graph.steps():
            assert step.operations
        dot = as_dot(graph)
        declared = re.findall(r"^ +n(\d+) \[", dot, re.M)
        assert sorted(map(int, declared)) == sorted(parts)
        assert dot.count("{") == dot.count("}")
        tree = as_tree(graph)
        assert tree == str(graph)
        assert tree.splitlines()[-1].startswith("└─ returns ")


# -------------------------------------------------------------------------------------- the graph


def sines(x, n):
    for _ in range(n):
        x = np.sin(x)
    return np.sum(x)


def test_the_tree_of_a_loop():
    (graph,) = grad(sines).explain(X, 2).graphs
    first = sines.__code__.co_firstlineno
    lines = iter(str(graph).splitlines())
    for expected in TREE.format(*(first + k for k in range(4))).splitlines():
        assert expected in lines, f"{expected!r} is not in its place in\n{graph}"


TREE = """\
sines_grad(x, n, out_bar)
├─ for _ in range(0, n, 1)  (line {1})
│  │  carries x, tape
│  ├─ x = np.sin(x)  (line {2})
│  │     x -> x: np.sin
├─ reverse of line {1}: for x in reversed(tape)
│  │  carries x_bar
│  └─ adjoint of x = np.sin(x)  (line {2})
│        x, x_bar -> x_bar: np.cos, np.multiply
"""


def test_the_graph_can_be_walked_back_from_the_result():
    def f(x):
        y = x * x
        z = np.sin(y)
        return np.sum(z)

    (graph,) = grad(f).explain(X).graphs
    last = list(graph.steps())[-1]
    assert last.text == "adjoint of y = x * x"
    seen, pending = [], [last]
    while pending:
        part = pending.pop()
        if part not in seen:
            seen.append(part)
            pending += graph.inputs_of(part)
    assert graph.root in seen and graph.inputs_of(graph.root) == ()  # the arguments are the end
    assert {"y = x * x", "adjoint of z = np.sin(y)"} <= {p.text for p in seen}


def test_residuals_are_marked_and_the_seed_is_not_one():
    (graph,) = grad(rnn, ("W", "U")).explain(*rnn_point()).graphs
    assert {e.name for e in graph.edges if e.is_residual} == {"h", "W", "U", "tape"}
    assert "style=dashed" in as_dot(graph)


# ---------------------------------------------------------------------------------- ways to ask


def test_before_a_call_the_generic_program_and_then_the_latest():
    def f(x):
        return np.sum(x * x)

    df = grad(f)
    assert df.explain().functions[0].inputs[0].type == "?"
    df(X)
    assert df.explain().functions[0].inputs[0].type == "float64[n]"
    assert df.explain(2.0).functions[0].inputs[0].type == "float"


def test_of_a_value_and_of_a_pullback():
    def f(x):
        return np.sin(x) * x

    assert value_and_grad(f).explain(1.0).functions[0].emitted == ("f_value_and_grad",)
    explanation = vjp(f).explain(X)
    assert explanation.functions[0].emitted == ("f_forward", "f_pullback")
    assert [g.name for g in explanation.graphs] == ["f_forward", "f_pullback"]


def test_of_a_gradient_of_a_gradient():
    def f(x):
        return np.sum(x**3)

    inner = grad(f)
    explanation = grad(lambda x: np.sum(inner(x))).explain(X)
    assert any("f_grad" in facts.name for facts in explanation.functions)
    assert "return" in str(explanation)
