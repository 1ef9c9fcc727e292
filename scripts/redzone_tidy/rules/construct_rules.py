"""Constructs that the house does without, looked for where comments and strings are blanked."""

import re

from redzone_tidy import architecture
from redzone_tidy.finding import rule

RUNTIME = ("base", "os", *architecture.RUNTIME)


def matches(files, pattern, lines_of=lambda file: file.code_lines):
    """(path, line, what matched) for each match of `pattern`, line by line."""
    for file in files:
        for number, line in enumerate(lines_of(file), 1):
            for match in re.finditer(pattern, line):
                yield file.path, number, match.group().strip()


def production(tree):
    return tree.cpp("include", "src")


def runtime(tree):
    return [file for file in production(tree) if file.component in RUNTIME]


@rule("constructs.exceptions", "return a Result; a boundary to pmr or to a library that throws is "
                               "an exemption in scripts/redzone_tidy/exemptions.py")
def exceptions(tree):
    """The library neither throws nor catches."""
    for path, line, word in matches(production(tree), r"\bthrow\b|\btry\b|\bcatch\s*\("):
        yield path, line, f"'{word.rstrip(' (')}' in code that reports errors as Result"


@rule("constructs.streams", "write to a LogSink, or through os; results are printed by cli")
def streams(tree):
    """No iostream in production code."""
    headers = "iostream|ostream|istream|sstream|strstream"
    pattern = rf"#\s*include\s*<(?:{headers})>|\bstd::(?:cout|cerr|clog|cin)\b"
    for path, line, word in matches(production(tree), pattern):
        yield path, line, f"{word}: iostream allocates, has global state and is slow"


@rule("constructs.missing_library", "use to_chars and fixed buffers, or fmt in report and cli")
def missing_library(tree):
    """Only headers that libstdc++ 12 has."""
    names = "format|print|generator|stacktrace|mdspan|flat_map|flat_set"
    for path, line, word in matches(tree.cpp(), rf"#\s*include\s*<(?:{names})>"):
        yield path, line, f"{word}: not in libstdc++ 12"


@rule("constructs.assert", "use REDZONE_CHECK, or REDZONE_DCHECK in a hot loop")
def assert_macro(tree):
    """Checks are REDZONE_CHECK: assert disappears from the builds that are shipped."""
    pattern = r"(?<![\w.])assert\s*\(|#\s*include\s*<(?:cassert|assert\.h)>"
    for path, line, word in matches(production(tree), pattern):
        yield path, line, word.rstrip(" (")


@rule("constructs.printf", "write through a LogSink or os; make text with to_chars, or with fmt in "
                           "report and cli")
def printf(tree):
    """No printf or FILE functions in production code."""
    names = r"v?(?:f|s|sn|d|as)?printf|puts|fputs|putchar|fputc|fwrite|fread|fopen|perror|v?f?scanf"
    for path, line, word in matches(production(tree), rf"(?<![\w.>])(?:std::)?(?:{names})\s*\("):
        yield path, line, word.rstrip(" (")


@rule("constructs.raw_memory", "take the bytes from a MemoryBudget, as BudgetedBuffer does")
def raw_memory(tree):
    """The runtime calls neither new and delete nor malloc and free; placement new is fine."""
    names = "malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup"
    functions = rf"(?<![\w.>])(?:std::)?(?:{names})\s*\("
    operators = r"(?<!<)\bnew\b(?!\s*\((?!\s*std::nothrow))|(?<!=)(?<!= )(?<!operator )\bdelete\b"
    for path, line, word in matches(runtime(tree), f"{functions}|{operators}"):
        yield path, line, f"'{word.rstrip(' (')}': memory that no budget knows of"


@rule("constructs.unbudgeted_container", "use std::array, std::span or a BudgetedBuffer, or a pmr "
                                         "container over budgeted memory")
def unbudgeted_container(tree):
    """The runtime has no container or function object that allocates behind a budget's back."""
    names = ("vector|string|deque|list|forward_list|map|set|multimap|multiset|unordered_map|"
             "unordered_set|function|move_only_function|any|make_unique|make_shared|shared_ptr|"
             "(?:i|o)?stringstream|to_string")  # fmt: skip
    for path, line, word in matches(runtime(tree), rf"\bstd::(?:{names})\b(?!::npos)"):
        yield path, line, f"{word}: memory that no budget knows of"


@rule("constructs.const_cast", "make the object or the interface say what is written")
def const_cast(tree):
    """No const_cast in production code."""
    for path, line, word in matches(production(tree), r"\bconst_cast\b"):
        yield path, line, word


@rule("constructs.unsafe_c", "use the bounded form: std::span, string_view, to_chars, <random>, "
                             "a child process of os")
def unsafe_c(tree):
    """No C functions without a bound, hidden state, or a shell."""
    names = ("strcpy|strncpy|strcat|strncat|sprintf|vsprintf|gets|strtok|alloca|rand|srand|atoi|"
             "atol|atof|system|popen|tmpnam|setjmp|longjmp")  # fmt: skip
    for path, line, word in matches(production(tree), rf"(?<![\w.>])(?:std::)?(?:{names})\s*\("):
        yield path, line, word.rstrip(" (")


@rule("constructs.sleep", "wait for the event itself: join, a condition, a pipe, a fake clock")
def sleep(tree):
    """No test sleeps: a test does not depend on how fast the machine is."""
    pattern = r"\bsleep_(?:for|until)\s*\(|(?<![\w.>])(?:u|nano)?sleep\s*\("
    for path, line, word in matches(tree.cpp("tests"), pattern):
        yield path, line, word.rstrip(" (")


@rule("constructs.nolint", "write NOLINT(check-name): why the check is wrong here")
def nolint(tree):
    """A NOLINT names its check and its reason."""
    for file in tree.cpp():
        for number, line in enumerate(file.lines, 1):
            marker = re.search(r"\bNOLINT(?:NEXTLINE|BEGIN|END)?\b(.*)", line)
            if marker and not re.match(r"\([\w.,* -]*[\w]\):?\s+\S+", marker.group(1)):
                if "NOLINTEND(" not in line:
                    yield file.path, number, "a NOLINT without a check or without a reason"
