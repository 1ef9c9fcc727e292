"""The exemptions from the rules: one table, each with its reason. One that exempts nothing is
itself a finding, so the table cannot outlive what it excuses."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Exemption:
    rule: str
    path: str  # may have * and ?
    reason: str


EXEMPTIONS = (
    Exemption("constructs.printf", "src/base/check.cpp",
              "prints the message of a failed check into a buffer on the stack"),
    Exemption("constructs.raw_memory", "src/base/budgeted_buffer.cpp",
              "the one place that calls malloc, after the budget has granted the bytes"),
    Exemption("constructs.raw_memory", "include/redzone/base/budgeted_buffer.hpp",
              "frees what budgeted_buffer.cpp has allocated"),
    Exemption("constructs.raw_memory", "src/arena/block_list.cpp",
              "exists under Valgrind only, where a budget shall grant what it grants without"),
    Exemption("constructs.raw_memory", "src/arena/upstream.cpp",
              "what gives arenas their chunks, after the budget has granted the bytes"),
    Exemption("constructs.printf", "src/arena/panic.cpp",
              "prints why an arena ends the process from a buffer on the stack"),
    Exemption("constructs.exceptions", "src/arena/resource.cpp",
              "a std::pmr::memory_resource reports by throwing std::bad_alloc"),
    Exemption("constructs.const_cast", "src/os/spawn.cpp",
              "posix_spawn takes pointers to char that it does not write through"),
    Exemption("constructs.exceptions", "src/cli/run.cpp",
              "the boundary of the program: CLI11, fmt and the standard library may throw"),
    Exemption("constructs.printf", "src/cli/diagnose.hpp",
              "the one place that writes diagnostics, where fmt::print would throw"),
    Exemption("constructs.exceptions", "src/cli/command_line.cpp",
              "CLI11 reports a wrong command line by throwing"),
    Exemption("constructs.sleep", "tests/os/process_probe.hpp",
              "a process that was killed by its parent reports its end to nobody else"),
    Exemption("constructs.exceptions", "src/heap/faults/new_rules.hpp",
              "operator new reports by throwing, and calls a new_handler that may throw"),
    Exemption("constructs.exceptions", "include/redzone/testing/torture.hpp",
              "code under torture is somebody's, and may report a failure by throwing"),
    Exemption("constructs.exceptions", "include/redzone/arena/allocator.hpp",
              "an allocator of the standard library reports by throwing"),
    Exemption("constructs.printf", "src/arena/environment.cpp",
              "tells a bad value before anybody could have given a sink, from a fixed buffer"),
    Exemption("sizes.line", "scripts/memory-checks",
              "its first line names the next step where python3 is missing, and cannot be broken"),
    Exemption("text.todo", "scripts/redzone_tidy/rules/text_rules.py",
              "spells the words that it looks for"),
    Exemption("text.plan_words", "scripts/redzone_tidy/rules/text_rules.py",
              "spells the words that it looks for"),
    Exemption("text.plan_words", "include/redzone/heap/fault_plan.hpp",
              "a FaultPlan says which allocations fail"),
    Exemption("text.plan_words", "include/redzone/heap/phase.hpp",
              "a Phase is a stretch of a program's run, not of a project"),
    Exemption("text.todo", "tests/tidy/text_cases.py", "plants the words that the rule looks for"),
)  # fmt: skip


def split(findings, exemptions=EXEMPTIONS):
    """(findings that count, exemptions that exempted at least one)."""
    counting, used = [], set()
    for finding in findings:
        matching = [e for e in exemptions
                    if e.rule == finding.rule and fnmatchcase(finding.path, e.path)]  # fmt: skip
        used.update(matching)
        if not matching:
            counting.append(finding)
    return counting, used


def stale(tree, used, exemptions=EXEMPTIONS):
    """The exemptions whose files are there and no longer need them."""
    return [
        exemption
        for exemption in exemptions
        if exemption not in used
        and any(fnmatchcase(file.path, exemption.path) for file in tree.files)
    ]
