"""Names: a file says what is in it, and a component has one name everywhere."""

import re

from redzone_tidy import architecture
from redzone_tidy.finding import rule

NAMELESS = r"(?:utils?|common|core|misc|helpers?)"
JUNK_DRAWER = re.compile(rf"{NAMELESS}|\w+_(?:utils?|misc|helpers?)")
SNAKE_CASE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
SNAKE_CASE_SUFFIXES = (".cpp", ".hpp", ".h", ".c", ".py")


def stem(name):
    return name.split(".")[0]


@rule("names.junk_drawer", "name it after what is in it")
def junk_drawer(tree):
    """No file or folder is named util, common, core, misc or helpers."""
    for file in tree.files:
        for part in (*file.folders, stem(file.path.split("/")[-1])):
            name = part[: -len("_test")] if part.endswith("_test") else part
            if JUNK_DRAWER.fullmatch(name.lower()):
                yield file.path, 1, f"'{part}' does not say what is in it"


@rule("names.snake_case", "rename it in snake_case")
def snake_case(tree):
    """C, C++ and Python files, and the folders of our code, are named in snake_case."""
    for file in tree.files:
        name = file.path.split("/")[-1]
        parts = file.folders if file.area in ("include", "src", "tests", "bench") else []
        if parts[:2] == ["tests", "consumers"]:
            parts = []  # projects of others, who name their folders as they like
        if name.endswith(SNAKE_CASE_SUFFIXES):
            parts = [*parts, stem(name).strip("_") if name.startswith("__") else stem(name)]
        for part in parts:
            if not SNAKE_CASE.fullmatch(part) and file.kind != "data":
                yield file.path, 1, f"'{part}' is not in snake_case"


@rule("names.extension", "rename it: .hpp, .cpp; .h only for a header that C includes")
def extension(tree):
    """Headers end in .hpp and sources in .cpp; .h is a C ABI and says extern "C"."""
    for file in tree.cpp("include", "src", "tests", "bench"):
        suffix = file.path[file.path.rindex(".") :]
        if suffix in (".cc", ".cxx", ".hh", ".hxx"):
            yield file.path, 1, f"'{suffix}' is no extension of this project"
        elif suffix == ".h" and file.area in ("include", "src") and 'extern "C"' not in file.text:
            yield file.path, 1, "a .h without extern \"C\" is no C ABI"
        elif file.area == "include" and not file.is_header:
            yield file.path, 1, "only headers stand in include/"


@rule("names.test_folder", "name the folder in redzone_instruments() in CMakeLists.txt, or after "
                           "its component")
def test_folder(tree):
    """A folder of tests is a component's or is registered, else its tests would never run."""
    known = {*tree.components, *tree.instruments, *architecture.FREE_TEST_FOLDERS}
    for file in tree.files:
        parts = file.path.split("/")
        is_list = len(parts) == 3 and parts[0] == "tests" and parts[2] == "CMakeLists.txt"
        if is_list and parts[1] not in known:
            yield file.path, 1, f"nothing adds tests/{parts[1]}, so its tests never run"


@rule("names.listed", "list it in the CMakeLists.txt of its folder")
def listed(tree):
    """Every source, or its folder of canaries, stands in the CMakeLists.txt that builds it."""
    for file in tree.cpp("src", "tests"):
        own, component = file.path.rpartition("/")[0], "/".join(file.path.split("/")[:2])
        folder = own if f"{own}/CMakeLists.txt" in tree.by_path else component
        lists = tree.by_path.get(f"{folder}/CMakeLists.txt")
        if lists is None or file.is_header or file.component not in tree.components:
            continue
        if "redzone_add_canaries(FOLDER ${CMAKE_CURRENT_SOURCE_DIR}" in lists.text:
            continue
        name = re.escape(file.path[len(folder) + 1 :])
        if not re.search(rf"(?<![\w.-]){name}(?![\w.-])", lists.text):
            yield file.path, 1, f"not in {lists.path}, so it is never built"
