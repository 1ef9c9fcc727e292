"""Tests that the documents tell the truth where a machine can tell: links lead somewhere, commands
and presets they name exist, the README's example is the one that is compiled, and it stays short.
"""

import re
import subprocess
import unittest
from pathlib import Path

from document_commands import PLACEHOLDER
from named_things import registered_tests

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(path for path in ROOT.glob("**/*.md")
                   if path.relative_to(ROOT).parts[0] not in ("build", "Testing"))


def code_blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class Documents(unittest.TestCase):
    def test_there_are_documents(self):
        names = {path.name for path in DOCUMENTS}
        self.assertLessEqual({"README.md", "CONTRIBUTING.md", "architecture.md"}, names)

    def test_relative_links_lead_to_a_file_and_its_heading(self):
        for path in DOCUMENTS:
            for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
                if "://" in target:
                    continue
                file, _, heading = target.partition("#")
                linked = path.parent / file if file else path
                with self.subTest(document=path.name, link=target):
                    self.assertTrue(linked.exists())
                    if heading:
                        headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
                        slugs = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")
                                 for text in headings}
                        self.assertIn(heading, slugs)

    def test_scripts_that_a_document_names_exist_and_can_be_run(self):
        for path in DOCUMENTS:
            for name in re.findall(r"(?<![\w/])scripts/([a-z-]+)(?![\w/.-])", path.read_text()):
                with self.subTest(document=path.name, script=name):
                    script = ROOT / "scripts" / name
                    self.assertTrue(script.is_file() and script.stat().st_mode & 0o100)

    def test_files_that_a_document_names_exist(self):
        folders = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir()
                                  and path.name not in ("build", "Testing")))
        for path in DOCUMENTS:
            for name in re.findall(rf"`((?:{folders})/[\w./*-]*)`", path.read_text()):
                if not PLACEHOLDER.search(name):
                    with self.subTest(document=path.name, file=name):
                        self.assertTrue(any(ROOT.glob(name.rstrip("/"))))

    def test_placeholders_are_words_in_capitals(self):
        for path in DOCUMENTS:
            for span in re.findall(r"`([^`\n]+)`", path.read_text()):
                with self.subTest(document=path.name, code=span):
                    self.assertNotRegex(span, r"(?<![\w:>])<(?!null>)[a-z][a-z -]*>")

    def test_the_example_of_the_readme_is_the_one_that_is_compiled(self):
        blocks = code_blocks((ROOT / "README.md").read_text(), "cpp")
        compiled = (ROOT / "tests/documents/readme_example_test.cpp").read_text()
        self.assertEqual(len(blocks), 1)
        includes, function = blocks[0].split("\n\n", 1)
        self.assertIn(function, compiled)
        for line in includes.splitlines():
            self.assertIn(line + "\n", compiled)

    def test_the_readme_is_at_most_200_lines(self):
        self.assertLessEqual(len((ROOT / "README.md").read_text().splitlines()), 200)

    def test_no_script_asks_for_more_than_its_help(self):
        scripts = [path for path in (ROOT / "scripts").rglob("*")
                   if path.is_file() and not path.suffix and path.stat().st_mode & 0o100]
        self.assertGreater(len(scripts), 5)
        for script in scripts:
            name = script.relative_to(ROOT)
            with self.subTest(script=str(name)):
                done = subprocess.run([script, "--help"], capture_output=True, text=True,
                                      timeout=60, check=False, stdin=subprocess.DEVNULL)
                self.assertEqual(done.returncode, 0)
                self.assertIn(str(name), done.stdout)

    def test_the_tables_of_the_baseline_are_those_that_the_script_prints(self):
        page = (ROOT / "docs/design/VALGRIND_BASELINE.md").read_text()
        script = (ROOT / "scripts/valgrind-baseline").read_text()
        self.assertIn("| program | processes | by signal | cut short | definite | indirect |", page)
        for title in re.findall(r"^\| (program \|.*) \|$", page, re.MULTILINE):
            for column in title.split(" | "):
                self.assertIn(f'"{column}"', script)
        rows = re.findall(r"^\| (\w+_test) \|", page, re.MULTILINE)
        self.assertTrue(rows)
        self.assertEqual([row for row in rows if row not in registered_tests()], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
