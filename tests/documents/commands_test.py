"""Tests that every command in a document names what exists, and that what is quick also works.

To see the commands and what is done with each:  python3 -B tests/documents/commands_test.py --list
"""

import datetime
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import command_tables
from document_commands import Command, commands_of
from named_things import ROOT, problems_of

BY_HAND = Path(__file__).resolve().parent / "run_by_hand.json"
FOLDERS_SKIPPED = ("build", "Testing", ".git")
LIMIT_S = 60


def documents():
    """Every Markdown document that is not in a build tree."""
    return [path for path in sorted(ROOT.glob("**/*.md"))
            if path.relative_to(ROOT).parts[0] not in FOLDERS_SKIPPED]


COMMANDS = [command for path in documents() for command in commands_of(path)]


def rows_by_hand():
    return json.loads(BY_HAND.read_text("utf-8"))["commands"]


def tables():
    """name of the table -> the commands that it lists."""
    return {"RUN": [row.command for row in command_tables.RUN],
            "CHECKED": [row.command for row in command_tables.CHECKED],
            "run_by_hand.json": [row["command"] for row in rows_by_hand()]}


def what_is_done(command):
    """The tables that list a command; a mention, a placeholder and what is not ours need none."""
    found = [name for name, rows in tables().items() if command.text in rows]
    if not found and command.has_placeholder:
        return ["placeholder"]
    if not found and not command.in_block and " " not in command.text:
        return ["mention"]
    if not found and all(words[0] in command_tables.FOREIGN_PROGRAMS for words in command.parts()):
        return ["foreign"]
    return found


def place(command):
    return f"{command.document.relative_to(ROOT)}:{command.line}"


WRONG = (
    ("scripts/memory-checks --quik", "does not name --quik"),
    ("scripts/no-such-script", "is not there"),
    ("scripts/setup asann", "no preset 'asann'"),
    ("cmake --preset asann", "no preset 'asann'"),
    ("cmake --build build/asann", "no preset 'asann'"),
    ("cmake --build build/normal --target nothing_test", "target nothing_test"),
    ("ctest --preset asann", "no preset 'asann'"),
    ("ctest --preset asan -R NoSuchTest", "matches no test"),
    ("ctest --preset asan -L no_such_label", "matches no label"),
    ("ctest --preset asan --verbos", "does not name --verbos"),
    ("python3 -B tests/documents/nothing.py", "is not there"),
    ("build/normal/src/cli/redzone gguf info --yaml", "does not name --yaml"),
    ("build/asan/tests/canaries/canary_nothing", "no canary nothing"),
)
DOCUMENT = """\
Inline `scripts/test`, `a word`, `ctest --preset asan -R
GgufReader`, ``not this`` and `build/PRESET/LastTest.log`.

```
CI=1 cmake --preset asan && ctest --preset asan  # a comment
scripts/memory-checks \\
  --quick
```

```console
$ scripts/tidy
tidy: clean
```

```text
scripts/not-a-command
```
"""


class Checker(unittest.TestCase):
    def test_a_command_that_names_what_does_not_exist_is_told_so(self):
        for text, expected in WRONG:
            with self.subTest(command=text):
                problems = problems_of(Command(BY_HAND, 1, text).parts()[0])
                self.assertIn(expected, "; ".join(problems))

    def test_commands_are_found_in_blocks_and_in_sentences(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.md"
            path.write_text(DOCUMENT)
            found = [(c.line, c.text, c.in_block) for c in commands_of(path)]
        self.assertEqual(found, [
            (1, "scripts/test", False), (1, "ctest --preset asan -R GgufReader", False),
            (5, "CI=1 cmake --preset asan && ctest --preset asan", True),
            (6, "scripts/memory-checks --quick", True), (11, "scripts/tidy", True)])

    def test_a_line_is_taken_apart_into_simple_commands(self):
        command = Command(BY_HAND, 1, "A=1 cmake --preset asan && sudo ctest -N | cat 2>log")
        self.assertEqual(command.parts(),
                         [["cmake", "--preset", "asan"], ["ctest", "-N"], ["cat"]])


class Words(unittest.TestCase):
    def test_the_documents_have_commands(self):
        self.assertGreater(len(COMMANDS), 20)

    def test_every_command_names_programs_presets_options_and_tests_that_exist(self):
        ours = ("scripts/", "tests/", "build/")
        checked = ("cmake", "ctest", "valgrind", "python3", "redzone")
        for command in COMMANDS:
            for words in command.parts():
                with self.subTest(place=place(command), command=command.text):
                    if not words or words[0] in command_tables.FOREIGN_PROGRAMS:
                        continue
                    self.assertTrue(words[0].startswith(ours) or words[0] in checked,
                                    f"'{words[0]}' is no program of ours; next step: list it in "
                                    "FOREIGN_PROGRAMS, or make the block ```text")
                    self.assertEqual(problems_of(words), [])

    def test_every_foreign_program_is_used(self):
        used = {words[0] for command in COMMANDS for words in command.parts() if words}
        self.assertEqual(set(command_tables.FOREIGN_PROGRAMS) - used, set())


class Tables(unittest.TestCase):
    def test_every_command_has_exactly_one_place(self):
        for command in COMMANDS:
            with self.subTest(place=place(command), command=command.text):
                done = what_is_done(command)
                self.assertEqual(len(done), 1, f"in {done or 'no list'}; next step: run it and add "
                                 "it to run_by_hand.json, or to RUN of command_tables.py when it "
                                 "is quick")

    def test_no_row_is_stale_or_there_twice(self):
        texts = {command.text for command in COMMANDS}
        rows = [row for commands in tables().values() for row in commands]
        self.assertEqual([row for row in rows if row not in texts], [])
        self.assertEqual(sorted(rows), sorted(set(rows)))

    def test_a_command_that_is_not_run_says_why(self):
        for row in command_tables.CHECKED:
            with self.subTest(command=row.command):
                self.assertGreater(len(row.reason.split()), 3)

    def test_a_command_that_was_run_by_hand_says_when_and_with_what_result(self):
        for row in rows_by_hand():
            with self.subTest(command=row["command"]):
                self.assertEqual(set(row), {"command", "date", "result"})
                self.assertRegex(row["date"], r"^\d{4}-\d\d-\d\d$")
                datetime.date.fromisoformat(row["date"])
                self.assertGreater(len(row["result"].split()), 1)


class Quick(unittest.TestCase):
    def test_commands_that_are_run_print_what_they_should(self):
        for row in command_tables.RUN:
            with self.subTest(command=row.command):
                done = subprocess.run(["bash", "-c", row.command], cwd=ROOT, timeout=LIMIT_S,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, check=False)
                self.assertEqual(done.returncode, row.status, done.stdout[-2000:])
                self.assertIn(row.output, done.stdout)


def print_list():
    for command in COMMANDS:
        done = ", ".join(what_is_done(command)) or "NOT LISTED"
        print(f"{place(command)}: {done}: {command.text}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print_list()
    else:
        unittest.main(verbosity=2)
