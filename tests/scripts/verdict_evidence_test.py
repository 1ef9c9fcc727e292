"""What shows that a detector looked: the flags of every file, the programs that the tests run, and
Valgrind's documents."""

import json
import os
import sys
import unittest
from pathlib import Path

from ctest_tree import block
from verdict_case import VerdictCase

from redzone_scripts.compiled_flags import FlagsError, wrong_flags
from redzone_scripts.ctest_log import ListedTest
from redzone_scripts.decide import Run, decide
from redzone_scripts.instrumented_tests import not_instrumented
from redzone_scripts.valgrind_xml import DEPTH_MAX, ERRORS_MAX, read_valgrind_xml

DOCUMENTS = Path(__file__).parent / "outputs"


class Flags(VerdictCase):
    def files_without(self, detector, *flags, no_detector=()):
        """Positions of the flags with which a file is unfit for the detector."""
        entries = [{"directory": "/b", "file": f"{i}.cpp", "command": f"g++ {text} -c {i}.cpp"}
                   for i, text in enumerate(flags)]
        (self.tree.folder / "compile_commands.json").write_text(json.dumps(entries))
        wrong = wrong_flags(self.tree.folder, (detector,), no_detector)
        return [int(Path(name).stem) for one in wrong for name in one.files]

    def test_each_detector_needs_its_flag_in_every_file(self):
        self.assertEqual(self.files_without(
            "asan", "-fsanitize=address", "-O2", "-fsanitize=undefined,address",
            "'-fsanitize=address'"), [1])
        self.assertEqual(self.files_without("lsan", "-fsanitize=leak", "-fsanitize=address", ""),
                         [2])
        self.assertEqual(self.files_without("ubsan", "-fsanitize=undefined", "-fsanitize=address"),
                         [1])
        self.assertEqual(self.files_without("tsan", "-fsanitize=thread", "-fsanitize=address"), [1])

    def test_a_later_flag_takes_back_what_an_earlier_one_gave(self):
        self.assertEqual(self.files_without(
            "asan", "-fsanitize=address -fno-sanitize=address", "-fsanitize=address "
            "-fno-sanitize=all", "-fno-sanitize=address -fsanitize=address",
            "-fsanitize=address -fno-sanitize=vptr",
            "-fsanitize=address,undefined -fno-sanitize=undefined,address"), [0, 1, 4])

    def test_only_a_file_that_the_build_names_may_give_its_flag_up(self):
        given_up = "-fsanitize=address -fno-sanitize=all"
        self.assertEqual(self.files_without("asan", given_up, given_up, no_detector=("/b/0.cpp",)),
                         [1])
        self.assertEqual(self.files_without("asan", given_up, no_detector=("/b/x/../0.cpp",)), [])
        self.assertEqual(self.files_without("asan", given_up, no_detector=("/c/0.cpp", "0.cpp")),
                         [0])

    def test_a_file_that_the_build_names_has_to_say_so_on_its_own_command_line(self):
        self.assertEqual(self.files_without("asan", "", "-fno-sanitize=address",
                                            no_detector=("/b/0.cpp", "/b/1.cpp")), [0, 1])

    def test_valgrind_cannot_run_what_a_sanitizer_is_in(self):
        self.assertEqual(self.files_without("memcheck", "-g", "-fsanitize=address", "-fsanitize="
                                            "undefined", "-fsanitize=thread"), [1, 3])

    def test_how_the_files_were_compiled_has_to_be_known(self):
        path = self.tree.folder / "compile_commands.json"
        for text in ("", "[", "{}", "[]", "[3]", '[{"file": "a.cpp"}]',
                     '[{"file": "a.s", "command": "as"}]'):
            path.write_text(text)
            with self.subTest(text), self.assertRaises(FlagsError):
                wrong_flags(self.tree.folder, ("asan",))

    def test_a_file_without_its_flag_did_not_run_and_is_named(self):
        self.tree.flags = "-fsanitize=address -fno-sanitize=address"
        self.expect(self.decide(), "did_not_run", "without -fsanitize=address, so asan does not",
                    "/src/a.cpp")
        self.tree.flags = "-fsanitize=address -fno-sanitize=all"
        self.expect(self.decide(), "did_not_run", "/src/a.cpp")
        self.tree.description["no_detector"] = ["/src/a.cpp"]
        self.expect(self.decide(), "clean")
        self.tree.description["no_detector"] = ["/src/b.cpp"]
        self.expect(self.decide(), "did_not_run", "/src/a.cpp")
        self.tree.flags = None
        (self.tree.folder / "compile_commands.json").unlink()
        self.expect(self.decide(), "did_not_run", "compile_commands.json is missing")


