"""A suppression file that is missing, malformed, or written for another tool, for each detector."""

import unittest

from sabotage_tree import SabotageCase, needs

PRESETS = {"asan": "asan", "lsan": "asan", "ubsan": "asan", "tsan": "tsan", "memcheck": "valgrind"}
FOREIGN = {"asan": "race:other", "lsan": "race:other", "ubsan": "leak:other", "tsan": "leak:other",
           "memcheck": "race:other"}


class Suppressions(SabotageCase):
    def broken(self, detector, compiler, text):
        """The result with `text` added to the detector's file, or without the file."""
        tree = self.tree_with_tripwires(PRESETS[detector], compiler)
        file = tree.folder / "suppressions" / (
            "valgrind.supp" if detector == "memcheck" else f"{detector}.supp")
        if text is None:
            file.unlink()
        else:
            file.write_text(f"{file.read_text()}{text}\n")
        return tree.run([detector])

    def check(self, detector, compiler="gcc"):
        for what, text, pattern in (
                ("missing", None, rf"tripwire.{detector} failed: .*does not exist"),
                ("malformed", "{ this is no entry", r"could not (?:be parsed|parse)"),
                ("foreign", FOREIGN[detector], r"could not (?:be parsed|parse)")):
            with self.subTest(what, detector=detector, compiler=compiler):
                self.expect_did_not_run(self.broken(detector, compiler, text), pattern)

    def test_nothing_broken_is_clean(self):
        for name in ("asan", "tsan"):
            self.expect(self.tree_with_tripwires(name).run(), 0)

    def test_of_address_sanitizer(self):
        self.check("asan")

    def test_of_leak_sanitizer(self):
        self.check("lsan")

    def test_of_undefined_behavior_sanitizer(self):
        self.check("ubsan")

    def test_of_thread_sanitizer(self):
        self.check("tsan")

    @needs("valgrind")
    def test_of_memcheck(self):
        self.expect(self.tree_with_tripwires("valgrind").run(), 0)
        self.check("memcheck")

    @needs("clang++-19")
    def test_built_by_clang(self):
        for detector in ("asan", "lsan", "ubsan", "tsan"):
            self.expect_did_not_run(self.broken(detector, "clang", FOREIGN[detector]),
                                    r"could not be parsed")


if __name__ == "__main__":
    unittest.main()
