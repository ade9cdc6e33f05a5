"""``docs/security.md`` says what is proved by which test: each test named there exists, and each requirement has its row."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LEVEL_2 = {
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section has; those that follow in a section are of level 3."""


def document():
    return (ROOT / "docs/security.md").read_text(encoding="utf-8")


@cache
def functions_of(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_requirement_has_one_row():
    wanted = [f"{section}.{place + 1}" for section, count in LEVEL_2.items() for place in range(count)]
    assert [number for number, _, _ in ROW.findall(document())] == wanted


def test_each_row_names_its_test_or_says_that_it_is_not_met():
    said = ("Not met", "Not applicable", "Above")
    bare = [
        number for number, _, proof in ROW.findall(document()) if not (TEST.search(proof) or proof.startswith(said))
    ]
    assert bare == []


def test_each_named_test_exists():
    named = TEST.findall(document())
    assert len(named) > 60
    assert [(path, name) for path, name in named if name not in functions_of(path)] == []
