"""A project has redzone's sources in a folder of its own, or fetches an archive of them: it gets
the libraries, and nothing else of redzone."""

import hashlib
import re
import tarfile

from consumer_case import ROOT, ConsumerCase, main

# The packages that only redzone's program and tests need must not be asked for.
FORBIDDEN = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON"
             for name in ("CLI11", "fmt", "nlohmann_json", "GTest", "benchmark", "Python3",
                          "valijson")]
# Ours, those of the consumer, and those that CMake itself keeps.
OWN_ENTRY = re.compile(r"(redzone|consumer|cmake|_cmake|model)_", re.IGNORECASE)


class Subdirectory(ConsumerCase):
    def test_a_program_reads_a_model_and_gets_nothing_but_the_libraries(self):
        self.configure("subdirectory", f"-DREDZONE_FOLDER={ROOT}", f"-DMODEL_FILE={self.model}",
                       *FORBIDDEN)
        self.assert_built_as_cpp23()
        self.assert_reads_the_model(self.build_and_run(self.model))
        tree = self.folder / "tree"

        with self.subTest("its ctest has its own tests, and builds nothing first"):
            (tree / "consumer").rename(tree / "aside")
            printed = self.command("ctest", "--test-dir", tree, "-N")
            self.assertEqual(re.findall(r"Test +#\d+: (\S+)", printed), ["consumer.reads"])
            self.assertFalse((tree / "consumer").exists())
            (tree / "aside").rename(tree / "consumer")
            self.command("ctest", "--test-dir", tree)

        with self.subTest("its targets are the libraries"):
            printed = self.command("cmake", "--build", tree, "--target", "help")
            ours = set(re.findall(r"^(redzone\w*|\w*gtest\w*|canary\w*|\w+_test|package\w*): phony",
                                  printed, re.MULTILINE))
            self.assertEqual(ours, {f"redzone_{name}" for name in (
                "base", "os", "arena", "gguf", "heap", "heap_interposer", "heap_wrappers",
                "testing", "testing_io_faults")})

        with self.subTest("its installation has its own files"):
            prefix = self.folder / "prefix"
            self.command("cmake", "--install", tree, "--prefix", prefix)
            self.assertEqual([path.name for path in prefix.rglob("*") if path.is_file()],
                             ["consumer"])

        with self.subTest("its cache and its flags are its own"):
            cache = (tree / "CMakeCache.txt").read_text()
            entries = re.findall(r"^([\w-]+):(?!INTERNAL)\w+=", cache, re.MULTILINE)
            self.assertGreater(len(entries), 10)
            self.assertEqual([name for name in entries if not OWN_ENTRY.match(name)], [])
            for option in ("BUILD_TESTS", "BUILD_CLI", "BUILD_BENCHMARKS", "INSTALL"):
                self.assertIn(f"REDZONE_{option}:BOOL=OFF", cache)
            self.assertRegex(cache, r"(?m)^CMAKE_CXX_FLAGS:STRING=$")
            commands = (tree / "compile_commands.json").read_text().splitlines()
            mine = [line for line in commands if "command" in line and "read_model" in line]
            self.assertNotIn("-Wall", mine[0])

    def test_its_folder_may_have_a_name_that_options_of_detectors_cannot_hold(self):
        self.configure("subdirectory", f"-DREDZONE_FOLDER={ROOT}", f"-DMODEL_FILE={self.model}",
                       *FORBIDDEN, tree="it's a tree")

    def test_the_sources_of_redzone_stay_as_they_are(self):
        before = (ROOT / "build" / "last-preset.cmake")
        content = before.read_bytes() if before.exists() else None
        self.configure("subdirectory", f"-DREDZONE_FOLDER={ROOT}", f"-DMODEL_FILE={self.model}")
        self.assertEqual(before.read_bytes() if before.exists() else None, content)


class Fetched(ConsumerCase):
    def test_a_program_takes_memory_from_a_budget(self):
        archive = self.folder / "redzone-sources.tar.gz"
        with tarfile.open(archive, "w:gz") as file:
            for name in ("CMakeLists.txt", "LICENSE", "cmake", "include", "src"):
                file.add(ROOT / name, f"redzone-sources/{name}")
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        self.configure("fetched", f"-DREDZONE_ARCHIVE=file://{archive}",
                       f"-DREDZONE_SHA256={digest}", *FORBIDDEN)
        self.assert_built_as_cpp23()
        self.assertEqual(self.build_and_run(), "refused: second\n")


if __name__ == "__main__":
    main()
