"""Examples of the text.* rules."""

from tidy_case import bad, good

# Put together here, so that this file holds no such path itself.
HOME, WORK, SCRATCH = "/ho" + "me/ada/a", "/wo" + "rk/main", "/t" + "mp/scratch"

CASES = (
    good("text.tabs", "blanks, a Makefile, data",
         files={"a.txt": "  a\n", "Makefile": "a:\n\tb\n", "tests/golden/a.txt": "\ta\n"}),
    bad("text.tabs", "a tab", ["a.md:2"], files={"a.md": "a\n\tb\n"}),
    bad("text.tabs", "code in a folder that is called like data", ["src/os/data/a.cpp:1"],
        files={"src/os/data/a.cpp": "\tint a;\n"}),

    good("text.trailing_blanks", "none", files={"a.txt": "a b\n\n c\n"}),
    bad("text.trailing_blanks", "at the end of a line", ["a.cmake:1", "a.md:2", "b.txt:1"],
        files={"a.cmake": "a \n", "a.md": "a\n  \n", "b.txt": "a \r\n"}),

    good("text.line_ends", "LF, and an image", files={"a.txt": "a\n", "a.png": b"\0\r\n"}),
    bad("text.line_ends", "CRLF", ["a.txt:2"], files={"a.txt": "a\nb\r\n"}),

    good("text.final_newline", "one, and an empty file", files={"a.txt": "a\n", "b.txt": ""}),
    bad("text.final_newline", "none, or more than one", ["a.txt:2", "b.txt:2"],
        files={"a.txt": "a\nb", "b.txt": "a\n\n"}),

    good("text.ascii", "ASCII in code, anything in Markdown",
         files={"src/os/a.cpp": "a\n", "a.md": "\u00e4\n"}),
    bad("text.ascii", "an umlaut, a byte that is no UTF-8", ["scripts/a.py:1", "src/os/a.cpp:2"],
        files={"src/os/a.cpp": "a\n// \u00e4\n", "scripts/a.py": b"# \xff\n"}),

    good("text.todo", "with an issue number, or part of a word",
         files={"src/os/a.cpp": "// TODO(#12): a\n", "a.md": "mktemp XXXXXX\n"}),
    bad("text.todo", "without one", ["a.md:1", "src/os/a.cpp:1", "src/os/a.cpp:2"],
        files={"src/os/a.cpp": "// TODO: a\n// FIXME(ada)\n", "a.md": "XXX\n"}),

    good("text.machine_path", "paths of the project, of the system, of variables",
         files={"a.md": "src/work/a ${HOME}" + WORK + " /tmp $x" + SCRATCH + " /usr/bin /rooted\n"
                        "https://example.org" + WORK + " the /home of\n"}),
    bad("text.machine_path", "somebody's folders", ["a.md:1", "b.sh:1", "c.cpp:1", "d.txt:1",
                                                       "tests/os/outputs/e.txt:1"],
        files={"a.md": f"cd {HOME}\n", "b.sh": f"cd '{WORK}'\n", "c.cpp": f'f("{SCRATCH}");\n',
               "d.txt": "cd /ro" + "ot\n", "tests/os/outputs/e.txt": f"#1 f {WORK}/a.cpp:1\n"}),

    good("text.plan_words", "words that only look like it",
         files={"a.md": "the phase of a clock, phases of the moon, a query plan, the plan\n",
                "scripts/explain.py": "class Plan:\n    pass\n", "src/os/planet.cpp": "",
                "b.md": "bytes not yet written, to be written; it will be added to the sum\n"}),
    bad("text.plan_words", "in documents, comments, names of tests and of files",
        ["a.md:1", "a.md:2", "docs/ROAD" + "MAP.md:1", "docs/pha" + "se_2.md:1", "src/os/a.cpp:1",
         "tests/os/a_test.cpp:1"],
        files={"a.md": "see the road" + "map\nThis is plan" + "ned for the summer.\n",
               "docs/ROAD" + "MAP.md": "", "docs/pha" + "se_2.md": "",
               "src/os/a.cpp": "// not yet " + "implemented\n",
               "tests/os/a_test.cpp": "TEST(A, WorksIn_pha" + "se_2) {}\n"}),
)  # fmt: skip
