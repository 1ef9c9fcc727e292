"""Examples of the sizes.*, names.* and headers.* rules."""

from tidy_case import bad, good


def body(lines, opening="void f() {", closing="}", line="  g();"):
    """A function of exactly `lines` lines."""
    return "\n".join([opening, *[line] * (lines - 2), closing, ""])


def nested(lines):
    return "namespace redzone {\n\nclass A {\n public:\n" + body(lines) + "};\n\n}\n"


def initialised(lines):
    head = "A::A(int a, Options options = {})\n    : a_{a},\n      b_(2) {\n"
    return head + "  g();\n" * (lines - 4) + "}\n"


CONTRACT = ("#pragma once\n// What it is.\n//\n"
            "// Bounds: a.\n// Threads: a.\n// Failure: a.\n// Cost: a.\n")  # fmt: skip
FILE_SET = ("target_sources(redzone_os PUBLIC FILE_SET HEADERS FILES\n"
            "  ${PROJECT_SOURCE_DIR}/include/redzone/os/a.hpp)\n")  # fmt: skip

SIZES = (
    good("sizes.file", "600 lines", files={"src/os/a.cpp": "int a;\n" * 600}),
    bad("sizes.file", "601 lines", ["src/os/a.cpp:601"],
        files={"src/os/a.cpp": "int a;\n" * 601}),
    good("sizes.file", "a long document", files={"docs/a.md": "a\n" * 601}),

    good("sizes.function", "70 lines in C++, within a class too",
         files={"src/os/a.cpp": body(70), "src/os/b.cpp": nested(70)}),
    bad("sizes.function", "71 lines at namespace and at class level",
        ["src/os/a.cpp:1", "src/os/b.cpp:5"],
        files={"src/os/a.cpp": body(71), "src/os/b.cpp": nested(71)}),
    bad("sizes.function", "71 lines of a template, a test, a lambda", ["src/os/a.cpp:1",
        "src/os/b.cpp:1", "src/os/c.cpp:2"],
        files={"src/os/a.cpp": body(71, "template <class T> auto f(T t) {"),
               "src/os/b.cpp": body(71, "TEST(A, B) {"),
               "src/os/c.cpp": "int a;\n" + body(71, "const auto f = [] {", "};")}),
    good("sizes.function", "a constructor of 70 lines with initialisers in braces",
         files={"src/os/a.cpp": initialised(70)}),
    bad("sizes.function", "a constructor of 71 lines with initialisers in braces",
        ["src/os/a.cpp:1"], files={"src/os/a.cpp": initialised(71)}),
    good("sizes.function", "braces in strings, comments and character literals do not count",
         files={"src/os/a.cpp": "void f() {\n  g(\"}{\", '{', 1'0); // {\n}\n"
                                + body(70, "void h() {")}),
    bad("sizes.function", "71 lines with digit separators around a brace", ["src/os/a.cpp:1"],
        files={"src/os/a.cpp": body(71, line="  g(1'0); if (a) { g(2'0); }")}),
    bad("sizes.function", "71 lines in a class template, below a macro with one brace",
        ["src/os/a.cpp:3"],
        files={"src/os/a.cpp": "#define OPEN {\ntemplate <class T = A<int>> class B {\n"
                               + body(71) + "};\n"}),
    good("sizes.function", "a long table is no function",
         files={"src/os/a.cpp": body(90, "constexpr Table<f(1)> kTable = {", "};", "  f(1),")}),
    good("sizes.function", "70 lines in Python, CMake and bash",
         files={"a.py": "def f():\n" + "    g()\n" * 69,
                "a.cmake": body(70, "function(f)", "endfunction()"), "a.sh": body(70, "f() {")}),
    bad("sizes.function", "71 lines in Python, CMake and bash", ["a.cmake:1", "a.py:1", "a.sh:1"],
        files={"a.py": "def f():\n" + "    g()\n" * 70,
               "a.cmake": body(71, "function(f)", "endfunction()"), "a.sh": body(71, "f() {")}),
    bad("sizes.function", "Python that does not parse", ["a.py:1"], files={"a.py": "def f(:\n"}),

    good("sizes.line", "100 columns, and more in Markdown",
         files={"src/os/a.cpp": "a" * 100 + "\n", "a.md": "a" * 101 + "\n"}),
    bad("sizes.line", "101 columns", ["a.cmake:2", "src/os/a.cpp:1"],
        files={"src/os/a.cpp": "a" * 101 + "\n", "a.cmake": "\n" + "a" * 101 + "\n"}),
)  # fmt: skip

