"""Examples of the suppressions.* rules. The tests' day is 2026-11-21."""

from tidy_case import bad, good

FIELDS = {
    "reason": "libfoo keeps its registry until the process ends",
    "issue": "https://example.org/foo/issues/37",
    "added": "2026-11-21",
    "review": "2027-02-21",
    "pair": "foo-registry",
}
LSAN, TSAN, UBSAN = "suppressions/lsan.supp", "suppressions/tsan.supp", "suppressions/ubsan.supp"
ASAN, VALGRIND = "suppressions/asan.supp", "suppressions/valgrind.supp"
FRAMES = ("fun:malloc", "fun:foo_registry_create")
PAIRS = "tests/suppressions/CMakeLists.txt"
OURS = {"src/gguf/reader.cpp": "namespace redzone::gguf {\nvoid Reader::parse_header() {\n}\n}\n",
        "tests/gguf/CMakeLists.txt": "redzone_test_program(gguf_tests SOURCES a.cpp)\n",
        "tests/suppressions/thirdparty_cache.cpp": "void cache_open() {\n}\n"}  # fmt: skip


def comments(changed=None):
    values = {**FIELDS, **(changed or {})}
    return "".join(f"# {name}: {value}\n" for name, value in values.items() if value is not None)


def entry(text="leak:^foo_registry_create$", **changed):
    return comments(changed) + text + "\n"


def block(*frames, kind="Memcheck:Leak", name="foo-registry-kept", **changed):
    lines = "\n".join(f"   {line}" for line in (name, kind, *frames))
    return entry("{\n" + lines + "\n}", **changed)


def ordered(*names):
    return "".join(f"# {name}: {FIELDS.get(name, '2026-11-21')}\n" for name in names) + "leak:foo\n"


GRAMMAR = (
    good("suppressions.grammar", "what each detector accepts",
         files={LSAN: "# Head.\n\n" + entry() + "\n" + entry("  leak:operator foo  "),
                UBSAN: entry("shift-base:foo.c") + entry("vptr:foo.c"), TSAN: entry("race:foo"),
                ASAN: entry("interceptor_via_fun:foo"), "tests/a.supp": "nonsense\n",
                VALGRIND: block(*FRAMES) + "\n" + block("match-leak-kinds: definite", "...",
                                                         "obj:*/libfoo.so*")
                + block("write(buf)", *FRAMES, kind="Memcheck:Param")}),
    bad("suppressions.grammar", "a comment behind the template, a blank before it",
        [f"{LSAN}:1", f"{LSAN}:2", f"{VALGRIND}:4", f"{VALGRIND}:5"],
        files={LSAN: "leak:foo  # why\nleak: foo\n",
               VALGRIND: "{\n  a-b\n  Memcheck:Leak\n  fun:foo # why\n  fun: bar\n}\n"}),
    bad("suppressions.grammar", "a line of another detector, an unknown type, no type",
        [f"{LSAN}:1", f"{LSAN}:2", f"{LSAN}:3", f"{TSAN}:1", f"{ASAN}:1"],
        files={LSAN: "race:foo\nleek:foo\n// foo\n", TSAN: "leak:foo\n",
               ASAN: "alloc_dealloc_mismatch:foo\n"}),
    bad("suppressions.grammar", "a group of UBSan's checks", [f"{UBSAN}:1", f"{UBSAN}:2"],
        files={UBSAN: "undefined:foo.c\nshift:foo.c\nshift-exponent:foo.c\n"}),
    bad("suppressions.grammar", "a file that nothing reads", ["suppressions/msan.supp:1"],
        files={"suppressions/msan.supp": "# Nothing.\n"}),
    bad("suppressions.grammar", "a block without its end, in the middle and at the last line",
        [f"{VALGRIND}:1", f"{VALGRIND}:4"],
        files={VALGRIND: "{\n  a-b\n  Memcheck:Leak\n{\n  c-d\n  Memcheck:Leak\n  fun:foo\n"}),
    bad("suppressions.grammar", "a block without frames, without a kind, of nothing but dots",
        [f"{VALGRIND}:1", f"{VALGRIND}:5", f"{VALGRIND}:8"],
        files={VALGRIND: "{\n  a-b\n  Memcheck:Leak\n}\n{\n  c-d\n}\n"
                         "{\n  e-f\n  Memcheck:Leak\n  ...\n}\n"}),
    bad("suppressions.grammar", "an unknown kind, another tool, a wrong frame, text outside",
        [f"{VALGRIND}:{line}" for line in (3, 8, 14, 16, 19, 20)],
        files={VALGRIND: "{\n a-b\n Memcheck:Leek\n fun:foo\n}\n"
                         "{\n c-d\n Other:Leak\n fun:foo\n}\n"
                         "{\n e-f\n Memcheck:Cond\n func:foo\n}\n"
                         "foo\n{\n g-h\n Memcheck;Leak\n fun:\n}\n"}),
    bad("suppressions.grammar", "an unknown kind of leak, more frames than Valgrind takes",
        [f"{VALGRIND}:4", f"{VALGRIND}:7"],
        files={VALGRIND: "{\n a-b\n Memcheck:Leak\n match-leak-kinds: some\n fun:foo\n}\n{\n c-d\n"
                         " Memcheck:Cond\n" + " fun:foo\n" * 25 + "}\n"}),
)  # fmt: skip

