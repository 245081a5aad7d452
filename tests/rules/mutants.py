"""Change each rule on purpose, and see whether its samples notice.

    PYTHONPATH=. python tests/rules/mutants.py                 all rule files
    PYTHONPATH=. python tests/rules/mutants.py reductions      one of them

A mutant is a rule with one change: a sign, two operands swapped, a factor dropped, a number or
an option changed, a condition turned round. It is run as plain Python on the samples of every
rule and every pushforward that uses it, and on the tests of kinks; it is killed if one of them
fails. What a rule says it is linear in is changed too: an argument less or more, each by itself
or all together; then the products of the two modes have to differ.

A survivor that computes the same is listed in `equivalent_mutants.py` with the reason: the change
itself, or a whole statement, such as the condition of lines that are a shorter way to the same. Any
other survivor, and an entry that nothing needs, fails the run.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import sys
import textwrap
import types
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import test_decompositions
import test_kinks
from cases import DIFFERENTIABLE, Program, check_by_itself, check_tangent_by_itself, complex_samples, in_programs
from equivalent_mutants import EQUIVALENT
from test_tangents import check_products, is_active

import adcompile.rules
from adcompile import grad, jvp
from adcompile.rules.registry import PUSHFORWARDS, RULES, STATIC, Rule

FILES = [name for name in adcompile.rules.__all__ if name != "queries"]
KINKS = [
    test
    for name, test in vars(test_kinks).items()
    if name.startswith("test_") and not inspect.signature(test).parameters
] + [test_decompositions.test_rule_of_all_singular_vectors_by_itself]
INVERSE: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
OTHER: dict[type, type] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


# ------------------------------------------------------------------------------ the changes


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every expression that may stand for an expression in a mutant."""
    if isinstance(node, ast.BinOp):
        yield from changed_operator(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert, ast.Not)):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        yield ast.Compare(node.left, [OTHER[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    elif isinstance(node, ast.Call):
        yield from changed_call(node)
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)


def changed_operator(node: ast.BinOp) -> Iterator[ast.AST]:
    """Another operator, the operands swapped, one of them dropped."""
    if type(node.op) in INVERSE:
        yield ast.BinOp(node.left, INVERSE[type(node.op)](), node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr)):
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    if isinstance(node.op, (ast.Mult, ast.MatMult, ast.Add)):
        yield node.right


def changed_call(node: ast.Call) -> Iterator[ast.AST]:
    """Arguments swapped, options dropped."""
    if len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args[:2]):
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if len(node.args) > 2:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    for i in [i for i, keyword in enumerate(node.keywords) if keyword.arg != "strict"]:
        yield ast.Call(node.func, node.args, [k for j, k in enumerate(node.keywords) if j != i])


def changed_statement(node: ast.AST) -> Iterator[ast.AST]:
    """A condition turned round, a result negated, two results swapped, a sum made a difference."""
    if isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.AugAssign) and type(node.op) in INVERSE:
        yield ast.AugAssign(node.target, INVERSE[type(node.op)](), node.value)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        parts = node.value.elts
        if ast.dump(parts[0]) != ast.dump(parts[1]):
            yield ast.Return(ast.Tuple([parts[1], parts[0], *parts[2:]], ast.Load()))
        for i, part in enumerate(parts):
            if has_sign(part):
                yield ast.Return(ast.Tuple([*parts[:i], ast.UnaryOp(ast.USub(), part), *parts[i + 1 :]], ast.Load()))
    elif isinstance(node, ast.Return) and node.value is not None and has_sign(node.value):
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))


def has_sign(node: ast.expr) -> bool:
    """Whether minus an expression is something else: no constant of a rule, truth, or zeros."""
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return not isinstance(node, (ast.Constant, ast.Compare)) and called not in ("np.zeros_like", "isinstance")


