"""The workflows keep their rules, and the rules refuse what they should."""

import os
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

from mutations import MUTATIONS
from workflow_document import NoWorkflow, read_workflow
from workflow_rules import BEFORE_CHECKOUT, RULES, Place, check

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PLACE = Place.of(ROOT, HERE / "pins.json")


def findings(rule, name, text):
    return check([read_workflow(name, text)], PLACE, only=rule)


class Workflows(unittest.TestCase):
    maxDiff = None

    def test_they_keep_every_rule(self):
        workflows = [read_workflow(path.name, path.read_text()) for path in FILES]
        self.assertLessEqual({"ci.yml", "memory-safety.yml", "release.yml"},
                             {each.name for each in workflows})
        self.assertEqual(check(workflows, PLACE), [])

    def test_every_action_of_the_table_is_used_and_is_a_whole_hash(self):
        text = "".join(path.read_text() for path in FILES)
        for action, pin in PLACE.pins.items():
            self.assertRegex(pin["hash"], "^[0-9a-f]{40}$")
            self.assertIn(f"{action}@{pin['hash']}", text)


class Rules(unittest.TestCase):
    def test_each_refuses_what_breaks_it(self):
        for rule, name, old, new in MUTATIONS:
            text = (ROOT / ".github" / "workflows" / name).read_text()
            with self.subTest(rule=rule, file=name, old=old, new=new):
                self.assertIn(old, text)
                self.assertEqual(findings(rule, name, text), [])
                self.assertNotEqual(findings(rule, name, text.replace(old, new, 1)), [])

    def test_each_is_seen_to_refuse_something(self):
        self.assertEqual({rule for rule, *_ in MUTATIONS}, set(RULES))

    def test_a_workflow_of_another_name_needs_a_gate_too(self):
        text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
        self.assertNotEqual(findings("gate", "other.yml", text), [])

    def test_what_is_no_workflow_is_named(self):
        for text in ("a: [", "- a", "on: push", "jobs: {a: {steps: []}}", "on: x\njobs: {a: 1}",
                     "on: x\njobs: {a: {steps: [b]}}", "#" * 300_000):
            with self.subTest(text=text[:40]), self.assertRaisesRegex(NoWorkflow, "x.yml"):
                read_workflow("x.yml", text)


class SafeDirectory(unittest.TestCase):
    def test_git_reads_and_clones_what_belongs_to_another_user(self):
        with tempfile.TemporaryDirectory() as holder:
            folder = Path(holder)
            environment = {"PATH": os.environ["PATH"], "HOME": holder,
                           "GIT_CONFIG_SYSTEM": str(folder / "system"),
                           "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}

            def git(*arguments, **more):
                return subprocess.run(["git", *arguments], capture_output=True, text=True,
                                      timeout=60, check=False, env={**environment, **more})

            source, clone = folder / "source", folder / "clone"
            git("init", "--quiet", source, GIT_TEST_ASSUME_DIFFERENT_OWNER="0")
            refused = git("-C", source, "status")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("dubious ownership", refused.stderr)
            words = shlex.split(BEFORE_CHECKOUT.rpartition("&& ")[2])
            self.assertEqual(git(*words[1:]).returncode, 0)
            self.assertEqual(git("-C", source, "status").returncode, 0)
            self.assertEqual(git("clone", "--quiet", f"file://{source}", clone).returncode, 0)


if __name__ == "__main__":
    unittest.main()
