"""The patterns of scripts/verdict.json, each with an example."""

import json
import unittest

from ctest_tree import block
from verdict_case import EXAMPLES, VerdictCase

from redzone_scripts.log_patterns import CTEST, LOG, PatternError, load_patterns


class Patterns(VerdictCase):
    def test_every_pattern_has_an_example_and_every_example_a_pattern(self):
        self.assertEqual({p.id for p in load_patterns()}, set(EXAMPLES["matching"]))

    def test_every_example_is_decided_by_its_own_pattern_alone(self):
        for pattern in load_patterns():
            for number, line in enumerate(EXAMPLES["matching"][pattern.id]):
                with self.subTest(pattern.id, number=number):
                    self.tree.blocks[1] = block("Reader.Reads", "fine\n", "Test Failed.")
                    output = None
                    if pattern.where == LOG:
                        self.tree.blocks[1] = block("Reader.Reads", line + "\n", "Test Failed.")
                    elif pattern.where == CTEST:
                        output = self.tree.write_output()
                        output.write_text(f"{line}\n{output.read_text()}")
                    else:
                        output = self.tree.write_output([("Reader.Reads", line)])
                    verdict = self.decide(8, ctest_output=output)
                    self.expect(verdict, pattern.verdict, pattern.cause)
                    if pattern.where != CTEST:
                        self.assertEqual(len(verdict.reasons), 1)

    def test_harmless_lines_match_no_pattern(self):
        for number, line in enumerate(EXAMPLES["harmless"]):
            with self.subTest(number=number):
                self.assertFalse([p.id for p in load_patterns()
                                  if p.where != "summary" and p.matches(line)])

    def test_a_deadly_signal_that_was_reported_is_a_finding(self):
        signal = EXAMPLES["matching"]["deadly-signal-without-report"][0]
        report = EXAMPLES["matching"]["sanitizer-report"][1]
        self.tree.blocks[1] = block("Reader.Reads", f"{signal}\n{report}\n", "Test Failed.")
        verdict = self.decide(8)
        self.expect(verdict, "findings", "a sanitizer reported")
        self.assertEqual(len(verdict.reasons), 1)

    def test_every_cause_has_a_next_step(self):
        for pattern in load_patterns():
            self.assertTrue(pattern.cause and pattern.next_step, pattern.id)

    def test_wrong_data_is_refused(self):
        good = {"id": "a", "verdict": "findings", "text": "x", "cause": "c", "next_step": "n"}
        for wrong in ([], [good, good], [{**good, "verdict": "clean"}], [{**good, "where": "moon"}],
                      [{**good, "unless": ["b"]}], [{**good, "regex": "("}],
                      [{**good, "colour": "red"}], [{"id": "a"}]):
            with self.subTest(wrong=wrong), self.assertRaises(PatternError):
                path = self.tree.folder / "verdict.json"
                path.write_text(json.dumps({"patterns": wrong}))
                load_patterns(path)


if __name__ == "__main__":
    unittest.main()
