"""The files that the rules look at, each with its kind and with the views that the rules need."""

import datetime
import os
import re
import subprocess
from functools import cached_property
from pathlib import Path

from redzone_tidy import cmake_text, cpp_text

# Files whose bytes are a program's output or a test's input: no rule on how code looks applies.
DATA_FOLDERS = re.compile(r"^(?:tests|bench)/(?:.*/)?(?:golden|corpus|seeds|data|outputs)/")

KIND_OF_SUFFIX = {
    ".cpp": "cpp", ".hpp": "cpp", ".h": "cpp", ".c": "cpp", ".cc": "cpp", ".cxx": "cpp",
    ".hh": "cpp", ".hxx": "cpp", ".py": "python", ".sh": "bash", ".bash": "bash",
    ".cmake": "cmake", ".md": "markdown", ".json": "json", ".yml": "yaml", ".yaml": "yaml",
    ".supp": "suppressions",
}  # fmt: skip
CODE_KINDS = ("cpp", "python", "bash", "cmake", "yaml")


class CannotRun(Exception):
    """The check could not happen, with the next step as its text: exit status 3."""


class WrongCommandLine(Exception):
    """A value of an option names nothing: exit status 2."""


class SourceFile:
    def __init__(self, root, path):
        self.path = path
        self.full_path = Path(root) / path

    def __repr__(self):
        return f"SourceFile({self.path})"

    @cached_property
    def raw(self):
        try:
            return self.full_path.read_bytes()
        except OSError as error:
            raise CannotRun(f"cannot read {self.path}: {error.strerror}") from error

    @cached_property
    def text(self):
        return self.raw.decode("utf-8", errors="replace")

    @cached_property
    def lines(self):
        return self.text.split("\n")

    @cached_property
    def kind(self):
        if DATA_FOLDERS.search(self.path) or b"\0" in self.raw:
            return "data"
        name = self.path.rsplit("/", 1)[-1]
        if name == "CMakeLists.txt" or name.endswith(".cmake.in"):
            return "cmake"
        if name.startswith("Makefile"):
            return "make"
        suffix = Path(name).suffix
        if suffix in KIND_OF_SUFFIX:
            return KIND_OF_SUFFIX[suffix]
        first = self.lines[0]
        if first.startswith("#!"):
            return "python" if "python" in first else "bash" if "sh" in first else "text"
        return "text"

    @property
    def is_code(self):
        return self.kind in CODE_KINDS

    @property
    def is_header(self):
        return self.kind == "cpp" and self.path.endswith((".hpp", ".h"))

    @cached_property
    def folders(self):
        return self.path.split("/")[:-1]

    @property
    def area(self):
        """The top-level folder: include, src, tests, bench ..."""
        return self.folders[0] if self.folders else ""

    @cached_property
    def component(self):
        """The component whose code, test or benchmark this is, by its place; else ''."""
        parts = self.path.split("/")
        if parts[:2] == ["include", "redzone"] and len(parts) > 3:
            return parts[2]
        if parts[0] in ("src", "tests") and len(parts) > 2:
            return parts[1]
        if parts[0] == "bench" and parts[-1].endswith("_bench.cpp"):
            return parts[-1][: -len("_bench.cpp")]
        return ""

    @property
    def is_public(self):
        return self.path.startswith("include/redzone/") and self.is_header

    @cached_property
    def without_comments(self):
        return cpp_text.without_comments(self.text)

    @cached_property
    def code(self):
        """C++ with comments, strings and preprocessor-free text blanked; same lines."""
        return cpp_text.without_comments_and_strings(self.text)

    @cached_property
    def code_lines(self):
        return self.code.split("\n")

    @cached_property
    def includes(self):
        return cpp_text.includes(self.without_comments)


class SourceTree:
    def __init__(self, root, paths, today=None):
        self.root = Path(root)
        self.today = today or datetime.date.today()
        self.files = [SourceFile(root, path) for path in sorted(paths)]
        self.by_path = {file.path: file for file in self.files}
        self.found = {}  # name of a rule -> its findings

    def of_kind(self, *kinds):
        return [file for file in self.files if file.kind in kinds]

    def cpp(self, *areas):
        return [f for f in self.files if f.kind == "cpp" and (not areas or f.area in areas)]

    def text_of(self, path):
        return self.by_path[path].text if path in self.by_path else ""

    @cached_property
    def components(self):
        """name -> Component, from the redzone_component() lines of the top-level CMakeLists.txt."""
        return cmake_text.components(self.text_of("CMakeLists.txt"))

    @cached_property
    def instruments(self):
        return cmake_text.instruments(self.text_of("CMakeLists.txt"))

    @staticmethod
    def from_git(root):
        """Tracked files and those that are new and not ignored."""
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
                   "--exclude-standard"]  # fmt: skip
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  check=False)  # fmt: skip
        except FileNotFoundError as error:
            raise CannotRun("git is not on this machine; next step: scripts/setup") from error
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()
            raise CannotRun(
                f"git cannot list the files of {root}: {' '.join(reason[:1])}; "
                "next step: run it in a clone, or name one with --root"
            )
        names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
        present = [name for name in names if (Path(root) / name).is_file()]
        if not present:
            raise CannotRun(f"git lists no file in {root}, so nothing can be checked")
        return SourceTree(root, present)