class Commands(VerdictCase):
    def program(self, name, contents):
        path = self.tree.folder / name
        path.write_bytes(contents)
        return str(path)

    def names(self, detectors, **commands):
        listed = [ListedTest(name, tuple(command), str(self.tree.folder))
                  for name, command in commands.items()]
        return not_instrumented(listed, detectors, ("tripwire.",))

    def test_of_a_sanitizer_the_program_has_its_runtime(self):
        checked = self.program("checked", b"\x7fELF" + b"\0" * 5000 + b"__asan_init")
        plain = self.program("plain", b"\x7fELF\0")
        script = self.program("script", b"#!/bin/sh\n# __asan_init\n")
        self.assertEqual(self.names(
            ("asan", "lsan", "ubsan"), a=[checked, "--x"], b=[plain], c=["/bin/sh", script],
            d=["/bin/sh", script, f"--program={checked}"], e=["checked"], f=[]), ("b", "c"))

    def test_of_memcheck_the_command_runs_it_by_valgrind(self):
        program = self.program("program", b"\x7fELF\0")
        script = self.program("script.x", b"#!/bin/sh\n")
        self.assertEqual(self.names(
            ("memcheck",), a=["/usr/bin/valgrind", "-q", program], b=[program],
            c=["valgrind", "sh", "-c", program], d=["valgrind", script],
            e=["valgrind", "--trace-children=yes", "sh", "-c", program]), ("b", "c", "d"))

    def test_they_are_listed_and_counted_and_the_instruments_are_not(self):
        plain = self.program("plain", b"\x7fELF\0")
        checked = self.program("checked", b"\x7fELF__asan_init")
        listed = [ListedTest("tripwire.asan", (plain,)), ListedTest("Reader.Reads", (checked,)),
                  ListedTest("Other", (plain,))]
        self.tree.blocks.append(block("Other"))
        verdict = decide(Run(self.tree.write(), 0, listed=listed))
        self.expect(verdict, "clean")
        self.assertEqual(verdict.not_instrumented, ("scripts.setup", "Other"))
        self.assertEqual(verdict.tests["not_instrumented"], 2)

    def test_when_no_test_is_looked_into_it_did_not_run(self):
        plain = self.program("plain", b"\x7fELF\0")
        listed = [ListedTest("tripwire.asan", (plain,)), ListedTest("Reader.Reads", (plain,))]
        self.expect(decide(Run(self.tree.write(), 0, listed=listed)), "did_not_run",
                    "no test runs a program that a detector looks into", "Reader.Reads")

    def test_a_real_program_without_a_sanitizer_is_seen_as_one(self):
        self.assertEqual(self.names(("tsan",), a=[os.path.realpath(sys.executable)]), ("a",))


