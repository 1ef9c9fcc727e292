"""Build files: presets select the supported compilers and fail closed, workflows hide nothing."""

import json
import re

from redzone_tidy.finding import rule

PRESETS = "CMakePresets.json"
CLANG_ONLY = ("msan", "fuzz")
INHERIT_LEVELS_MAX = 16
UNSUPPORTED_COMPILER = re.compile(
    r"\b(?:clang(?:\+\+)?|llvm)-1[0-8]\b|\"(?:[^\"]*/)?clang\+\+\""
)
FAILURE_HIDDEN = re.compile(
    r"\|\|\s*(?:true|:|exit 0)(?![\w-])|\bcontinue-on-error\s*:\s*(?!false\b)\S"
)


def presets(tree, kind):
    """name -> preset; nothing where the file does not parse, which presets.supported reports."""
    try:
        document = json.loads(tree.text_of(PRESETS) or "{}")
    except ValueError:
        return {}
    return {preset["name"]: preset for preset in document.get(kind, []) if "name" in preset}


def line_of(tree, name):
    lines = tree.text_of(PRESETS).split("\n")
    wanted = f'"{name}"'
    return next((number for number, line in enumerate(lines, 1) if wanted in line), 1)


def resolved(all_presets, name, path, levels=INHERIT_LEVELS_MAX):
    """The value at `path` of a preset, its own or inherited; an earlier parent wins."""
    value = all_presets.get(name)
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is not None or levels == 0 or name not in all_presets:
        return value
    parents = all_presets[name].get("inherits", [])
    for parent in [parents] if isinstance(parents, str) else parents:
        value = resolved(all_presets, parent, path, levels - 1)
        if value is not None:
            return value
    return None


@rule("presets.supported_compiler", "name g++, or clang++-19 with its version")
def supported_compiler(tree):
    """Presets parse, and no preset selects clang 14 or a clang without a version."""
    text = tree.text_of(PRESETS)
    try:
        json.loads(text or "{}")
    except ValueError as error:
        yield PRESETS, getattr(error, "lineno", 1), f"no JSON: {error}"
    for number, line in enumerate(text.split("\n"), 1):
        match = UNSUPPORTED_COMPILER.search(line)
        if match:
            yield PRESETS, number, f"{match.group()}: not a supported compiler"


@rule("presets.clang_twin", "add NAME-clang, which inherits clang and NAME")
def clang_twin(tree):
    """Every g++ configure preset has a -clang twin."""
    configure = presets(tree, "configurePresets")
    for name, preset in configure.items():
        if preset.get("hidden") or name.endswith("-clang") or name in CLANG_ONLY:
            continue
        if f"{name}-clang" not in configure:
            yield PRESETS, line_of(tree, name), f"'{name}' has no twin '{name}-clang'"


@rule("presets.no_tests_action",
      "inherit the hidden test preset that sets execution.noTestsAction to error")
def no_tests_action(tree):
    """An empty test list fails: every test preset resolves noTestsAction to error."""
    tests = presets(tree, "testPresets")
    for name, preset in tests.items():
        action = resolved(tests, name, ("execution", "noTestsAction"))
        if not preset.get("hidden") and action != "error":
            yield PRESETS, line_of(tree, name), f"the test preset '{name}' passes without a test"


@rule("workflows.fail_closed", "let the step fail; a run that may be red is a workflow of its own")
def fail_closed(tree):
    """Neither a workflow nor the gate hides a failure."""
    for file in tree.files:
        if not file.path.startswith((".github/", ".ci/")):
            continue
        for number, line in enumerate(file.lines, 1):
            match = FAILURE_HIDDEN.search(re.sub(r"(?:^|\s)#.*", "", line))
            if match:
                yield file.path, number, f"'{match.group()}' hides a failure"
