"""Decides whether a detector reported what a source expects, and says why when it did not. Shared
by run_canary.py and by the tests of the suppressions."""

from __future__ import annotations

import re
import signal
from typing import Optional

from canary_expectations import Expectation
from canary_process import DETECTORS, Detector, Outcome, built_with
from canary_reports import parse_reports

# Signs that a detector gave up before the planted bug, each with its likely cause.
_DID_NOT_RUN = tuple((re.compile(pattern, re.MULTILINE), cause) for pattern, cause in (
    (r"failed to parse suppressions",
     "a line of the suppression file is not one of this detector's: a word of another tool, a "
     "missing colon, or a comment that does not begin with #"),
    (r"failed to read suppressions", "the suppression file cannot be read"),
    (r"FATAL: can't open suppressions file", "the suppression file cannot be read"),
    (r"FATAL: in suppressions file", "an entry of the suppression file is malformed"),
    (r"runtime does not come first", "the detector's runtime was loaded too late: LD_PRELOAD is "
     "set, or a program built with AddressSanitizer runs under Valgrind"),
    (r"linked against incompatible ASan runtimes", "LD_PRELOAD loads the runtime of another "
     "compiler"),
    (r"Sanitizer failed to (?:de)?allocate|out of memory: failed to allocate|Perhaps you're using "
     r"ulimit -v|Sanitizer setrlimit\(\) failed|Valgrind cannot continue\.  Sorry|SHOW_SEGMENTS: "
     r"out_of_memory", "memory is limited, for example by ulimit -v, below what the detector "
     "reserves"),
    (r"unexpected memory mapping|personality\(|can not mmap the shadow|ReserveShadowMemoryRange "
     r"failed|Shadow memory range interleaves", "the kernel places memory where the detector needs "
     "its own: lower vm.mmap_rnd_bits to 28, or run under setarch -R"),
    (r"LeakSanitizer has encountered a fatal error", "ptrace is forbidden, or a debugger is "
     "attached: LeakSanitizer cannot stop the program to look for leaks"),
    (r"Sanitizer: CHECK failed|Sanitizer CHECK failed", "the detector failed a check of its own"),
    (r"[Ee]xternal symbolizer (?:path is set to|didn't start)|(?:invalid path to|use and restart) "
     r"external symbolizer|[Cc]an't read from symbolizer", "the symbolizer did not work: "
     "*_SYMBOLIZER_PATH names something else"),
    (r"ERROR: Invalid value for|ERROR: expected '='|Flag parsing failed", "an option of the "
     "detector has a value that it does not take"),
    (r"^valgrind: ", "Valgrind did not start the program: read its message"),
    (r"FATAL: ThreadSanitizer", "ThreadSanitizer could not start"),
))


def did_not_run(outcome: Outcome, seconds: float) -> Optional[str]:
    """Why the outcome shows that the detector never got to the end, or None."""
    if outcome.timed_out:
        return f"it was killed at the time limit of {seconds:g} s"
    if outcome.truncated:
        return "it printed more than the runner keeps, and was killed"
    for pattern, cause in _DID_NOT_RUN:
        found = pattern.search(outcome.output)
        if found:
            return f"the detector did not run ('{found.group(0).strip()}'): {cause}"
    return None


def missed(expectation: Expectation, outcome: Outcome, source_name: str) -> list[str]:
    """How the outcome differs from the expectation: empty when the detector reported the planted
    bug, nothing else was reported, and the exit status says so."""
    title = DETECTORS[expectation.detector].title
    problems = []
    reports = parse_reports(outcome.output)
    if not any(report.detector == expectation.detector for report in reports):
        problems.append(f"no report of {title}")
    for report in reports:
        differences = expectation.differences(report, source_name)
        if report.detector != expectation.detector:
            problems.append(f"a report of another detector: {report.describe(source_name)}")
        elif differences:
            problems.append(f"another {', '.join(differences)}: {report.describe(source_name)}")
    if expectation.also and reports:
        problems += [f"no report: {absent.describe()}"
                     for absent in expectation.absent(reports, source_name)]
    if outcome.status == 0:
        problems.append("exit status 0: a test of this program would pass")
    return problems


def likely_cause(detector: Detector, outcome: Outcome, program: str, source_name: str,
                 options: str) -> str:
    """One sentence for somebody who has never seen this fail."""
    reports = [report for report in parse_reports(outcome.output)
               if report.detector == detector.name]
    if not reports:
        return _cause_of_silence(detector, outcome, program, options)
    if not any(report.complete for report in reports):
        if outcome.status == -signal.SIGPIPE:
            return ("the report was cut off by SIGPIPE: the llvm-symbolizer that it was sent to "
                    "does not run")
        return "the report was cut off before its last line"
    if all(report.line_in(source_name) is None for report in reports):
        if re.search(r"\bsymbolize=(?:0|false|no)\b", options):
            return f"{detector.options} switches the names of functions and files off: symbolize=0"
        return ("the frames have no file names: no debug information (-g; -gdwarf-4 for Valgrind "
                "3.19), or no llvm-symbolizer in PATH for a program built by clang")
    if outcome.status == 0:
        return (f"{detector.options} makes the program go on after a report and exit with 0: "
                "exitcode, halt_on_error or --error-exitcode")
    return ("the source was edited and its `// expect:` lines were not, or the optimiser moved the "
            "planted bug")


def _cause_of_silence(detector: Detector, outcome: Outcome, program: str, options: str) -> str:
    if not built_with(detector, program):
        return (f"the program was built without {detector.title}: its -fsanitize flag is missing "
                "from CMAKE_CXX_FLAGS")
    if "log_path=" in options or "--log-file=" in options:
        return f"{detector.options} sends the reports into a file"
    if "Suppressions used:" in outcome.output or "Matched " in outcome.output:
        return "a suppression that is too broad hides it"
    if detector.name == "memcheck":
        return ("a suppression that is too broad hides it, or the optimiser removed the planted "
                "bug" if "ERROR SUMMARY" in outcome.output else "Valgrind did not run the program")
    if detector.name == "lsan" and "detect_leaks=0" in options:
        return "detect_leaks=0 switches the detector off"
    if detector.name == "ubsan":
        # Traces of it may come from clang's AddressSanitizer, which brings its runtime along.
        return (f"the program was built without {detector.title} (-fsanitize=undefined), a "
                "suppression that is too broad hides it, or the optimiser removed the planted bug")
    return (f"an option in {detector.options} switches this check off, a suppression that is too "
            "broad hides it, or the optimiser removed the planted bug")


def indented(output: str) -> str:
    """The captured output, marked line by line so that it is not taken for a report of the test
    that shows it."""
    return "".join(f"  | {line}\n" for line in output.splitlines()) or "  | (nothing)\n"
