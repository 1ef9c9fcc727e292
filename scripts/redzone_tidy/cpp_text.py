"""C++ as far as the rules need to understand it: what is comment, string, include or function."""

import re
from dataclasses import dataclass

# A number comes first, so that the separators of 1'000 do not look like characters.
TOKEN = re.compile(
    r"""(?P<number>(?<![\w])\d(?:'?[\w.])*)
      | (?P<comment>//(?:[^\n\\]|\\.)*|/\*.*?\*/)
      | (?P<string>\b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
                  |"(?:\\.|[^"\\\n])*"
                  |'(?:\\.|[^'\\\n])+')""",
    re.DOTALL | re.VERBOSE,
)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)[>\"]", re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Include:
    line: int
    name: str
    quoted: bool


@dataclass(frozen=True)
class Function:
    line: int  # of its first word
    size: int  # lines up to the closing brace, inclusive
    name: str


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    def keep(match):
        return blank(match.group()) if match.group("comment") else match.group()

    return TOKEN.sub(keep, text)


def without_comments_and_strings(text):
    """Blanks both, keeps quotes, line ends and the names of included headers."""

    def keep(match):
        token = match.group()
        if match.group("comment"):
            return blank(token)
        if match.group("string"):
            start = text.rfind("\n", 0, match.start()) + 1
            if re.match(r"[ \t]*#[ \t]*include", text[start : match.start()]):
                return token
            return token[0] + blank(token[1:-1]) + token[-1]
        return token

    return TOKEN.sub(keep, text)


def includes(text_without_comments):
    return [
        Include(text_without_comments.count("\n", 0, match.start()) + 1, match.group(2),
                match.group(1) == '"')
        for match in INCLUDE.finditer(text_without_comments)
    ]  # fmt: skip


TEMPLATE = re.compile(r"template\s*<(?:[^<>]|<[^<>]*>)*>")
LABELS = re.compile(r"\s*(?:(?:public|protected|private)\s*:\s*)*")
SCOPE_HEAD = re.compile(
    r"\s*(?:(?:inline|typedef|static|\[\[[^\]]*\]\])\s+)*"
    r"(?:(?:namespace|class|struct|union|enum)\b|extern\s*\")"
)
CALL_END = re.compile(r"\)\s*(?:(?:const|noexcept|override|final)\s*)*$")
ASSIGNED = re.compile(r"(?<![=<>!])=\s*$|\breturn\s*$")
LAMBDA_HEAD = re.compile(r"\[[^\]]*\]\s*$")


def functions(code):
    """The functions and lambdas at namespace and class level, by counting braces: good enough for
    code that clang-format laid out. `code` has neither comments nor strings."""
    code = DIRECTIVE.sub(lambda match: blank(match.group()), code)
    found = []
    open_braces = []  # (where the head began, where the brace is), None for a namespace or class
    head_start = 0
    parentheses = 0
    for match in re.finditer(r"[{}();]", code):
        sign, at = match.group(), match.start()
        in_body = any(brace is not None for brace in open_braces)
        if sign == "{":
            is_scope = not in_body and parentheses == 0 and is_scope_head(code[head_start:at])
            open_braces.append(None if is_scope else (head_start, at))
            if is_scope:
                head_start = at + 1
        elif sign == "}" and open_braces:
            closed = open_braces.pop()
            in_body = any(brace is not None for brace in open_braces)
            if closed is not None and not in_body:
                add_function(found, code, *closed, at)
            # `a_{1}, b_{2} {`: a constructor's initialisers belong to the body that follows.
            if not in_body and parentheses == 0 and code[at + 1 :].lstrip()[:1] not in (",", "{"):
                head_start = at + 1
        elif in_body:
            continue
        elif sign == ";" and parentheses == 0:
            head_start = at + 1
        elif sign in "()":
            parentheses = max(0, parentheses + (1 if sign == "(" else -1))
    return found


def is_scope_head(head):
    head = TEMPLATE.sub("", LABELS.sub("", head, count=1))
    return bool(SCOPE_HEAD.match(head)) and not CALL_END.search(head)


def add_function(found, code, head_start, brace, end):
    head = code[head_start:brace]
    if ASSIGNED.search(head) or not (")" in head or LAMBDA_HEAD.search(head)):
        return
    first = head_start + LABELS.match(head).end()
    name = re.search(r"([~\w:]+)\s*\(", head)
    found.append(
        Function(code.count("\n", 0, first) + 1, code.count("\n", first, end) + 1,
                 name.group(1) if name else "lambda")
    )  # fmt: skip
