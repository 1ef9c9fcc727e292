"""What the tests of commands do with each command of the documents.

A command in a block or with arguments has exactly one place: RUN here, CHECKED here, or
run_by_hand.json. A name in a sentence (`scripts/verdict`), a command with a word in CAPITALS for
the reader to replace, and one of programs that are not ours have none: their words are checked.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Is run from the top of the clone: neither installs nor tests, and takes seconds."""

    command: str
    output: str  # a part of what it prints
    status: int = 0


@dataclass(frozen=True)
class Checked:
    """Only its words are checked."""

    command: str
    reason: str


RUN = (
    Run("scripts/memory-checks --list", "presets with * run by default"),
    Run("scripts/setup --dry-run asan tsan valgrind", ""),  # silent where nothing is missing
    Run("scripts/tidy --list-rules", "text.plan_words"),
    Run("scripts/canaries", "heap_use_after_free"),
    Run("scripts/suppressions", "suppressions: "),
    Run("scripts/valgrind-baseline --versions", "| Valgrind |"),
    Run("cmake --list-presets", '"valgrind-clang"'),
    Run("python3 -B tests/documents/commands_test.py --list", "CONTRIBUTING.md:"),
)

NIGHT = "memory-safety.yml does it each night, a job a preset"
GATE = "the gate of .ci/run does it before a change is taken"
GOLDEN = "tests/cli runs it and compares what it prints with tests/golden"

CHECKED = (
    Checked("scripts/test", GATE),
    Checked("scripts/memory-checks", GATE + ", with one preset more"),
    Checked("scripts/memory-checks --preset asan-clang", GATE + ", among other presets"),
    Checked("scripts/memory-checks --preset asan --preset asan-clang", GATE + ", among others"),
    Checked("scripts/memory-checks --preset asan --preset tsan --preset asan-clang "
            "--preset tsan-clang", NIGHT),
    Checked("scripts/memory-checks --preset asan-clang --preset ubsan-clang --preset tsan-clang",
            NIGHT),
    Checked("HOME=$PWD/build/review scripts/memory-checks --preset valgrind "
            "--preset valgrind-clang",
            "the first preset was run by hand on 2026-11-21 and was clean; " + NIGHT),
    Checked("ctest --preset asan-clang -L 'canary|tripwire|suppression'",
            "the gate of .ci/run runs all tests of this preset"),
    Checked("scripts/tidy", GATE),
    Checked("scripts/tidy --clang-tidy", GATE),
    Checked("scripts/tidy suppressions", "the gate runs it on this folder and all others"),
    Checked("cmake --preset asan && ctest --preset asan",
            "the steps of scripts/memory-checks, which the gate runs"),
    Checked("scripts/canaries --matrix", "the job 'canaries' of memory-safety.yml does it"),
    Checked("scripts/canaries --matrix --write markdown=docs/canaries.md",
            "the job 'canaries' of memory-safety.yml does it each night"),
    Checked("scripts/canaries --check markdown=docs/canaries.md",
            "tests/canaries/canaries_command_test.py runs it on the same page"),
    Checked("cmake --install", "tests/consumers run it with each of its components"),
    Checked("scripts/release --tag v0.1.0",
            "tests/consumers/release_test.py runs it in a clone with a dated changelog"),
    Checked("tests/workflows/run_job.py ci.yml test",
            "takes as long as the job; tests/workflows/run_job_test.py runs shorter ones"),
    Checked("ctest --show-only=json-v1", "the step 'list' of scripts/memory-checks, as above"),
    Checked("build/normal/src/cli/redzone gguf info model.gguf", GOLDEN),
    Checked("build/normal/src/cli/redzone gguf info --json model.gguf", GOLDEN),
    Checked("redzone gguf info", GOLDEN),
    Checked("redzone gguf info --json", GOLDEN),
    Checked("redzone completion", GOLDEN),
    Checked("redzone completion fish | source", GOLDEN + "; sourcing it needs that shell"),
)

# Programs that are not ours and whose words nobody checks -> why a document needs them.
FOREIGN_PROGRAMS = {
    "git": "gets a clone",
    "cd": "goes into it",
    "source": "a shell's way to load a completion",
    "sysctl": "mends the address space for the sanitizers",
    "setarch": "does the same for one run",
    "export": "a shell's way to hand on a folder",
    "date": "says the day of a review",
    "mkdir": "makes the folder of a review",
    "echo": "writes an option of Valgrind into it",
    "apt-get": "installs packages that were made",
}