EVIDENCE = (
    good("suppressions.fields", "all of them, owner and reviewed may be missing",
         files={LSAN: "# Head: of the file.\n\n" + entry(), VALGRIND: block(*FRAMES),
                TSAN: ordered("reason", "issue", "added", "reviewed", "review", "owner", "pair")}),
    good("suppressions.fields", "the longest time allowed, after it was added and after a review",
         files={LSAN: entry(review="2027-02-21"),
                TSAN: ordered("reason", "issue", "added", "reviewed", "review", "pair")
                .replace("added: 2026-11-21", "added: 2026-01-31")}),
    good("suppressions.fields", "added tomorrow, by somebody who is a time zone ahead",
         files={LSAN: entry(added="2026-11-22")}),
    *(bad("suppressions.fields", f"no {name}", [f"{LSAN}:5", f"{VALGRIND}:5"],
          files={LSAN: entry(**{name: None}), VALGRIND: block(*FRAMES, **{name: None})})
      for name in ("reason", "issue", "added", "review")),
    bad("suppressions.fields", "a field that says nothing, a reason of two words",
        [f"{LSAN}:1", f"{TSAN}:1"],
        files={LSAN: entry(reason=""), TSAN: entry("race:foo", reason="not ours")}),
    bad("suppressions.fields", "an owner that says nothing", [f"{LSAN}:5"],
        files={LSAN: comments({"pair": None, "owner": ""}).replace("owner: ", "owner:")
               + "leak:foo\n"}),
    bad("suppressions.fields", "an issue that is no address",
        [f"{LSAN}:2", f"{TSAN}:2", f"{UBSAN}:2"],
        files={LSAN: entry(issue="#37"), UBSAN: entry("null:foo", issue="https://a.org/b and c"),
               TSAN: entry("race:foo", issue="https://example.org")}),
    bad("suppressions.fields", "dates of another form, and of no calendar",
        [f"{LSAN}:3", f"{LSAN}:4", f"{TSAN}:4"],
        files={LSAN: entry(added="21.11.2026", review="2027-2-1"),
               TSAN: entry("race:foo", review="2027-02-30")}),
    bad("suppressions.fields", "added in the future", [f"{LSAN}:3"],
        files={LSAN: entry(added="2026-11-23")}),
    bad("suppressions.fields", "a review one day later than allowed", [f"{LSAN}:4"],
        files={LSAN: entry(review="2027-02-22")}),
    bad("suppressions.fields", "a review on the day of the last one, a last one before the first",
        [f"{LSAN}:4", f"{TSAN}:4"],
        files={LSAN: entry(review="2026-11-21"),
               TSAN: ordered("reason", "issue", "added", "reviewed", "review", "pair")
               .replace("reviewed: 2026-11-21", "reviewed: 2026-11-20")}),
    bad("suppressions.fields", "a later review that nobody made", [f"{LSAN}:4"],
        files={LSAN: entry(added="2026-08-01", review="2027-02-01")}),
    bad("suppressions.fields", "another order, a field twice", [f"{LSAN}:1", f"{TSAN}:6"],
        files={LSAN: ordered("issue", "reason", "added", "review", "pair"),
               TSAN: ordered("reason", "issue", "issue", "added", "review")}),
    bad("suppressions.fields", "a field that is none, or is written otherwise",
        [f"{LSAN}:6", f"{TSAN}:1", f"{TSAN}:6"],
        files={LSAN: comments() + "# revew: 2027-02-21\nleak:foo\n",
               TSAN: entry("race:foo").replace("# reason", "# Reason")}),
    bad("suppressions.fields", "fields that an empty line cuts off",
        [f"{LSAN}:{line}" for line in (1, 2, 3, 4, 5, 7)] + [f"{LSAN}:7"] * 3,
        files={LSAN: comments() + "\nleak:foo\n"}),
)  # fmt: skip

