"""Examples of the constructs.* rules: the text of src/os/a.cpp, where nothing else is said."""

from tidy_case import Case, bad, good

SOURCE = "src/os/a.cpp"


def allowed(rule, sentence, text, path=SOURCE):
    return good(rule, sentence, files={path: text})


def forbidden(rule, sentence, text, path=SOURCE):
    """One finding for each line of `text`."""
    lines = text.count("\n")
    return bad(rule, sentence, [f"{path}:{line}" for line in range(1, lines + 1)],
               files={path: text})  # fmt: skip


CASES = (
    allowed("constructs.exceptions", "words of comments, strings and names",
            'f("try"); // throw\nint retry = catch_all;\nvoid f() noexcept;\n'),
    forbidden("constructs.exceptions", "throw, try and catch",
              "throw 1;\ntry {\n} catch (...) {\n".replace("try {\n}", "try {}\n")),
    allowed("constructs.exceptions", "tests may catch", "try {\n} catch (...) {\n}\n",
            "tests/os/a_test.cpp"),

    allowed("constructs.streams", "streams in tests, iosfwd in production", "std::cout << 1;\n",
            "tests/os/a_test.cpp"),
    forbidden("constructs.streams", "the headers and the objects",
              "#include <iostream>\n# include <sstream>\nstd::cerr << 1;\n"),

    allowed("constructs.missing_library", "what libstdc++ 12 has",
            "#include <expected>\n#include <formatted>\n"),
    forbidden("constructs.missing_library", "what it lacks, in tests too",
              "#include <format>\n#include <print>\n#include <mdspan>\n", "tests/os/a_test.cpp"),

    allowed("constructs.assert", "static_assert and our own checks",
            "static_assert(true);\nREDZONE_CHECK(true);\nx.assert(1);\n"),
    forbidden("constructs.assert", "assert and its header",
              "#include <cassert>\nassert(true);\n  assert (a);\n"),

    allowed("constructs.printf", "names that end alike", "reprintf(1);\nsource.fread(2);\n"),
    forbidden("constructs.printf", "the family",
              'printf("");\nstd::snprintf(a, 1, "");\nfopen(a);\n'),

    allowed("constructs.raw_memory", "placement new, deleted functions and the instruments",
            "#include <new>\nnew (place) int(1);\n::new (place) A;\nA(const A&) = delete;\n"
            "void operator delete(void*);\nx.free(1);\n"),
    allowed("constructs.raw_memory", "an instrument may", "malloc(1);\n", "src/findings/a.cpp"),
    forbidden("constructs.raw_memory", "new, delete, malloc and free",
              "auto* a = new int;\nauto* b = new (std::nothrow) int;\ndelete a;\ndelete[] b;\n"
              "std::malloc(1);\nfree(c);\nreturn new A;\n"),

    allowed("constructs.unbudgeted_container", "views and fixed sizes",
            "std::string_view a;\nstd::array<int, 1> b;\nstd::pmr::vector<int> c;\n"
            "std::span<int> d;\n"),
    forbidden("constructs.unbudgeted_container", "what allocates",
              "std::vector<int> a;\nstd::string b;\nstd::function<void()> c;\n"
              "auto d = std::make_unique<int>();\n"),

    allowed("constructs.const_cast", "tests may", "const_cast<int&>(a);\n", "tests/os/a_test.cpp"),
    forbidden("constructs.const_cast", "const_cast", "const_cast<int&>(a);\n"),

    allowed("constructs.unsafe_c", "names that end or begin alike",
            "operand(1);\nstrand(1);\nsystem_time(1);\nengine.rand();\nstd::error_code c{1, "
            "std::system_category()};\n"),
    forbidden("constructs.unsafe_c", "without a bound, with hidden state, with a shell",
              "strcpy(a, b);\nstd::rand();\nsprintf(a, b);\nstd::system(a);\n"),

    allowed("constructs.sleep", "a sleeping child process, and a clock of our own",
            'spawn("sleep(1)");\nclock.sleep(1);\n', "tests/os/a_test.cpp"),
    forbidden("constructs.sleep", "sleeps in tests",
              "std::this_thread::sleep_for(1ms);\nusleep(1);\n::sleep(1);\n",
              "tests/os/a_test.cpp"),

    allowed("constructs.nolint", "a check and a reason",
            "int a;  // NOLINT(bugprone-use-after-move): a moved-from lease is empty\n"
            "// NOLINTBEGIN(a-b,c-d): the table is generated\n// NOLINTEND(a-b,c-d)\n"),
    forbidden("constructs.nolint", "without check, without reason",
              "int a;  // NOLINT\nint b;  // NOLINT: because\nint c;  // NOLINT(a-b)\n"
              "// NOLINTNEXTLINE(a-b):\n"),
    Case("exemptions.stale", "an exemption that is needed",
         {"src/base/check.cpp": 'printf("");\n'}),
    Case("exemptions.stale", "an exemption that exempts nothing", {"src/base/check.cpp": "\n"},
         (("src/base/check.cpp", 1),)),
)  # fmt: skip
