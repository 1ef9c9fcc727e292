"""scripts/release on a scratch repository: the project's own build files around its smallest
component and a program of ten lines, so that the release is a real one."""

import hashlib
import shutil
import tarfile
import unittest

from consumer_case import ROOT, ConsumerCase, main

MISSING = [tool for tool in ("git", "cpack", "dpkg-deb", "dpkg-shlibdeps", "file", "strip", "gzip")
           if shutil.which(tool) is None]

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(redzone
  VERSION 0.1.0
  DESCRIPTION "A scratch project"
  LANGUAGES CXX)
set(REDZONE_BUILD_TESTS OFF)
list(PREPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake)
include(RedzoneOptions)
include(RedzoneFrontDoor)
include(RedzoneWarnings)
include(RedzoneComponent)
redzone_component(base)
redzone_component(cli DEPENDS base)
include(RedzonePackaging)
"""
PROGRAM = """#include <cstdio>
int main(int, char** words) { std::printf("%s\\n", words[2]); }
"""
CLI = """target_sources(redzone_cli PRIVATE main.cpp)
add_executable(redzone main.cpp)
"""
CHANGELOG = """# Changelog

## Unreleased

### Added
- What comes next.

## [0.1.0] - 2026-11-02

### Added
- The first words.

## 0.0.9 - 2026-10-01

- Older words.
"""


@unittest.skipIf(MISSING, f"this machine lacks {' '.join(MISSING)}; on Debian and Ubuntu "
                 "scripts/setup release installs it")
class Release(ConsumerCase):
    def setUp(self):
        super().setUp()
        self.repository = self.folder / "a repository"
        for folder in ("cmake", "src/base", "include/redzone/base", "scripts/redzone_scripts"):
            shutil.copytree(ROOT / folder, self.repository / folder)
        (self.repository / "src/cli").mkdir()
        for name in ("CMakePresets.json", "LICENSE", ".gitignore", "scripts/release"):
            shutil.copy(ROOT / name, self.repository / name)
        for name, content in (("CMakeLists.txt", PROJECT), ("CHANGELOG.md", CHANGELOG),
                              ("src/cli/CMakeLists.txt", CLI), ("src/cli/main.cpp", PROGRAM)):
            (self.repository / name).write_text(content)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *words):
        identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                    for what, value in (("NAME", "Nobody"), ("EMAIL", "nobody@example.invalid"))}
        return self.command("git", "-C", self.repository, *words, GIT_CONFIG_GLOBAL="/dev/null",
                            GIT_CONFIG_SYSTEM="/dev/null", **identity)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a state")

    def write(self, name, content):
        (self.repository / name).write_text(content)
        self.commit()

    def release(self, *words, status=0):
        return self.command(self.repository / "scripts/release", *words, status=status)

    def assert_refused(self, *words, says, status=1):
        printed = self.release(*words, status=status)
        self.assertIn(says, printed)
        self.assertIn("Next step: ", printed)
        self.assertFalse((self.folder / "dist").exists())
        self.assertFalse((self.repository / "build").exists())

    def test_a_tag_that_is_not_the_version_is_refused(self):
        for tag in ("v0.1.1", "0.1.0", "v0.1.0-rc1"):
            self.assert_refused("--tag", tag, says=f"the tag '{tag}' is not 'v0.1.0'")

    def test_a_tag_on_another_commit_is_refused(self):
        self.git("tag", "v0.1.0")
        self.write("later.txt", "later\n")
        self.assert_refused("--tag", "v0.1.0", says="is on another commit")

    def test_a_changelog_without_the_section_is_refused(self):
        self.write("CHANGELOG.md", CHANGELOG.replace("[0.1.0]", "[0.1.1]"))
        self.assert_refused("--tag", "v0.1.0", says="has 0 sections '## 0.1.0'")

    def test_a_section_without_a_date_is_refused(self):
        for heading in ("## 0.1.0", "## 0.1.0 - soon", "## 0.1.0 - 2026-13-01"):
            self.write("CHANGELOG.md", CHANGELOG.replace("## [0.1.0] - 2026-11-02", heading))
            self.assert_refused("--tag", "v0.1.0",
                                says="CHANGELOG.md:8: the section '0.1.0' has no date")

    def test_an_empty_section_is_refused(self):
        self.write("CHANGELOG.md", CHANGELOG.replace("### Added\n- The first words.\n", ""))
        self.assert_refused("--tag", "v0.1.0", says="the section '0.1.0' is empty")

    def test_a_rehearsal_without_unreleased_changes_is_refused(self):
        self.write("CHANGELOG.md", CHANGELOG.replace("Unreleased", "0.2.0 - 2026-11-20"))
        self.assert_refused(says="has 0 sections '## Unreleased'")

    def test_a_tree_that_is_not_committed_is_refused(self):
        (self.repository / "new.txt").write_text("new\n")
        self.assert_refused("--tag", "v0.1.0", says="not committed: new.txt")
        (self.repository / "new.txt").unlink()
        (self.repository / "LICENSE").write_text("another\n")
        self.assert_refused(says="not committed: LICENSE")

    def test_a_folder_that_holds_something_is_refused(self):
        full = self.folder / "full"
        full.mkdir()
        (full / "redzone-0.0.9.tar.gz").touch()
        self.assert_refused("--output", full, says="is no empty folder", status=2)

    def test_the_files_are_complete_checked_and_the_same_each_time(self):
        self.git("tag", "--annotate", "--message", "0.1.0", "v0.1.0")
        dist = self.folder / "dist"
        self.release("--tag", "v0.1.0", "--output", dist)
        architecture = self.command("dpkg", "--print-architecture").strip()
        packed = {"redzone-0.1.0.tar.gz", f"redzone_0.1.0_{architecture}.deb",
                  f"libredzone-dev_0.1.0_{architecture}.deb"}
        self.assertEqual({path.name for path in dist.iterdir()},
                         packed | {"SHA256SUMS", "notes.md"})

        self.command("sh", "-c", f"cd '{dist}' && sha256sum --strict -c SHA256SUMS")
        listed = dict(reversed(line.split("  "))
                      for line in (dist / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(listed, {name: hashlib.sha256((dist / name).read_bytes()).hexdigest()
                                  for name in packed})
        self.assertEqual((dist / "notes.md").read_text(),
                         "# redzone 0.1.0\n\n### Added\n- The first words.\n")
        with tarfile.open(dist / "redzone-0.1.0.tar.gz") as archive:
            names = archive.getnames()
        self.assertIn("redzone-0.1.0/CMakeLists.txt", names)
        self.assertTrue(all(name.split("/")[0] == "redzone-0.1.0" for name in names))

        for package in packed - {"redzone-0.1.0.tar.gz"}:
            root = self.folder / package.split("_")[0]
            self.command("dpkg-deb", "-x", dist / package, root)
            for path in root.rglob("*"):
                if path.is_file():
                    self.assertNotIn(str(self.repository).encode(), path.read_bytes(), path)

        with self.subTest("another clone, a rehearsal, makes the same packages"):
            clone = self.folder / "another place"
            self.git("clone", "--quiet", self.repository, clone)
            again = self.folder / "again"
            self.command(clone / "scripts/release", "--output", again)
            self.assertIn("- What comes next.", (again / "notes.md").read_text())
            for name in packed:
                self.assertEqual((again / name).read_bytes(), (dist / name).read_bytes(), name)


if __name__ == "__main__":
    main()
