#!/usr/bin/env python3
"""Runs a canary, a program with one planted bug, and requires that its detector catches it.

The source of the canary says what the report has to be, one line a report:

    // expect: asan heap-use-after-free size=37 access=read line=12

kind    asan, tsan, msan: the word of the SUMMARY line, blanks as '-' (data-race); ubsan: the word
        that report_error_type=1 gives; lsan: direct-leak or indirect-leak; memcheck: the kind that
        Valgrind's XML has (InvalidRead, Leak_DefinitelyLost)
size    bytes of the block that the report names; where it names none, bytes of the access
access  read or write
line    of the first frame of the report that lies in the canary's own source

The options of the detector are those of the environment, unchanged. With --tripwire, the runner
also requires that they are there at all: that the variable of the detector names a suppression
file, by an absolute path, that the file exists, that the detector knows the name of every option,
and that LD_PRELOAD loads nothing before it. msan has no suppression file: its variable is set.

A canary that is caught prints one short line and nothing that could be taken for a report. One that
is not shows what was expected, what was seen, and the likely cause.

exit status: 0 caught, 1 not caught as expected, 2 wrong command line, 3 it could not run
"""

from __future__ import annotations

import argparse
import os
import sys

sys.dont_write_bytecode = True  # the folder may be an installed, shared one

from canary_expectations import BadExpectation, Expectation, read_expectation  # noqa: E402
from canary_process import (DETECTORS, Detector, Outcome, command_under,  # noqa: E402
                            options_problems, run_bounded, valgrind_error_status)
from canary_verdict import did_not_run, indented, likely_cause, missed  # noqa: E402
from option_names import unknown_options  # noqa: E402

CAUGHT, NOT_CAUGHT, COULD_NOT_RUN = 0, 1, 3


def parse_command_line(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run_canary.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", required=True, choices=sorted(DETECTORS))
    parser.add_argument("--source", required=True, metavar="FILE",
                        help="source of the canary, with its expect lines")
    parser.add_argument("--program", required=True, metavar="FILE", help="the canary, built")
    parser.add_argument("--tripwire", action="store_true",
                        help="also require the options of the test preset")
    parser.add_argument("--preset", default="", metavar="NAME",
                        help="test preset to name when the options are not there")
    parser.add_argument("--valgrind", default="valgrind", metavar="FILE",
                        help="the Valgrind that memcheck is run by (default: the one in PATH)")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS",
                        help="limit after which the canary is killed (default: 60)")
    options = parser.parse_args(arguments)
    if options.timeout <= 0:
        parser.error(f"--timeout {options.timeout:g}: a limit is above 0")
    return options


def say_failure(what: str, expectation: Expectation, outcome: Outcome, problems: list[str],
                cause: str) -> None:
    print(f"{what}: not caught")
    print(f"expected: {expectation.describe()}, and an exit status that is not 0")
    for problem in problems:
        print(f"seen: {problem}")
    print(f"likely cause: {cause}")
    print(f"exit status: {'killed' if outcome.status is None else outcome.status}; output:")
    print(indented(outcome.output), end="")


def tripwire_problems(detector: Detector, outcome: Outcome) -> list[str]:
    """What only a tripwire asks of the run: memcheck's own exit status, which tells its errors from
    a failure of the program."""
    if detector.name != "memcheck":
        return []
    wanted = valgrind_error_status(os.environ.get(detector.options, ""))
    if not wanted:
        return [f"{detector.options} has no --error-exitcode: errors would not fail a test"]
    if outcome.status != wanted:
        return [f"exit status {outcome.status} instead of {wanted}, which --error-exitcode names"]
    return []


def run_canary(options: argparse.Namespace) -> int:
    detector = DETECTORS[options.detector]
    source_name = os.path.basename(options.source)
    name = os.path.splitext(source_name)[0]
    what = f"tripwire {detector.name}" if options.tripwire else f"canary {name}"
    environment_problems = []
    if options.tripwire:
        environment_problems = options_problems(detector, dict(os.environ), options.preset)
    try:
        expectation = read_expectation(options.source, detector.name)
        program = os.path.abspath(options.program)
        command = command_under(detector, program, options.valgrind)
        outcome = run_bounded(command, options.timeout)
        problems = missed(expectation, outcome, source_name)
        if options.tripwire:
            problems += tripwire_problems(detector, outcome)
            environment_problems += unknown_options(detector, program, dict(os.environ),
                                                    options.timeout)
        reason = did_not_run(outcome, options.timeout)
        cause = reason or likely_cause(detector, outcome, program, source_name,
                                       os.environ.get(detector.options, ""))
    except (OSError, BadExpectation) as error:
        print(f"{what}: could not run: {error}")
        return COULD_NOT_RUN
    for problem in environment_problems:
        print(f"{what}: {problem}")
    if problems or reason:
        say_failure(what, expectation, outcome, problems, cause)
        return COULD_NOT_RUN if reason else NOT_CAUGHT
    if environment_problems:
        return COULD_NOT_RUN
    print(f"{what}: caught by {detector.name}")
    return CAUGHT


if __name__ == "__main__":
    sys.exit(run_canary(parse_command_line(sys.argv[1:])))