REVIEW = (
    good("suppressions.review", "a review that is due tomorrow",
         files={LSAN: entry(added="2026-08-30", review="2026-11-22")}),
    bad("suppressions.review", "one that is due today, and one of last year",
        [f"{LSAN}:4", f"{VALGRIND}:4"],
        files={LSAN: entry(added="2026-08-30", review="2026-11-21"),
               VALGRIND: block(*FRAMES, review="2025-11-21")}),
)  # fmt: skip

NARROW = (
    good("suppressions.narrow", "functions, files and modules of a library",
         files={**OURS, LSAN: entry() + entry("leak:libfoo.so") + entry("leak:cache_open"),
                UBSAN: entry("shift-base:foo/hash.c"), TSAN: entry("called_from_lib:libfoo.so"),
                VALGRIND: block(*FRAMES) + block("fun:_Znwm", "obj:*/libfoo.so.*")
                + block("fun:malloc", "obj:*", "...", "fun:foo_*")}),
    bad("suppressions.narrow", "nothing named at all",
        [f"{LSAN}:6", f"{LSAN}:12", f"{TSAN}:6", f"{VALGRIND}:6", f"{VALGRIND}:17"],
        files={LSAN: entry("leak:") + entry("leak:*"), TSAN: entry("race:^*$"),
               VALGRIND: block("obj:*", "...") + block("fun:*", "fun:????")}),
    bad("suppressions.narrow", "functions of ours, plain, mangled and by wildcard",
        [f"{LSAN}:6", f"{LSAN}:12", f"{LSAN}:18", f"{TSAN}:6", f"{VALGRIND}:6", f"{VALGRIND}:17"],
        files={**OURS, LSAN: entry("leak:redzone::") + entry("leak:^redzone*parse_header")
               + entry("leak:parse_h*der"), TSAN: entry("race:^main$"),
               VALGRIND: block("fun:foo", "fun:_ZN7redzone4gguf*") + block("fun:main")}),
    bad("suppressions.narrow", "a frame of the pair's own program", [f"{VALGRIND}:6"],
        files={VALGRIND: block(*FRAMES, "fun:thirdparty_work")}),
    bad("suppressions.narrow", "files, programs and libraries of ours",
        [f"{LSAN}:6", f"{LSAN}:12", f"{UBSAN}:6", f"{TSAN}:6", f"{VALGRIND}:6"],
        files={**OURS, LSAN: entry("leak:gguf_tests") + entry("leak:libredzone_gguf"),
               UBSAN: entry("shift-base:src/*/reader.cpp"), TSAN: entry("race:^../../src/"),
               VALGRIND: block("fun:foo", "obj:*/libredzone_os.so")}),
    bad("suppressions.narrow", "what is in the stacks of all code",
        [f"{LSAN}:6", f"{LSAN}:12", f"{TSAN}:6", f"{TSAN}:12", f"{VALGRIND}:6"],
        files={LSAN: entry("leak:*alloc*") + entry("leak:libc.so"),
               TSAN: entry("race:^std::") + entry("race:start_thread"),
               VALGRIND: block("fun:malloc", "obj:*/libc.so*")}),
    bad("suppressions.narrow", "what is below every test, and every thread",
        [f"{LSAN}:6", f"{LSAN}:12", f"{UBSAN}:6", f"{TSAN}:6", f"{TSAN}:12", f"{VALGRIND}:6"],
        files={LSAN: entry("leak:testing::") + entry("leak:HandleExceptionsInMethod"),
               UBSAN: entry("null:gtest.cc"), TSAN: entry("race:^testing::Test::Run")
               + entry("race:std::__invoke_impl"),
               VALGRIND: block("fun:malloc", "...", "fun:_ZN7testing*")}),
    bad("suppressions.narrow", "lambdas and unnamed namespaces of ours",
        [f"{LSAN}:6", f"{LSAN}:12", f"{VALGRIND}:6"],
        files={LSAN: entry("leak:(anonymous namespace)") + entry("leak:lambda"),
               VALGRIND: block("fun:malloc", "fun:_ZZ*clEv")}),
    bad("suppressions.narrow", "an interceptor, whoever calls it", [f"{ASAN}:6"],
        files={ASAN: entry("interceptor_name:regcomp")}),
)  # fmt: skip