class Documents(VerdictCase):
    def write(self, text):
        path = self.tree.folder / "valgrind.xml"
        path.write_text(text)
        return path

    def document(self, body, state="FINISHED"):
        return self.write(f"<?xml version='1.0'?>\n<valgrindoutput><status><state>{state}</state>"
                          f"</status>{body}</valgrindoutput>\n")

    def expect_document(self, path, problem, next_step="", errors=0):
        document = read_valgrind_xml(path)
        self.assertEqual(bool(document.problem), bool(problem), document.problem)
        self.assertIn(problem, document.problem)
        self.assertTrue(next_step in document.next_step, document.next_step)
        self.assertEqual(document.error_count, errors)
        return document

    def test_two_processes_in_one_file_did_not_run_and_their_errors_count(self):
        document = self.expect_document(DOCUMENTS / "fork_into_one_file.xml", "has more after its "
                                        "end", "%p in --xml-file", 1)
        self.assertEqual((document.errors[0].kind, document.errors[0].where),
                         ("InvalidWrite", "forky.cpp:4"))

    def test_a_killed_run_did_not_run_and_its_errors_count(self):
        self.expect_document(DOCUMENTS / "killed.xml", "before Valgrind closed it", "kills", 10)

    def test_every_cut_of_a_whole_document_is_seen(self):
        whole = (DOCUMENTS / "fork_into_one_file.xml").read_text().split("</valgrindoutput>")[0]
        path = self.write(whole + "</valgrindoutput>\n")
        self.expect_document(path, "", errors=1)
        self.assertEqual(read_valgrind_xml(path).problem, "")
        for end in range(0, len(whole), 97):
            self.write(whole[:end])
            self.assertNotEqual(read_valgrind_xml(path).problem, "", end)

    def test_what_is_no_document_of_valgrinds_is_refused(self):
        for text, problem in (
                ("", "is empty"), ("<html></html>", "begins with <html>"),
                ("<!DOCTYPE a [<!ENTITY b 'c'>]><valgrindoutput/>", "entity declaration"),
                ("<valgrindoutput>" + "<a>" * DEPTH_MAX, "nests more than"),
                ("<valgrindoutput></valgrindoutput>", "a header only"),
                ("<valgrindoutput><status><state>RUNNING</state></status>", "before Valgrind"),
                ("<valgrindoutput><a></b></valgrindoutput>", "not well formed in line 1")):
            with self.subTest(problem):
                self.expect_document(self.write(text), problem)
        self.expect_document(self.document("", "RUNNING"), "before the program FINISHED",
                             "suppression file")

    def test_what_is_kept_is_bounded(self):
        error = "<error><kind>InvalidRead</kind><what>" + "x" * 5000 + "</what></error>"
        document = self.expect_document(self.document(error * (ERRORS_MAX + 1)), "",
                                        errors=ERRORS_MAX + 1)
        self.assertEqual(len(document.errors), ERRORS_MAX)
        self.assertLess(len(document.errors[0].what), 1000)

    def test_what_is_not_kept_is_counted(self):
        path = self.document("<error><kind>InvalidRead</kind></error>" * (ERRORS_MAX + 1))
        verdict = self.decide(valgrind_xml=(path,))
        self.assertEqual(len(verdict.reasons) + verdict.reasons_dropped["findings"],
                         ERRORS_MAX + 1)

    def test_leaks_count_when_memcheck_was_told_so(self):
        leaks = "".join(f"<error><kind>Leak_{kind}</kind></error>" for kind in (
            "DefinitelyLost", "IndirectlyLost", "PossiblyLost", "StillReachable"))
        for option, count in (("", 2), ("definite,indirect", 2), ("definite", 1), ("all", 4),
                              ("none", 0)):
            args = f"<args><vargv><arg>--errors-for-leak-kinds={option}</arg></vargv></args>"
            self.expect_document(self.document((args if option else "") + leaks), "", errors=count)

    def test_errors_and_signals_are_findings(self):
        path = self.document("<error><kind>Race</kind><xwhat><text>a race</text></xwhat></error>"
                             "<fatal_signal><signame>SIGSEGV</signame></fatal_signal>")
        self.expect(self.decide(valgrind_xml=(path,)), "findings", "Valgrind reported None Race a "
                    "race", "a signal ended a program under Valgrind None SIGSEGV")

    def test_a_damaged_or_missing_document_did_not_run(self):
        self.expect(self.decide(valgrind_xml=(DOCUMENTS / "killed.xml",)), "did_not_run",
                    "a document of Valgrind's ends in line", "findings Valgrind reported")
        self.expect(self.decide(valgrind_xml=(self.tree.folder / "none.xml",)), "did_not_run",
                    "cannot be read")


if __name__ == "__main__":
    unittest.main()
