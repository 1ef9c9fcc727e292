"""scripts/tidy --format: the layout of C and C++ files, by clang-format 19 and .clang-format."""

import re
import subprocess

from redzone_tidy import report
from redzone_tidy.finding import Finding
from redzone_tidy.source_tree import CannotRun

PROGRAM = "clang-format-19"
FILES_PER_RUN = 64  # keeps the command line far below the system's limit
COMPLAINT = re.compile(r"^(.+?):(\d+):\d+: error: .* \[-Wclang-format-violations\]$")
NEXT_STEPS = {"format": "scripts/tidy --format --fix"}


def start(arguments, root):
    try:
        return subprocess.run([PROGRAM, *arguments], cwd=root, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    except FileNotFoundError as error:
        raise CannotRun(f"{PROGRAM} is not on this machine; next step: scripts/setup") from error


def complaints(text):
    """One finding a file, at the first line that differs."""
    first = {}
    for line in text.splitlines():
        match = COMPLAINT.match(line)
        if match and match.group(1) not in first:
            first[match.group(1)] = Finding(match.group(1), int(match.group(2)), "format.layout",
                                            "not as clang-format lays it out, from here on")
    return list(first.values())


def run(tree, files, options):
    if ".clang-format" not in tree.by_path:
        raise CannotRun("there is no .clang-format; next step: git checkout .clang-format")
    names = [file.path for file in files if file.kind == "cpp"]
    findings = []
    for at in range(0, len(names), FILES_PER_RUN):
        batch = names[at : at + FILES_PER_RUN]
        how = ["-i"] if options.fix else ["--dry-run", "-Werror"]
        done = start(["--style=file", *how, *batch], options.root)
        found = complaints(done.stderr)
        if done.returncode != 0 and not found:
            reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0]
            raise CannotRun(f"{PROGRAM} failed: {reason}")
        findings += found
    checked = f"{report.plural(len(names), 'file')}, {PROGRAM}"
    return report.print_findings(findings, NEXT_STEPS, checked, options.json)
