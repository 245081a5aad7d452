"""The imports of adcompile against the tables in docs/architecture.md."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "adcompile"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
STANDARD = sys.stdlib_module_names | {"annotationlib"}  # of Python 3.14
# Modules that import each other, and should not: take a line out when it is mended.
KNOWN_CYCLES: list[set[str]] = []


def module_name(path):
    parts = ("adcompile", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path):
    """The names of the modules that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the package's name out"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def package(module):
    """The row of the table that a module belongs to."""
    _, *rest = module.split(".")
    return rest[0] if rest else "__init__"


def table(heading):
    """The rows of the table in the docs with a given first heading."""
    lines = iter(ARCHITECTURE.read_text().splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            break
    next(lines)
    rows = {}
    for line in lines:
        if not line.startswith("|"):
            break
        name, allowed, *_ = (cell.strip().replace("`", "") for cell in line.strip("|").split("|"))
        assert name not in rows
        rows[name] = [word.strip() for word in allowed.split(",") if word.strip()]
    return rows


MAY_IMPORT = table("package")
LIBRARIES = table("library")


@pytest.mark.parametrize("module", MODULES)
def test_imports_are_in_the_table(module):
    row = package(module)
    assert row in MAY_IMPORT, f"docs/architecture.md has no row for '{row}'"
    ours = {package(name) for name in imported(MODULES[module]) if name.split(".")[0] == "adcompile"}
    assert ours - {row} <= set(MAY_IMPORT[row])


@pytest.mark.parametrize("module", MODULES)
def test_libraries_are_in_the_table(module):
    for name in imported(MODULES[module]):
        library = name.split(".")[0]
        if library == "adcompile" or library in STANDARD:
            continue
        where = LIBRARIES.get(library, [])
        allowed = any(module == place or module.startswith(place + ".") for place in where)
        assert allowed, f"{module} imports {library}, which is allowed in {where or 'no place'}"


def test_a_row_may_import_only_rows_above_it():
    above = set()
    for row, allowed in MAY_IMPORT.items():
        assert set(allowed) <= above, row
        above.add(row)


def cycles(graph):
    """The groups of nodes that reach each other."""
    reached = {}
    for start in graph:
        seen, pending = set(), list(graph[start])
        while pending:
            node = pending.pop()
            if node not in seen:
                seen.add(node)
                pending += graph[node]
        reached[start] = seen
    groups = {frozenset(b for b in reached[a] if a in reached[b]) for a in graph if a in reached[a]}
    return [set(group) for group in groups]


def test_cycles_are_found():
    assert cycles({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["a"]}) == [{"b", "c"}]


def test_no_modules_import_each_other():
    graph = {name: [i for i in imported(path) if i in MODULES] for name, path in MODULES.items()}
    assert [c for c in cycles(graph) if c not in KNOWN_CYCLES] == []
