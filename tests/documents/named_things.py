"""What a command may name: presets, options of programs, registered tests and their labels.

Each function gives sentences about what is wrong with a simple command; none: nothing is.
"""

import functools
import json
import re
import shutil
import subprocess
from pathlib import Path

from document_commands import PLACEHOLDER

ROOT = Path(__file__).resolve().parents[2]
# Scripts whose further arguments belong to another program.
FORWARDS = {"scripts/test": "ctest"}
WORD_OF_OPTION = re.compile(r"-[A-Za-z]\d?\b|--[a-z][\w-]*")


def output_of(*words):
    done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.stdout


@functools.lru_cache(maxsize=None)
def presets(kind):
    document = json.loads((ROOT / "CMakePresets.json").read_text("utf-8"))
    return {preset["name"] for preset in document[kind] if not preset.get("hidden")}


@functools.lru_cache(maxsize=None)
def options_of(program):
    """The options that a program's help names; None when the program is not on this machine."""
    if program.startswith(("scripts/", "tests/")):
        text = output_of(f"./{program}", "--help")
    elif program == "redzone":
        text = "".join(path.read_text("utf-8") for path in ROOT.glob("tests/golden/*help.txt"))
    elif shutil.which(program) is None:
        return None
    else:
        # cmake's help leaves out --workflow, and the options of --build and --install.
        text = output_of(program, "--help-debug" if program == "valgrind" else "--help")
        if program == "cmake":
            text += "--workflow --parallel --target -j -t --config --prefix"
    return set(WORD_OF_OPTION.findall(text))


def canary_sources():
    """Those of redzone_add_canaries, and those that components have of their own."""
    return [*ROOT.glob("cmake/canaries/*.cpp"), *ROOT.glob("tests/*/canaries/*.cpp")]


@functools.lru_cache(maxsize=None)
def registered_tests():
    """Names that ctest may list, from the sources: no build tree is needed to know them."""
    names = set()
    for path in ROOT.glob("tests/**/*_test.cpp"):
        found = re.findall(r"^\s*(?:TYPED_)?TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)",
                           path.read_text("utf-8"), re.MULTILINE)
        names |= {f"{suite}.{name}" for suite, name in found}
    for path in ROOT.glob("tests/**/CMakeLists.txt"):
        text = path.read_text("utf-8")
        names |= set(re.findall(r"redzone_(?:test_program|script_test)\(([\w.]+)", text))
        names |= {"suppression.{}.{}".format(*pair) for pair in
                  re.findall(r"^redzone_suppression_pair\((\w+) (\w+)", text, re.MULTILINE)}
    for path in canary_sources():
        for detector in re.findall(r"^// expect: *(\w+)", path.read_text("utf-8"), re.MULTILINE):
            names |= {f"canary.{path.stem}.{detector}", f"tripwire.{detector}"}
    return names


@functools.lru_cache(maxsize=None)
def registered_labels():
    # The first is what redzone_test_program gives without LABEL; the names of canaries and
    # tripwires begin with their label.
    labels = {"unit"} | {name.split(".")[0] for name in registered_tests()
                         if name.startswith(("canary.", "tripwire."))}
    for path in [*ROOT.glob("tests/**/CMakeLists.txt"), ROOT / "cmake/RedzoneBenchmark.cmake"]:
        text = path.read_text("utf-8")
        for words in re.findall(r"\bLABELS? ([a-z ]+)", text):
            labels |= set(words.split()) - {"TIMEOUT"}
    return labels


def problems_of(words):
    """What is wrong with a simple command: a program and its arguments."""
    program, arguments = words[0], words[1:]
    problems = _tree_problems(words)
    if program.startswith("build/"):
        is_redzone = program.endswith("/redzone")
        return problems + (_option_problems("redzone", arguments) if is_redzone else [])
    if program.startswith(("scripts/", "tests/")):
        path = ROOT / program
        if not path.is_file() or not path.stat().st_mode & 0o100:
            return [f"{program} is not there, or cannot be run"]
    special = {"cmake": _cmake_problems, "ctest": _ctest_problems, "python3": _python_problems,
               "scripts/setup": _setup_problems}
    problems += special[program](arguments) if program in special else []
    kind = "testPresets" if program == "ctest" else "configurePresets"
    for _, value in _values(arguments, "--preset"):
        problems += _preset_problems(value or "", kind)
    return problems if program == "python3" else problems + _option_problems(program, arguments)


def _tree_problems(words):
    """Of paths below build/: the preset of the tree, and the canary."""
    trees = [re.match(r"build/([\w-]+)", word) for word in words]
    problems = [problem for tree in trees if tree
                for problem in _preset_problems(tree.group(1), "configurePresets")]
    for name in re.findall(r"/canary_(\w+)", " ".join(words)):
        if name not in [path.stem for path in canary_sources()]:
            problems.append(f"there is no canary {name}")
    return problems


def _values(arguments, *names):
    """(option, value) of the options with these names, as --name value and as --name=value."""
    for index, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in names:
            following = arguments[index + 1] if index + 1 < len(arguments) else None
            yield name, value if equals else following


def _preset_problems(name, kind):
    known = name in presets(kind) or PLACEHOLDER.fullmatch(name)
    return [] if known else [f"there is no preset '{name}' among the {kind}"]


def _option_problems(program, arguments):
    options = options_of(program)
    if options is None:
        return []
    if program in FORWARDS:
        options = options | options_of(FORWARDS[program])
    used = [word.partition("=")[0] for word in arguments if re.match(r"--?[A-Za-z]", word)]
    if program == "cmake":  # -DNAME=VALUE and the like are written together
        used = [word[:2] if re.match(r"-[A-Z]", word) else word for word in used]
    return [f"{program} --help does not name {word}" for word in used
            if word not in options and not re.fullmatch(r"-j\d*", word)]


def _setup_problems(arguments):
    """scripts/setup itself knows what it sets up: presets, and groups of tools such as lint."""
    for word in arguments:
        if not word.startswith("-") and not PLACEHOLDER.fullmatch(word):
            said = output_of("./scripts/setup", "--dry-run", word)
            if "there is no preset" in said:
                yield said.strip()


def _cmake_problems(arguments):
    for _, target in _values(arguments, "--target", "-t"):
        lists = "".join(path.read_text("utf-8") for path in
                        [ROOT / "CMakeLists.txt", *ROOT.glob("cmake/*.cmake"),
                         *ROOT.glob("src/**/CMakeLists.txt"),
                         *ROOT.glob("tests/**/CMakeLists.txt")])
        names = {target or "", (target or "").replace("redzone_", "")}
        if not PLACEHOLDER.search(target or "") and not any(
                re.search(rf"\b{re.escape(name)}\b", lists) for name in names):
            yield f"no CMakeLists.txt makes the target {target}"


def _ctest_problems(arguments):
    for option, value in _values(arguments, "-R", "-E", "-L", "-LE"):
        things, what = ((registered_labels(), "label") if option.startswith("-L")
                        else (registered_tests(), "test"))
        if value is None or not (PLACEHOLDER.search(value)
                                 or any(re.search(value, name) for name in things)):
            yield f"{option} {value} matches no {what}"


def _python_problems(arguments):
    files = [word for word in arguments if word.endswith(".py") or word.startswith("scripts/")]
    for name in files:
        if not (ROOT / name).is_file():
            yield f"{name} is not there"
