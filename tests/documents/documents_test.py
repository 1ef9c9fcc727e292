"""Tests that the documents tell the truth where a machine can tell: links lead somewhere, commands
and presets they name exist, the README's example is the one that is compiled, and it stays short.
"""

import json
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"),
                    *ROOT.glob("suppressions/*.md")])


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

    def test_presets_that_a_document_names_exist(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        names = {preset["name"] for preset in presets}
        for path in DOCUMENTS:
            for name in re.findall(r"--preset ([a-z][a-z-]*)", path.read_text()):
                with self.subTest(document=path.name, preset=name):
                    self.assertIn(name, names)

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
