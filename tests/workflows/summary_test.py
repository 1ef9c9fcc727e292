"""scripts/ci/summary: what a workflow shows of real and of hostile documents of memory-checks."""

import copy
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests" / "scripts" / "fixture_project"
HOSTILE = ("a\n::error::x\r\n## h <script>alert(1)</script> `b` | c [l](http://e) @u %0A "
           "&amp; **b** \x1b[31m ```\n~~~ _u_ ![i](x) #1 \\")
# What Markdown, HTML or GitHub could take for something else.
SPECIAL = set("<>`|[]*_@~!#\\:&;%\"'{}$^?")


def run_summary(*arguments):
    return subprocess.run([ROOT / "scripts" / "ci" / "summary", *arguments], capture_output=True,
                          text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def reason(**more):
    return {"verdict": "findings", "cause": "a sanitizer reported", "next_step": "read it",
            "detail": "heap-use-after-free", "test": "T.One", "log": "build/LastTest.log",
            "line": 7, **more}


def part(preset="asan", verdict="findings", reasons=None):
    reasons = [reason()] if reasons is None and verdict != "clean" else reasons or []
    return {"preset": preset, "verdict": verdict, "seconds": 61.4, "reasons": reasons,
            "reasons_dropped": {"did_not_run": 0, "findings": 0}, "compiler": "GNU 12",
            "tests": {"listed": 3, "passed": 2, "failed": 1, "skipped": 0, "disabled": 0,
                      "not_run": 0}}


def document(*parts):
    order = ("did_not_run", "findings", "clean")
    return {"schema": "redzone/memory-checks/1", "presets": list(parts),
            "verdict": min((each["verdict"] for each in parts), key=order.index)}


class SummaryCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, value, name="memory-checks.json"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    def show(self, *parts, form="markdown"):
        return run_summary("--form", form, self.write(document(*parts))).stdout


class RealDocuments(SummaryCase):
    def test_a_run_of_memory_checks_is_shown_with_its_findings(self):
        project = self.folder / "project"
        shutil.copytree(FIXTURE, project)
        path = self.folder / "memory-checks.json"
        presets = ("passes", "reports", "no_tests")
        done = subprocess.run(
            [sys.executable, "-B", ROOT / "scripts" / "memory-checks", "--source", project,
             "--no-setup", "--write", f"json={path}",
             *(word for name in presets for word in ("--preset", name))],
            capture_output=True, timeout=240, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 3)
        shown = run_summary("--expect", " ".join(presets), path)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertTrue(shown.stdout.startswith("## Memory safety: did not run\n\n| preset |"))
        for line in (r"^\| no&#95;tests \| \*\*did not run\*\* \| 0 \| \d", r"^\| passes \| clean "
                     r"\| 2 \| \d", r"^\| reports \| \*\*findings\*\* \| 2(, 1 failed)? \| \d",
                     r"^### reports: findings$", r"^\* findings: \*\*a sanitizer reported\*\*$",
                     r"<code>.*heap-use-after-free</code>", r"^  \* next step: \w"):
            self.assertRegex(shown.stdout, re.compile(line, re.MULTILINE))
        errors = run_summary("--form", "annotations", path).stdout.splitlines()
        self.assertTrue(errors[0].startswith("::error title=no_tests%3A did not run::"))
        self.assertTrue(any("heap-use-after-free" in line for line in errors))
        self.assertEqual(run_summary("--form", "output", path).stdout, "verdict=did_not_run\n")


class Documents(SummaryCase):
    def test_the_worst_verdict_of_all_documents_wins(self):
        self.write(document(part("asan", "clean")), "a/memory-checks.json")
        self.write(document(part("tsan", "clean")), "b/memory-checks.json")
        (self.folder / "a" / "build" / "memory-checks.json").mkdir(parents=True)  # no document
        done = run_summary("--form", "output", "--expect", "asan tsan", self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, "verdict=clean\n"))
        self.write(document(part("tsan")), "b/memory-checks.json")
        done = run_summary("--form", "output", "--expect", "asan tsan", self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, "verdict=findings\n"))

    def test_a_preset_without_a_document_did_not_run(self):
        path = self.write(document(part("asan", "clean")))
        done = run_summary("--form", "output", "--expect", "asan tsan", path)
        self.assertEqual((done.returncode, done.stdout), (3, "verdict=did_not_run\n"))
        self.assertIn("tsan: no document says", done.stderr)
        for paths in ([self.folder / "none.json"], [self.folder / "none"]):
            done = run_summary("--form", "output", *paths)
            self.assertEqual((done.returncode, done.stdout), (3, "verdict=did_not_run\n"))
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertIn("there is no document at all", run_summary(empty).stderr)

    def test_a_broken_document_did_not_run_whatever_it_says(self):
        good = document(part("asan", "clean"))
        changes = [{"schema": "redzone/memory-checks/2"}, {"presets": []}, {"presets": None},
                   {"verdict": "findings"}, {"verdict": "clear"}, {"presets": [{}]},
                   {"presets": [part("a", "clean")] * 101}]
        broken = ["", "{", "[]", "null", json.dumps(good)[:-9]]
        broken += [json.dumps({**good, **change}) for change in changes]
        for key, value in (("verdict", "passed"), ("reasons", [{}]), ("seconds", "x"),
                           ("tests", 3), ("reasons_dropped", None)):
            other = copy.deepcopy(good)
            other["presets"][0][key] = value
            broken.append(json.dumps(other))
        for text in broken:
            done = run_summary("--form", "output", self.write(text))
            self.assertEqual((done.returncode, done.stdout), (3, "verdict=did_not_run\n"), text)

    def test_help_and_wrong_command_lines(self):
        self.assertIn("GITHUB_STEP_SUMMARY", run_summary("--help").stdout)
        for arguments in ([], ["--form", "html", "x"], ["--forms", "x"]):
            self.assertEqual(run_summary(*arguments).returncode, 2, arguments)


