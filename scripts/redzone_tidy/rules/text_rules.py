"""Text: what an editor or a captured output may leave behind."""

import re

from redzone_tidy.finding import rule

TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))")
# Not after a word, a variable or another folder: "${HOME}/work" and "a/home" are no such paths.
MACHINE_PATH = re.compile(
    r"(?<![\w}.$%*~>-])/(?:(?:home|Users|work)/\w[\w.-]*|root\b(?!\.)|tmp/\w[\w.-]*)"
)

# What is to come, or in which order it was made. Only with words around them that leave no doubt:
# the phase of a clock, a query plan and a class Plan are none.
PLAN_WORDS = re.compile(
    r"\b(?:phase[ _-]?(?:\d+|[ivx]+|one|two|three|four)|(?:next|later|first|second|third|final|"
    r"earlier|this|each) (?:project |development )?phase|phases? of (?:the|this) (?:project|work|"
    r"development|implementation)|roadmap|milestones?|sprint \d+|work package \d*|"
    r"(?:implementation|project|development|release) plan|planned (?:for|in|as)|(?:is|are) planned|"
    r"(?:we|it is) plan(?:ned)? to|not implemented yet|not yet (?:implemented|supported)|"
    r"coming soon|tbd|to be implemented|will be (?:added|implemented|supported) (?:later|soon|in)|"
    r"in a (?:later|future|coming) (?:version|release|step|commit))\b", re.IGNORECASE)
PLAN_NAMES = re.compile(
    r"(?:^|[_-])(?:phases?|roadmaps?|milestones?|plans?|sprints?)(?:[_-]?\d*)(?=[_-]|$)",
    re.IGNORECASE)


def text_files(tree):
    return [file for file in tree.files if file.kind != "data"]


def matches(file, pattern, blank=""):
    """(line, match), the first of each line; `blank` is read as one. The whole text is asked first,
    because most files have no match: so a pattern must not look beyond its line."""
    text = file.text.replace(blank, " ") if blank else file.text
    for number, line in enumerate(text.split("\n") if pattern.search(text) else (), 1):
        match = pattern.search(line)
        if match:
            yield number, match


@rule("text.tabs", "indent with spaces")
def tabs(tree):
    """No tabs, except in Makefiles."""
    for file in text_files(tree):
        if file.kind != "make":
            for number, line in enumerate(file.lines, 1):
                if "\t" in line:
                    yield file.path, number, "a tab"


@rule("text.trailing_blanks", "delete the blanks")
def trailing_blanks(tree):
    """No blanks at the end of a line."""
    for file in text_files(tree):
        for number, line in enumerate(file.lines, 1):
            if line.rstrip("\r") != line.rstrip("\r").rstrip(" \t"):
                yield file.path, number, "blanks at the end of the line"


@rule("text.line_ends", "save it with LF line ends")
def line_ends(tree):
    """Lines end in LF, not CRLF."""
    for file in text_files(tree):
        if b"\r" in file.raw:
            yield file.path, file.raw[: file.raw.index(b"\r")].count(b"\n") + 1, "a carriage return"


@rule("text.final_newline", "end the file with one newline")
def final_newline(tree):
    """A file ends with exactly one newline."""
    for file in text_files(tree):
        if file.raw and not file.raw.endswith(b"\n"):
            yield file.path, len(file.lines), "no newline at the end"
        elif file.raw.endswith(b"\n\n"):
            yield file.path, len(file.lines) - 1, "empty lines at the end"


@rule("text.ascii", "write it in ASCII; test bytes are escapes")
def ascii_only(tree):
    """Code is plain ASCII."""
    for file in tree.files:
        if file.is_code and not file.raw.isascii():
            for number, line in enumerate(file.lines, 1):
                if not line.isascii():
                    yield file.path, number, "characters outside ASCII"


@rule("text.todo", "do it, or open an issue and write its number: (#12)")
def todo(tree):
    """A note of what is left to do carries an issue number."""
    for file in text_files(tree):
        for number, match in matches(file, TODO):
            yield file.path, number, f"{match.group()} without an issue number"


@rule("text.machine_path",
      "write it relative to the project, or take the folder from the environment")
def machine_path(tree):
    """No path of somebody's machine: home and work folders, named files in the temporary folder."""
    for file in tree.files:
        for number, match in matches(file, MACHINE_PATH) if b"\0" not in file.raw else ():
            yield file.path, number, f"{match.group()} is a place on one machine"


@rule("text.plan_words", "say what the software does now; what is to come belongs to an issue")
def plan_words(tree):
    """No file, name, comment or document speaks of phases, plans and what is to come."""
    for file in tree.files:
        for part in file.path.split("/"):
            if PLAN_NAMES.search(part.split(".")[0]):
                yield file.path, 1, f"the name '{part}' is of a plan"
    for file in text_files(tree):
        for number, match in matches(file, PLAN_WORDS, blank="_"):
            yield file.path, number, f"'{match.group()}' is of a plan"
