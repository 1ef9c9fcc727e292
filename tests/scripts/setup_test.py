"""scripts/setup on machines that lack things, played by a folder of fake programs."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash")
NOBODY = 65534

FAKE_APT = """#!{bash}
echo "apt-get $*" >>{folder}/apt-calls
case "$*" in
  *update*) : >{folder}/lists ;;
  *install*)
    [[ -e {folder}/lists && ! -e {folder}/broken ]] || {{ echo "E: Unable to locate"; exit 100; }}
    for word in "$@"; do
      case $word in
        libgtest-dev) mkdir -p {root}/usr/lib/cmake/GTest
          : >{root}/usr/lib/cmake/GTest/GTestConfig.cmake ;;
        googletest) mkdir -p {root}/usr/src/googletest/googletest/src
          : >{root}/usr/src/googletest/googletest/src/gtest-all.cc ;;
      esac
    done ;;
esac
"""


class SetupCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.folder.chmod(0o755)  # another user runs the script in one test
        self.bin, self.root = self.folder / "bin", self.folder / "root"
        self.bin.mkdir()
        self.root.mkdir()
        self.script = self.folder / "setup"
        shutil.copy(REPOSITORY / "scripts" / "setup", self.script)
        self.script.chmod(0o755)
        for tool in ("cat", "env", "tail", "mkdir"):
            (self.bin / tool).symlink_to(shutil.which(tool))

    def program(self, name, text="exit 0"):
        path = self.bin / name
        path.write_text(f"#!{BASH}\n{text}\n")
        path.chmod(0o755)

    def machine(self, cmake="3.25.1", gtest=True, apt=True):
        """A machine with everything that the preset normal needs, or less."""
        self.program("g++", "echo 'g++ (Debian 12.2.0-14) 12.2.0'")
        self.program("cmake", f"echo 'cmake version {cmake}'")
        self.program("ninja")
        self.program("python3", "echo 'Python 3.11.2'")
        for package in ["GTest", "CLI11", "nlohmann_json", "fmt", "valijson", "benchmark"]:
            if package != "GTest" or gtest:
                folder = self.root / "usr" / "share" / "cmake" / package
                folder.mkdir(parents=True)
                (folder / f"{package}Config.cmake").touch()
        yaml = self.root / "usr" / "lib" / "python3" / "dist-packages" / "yaml"
        yaml.mkdir(parents=True)
        (yaml / "__init__.py").touch()
        if apt:
            self.program("apt-get", FAKE_APT.format(bash=BASH, folder=self.folder, root=self.root))
            self.program("apt-cache", f"[[ -e {self.folder}/lists ]]")
            self.program("dpkg-shlibdeps")
            self.program("file")
            self.program("sudo", '[[ $1 == -n ]] && shift; exec "$@"')

    def run_setup(self, *arguments, **options):
        return subprocess.run(
            [BASH, str(self.script), *arguments], capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, cwd=self.folder,
            env={"PATH": str(self.bin), "REDZONE_SETUP_ROOT": str(self.root)}, **options)

    def apt_calls(self):
        calls = self.folder / "apt-calls"
        return calls.read_text().splitlines() if calls.exists() else []


class SetupLooksFirst(SetupCase):
    def test_it_is_silent_when_nothing_is_missing(self):
        self.machine()
        result = self.run_setup()
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertEqual(self.apt_calls(), [])

    def test_dry_run_says_what_it_would_install_and_changes_nothing(self):
        self.machine(gtest=False)
        result = self.run_setup("--dry-run", "asan")
        self.assertEqual(result.returncode, 0)
        self.assertIn("missing: gtest gtest_src\n", result.stdout)
        self.assertIn("apt-get install --no-install-recommends libgtest-dev googletest\n",
                      result.stdout)
        self.assertIn("sudo dnf install gtest-devel\n", result.stdout)
        self.assertIn("sudo pacman -S --needed gtest\n", result.stdout)
        self.assertEqual(self.apt_calls(), [])

    def test_the_oldest_version_that_will_do_is_enough(self):
        self.machine(cmake="3.25.0")
        self.assertEqual(self.run_setup("--dry-run").stdout, "")

    def test_the_tests_of_the_workflows_need_pyyaml(self):
        self.machine()
        shutil.rmtree(self.root / "usr" / "lib" / "python3")
        for preset, missing in (("normal", "yaml"), ("release-clang", "yaml clang"),
                                ("coverage", "yaml")):
            result = self.run_setup("--dry-run", preset)
            self.assertIn(f"missing: {missing}", result.stdout)
            self.assertIn(" python3-yaml", result.stdout)
        self.assertNotIn("yaml", self.run_setup("--dry-run", "asan").stdout)

    def test_only_builds_without_a_detector_need_the_library_of_benchmarks(self):
        self.machine()
        shutil.rmtree(self.root / "usr" / "share" / "cmake" / "benchmark")
        for preset in ("normal", "release"):
            result = self.run_setup("--dry-run", preset)
            self.assertIn("missing: benchmark\n", result.stdout)
            self.assertIn("apt-get install --no-install-recommends libbenchmark-dev\n",
                          result.stdout)
        for preset in ("asan", "tsan", "valgrind", "coverage"):
            self.assertNotIn("benchmark", self.run_setup("--dry-run", preset).stdout)

    def test_a_version_below_it_is_missing(self):
        self.machine(cmake="3.24.9")
        self.assertIn("missing: cmake\n", self.run_setup("--dry-run").stdout)

    def test_a_clang_twin_needs_the_compiler_its_runtime_and_its_symbolizer(self):
        self.machine()
        result = self.run_setup("--dry-run", "valgrind-clang")
        self.assertIn("missing: valgrind memcheck_h clang clang_rt symbolizer\n", result.stdout)
        self.assertIn("valgrind clang-19 libclang-rt-19-dev llvm-19\n", result.stdout)

    def test_what_packs_for_debian_is_asked_for_on_debian_only(self):
        self.machine()
        (self.bin / "dpkg-shlibdeps").unlink()
        self.assertIn("missing: shlibdeps\n", self.run_setup("--dry-run", "release").stdout)
        for name in ("apt-get", "apt-cache", "sudo"):
            (self.bin / name).unlink()
        self.assertEqual(self.run_setup("--dry-run", "release").stdout, "")
        self.program("dnf")
        self.assertEqual(self.run_setup("--dry-run", "release").stdout, "")

    def test_bench_needs_what_redzone_is_compared_with_and_has_no_clang_twin(self):
        self.machine()
        result = self.run_setup("--dry-run", "bench")
        self.assertIn("missing: protobuf mimalloc jemalloc tcmalloc valgrind heaptrack\n",
                      result.stdout)
        self.assertIn("libprotobuf-dev libmimalloc-dev libjemalloc-dev libgoogle-perftools-dev",
                      result.stdout)
        self.assertEqual(self.run_setup("--dry-run", "bench-clang").returncode, 2)
        self.assertNotIn("protobuf", self.run_setup("--dry-run", "normal").stdout)

    def test_profile_needs_the_two_profilers_and_has_no_clang_twin(self):
        self.machine()
        result = self.run_setup("--dry-run", "profile")
        self.assertIn("missing: valgrind heaptrack\n", result.stdout)
        self.assertIn("apt-get install --no-install-recommends valgrind heaptrack\n",
                      result.stdout)
        self.program("valgrind")
        self.assertIn("missing: heaptrack\n", self.run_setup("--dry-run", "profile").stdout)
        self.assertEqual(self.run_setup("--dry-run", "profile-clang").returncode, 2)

    def test_a_machine_whose_distribution_has_no_such_package_does_without(self):
        self.machine(apt=False)
        self.program("dnf")
        self.assertEqual(self.run_setup("asan").returncode, 0)


class SetupInstalls(SetupCase):
    def test_it_updates_only_when_a_package_is_unknown(self):
        self.machine(gtest=False)
        result = self.run_setup("asan")
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        self.assertIn("setup: installed libgtest-dev googletest\n", result.stderr)
        update, install = self.apt_calls()
        self.assertTrue(update.endswith(" update"))
        self.assertTrue(install.endswith(
            " install -y --no-install-recommends libgtest-dev googletest"))

    def test_it_does_not_update_when_all_packages_are_known(self):
        self.machine(gtest=False)
        (self.folder / "lists").touch()
        self.assertEqual(self.run_setup().returncode, 0)
        self.assertEqual(len(self.apt_calls()), 1)

    def test_a_failed_install_shows_what_apt_said_and_the_commands(self):
        self.machine(gtest=False)
        (self.folder / "broken").touch()
        result = self.run_setup()
        self.assertEqual(result.returncode, 3)
        self.assertIn("E: Unable to locate", result.stderr)
        self.assertIn("apt-get could not install", result.stderr)
        self.assertIn("  Fedora: ", result.stderr)

    def test_a_package_that_does_not_help_is_said(self):
        self.machine(cmake="3.20.1")
        result = self.run_setup()
        self.assertEqual(result.returncode, 3)
        self.assertIn("too old", result.stderr)
        self.assertIn("missing: cmake\n", result.stderr)

    def test_without_permission_it_prints_the_three_commands(self):
        self.machine(gtest=False)
        (self.bin / "sudo").unlink()
        user = {"user": NOBODY} if os.geteuid() == 0 else {}
        result = self.run_setup("normal", **user)
        self.assertEqual(result.returncode, 3)
        self.assertIn("needs root", result.stderr)
        for line in ("Debian, Ubuntu: sudo apt-get install --no-install-recommends libgtest-dev",
                     "Fedora:         sudo dnf install gtest-devel",
                     "Arch:           sudo pacman -S --needed gtest"):
            self.assertIn(f"  {line}\n", result.stderr)
        self.assertEqual(self.apt_calls(), [])

    def test_without_apt_it_prints_the_three_commands(self):
        self.machine(gtest=False, apt=False)
        result = self.run_setup()
        self.assertEqual(result.returncode, 3)
        self.assertIn("no apt-get", result.stderr)
        self.assertIn("sudo pacman -S --needed gtest\n", result.stderr)


class SetupCommandLine(SetupCase):
    def test_help_names_the_presets_and_the_exit_status(self):
        for option in ("--help", "-h"):
            result = self.run_setup(option)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("usage: scripts/setup", result.stdout)
            self.assertIn("exit status:", result.stdout)

    def test_an_unknown_preset_is_named_with_the_nearest(self):
        for wrong, near in (("vlagrind", "valgrind"), ("asan-clnag", "asan-clang"),
                            ("lnt", "lint"), ("profil", "profile"), ("bnch", "bench"),
                            ("Normal", "normal")):
            result = self.run_setup("normal", wrong)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(f"no preset '{wrong}'; the nearest is '{near}'\n", result.stderr)

    def test_an_unknown_option_is_named(self):
        result = self.run_setup("--dry")
        self.assertEqual(result.returncode, 2)
        self.assertIn("'--dry'", result.stderr)

    def test_it_knows_every_preset_of_the_project(self):
        presets = json.loads((REPOSITORY / "CMakePresets.json").read_text())["configurePresets"]
        names = [p["name"] for p in presets if not p.get("hidden")]
        self.assertGreater(len(names), 0)
        self.machine()
        for name in names:
            self.assertEqual(self.run_setup("--dry-run", name).returncode, 0, name)


@unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not on this machine; "
                     "scripts/setup lint installs it")
class ShellScripts(unittest.TestCase):
    def test_they_pass_shellcheck(self):
        for name in ("scripts/setup", "scripts/test", ".ci/run"):
            result = subprocess.run(["shellcheck", REPOSITORY / name], capture_output=True,
                                    text=True, check=False)
            self.assertEqual(result.stdout, "", name)


if __name__ == "__main__":
    unittest.main()
