"""The Debian packages: what they say about themselves, and a project that uses what they bring."""

import os
import shutil
import sys
import unittest

from consumer_case import BUILD, VERSION, ConsumerCase, main

TOOLS = ("cpack", "dpkg-deb", "dpkg-shlibdeps", "file", "strip", "gzip")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


@unittest.skipIf(MISSING, f"this machine lacks {' '.join(MISSING)}; on Debian and Ubuntu "
                 "scripts/setup release installs it")
class DebianPackages(ConsumerCase):
    @classmethod
    def setUpClass(cls):
        case = cls.case_for_all_tests()
        cls.packages = case.folder
        case.command("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", case.folder,
                     "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip", SOURCE_DATE_EPOCH="1700000000")
        cls.runtime = cls.the_only("redzone_*.deb")
        cls.development = cls.the_only("libredzone-dev_*.deb")

    @classmethod
    def the_only(cls, pattern):
        found = list(cls.packages.glob(pattern))
        assert len(found) == 1, (pattern, found)
        return found[0]

    def field(self, package, name):
        return self.command("dpkg-deb", "--field", package, name).strip()

    def unpack(self, *packages):
        """Installs into an empty root: by dpkg where the user may, else by unpacking."""
        root = self.folder / "root"
        (root / "var/lib/dpkg/info").mkdir(parents=True)
        (root / "var/lib/dpkg/updates").mkdir()
        (root / "var/lib/dpkg/status").touch()
        if os.geteuid() == 0 and shutil.which("dpkg"):
            self.command("dpkg", f"--root={root}", "--force-depends", "--install", *packages)
            print(f"installed by dpkg --root: {len(packages)} packages", file=sys.stderr)
        else:
            for package in packages:
                self.command("dpkg-deb", "-x", package, root)
            print(f"unpacked by dpkg-deb -x, as no root: {len(packages)} packages", file=sys.stderr)
        return root

    def test_their_names_follow_debian_and_their_version_the_project(self):
        architecture = self.command("dpkg", "--print-architecture").strip()
        for package, name in ((self.runtime, "redzone"), (self.development, "libredzone-dev")):
            self.assertEqual(package.name, f"{name}_{VERSION}_{architecture}.deb")
            self.assertEqual(self.field(package, "Package"), name)
            self.assertEqual(self.field(package, "Version"), VERSION)
            description = self.field(package, "Description").splitlines()
            self.assertLess(len(description[0]), 80)
            self.assertTrue(all(line.startswith(" ") for line in description[1:]))

    def test_the_program_depends_on_the_libraries_that_it_loads(self):
        depends = self.field(self.runtime, "Depends")
        for library in ("libc6 (>=", "libstdc++6 (>=", "libfmt"):
            self.assertIn(library, depends)
        self.assertEqual(self.field(self.development, "Depends"), "")

    def test_a_project_uses_what_they_install(self):
        root = self.unpack(self.runtime, self.development)
        self.configure("installed", f"-DCMAKE_PREFIX_PATH={root}/usr",
                       "-DCONSUMER_COMPONENTS=gguf;cli")
        self.assert_reads_the_model(self.build_and_run(self.model))
        program = root / "usr/bin/redzone"
        self.assertIn("first", self.command(program, "gguf", "info", self.model))

    def test_the_libraries_alone_do_without_the_program(self):
        root = self.unpack(self.development)
        self.configure("installed", f"-DCMAKE_PREFIX_PATH={root}/usr",
                       "-DCONSUMER_COMPONENTS=gguf", tree="libraries")
        printed = self.configure("installed", f"-DCMAKE_PREFIX_PATH={root}/usr",
                                 "-DCONSUMER_COMPONENTS=cli", status=1, tree="program")
        self.assertIn("the package redzone brings it", printed)

    def test_each_has_the_documents_that_debian_asks_for(self):
        root = self.unpack(self.runtime, self.development)
        for name in ("redzone", "libredzone-dev"):
            documents = root / "usr/share/doc" / name
            self.assertIn("License: Apache-2.0", (documents / "copyright").read_text())
            self.assertTrue((documents / "changelog.gz").is_file())
        self.assertTrue((root / "usr/share/zsh/vendor-completions/_redzone").is_file())
        self.assertFalse((root / "usr/share/zsh/site-functions").exists())


if __name__ == "__main__":
    main()
