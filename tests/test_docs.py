"""The code in the README and in docs/ runs, and prints what the pages say.

A block marked `python` runs; the blocks of a page share their names. If a block marked `text`
follows, it is what the block prints. In a block marked `console`, each line `$ adcompile ...`
runs, in a folder with the files that the page has written, and the lines below are its output.
A block marked `pdb` is a session of the debugger: a call of `pdb.runcall`, and what is typed.
A line `...` stands for any lines. `UPDATE_GOLDENS=1 pytest tests/test_docs.py` writes the outputs anew.
"""

import contextlib
import io
import itertools
import linecache
import os
import pdb
import re
import shlex
import sys
from pathlib import Path

import pytest

from adcompile.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def matches(expected, printed):
    lines = [r"(?:.*\n)*?" if line == "..." else re.escape(line.rstrip()) + r"[ ]*\n" for line in expected.splitlines()]
    return re.fullmatch("".join(lines), printed.rstrip("\n") + "\n") is not None


def run_python(text, name, namespace):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, name, "exec"), namespace)
    return out.getvalue()


def run_console(text):
    shown = ""
    for line in text.splitlines():
        if line.startswith("$ "):
            shown += line + "\n"
            command = shlex.split(line[2:])
            assert command[0] == "adcompile"
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                main(command[1:])
            shown += out.getvalue().replace(f"{Path.cwd()}{os.sep}", "")
    return shown


def run_pdb(text, namespace):
    """The transcript of a debugger session: what it printed before each thing that was typed."""
    call, *lines = text.splitlines()
    typed = [line.removeprefix("(Pdb) ") for line in lines if line.startswith("(Pdb) ")]
    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO("\n".join(typed) + "\n"), stdout=out, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    with contextlib.redirect_stdout(out):
        eval(call.removeprefix(">>> pdb."), namespace | {"runcall": debugger.runcall})
    shown = [call]
    for printed, command in itertools.zip_longest(out.getvalue().split("(Pdb) "), typed):
        shown += [line.rstrip() for line in printed.splitlines()]
        shown += [] if command is None else [f"(Pdb) {command}"]
    return "\n".join(shown) + "\n"


def as_run(page):
    """The text of a page with the outputs that differ from what is printed put right."""
    text = page.read_text()
    namespace, printed = {"__name__": "__main__"}, None

    def block(match):
        nonlocal printed
        language, body = match[1], match[2]
        made = body
        if language == "console":
            made = run_console(body)
        elif language == "pdb":
            made = run_pdb(body, namespace)
        elif language == "text" and printed is not None:
            made = "".join(line.rstrip() + "\n" for line in printed.rstrip("\n").splitlines())
        made = re.sub(r"<adcompile (\w+) \d+>", r"<adcompile \1 1>", made)  # programs are numbered as they come
        number = text.count("```python", 0, match.start()) + 1
        printed = run_python(body, f"{page.stem}_{number}.py", namespace) if language == "python" else None
        return f"```{language}\n{body if matches(body, made) else made}```"

    return BLOCK.sub(block, text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    made = as_run(page)
    if os.environ.get("UPDATE_GOLDENS"):
        page.write_text(made)
    else:
        assert made == page.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_pages_are_plain(page):
    """No path of somebody's machine, and no line that is wider than a screen outside code."""
    text = page.read_text()
    assert not re.search(r"/(home|root|Users|tmp|work)/", text)
    prose = BLOCK.sub("", text)
    assert [line for line in prose.splitlines() if len(line) > 110 and not line.startswith(("|", "- ["))] == []