NAMES = (
    good("names.junk_drawer", "names that say something",
         files={"src/os/futile.cpp": "", "src/os/byte_source.cpp": "", "docs/score.md": ""}),
    bad("names.junk_drawer", "a junk drawer, as folder, file or ending",
        ["cmake/Utils.cmake:1", "src/os/string_util.cpp:1", "tests/common/a_test.cpp:1",
         "tests/os/helpers_test.cpp:1"],
        files={"cmake/Utils.cmake": "", "src/os/string_util.cpp": "",
               "tests/common/a_test.cpp": "", "tests/os/helpers_test.cpp": ""}),

    good("names.snake_case", "snake_case, and what tools call otherwise",
         files={"src/os/byte_source.cpp": "", "cmake/RedzoneOptions.cmake": "",
                "scripts/memory-checks": "", "scripts/a/__init__.py": "",
                "tests/consumers/heap-budget/a.cpp": ""}),
    bad("names.snake_case", "other cases",
        ["src/os/ByteSource.cpp:1", "tests/consumers/a-b/A.cpp:1", "tests/os-x/a_test.cpp:1"],
        files={"src/os/ByteSource.cpp": "", "tests/os-x/a_test.cpp": "",
               "tests/consumers/a-b/A.cpp": ""}),

    good("names.extension", "hpp, cpp, and h for the C ABI",
         files={"src/os/a.cpp": "", "include/redzone/os/a.hpp": "",
                "include/redzone/arena/arena.h": 'extern "C" {\n}\n'}),
    bad("names.extension", "other extensions, and h without a C ABI",
        ["include/redzone/os/a.h:1", "include/redzone/os/b.cpp:1", "src/os/a.cc:1"],
        files={"src/os/a.cc": "", "include/redzone/os/a.h": "", "include/redzone/os/b.cpp": ""}),

    good("names.test_folder", "a component's tests and registered ones",
         files={"CMakeLists.txt": "redzone_component(os)\nredzone_instruments(tidy presets)\n",
                "tests/os/CMakeLists.txt": "", "tests/presets/CMakeLists.txt": ""}),
    bad("names.test_folder", "tests that nothing adds", ["tests/tidy/CMakeLists.txt:1"],
        files={"tests/tidy/CMakeLists.txt": ""}),

    good("names.listed", "every source is listed",
         files={"src/os/CMakeLists.txt": "target_sources(redzone_os PRIVATE a.cpp\n  linux/b.cpp)",
                "src/os/a.cpp": "", "src/os/linux/b.cpp": "", "src/os/private.hpp": ""}),
    good("names.listed", "a folder within a component has a list of its own",
         files={"src/os/CMakeLists.txt": "include(linux/CMakeLists.txt)",
                "src/os/linux/CMakeLists.txt": "${CMAKE_CURRENT_LIST_DIR}/b.cpp",
                "src/os/linux/b.cpp": ""}),
    good("names.listed", "canaries are all that stands in their folder",
         files={"src/os/canaries/a.cpp": "\n", "src/os/canaries/CMakeLists.txt":
                "redzone_add_canaries(FOLDER ${CMAKE_CURRENT_SOURCE_DIR} STANDARD 23)\n"}),
    bad("names.listed", "the list of its folder leaves it out", ["src/os/linux/b.cpp:1"],
        files={"src/os/CMakeLists.txt": "linux/b.cpp", "src/os/linux/CMakeLists.txt": "a.cpp",
               "src/os/linux/b.cpp": ""}),
    bad("names.listed", "a source that only looks listed",
        ["src/os/a.cpp:1", "tests/os/a_test.cpp:1"],
        files={"src/os/CMakeLists.txt": "target_sources(redzone_os PRIVATE data.cpp)",
               "src/os/a.cpp": "", "tests/os/CMakeLists.txt": "", "tests/os/a_test.cpp": ""}),
)  # fmt: skip

HEADERS = (
    good("headers.pragma_once", "the first line", files={"src/os/a.hpp": "#pragma once\n"}),
    bad("headers.pragma_once", "a later line, or none", ["src/os/a.hpp:1", "tests/os/b.hpp:1"],
        files={"src/os/a.hpp": "// Words.\n#pragma once\n", "tests/os/b.hpp": "int a;\n"}),

    good("headers.contract", "the four words, in public headers only",
         files={"include/redzone/os/a.hpp": CONTRACT, "src/os/a.hpp": "#pragma once\n"}),
    bad("headers.contract", "a word is missing, or stands below the head comment",
        ["include/redzone/os/a.hpp:2", "include/redzone/os/b.hpp:2"],
        files={"include/redzone/os/a.hpp": CONTRACT.replace("Cost", "Price"),
               "include/redzone/os/b.hpp": CONTRACT.replace("// Cost", "\n// Cost")}),

    good("headers.using_namespace", "in a source, and in a comment",
         files={"tests/os/a_test.cpp": "using namespace redzone;\n",
                "src/os/a.hpp": "// using namespace redzone;\nusing redzone::Result;\n"}),
    bad("headers.using_namespace", "in a header", ["src/os/a.hpp:1"],
        files={"src/os/a.hpp": "using  namespace redzone;\n"}),

    good("headers.file_set", "a listed header",
         files={"src/os/CMakeLists.txt": FILE_SET, "include/redzone/os/a.hpp": ""}),
    bad("headers.file_set", "a header that is not listed, or in a comment only",
        ["include/redzone/os/b.hpp:1", "include/redzone/os/c.hpp:1"],
        files={"src/os/CMakeLists.txt": FILE_SET.replace(
            "a.hpp", "a.hpp  # ${PROJECT_SOURCE_DIR}/include/redzone/os/c.hpp\n  "),
               "include/redzone/os/b.hpp": "", "include/redzone/os/c.hpp": ""}),
)  # fmt: skip

CASES = (*SIZES, *NAMES, *HEADERS)
