"""Sizes: what does not fit on a few screens is not read."""

import ast
import re

from redzone_tidy import cpp_text
from redzone_tidy.finding import rule

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
# Tables, links and paths of these are not broken.
UNBOUNDED_WIDTH = ("markdown", "json", "suppressions", "data")

# kind -> (first line of a function, its last line), for languages read line by line.
BLOCKS = {
    "cmake": (re.compile(r"\s*(?:function|macro)\s*\(\s*(\w+)", re.I),
              re.compile(r"\s*end(?:function|macro)\s*\(", re.I)),
    "bash": (re.compile(r"(?:function\s+)?([\w-]+)\s*\(\)\s*[{(]\s*(?:#.*)?$"),
             re.compile(r"[})]")),
}  # fmt: skip


def python_functions(file):
    """(line, size, name), or a SyntaxError. Expressions, most of a tree, hold no function."""
    nodes = [ast.parse(file.text)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1, node.name
        for block in ("body", "handlers", "orelse", "finalbody", "cases"):
            nodes += getattr(node, block, ())


def block_functions(file):
    first, last = BLOCKS[file.kind]
    start = None
    for number, line in enumerate(file.lines, 1):
        begins = first.match(line)
        if begins:
            start = (number, begins.group(1))
        elif start and last.match(line):
            yield start[0], number - start[0] + 1, start[1]
            start = None


def functions(file):
    if file.kind == "cpp":
        return [(f.line, f.size, f.name) for f in cpp_text.functions(file.code)]
    if file.kind == "python":
        return list(python_functions(file))
    return list(block_functions(file)) if file.kind in BLOCKS else []


@rule("sizes.file", "split it along what it does")
def file_size(tree):
    """A file of code has at most 600 lines."""
    for file in tree.files:
        count = len(file.text.splitlines()) if file.is_code else 0
        if count > FILE_LINES_MAX:
            yield file.path, FILE_LINES_MAX + 1, f"{count} lines, at most {FILE_LINES_MAX}"


@rule("sizes.function", "give a part of it a name of its own")
def function_size(tree):
    """A function has at most 70 lines, from its first word to its closing brace."""
    for file in tree.files:
        try:
            found = functions(file)
        except SyntaxError as error:
            yield file.path, error.lineno or 1, f"does not parse: {error.msg}"
            continue
        for line, size, name in found:
            if size > FUNCTION_LINES_MAX:
                yield file.path, line, f"{name} has {size} lines, at most {FUNCTION_LINES_MAX}"


@rule("sizes.line", "break the line")
def line_width(tree):
    """A line has at most 100 columns, except in Markdown, JSON, suppressions and data."""
    for file in tree.files:
        if file.kind in UNBOUNDED_WIDTH:
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS_MAX:
                yield file.path, number, f"{len(line)} columns, at most {COLUMNS_MAX}"
