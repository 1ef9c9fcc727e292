#!/usr/bin/env python3
"""Proves a suppression in both directions: without the entry the planted defect is caught, with it
the program is silent and exits with 0.

The entry is one of the committed file, found by its field `pair`, and is taken out of a copy; or a
planted one, which is appended to a copy.

The library with the defect says by an expect line, as a canary does, what has to be caught. Every
option of the preset's environment stays; only the suppression file is another one. Where the
detector names the suppressions that it used (LeakSanitizer, ThreadSanitizer with
print_suppressions=1, Valgrind with -v), this one has to be among them.

exit status: 0 proved in both directions, 1 not, 2 wrong command line, 3 it could not run
"""

from __future__ import annotations

import argparse
import os
import re
import sys

sys.dont_write_bytecode = True
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, "cmake", "canaries"), os.path.join(ROOT, "scripts")]

from canary_expectations import BadExpectation, read_expectation  # noqa: E402
from canary_process import (DETECTORS, Detector, Outcome, command_under,  # noqa: E402
                            options_problems, run_bounded, with_suppressions)
from canary_reports import parse_reports  # noqa: E402
from canary_verdict import did_not_run, indented, likely_cause, missed  # noqa: E402
from redzone_scripts.suppression_file import Entry, parse  # noqa: E402

PROVED, NOT_PROVED, COULD_NOT_RUN = 0, 1, 3
CAME_TO_THE_END = "came to the end"  # what call_thirdparty.cpp prints last


def parse_command_line(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run_pair.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", required=True, choices=sorted(DETECTORS))
    parser.add_argument("--source", required=True, metavar="FILE",
                        help="source of the library with the defect")
    parser.add_argument("--program", required=True, metavar="FILE", help="program that calls it")
    parser.add_argument("--library", required=True, metavar="FILE",
                        help="the library, built: looked at for the flags it was built with")
    parser.add_argument("--committed", required=True, metavar="FILE",
                        help="the suppression file of the preset")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--pair", metavar="NAME", help="the entry of the committed file to prove")
    which.add_argument("--entry", metavar="FILE", help="an entry to append, and to prove")
    parser.add_argument("--scratch", required=True, metavar="FILE",
                        help="file to write: the copy of the committed one")
    parser.add_argument("--preset", default="", metavar="NAME")
    parser.add_argument("--valgrind", default="valgrind", metavar="FILE")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
    return parser.parse_args(arguments)


class NoEntry(Exception):
    """There is no entry to prove."""


def read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def versions(options: argparse.Namespace) -> tuple[Entry, str, str]:
    """The entry, the text of the suppression file without it, and with it."""
    committed = read(options.committed)
    if options.pair is None:
        planted = read(options.entry)
        entries = parse(options.detector, planted).entries
        if len(entries) != 1:
            raise NoEntry(f"{options.entry} holds {len(entries)} entries, not one")
        return entries[0], committed, f"{committed}\n{planted}"
    file = parse(options.detector, committed)
    entry = file.with_pair(options.pair)
    if entry is None:
        raise NoEntry(f"{options.committed} has no entry with '# pair: {options.pair}'.\n"
                      "Next step: write the field above the entry, or delete the pair's line from "
                      "tests/suppressions/CMakeLists.txt together with its files")
    return entry, file.without(entry), committed


def used(detector: Detector, name: str, output: str) -> bool:
    """Whether the output lists `name` as used. AddressSanitizer and UndefinedBehaviorSanitizer list
    nothing, so that nothing can be asked of them."""
    pattern = {"lsan": r"^ *\d+ +\d+ {}$", "tsan": r"^\d+ {}$",
               "memcheck": r"^--\d+-- used_suppression: +\d+ {} "}.get(detector.name)
    return pattern is None or bool(
        re.search(pattern.format(re.escape(name)), output, re.MULTILINE))


def not_silent(detector: Detector, entry: Entry, outcome: Outcome,
               source_name: str) -> list[str]:
    problems = [f"still reported: {report.describe(source_name)}"
                for report in parse_reports(outcome.output)]
    if outcome.status != 0:
        problems.append(f"exit status {outcome.status}")
    if CAME_TO_THE_END not in outcome.output:
        problems.append("the program did not come to its end")
    if not used(detector, entry.says, outcome.output):
        problems.append(f"the detector does not list '{entry.says}' among the suppressions it used")
    return problems


def say_failure(what: str, step: str, problems: list[str], cause: str, outcome: Outcome) -> None:
    print(f"{what}: {step}")
    for problem in problems:
        print(f"seen: {problem}")
    print(f"likely cause: {cause}")
    print(f"exit status: {'killed' if outcome.status is None else outcome.status}; output:")
    print(indented(outcome.output), end="")


def prove(options: argparse.Namespace) -> int:
    detector = DETECTORS[options.detector]
    what = f"suppression {detector.name}"
    source_name = os.path.basename(options.source)
    environment = dict(os.environ)
    problems = options_problems(detector, environment, options.preset)
    if problems:
        print("\n".join(f"{what}: {problem}" for problem in problems))
        return COULD_NOT_RUN

    def run_with(suppressions: str) -> Outcome:
        with open(options.scratch, "w", encoding="utf-8") as file:
            file.write(suppressions)
        environment[detector.options] = with_suppressions(
            detector, os.environ[detector.options], os.path.abspath(options.scratch))
        return run_bounded(command_under(detector, options.program, options.valgrind, ("-v",)),
                           options.timeout, environment)

    entry, text_without, text_with = versions(options)
    expectation = read_expectation(options.source, detector.name)
    without = run_with(text_without)
    problems = missed(expectation, without, source_name)
    reason = did_not_run(without, options.timeout)
    if problems or reason:
        cause = reason or likely_cause(detector, without, options.library, source_name,
                                       environment[detector.options])
        if options.pair is not None and not reason:
            cause += ("\nor: the library no longer has the defect: delete the entry and its pair; "
                      "or another entry hides it too")
        if any("line=?" in problem for problem in problems):
            cause += ("\nor: the library has no frame pointers, as packages are built, so that its "
                      "caller is not in the stack: take line= out of the expect line")
        say_failure(what, "not caught without the entry", problems, cause, without)
        return COULD_NOT_RUN if reason else NOT_PROVED

    outcome = run_with(text_with)
    problems = not_silent(detector, entry, outcome, source_name)
    reason = did_not_run(outcome, options.timeout)
    if problems or reason:
        cause = reason or ("the entry does not match the stack of the report, or an earlier entry "
                           "of the committed file matches first")
        say_failure(what, "not silent with the entry", problems, cause, outcome)
        return COULD_NOT_RUN if reason else NOT_PROVED
    print(f"{what}: caught without the entry, silent with it")
    return PROVED


def main(arguments: list[str]) -> int:
    options = parse_command_line(arguments)
    try:
        return prove(options)
    except NoEntry as error:
        print(f"suppression {options.detector}: {error}")
        return NOT_PROVED
    except (OSError, ValueError, BadExpectation) as error:
        print(f"suppression {options.detector}: could not run: {error}")
        return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