class Page(SummaryCase):
    def test_what_a_log_says_is_neither_markdown_nor_html(self):
        text = self.show(part(preset=HOSTILE[:60], reasons=[reason(
            cause=HOSTILE, detail=HOSTILE, test=HOSTILE, next_step=HOSTILE, log=HOSTILE)]))
        plain = self.show(part(preset="p", reasons=[reason(
            cause="c", detail="d", test="t", next_step="n", log="l")]))
        self.assertEqual(len(text.splitlines()), len(plain.splitlines()))
        # Without the entities, only what the page itself writes is left of what has a meaning.
        left, wanted = (re.sub(r"&#\d+;", "", page) for page in (text, plain))
        for character in SPECIAL:
            self.assertEqual(left.count(character), wanted.count(character), character)
        self.assertTrue(text.isascii())

    def test_it_stays_below_the_limit_and_counts_what_is_left_out(self):
        reasons = [reason(cause=f"cause {i}", detail="<" * 300, test=f"T.{j}")
                   for i in range(20) for j in range(20)]
        parts = [part(f"p{i}", reasons=reasons) for i in range(8)]
        text = self.show(*parts)
        self.assertLess(len(text.encode()), 900 * 1024)
        self.assertGreater(len(text.encode()), 800 * 1024)
        shown = text.count("<code>T")
        self.assertTrue(text.endswith(f"\n{3200 - shown} more in the artifact\n"))
        for index in range(8):
            self.assertIn(f"| p{index} |", text)

    def test_what_memory_checks_itself_left_out_is_counted(self):
        one = part()
        one["reasons_dropped"] = {"did_not_run": 2, "findings": 3}
        self.assertTrue(self.show(one).endswith("\n5 more in the artifact\n"))
        self.assertNotIn("more in the artifact", self.show(part()))


class Annotations(SummaryCase):
    def test_there_are_at_most_ten_and_what_did_not_run_comes_first(self):
        reasons = [reason(test=f"T.{i}") for i in range(30)]
        lines = self.show(part(reasons=reasons), part("tsan", "did_not_run", [
            reason(verdict="did_not_run", cause="no test ran", test=None)]),
            form="annotations").splitlines()
        self.assertEqual(len(lines), 10)
        self.assertTrue(lines[0].startswith("::error title=tsan%3A did not run::no test ran"))
        self.assertEqual(self.show(part(verdict="clean"), form="annotations"), "")

    def test_one_defect_that_several_presets_saw_is_one_line(self):
        lines = self.show(part("asan"), part("asan-clang", reasons=[reason(detail="other words")]),
                          form="annotations").splitlines()
        self.assertEqual(len(lines), 1)
        self.assertIn("title=asan%2C asan-clang%3A findings::", lines[0])
        self.assertIn("Next step: read it", lines[0])

    def test_what_a_log_says_is_no_command_and_no_property(self):
        lines = self.show(part(preset="p,line=1::x", reasons=[reason(
            cause=HOSTILE, detail="100% %0A::error::y", test=None)]), form="annotations")
        self.assertEqual(len(lines.splitlines()), 1)
        properties, _, data = lines[len("::error "):].partition("::")
        self.assertEqual(properties, "title=p%2Cline=1%3A%3Ax%3A findings")
        self.assertIn("100%25 %250A", data)
        self.assertNotIn("\x1b", lines)

    def test_a_place_in_the_sources_is_named_when_there_is_such_a_file(self):
        for detail, wanted in (
                ("src/gguf/reader.cpp:12:3: runtime error: x", "file=src/gguf/reader.cpp,line=12,"),
                ("/x/y/src/gguf/reader.cpp:9", "file=src/gguf/reader.cpp,line=9,"),
                ("src/no/such.cpp:12", "title="), ("src/../src/gguf/reader.cpp:9", "title=")):
            line = self.show(part(reasons=[reason(detail=detail)]), form="annotations")
            self.assertTrue(line.startswith(f"::error {wanted}"), line)

    def test_a_line_is_bounded(self):
        line = self.show(part(preset="p" * 5000, reasons=[reason(
            cause="c" * 5000, detail="d" * 5000, test="t" * 5000)]), form="annotations")
        self.assertLess(len(line), 1000)


if __name__ == "__main__":
    unittest.main()