UNIQUE = (
    good("suppressions.unique", "a narrow entry above a broad one, other types, other kinds",
         files={LSAN: entry() + entry("leak:foo_registry", pair="b"),
                TSAN: entry("race:foo") + entry("deadlock:foo", pair="b"),
                VALGRIND: block(*FRAMES) + block("...", "fun:foo_*", name="foo-loses", pair="b")
                + block("...", "fun:foo_*", kind="Memcheck:Cond", name="foo-reads", pair="c")}),
    good("suppressions.unique", "leaks of one kind above those of all kinds",
         files={VALGRIND: block("match-leak-kinds: definite", *FRAMES)
                + block(*FRAMES, name="foo-loses", pair="b")}),
    bad("suppressions.unique", "the same entry twice", [f"{LSAN}:12", f"{VALGRIND}:17"],
        files={LSAN: entry() + entry(pair="b"),
               VALGRIND: block(*FRAMES) + block(*FRAMES, name="foo-loses", pair="b")}),
    bad("suppressions.unique", "the same name, the same pair", [f"{LSAN}:12", f"{VALGRIND}:17"],
        files={LSAN: entry() + entry("leak:bar"),
               VALGRIND: block(*FRAMES) + block("fun:bar", pair="b")}),
    bad("suppressions.unique", "an entry below one that takes its matches",
        [f"{LSAN}:12", f"{TSAN}:12", f"{VALGRIND}:17"],
        files={LSAN: entry("leak:foo_*create") + entry("leak:^foo_registry_create$", pair="b"),
               TSAN: entry("race:foo") + entry("race:*foo*bar*", pair="b"),
               VALGRIND: block("...", "fun:foo_*")
               + block("fun:malloc", "fun:foo_open", "fun:bar", name="foo-loses", pair="b")}),
    bad("suppressions.unique", "a leak of one kind below one of all kinds", [f"{VALGRIND}:17"],
        files={VALGRIND: block(*FRAMES) + block("match-leak-kinds: definite", *FRAMES,
                                                name="foo-loses", pair="b")}),
    bad("suppressions.unique", "a name that is not one", [f"{VALGRIND}:6"],
        files={VALGRIND: block(*FRAMES, name="<insert_a_suppression_name_here>")}),
)  # fmt: skip

PROVED = (
    good("suppressions.pair", "registered pairs, and those of the mechanism",
         files={LSAN: entry(), VALGRIND: block(*FRAMES),
                PAIRS: "redzone_suppression_pair(lsan foo-registry foo LINK foo::foo)\n"
                       "redzone_suppression_pair(memcheck foo-registry foo)\n"
                       "redzone_suppression_pair(lsan leak cache PLANTED)\n"
                       "redzone_suppression_pair(lsan open cache IN committed_lsan.supp)\n"}),
    bad("suppressions.pair", "no pair named, a name that is none", [f"{LSAN}:5", f"{TSAN}:5"],
        files={LSAN: entry(pair=None), TSAN: entry("race:foo", pair="a pair")}),
    bad("suppressions.pair", "a pair of another detector, and one in a comment",
        [f"{LSAN}:5", f"{PAIRS}:1"],
        files={LSAN: entry(), PAIRS: "redzone_suppression_pair(tsan foo-registry foo)\n"
                                     "# redzone_suppression_pair(lsan foo-registry foo)\n"}),
    bad("suppressions.pair", "a pair of the mechanism is none of an entry", [f"{LSAN}:5"],
        files={LSAN: entry(), PAIRS: "redzone_suppression_pair(lsan foo-registry foo PLANTED)\n"}),
    bad("suppressions.pair", "a pair that has lost its entry", [f"{PAIRS}:2"],
        files={LSAN: "# Nothing.\n",
               PAIRS: "\nredzone_suppression_pair(lsan foo-registry foo)\n"}),
)  # fmt: skip

CASES = (*GRAMMAR, *EVIDENCE, *REVIEW, *NARROW, *UNIQUE, *PROVED)
