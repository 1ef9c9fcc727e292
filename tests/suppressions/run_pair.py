#!/usr/bin/env python3
"""Proves a suppression in both directions: with the committed file alone the planted defect is
caught, with the planted entry appended the program is silent and exits with 0.

The library with the defect says by an expect line, as a canary does, what has to be caught. Every
option of the preset's environment stays; only the suppression file is another one. Where the
detector names the suppressions that it used (LeakSanitizer, ThreadSanitizer with
print_suppressions=1, Valgrind with -v), the planted one has to be among them.

exit status: 0 proved in both directions, 1 not, 2 wrong command line, 3 it could not run
"""

from __future__ import annotations

import argparse
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "cmake", "canaries"))

from canary_process import (DETECTORS, Detector, Outcome, command_under,  # noqa: E402
                            options_problems, run_bounded, with_suppressions)
from canary_reports import BadExpectation, parse_reports, read_expectation  # noqa: E402
from canary_verdict import did_not_run, indented, likely_cause, missed  # noqa: E402

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
    parser.add_argument("--entry", required=True, metavar="FILE", help="the planted entry")
    parser.add_argument("--combined", required=True, metavar="FILE",
                        help="file to write: the committed one with the entry appended")
    parser.add_argument("--preset", default="", metavar="NAME")
    parser.add_argument("--valgrind", default="valgrind", metavar="FILE")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
    return parser.parse_args(arguments)


def name_in_use(detector: Detector, entry: str) -> str:
    """How the detector names the entry when it lists the suppressions that it used."""
    lines = [line.strip() for line in entry.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if detector.name == "memcheck":
        return lines[1]  # the line after the opening brace
    return lines[0].split(":", 1)[1] if detector.name == "lsan" else lines[0]


def used(detector: Detector, name: str, output: str) -> bool:
    """Whether the output lists `name` as used. AddressSanitizer and UndefinedBehaviorSanitizer list
    nothing, so that nothing can be asked of them."""
    pattern = {"lsan": r"^ *\d+ +\d+ {}$", "tsan": r"^\d+ {}$",
               "memcheck": r"^--\d+-- used_suppression: +\d+ {} "}.get(detector.name)
    return pattern is None or bool(
        re.search(pattern.format(re.escape(name)), output, re.MULTILINE))


def not_silent(detector: Detector, entry: str, outcome: Outcome, source_name: str) -> list[str]:
    problems = [f"still reported: {report.describe(source_name)}"
                for report in parse_reports(outcome.output)]
    if outcome.status != 0:
        problems.append(f"exit status {outcome.status}")
    if CAME_TO_THE_END not in outcome.output:
        problems.append("the program did not come to its end")
    name = name_in_use(detector, entry)
    if not used(detector, name, outcome.output):
        problems.append(f"the detector does not list '{name}' among the suppressions it used")
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
        environment[detector.options] = with_suppressions(
            detector, os.environ[detector.options], os.path.abspath(suppressions))
        return run_bounded(command_under(detector, options.program, options.valgrind, ("-v",)),
                           options.timeout, environment)

    expectation = read_expectation(options.source, detector.name)
    without = run_with(options.committed)
    problems = missed(expectation, without, source_name)
    reason = did_not_run(without, options.timeout)
    if problems or reason:
        cause = reason or likely_cause(detector, without, options.library, source_name,
                                       environment[detector.options])
        say_failure(what, "not caught with the committed file alone", problems, cause, without)
        return COULD_NOT_RUN if reason else NOT_PROVED

    with open(options.committed, encoding="utf-8") as file:
        committed = file.read()
    with open(options.entry, encoding="utf-8") as file:
        entry = file.read()
    with open(options.combined, "w", encoding="utf-8") as file:
        file.write(f"{committed}\n{entry}")
    outcome = run_with(options.combined)
    problems = not_silent(detector, entry, outcome, source_name)
    reason = did_not_run(outcome, options.timeout)
    if problems or reason:
        cause = reason or ("the entry does not match the stack of the report, or an earlier entry "
                           "of the committed file matches first")
        say_failure(what, "not silent with the entry appended", problems, cause, outcome)
        return COULD_NOT_RUN if reason else NOT_PROVED
    print(f"{what}: caught without the entry, silent with it")
    return PROVED


def main(arguments: list[str]) -> int:
    options = parse_command_line(arguments)
    try:
        return prove(options)
    except (OSError, ValueError, BadExpectation) as error:
        print(f"suppression {options.detector}: could not run: {error}")
        return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
