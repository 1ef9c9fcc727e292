"""Examples of the presets.* and workflows.* rules."""

from tidy_case import bad, good

PRESETS = """\
{
  "configurePresets": [
    {"name": "base", "hidden": true, "cacheVariables": {"CMAKE_CXX_COMPILER": "g++"}},
    {"name": "clang", "hidden": true, "cacheVariables": {"CMAKE_CXX_COMPILER": "clang++-19"}},
    {"name": "asan", "inherits": "base"},
    {"name": "asan-clang", "inherits": ["clang", "asan"]},
    {"name": "msan", "inherits": "clang"}
  ],
  "testPresets": [
    {"name": "quiet", "hidden": true},
    {"name": "strict", "hidden": true, "execution": {"noTestsAction": "error"}},
    {"name": "first-test", "inherits": "strict"},
    {"name": "second-test", "inherits": ["quiet", "first-test"], "execution": {"jobs": 2}}
  ]
}
"""
FILE = "CMakePresets.json"
FLOW = ".github/workflows/ci.yml"

CASES = (
    good("presets.supported_compiler", "g++ and clang 19", files={FILE: PRESETS}),
    bad("presets.supported_compiler", "clang 14", [f"{FILE}:4"],
        files={FILE: PRESETS.replace("clang++-19", "clang++-14")}),
    bad("presets.supported_compiler", "clang without a version", [f"{FILE}:4"],
        files={FILE: PRESETS.replace("clang++-19", "/usr/bin/clang++")}),
    bad("presets.supported_compiler", "presets that do not parse", [f"{FILE}:3"],
        files={FILE: "{\n\n]\n"}),

    good("presets.clang_twin", "a twin; clang-only presets have none", files={FILE: PRESETS}),
    bad("presets.clang_twin", "no twin", [f"{FILE}:5"],
        files={FILE: PRESETS.replace("asan-clang", "asan-other-clang")}),

    good("presets.no_tests_action", "inherited from any parent", files={FILE: PRESETS}),
    bad("presets.no_tests_action", "an empty list of tests passes", [f"{FILE}:12", f"{FILE}:13"],
        files={FILE: PRESETS.replace('"error"', '"default"')}),

    good("workflows.fail_closed", "steps that may fail, alternatives, comments",
         files={FLOW: "- run: a || exit 1\n- run: b || true-north\n# continue-on-error: true\n"
                      "  continue-on-error: false\n", "scripts/a.sh": "grep a b || true\n"}),
    bad("workflows.fail_closed", "hidden failures",
        [".ci/run:2", f"{FLOW}:1", f"{FLOW}:2", f"{FLOW}:3"],
        files={FLOW: "- run: a || true\n  continue-on-error: true\n  continue-on-error: ${{ x }}\n",
               ".ci/run": "#!/bin/sh\nscripts/test || :\n"}),
)  # fmt: skip
