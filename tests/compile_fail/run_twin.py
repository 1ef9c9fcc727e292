"""Compiles a pair of programs that differ by one mistake: SOURCE as it stands has to compile
without a warning, and with REDZONE_MISTAKE defined it has to be refused, in the words of its lines
`// expect: WORDS`.

Exit status: 0 both are so, 1 one is not, 2 wrong command line, 3 the pair could not be tried."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

SECONDS_MAX = 100
SHOWN_MAX = 4000  # characters of what a compiler said
LINES_MAX = 4     # of each of the two: more than that is not one mistake
PAIR = re.compile(r"^#ifdef REDZONE_MISTAKE\n(.*?)^#else\n(.*?)^#endif\n", re.MULTILINE | re.DOTALL)
OPTIONS = ("-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror")


class NotTried(Exception):
    """With the next step as its text."""


def read(source):
    """The words that the compiler has to say about the mistake."""
    try:
        text = Path(source).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise NotTried(f"{source} cannot be read: {error}\nNext step: name a file of "
                       "tests/compile_fail/") from error
    expected = re.findall(r"^// expect: (.+)$", text, re.MULTILINE)
    if not expected:
        raise NotTried(f"{source} expects nothing\nNext step: write '// expect: ' and words of the "
                       "compiler's message")
    pairs = PAIR.findall(text)
    if len(pairs) != 1 or text.count("REDZONE_MISTAKE") != 1:
        raise NotTried(f"{source} is no pair\nNext step: write one '#ifdef REDZONE_MISTAKE', "
                       "'#else', '#endif'")
    if any(not 1 <= part.count("\n") <= LINES_MAX for part in pairs[0]):
        raise NotTried(f"{source} differs by more than one mistake\nNext step: leave at most "
                       f"{LINES_MAX} lines between '#ifdef', '#else' and '#endif'")
    return expected


def compile_it(compiler, source, includes, *more):
    command = [compiler, *OPTIONS, *(f"-I{folder}" for folder in includes), *more, str(source)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
                              env={**os.environ, "LC_ALL": "C"},  # messages in English
                              timeout=SECONDS_MAX, check=False)
    except OSError as error:
        raise NotTried(f"{compiler} does not start: {error.strerror}\nNext step: scripts/setup "
                       "normal normal-clang") from error
    except subprocess.TimeoutExpired as error:
        raise NotTried(f"{compiler} took more than {SECONDS_MAX} s for {source}\nNext step: make "
                       "the pair smaller") from error
    if done.returncode not in (0, 1):
        raise NotTried(f"{compiler} ended with status {done.returncode}: {done.stdout[:SHOWN_MAX]}"
                       "\nNext step: try another version of the compiler")
    return done.returncode == 0, done.stdout


def judge(compiler, source, includes):
    """What is wrong with the pair, or nothing."""
    expected = read(source)
    is_right, said = compile_it(compiler, source, includes)
    if not is_right or said:
        return f"{source}: without the mistake it does not compile:\n{said[:SHOWN_MAX]}"
    is_right, said = compile_it(compiler, source, includes, "-DREDZONE_MISTAKE")
    if is_right:
        return f"{source}: the mistake compiles"
    if " error: " not in said:
        return f"{source}: the mistake is refused without an error:\n{said[:SHOWN_MAX]}"
    for words in expected:
        if words not in said:
            return f"{source}: the compiler does not say '{words}':\n{said[:SHOWN_MAX]}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", metavar="FOLDER", action="append", default=[],
                        help="where headers are looked for; may be given several times")
    parser.add_argument("compiler", metavar="COMPILER")
    parser.add_argument("source", metavar="SOURCE")
    words = parser.parse_args()
    try:
        fault = judge(words.compiler, words.source, words.include)
    except NotTried as error:
        print(f"run_twin: {error}", file=sys.stderr)
        return 3
    if fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
