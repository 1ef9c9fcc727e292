"""Each rule against its examples, and the list of rules against its documentation."""

import tempfile
import unittest

import build_cases
import construct_cases
import layer_cases
import shape_cases
import suppression_cases
import text_cases
from redzone_tidy import exemptions, rules
from redzone_tidy.finding import Finding
from tidy_case import RULES, places

from redzone_scripts.suppression_match import template_matches

CASES = (*layer_cases.CASES, *shape_cases.CASES, *construct_cases.CASES, *text_cases.CASES,
         *build_cases.CASES, *suppression_cases.CASES)  # fmt: skip


class Examples(unittest.TestCase):
    """One test a case, added below."""


def add_example(case):
    def test(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(places(root, case), tuple(sorted(case.expected)))

    verdict = "refuses" if case.expected else "accepts"
    name = f"test_{case.rule}_{verdict}_{case.sentence}"
    if hasattr(Examples, name):
        raise ValueError(f"two examples have the name {name}")
    setattr(Examples, name, test)


for each in CASES:
    add_example(each)


class ListOfRules(unittest.TestCase):
    def test_each_rule_has_an_example_that_passes_and_one_that_fails(self):
        for name in RULES:
            with self.subTest(rule=name):
                verdicts = {bool(case.expected) for case in CASES if case.rule == name}
                self.assertEqual(verdicts, {True, False})

    def test_the_documentation_names_exactly_the_rules_that_exist(self):
        documented = rules.__doc__.split("\n\n", 1)[1].split()
        self.assertEqual(sorted(documented), sorted(RULES))

    def test_each_rule_says_what_holds_and_what_to_do(self):
        for each in RULES.values():
            with self.subTest(rule=each.name):
                self.assertRegex(each.summary, r"^[A-Z].*\.$")
                self.assertRegex(each.next_step, r"^[a-z].*\S$")


class SuppressionTemplates(unittest.TestCase):
    def test_they_match_as_the_runtime_of_g_plus_plus_12_does(self):
        """Each was tried on a leak in a function of this name, under LeakSanitizer."""
        for template in ("xq_bar_bar_qz", "^xq_bar_bar_qz$", "xq_", "_qz", "^xq*qz$", "xq*qz",
                         "bar*$", "q*z$", "*xq_bar", "xq_*$", "^*qz", "^*_qz$", "*", "^*$",
                         "^xq_bar_bar_qz*$", "xq_*_*_qz", "qz$", "^", "_bar_*bar",
                         "z$x", "xq_bar_bar_qz$x"):
            with self.subTest(matches=template):
                self.assertTrue(template_matches(template, "xq_bar_bar_qz"))
        for template in ("^bar_bar", "bar_bar$", "_bar$", "xq$", "^xq_bar$", "xqz", "$",
                         "^$", "xq_^bar", "xq_*_*_*_qz"):
            with self.subTest(does_not_match=template):
                self.assertFalse(template_matches(template, "xq_bar_bar_qz"))


class Exemptions(unittest.TestCase):
    def test_each_names_a_rule_that_exists_and_a_reason(self):
        for exemption in exemptions.EXEMPTIONS:
            with self.subTest(path=exemption.path):
                self.assertIn(exemption.rule, RULES)
                self.assertGreater(len(exemption.reason.split()), 3)

    def test_one_exempts_its_rule_in_its_file_and_nothing_else(self):
        table = (exemptions.Exemption("a.b", "src/os/*.cpp", "a reason of some words"),)
        kept = [Finding("src/os/x.cpp", 1, "a.c", ""), Finding("src/gguf/x.cpp", 1, "a.b", "")]
        counting, used = exemptions.split([Finding("src/os/x.cpp", 1, "a.b", ""), *kept], table)
        self.assertEqual(counting, kept)
        self.assertEqual(used, set(table))


if __name__ == "__main__":
    unittest.main()