def mutants(tree: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each function that differs in one place, with a line that says what was changed."""
    for index, (where, place) in enumerate(places(tree)):
        for change in (*changes(place), *changed_statement(place)):
            whole = copy.deepcopy(tree)
            _, target = places(whole)[index]
            around = "" if isinstance(place, ast.stmt) else f" in: {where}"
            yield f"{first_line(place)} -> {first_line(change)}{around}", Replace(target, change).visit(whole)


def places(tree: ast.FunctionDef) -> list[tuple[str, ast.AST]]:
    """What may be changed, with the first line of the statement around it: all but reasons of
    refusals, subscripts of axes that are spread, and defaults of options that are not read."""
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    defaults = zip(tree.args.kwonlyargs, tree.args.kw_defaults, strict=True)
    found = [(a.arg + "=", d) for a, d in defaults if d is not None and a.arg in read]
    found += [n for stmt in tree.body for n in parts_of(stmt, first_line(stmt))]
    return [(where, n) for where, n in found if not isinstance(n, (ast.Starred, ast.Slice))]


def parts_of(node: ast.AST, where: str) -> list[tuple[str, Any]]:
    """A statement or expression and all in it, each with the line of its statement."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise)):
        return []  # what is refused is looked at in test_odd_arguments.py
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return []
    where = first_line(node) if isinstance(node, ast.stmt) else where
    own = [(where, node)] if isinstance(node, (ast.expr, ast.stmt)) else []
    return own + [part for child in ast.iter_child_nodes(node) for part in parts_of(child, where)]


class Replace(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return copy.deepcopy(self.new) if node is self.old else self.generic_visit(node)


def first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0]


# ------------------------------------------------------------------------- what they run on


def functions(module: Any) -> Iterator[Any]:
    """The functions of a file that make derivatives: rules, and what they call."""
    rules = {rule.function for rule in (*DIFFERENTIABLE.values(), *PUSHFORWARDS.values())}
    called = set().union(*(names_in(f) for f in rules))
    for name, value in list(vars(module).items()):
        own = isinstance(value, types.FunctionType) and value.__module__ == module.__name__
        if own and (value in rules or (name in called and value not in RULES) or value in STATIC):
            yield value


def names_in(function: Any, seen: frozenset[Any] = frozenset()) -> set[str]:
    """The names that a function and the functions of the rule files that it calls read."""
    found = set(function.__code__.co_names)
    for code in function.__code__.co_consts:
        found |= set(code.co_names) if isinstance(code, types.CodeType) else set()
    for name in tuple(found):
        value = function.__globals__.get(name)
        inner = isinstance(value, types.FunctionType) and value.__module__.startswith("adcompile.rules")
        if inner and value not in seen and value is not function:
            found |= names_in(value, seen | {function})
    return found


def users(function: Any, rules: Mapping[Any, Rule]) -> list[tuple[Any, Rule]]:
    """The rules whose derivative a function takes part in."""
    return [
        (primitive, rule)
        for primitive, rule in rules.items()
        if rule.function is function or (function.__name__ in names_in(rule.function) and primitive is not function)
    ]


def cases_of(function: Any) -> list[tuple[Any, Any, Any, Any]]:
    """What a function is looked at by: a check, the table of rules that it reads, a primitive, a sample."""
    return [
        (check, table, p, sample)
        for check, table in ((check_by_itself, RULES), (check_tangent_by_itself, PUSHFORWARDS))
        for p, rule in users(function, DIFFERENTIABLE if table is RULES else table)
        if rule.samples
        for sample in (*rule.samples(), *complex_samples(p, rule))
    ]


def compiled(tree: ast.FunctionDef, function: Any) -> Any:
    """A mutated function, in the module of the original."""
    module = ast.fix_missing_locations(ast.Module([tree], []))
    space: dict[str, Any] = {}
    exec(compile(module, f"<mutant of {function.__name__}>", "exec"), function.__globals__, space)
    return space[function.__name__]


def survives(function: Any, mutant: Any, cases: list[tuple[Any, Any, Any, Any]]) -> bool:
    """Whether all samples, and all tests of kinks, pass with the mutant in the function's place."""
    homes = [m for m in map(vars, rule_modules()) if m.get(function.__name__) is function]
    tables = (RULES, PUSHFORWARDS)
    registered = [(t, p, rule) for t in tables for p, rule in t.items() if rule.function is function]
    for home in homes:
        home[function.__name__] = mutant
    for table, primitive, rule in registered:
        table[primitive] = replace(rule, function=mutant)
    try:
        for check, table, primitive, sample in cases:
            check(primitive, table[primitive], sample)
        for test in KINKS:
            test()
    except Exception:
        return False
    finally:
        for home in homes:
            home[function.__name__] = function
        for table, primitive, rule in registered:
            table[primitive] = rule
    return True


def rule_modules() -> list[Any]:
    return [importlib.import_module(f"adcompile.rules.{name}") for name in [*FILES, "axes"]]


def survivors(function: Any) -> tuple[int, list[str]]:
    """The number of a function's mutants, and those that nothing notices."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list, tree.returns = [], None
    cases = cases_of(function)
    assert survives(function, function, cases), f"{function.__name__} fails as it is"
    count, left = 0, []
    for change, mutated in mutants(tree):
        try:
            made = compiled(mutated, function)
        except SyntaxError:
            continue
        count += 1
        if survives(function, made, cases):
            left.append(change)
    return count, left


# --------------------------------------------------------------------- what is said to be linear


def declarations(module: Any) -> Iterator[tuple[Any, Rule]]:
    """The rules of a file that say what they are linear in, the first primitive of each. What no
    program calls stands in derivatives only: `test_second_order` looks at that."""
    seen = set()
    for primitive, rule in DIFFERENTIABLE.items():
        ours = rule.function.__module__ == module.__name__ and rule.function not in seen
        if rule.linear and ours and in_programs(primitive):
            seen.add(rule.function)
            yield primitive, rule


def other_declarations(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """A rule that says of one argument more or less that it is linear in it, or of all together."""
    for name in rule.linear:
        less = tuple(n for n in rule.linear if n != name)
        yield f"linear in {', '.join(less) or 'nothing'}", replace(rule, linear=less)
    for name in [n for n in rule.arguments if n not in rule.linear]:
        yield f"linear in {name} as well", replace(rule, linear=(*rule.linear, name))
    if len(rule.linear) > 1 or rule.linear == ("*",):
        yield "each by itself" if rule.together else "all together", replace(rule, together=not rule.together)


def is_noticed(primitive: Any, other: Rule) -> bool:
    """Whether another declaration makes the two modes differ on some sample."""
    kept = RULES[primitive]
    try:
        RULES[primitive] = other
        for sample in kept.samples() if kept.samples else ():
            if is_active(primitive, kept, sample):
                program = Program(primitive, sample)
                f = program.function()
                check_products(program, jvp(f, program.positions), grad(f, program.positions))
    except Exception:
        return True
    finally:
        RULES[primitive] = kept
    return False


def covers(reason: str, change: str) -> bool:
    """Whether an entry of the table is about a survivor: this change, or any in a statement."""
    changed, _, statement = change.partition(" in: ")
    return reason in (change, statement) or (reason.startswith("if ") and changed.startswith(f"{reason} -> "))


def file_survivors(name: str) -> Iterator[tuple[str, int, list[str]]]:
    """For each function of a file, and for what each rule says it is linear in: its name, the
    number of its mutants, and those that nothing notices."""
    module = importlib.import_module(f"adcompile.rules.{name}")
    for function in functions(module):
        yield f"{name}.{function.__name__}", *survivors(function)
    for primitive, rule in declarations(module):
        others = list(other_declarations(rule))
        left = [words for words, other in others if not is_noticed(primitive, other)]
        yield f"{name}.{rule.function.__name__} is linear", len(others), left


def main(names: list[str]) -> int:
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    total = unexplained = 0
    for name in names or [*FILES, "axes"]:
        for what, count, left in file_survivors(name):
            total += count
            reasons = EQUIVALENT.get(what, {})
            for change in [c for c in left if not any(covers(r, c) for r in reasons)]:
                print(f"{what}: {change}", flush=True)
                unexplained += 1
            for change in [r for r in reasons if not any(covers(r, c) for c in left)]:
                print(f"{what}: no longer survives: {change}", flush=True)
                unexplained += 1
    known = sum(map(len, EQUIVALENT.values()))
    print(f"{total} mutants, {unexplained} to look at, {known} that compute the same")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
