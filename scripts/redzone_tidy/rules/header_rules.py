"""Headers: each says how to use it, and compiles alone."""

import re

from redzone_tidy.finding import rule

CONTRACT = ("Bounds:", "Threads:", "Failure:", "Cost:")


def head_comment(file):
    """The comment lines below #pragma once."""
    lines = []
    for line in file.lines[1:]:
        if not line.startswith("//"):
            break
        lines.append(line)
    return "\n".join(lines)


@rule("headers.pragma_once", "make #pragma once the first line")
def pragma_once(tree):
    """A header begins with #pragma once."""
    for file in tree.cpp():
        if file.is_header and file.lines[0] != "#pragma once":
            yield file.path, 1, "the first line is not #pragma once"


@rule("headers.contract", "say what the header is and when to use it, then the four lines "
                          "Bounds:, Threads:, Failure: and Cost:")
def contract(tree):
    """The head comment of a public header states bounds, threads, failure and cost."""
    for file in tree.files:
        if not file.is_public:
            continue
        comment = head_comment(file)
        missing = [word for word in CONTRACT if word not in comment]
        if missing:
            yield file.path, 2, f"the head comment lacks {' '.join(missing)}"


@rule("headers.using_namespace", "name what is used, or use the namespace inside a function of a "
                                 "source file")
def using_namespace(tree):
    """No header says `using namespace`."""
    for file in tree.cpp():
        if file.is_header:
            for number, line in enumerate(file.code_lines, 1):
                if re.search(r"\busing\s+namespace\b", line):
                    yield file.path, number, "every includer would get the namespace"


@rule("headers.file_set", "list it in the FILE_SET of src/<component>/CMakeLists.txt")
def file_set(tree):
    """Every public header is in its component's FILE_SET, which is installed and compiled alone."""
    for file in tree.files:
        if not file.is_public or file.component not in tree.components:
            continue
        lists = f"src/{file.component}/CMakeLists.txt"
        text = re.sub(r"#[^\n]*", "", tree.text_of(lists))
        if not re.search(rf"FILE_SET[^)]*/{re.escape(file.path)}(?![\w.])", text):
            yield file.path, 1, f"not in the FILE_SET of {lists}"
