#!/usr/bin/env python3
"""Checks the `expect:` and `missed:` lines of every canary, and prints which canaries a build with
the given compiler and flags has to run, one line each:

    run CANARY DETECTOR             a report is expected
    missed CANARY DETECTOR REASON   a miss is documented for this compiler and level

exit status: 0 listed, 2 wrong command line, 3 a source cannot be read or says something that is not
understood; the message names file and line
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys

sys.dont_write_bytecode = True  # the folder may be an installed, shared one

from canary_expectations import (BadExpectation, compiler_family,  # noqa: E402
                                 optimisation_level, read_canaries)
from canary_process import DETECTORS  # noqa: E402


def parse_command_line(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="list_canaries.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default=os.path.dirname(os.path.abspath(__file__)),
                        help="where the canaries are (default: beside this script)")
    parser.add_argument("--compiler", required=True, metavar="g++|clang++",
                        help="a path or a version are allowed")
    parser.add_argument("--flags", default="", help="the last -O of them counts (default: -O0)")
    parser.add_argument("--detector", action="append", required=True, choices=sorted(DETECTORS),
                        help="a detector of the build; repeatable")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse_command_line(arguments)
    try:
        canaries = read_canaries(options.folder)
        level = optimisation_level(shlex.split(options.flags))
    except (OSError, ValueError) as error:
        print(f"list_canaries.py: {error}", file=sys.stderr)
        return 3
    except BadExpectation as error:
        print(f"{error}\nNext step: correct that line", file=sys.stderr)
        return 3
    for canary in canaries:
        for detector in canary.detectors():
            if detector not in options.detector:
                continue
            miss = canary.miss(detector, compiler_family(options.compiler), level)
            if miss:
                print(f"missed {canary.name} {detector} {miss.reason}")
            else:
                print(f"run {canary.name} {detector}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
