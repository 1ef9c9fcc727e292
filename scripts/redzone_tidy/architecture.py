"""The layers of docs/architecture.md as data: which arrows may be declared, and who may include
what from outside the project. An arrow that a component uses is declared in CMakeLists.txt."""

RUNTIME = ("arena", "gguf", "monitor", "embed", "server")
INSTRUMENTS = ("heap", "findings", "suppressions", "history", "testing", "testing_benchmark",
               "report", "harness")  # fmt: skip

# component -> components that its DEPENDS may name. cli is where the towers meet.
ARROWS = {
    "base": (),
    "os": ("base",),
    "arena": ("base",),
    "monitor": ("base", "os"),
    "gguf": ("base", "os", "arena"),
    "embed": ("base", "os", "arena", "gguf", "monitor"),
    "server": ("base", "os", "monitor", "embed"),
    "heap": ("base",),
    "testing": ("base", "os", "heap"),
    "testing_benchmark": ("base", "os", "heap", "testing"),
    "findings": ("base", "os"),
    "suppressions": ("base", "os", "findings"),
    "history": ("base", "os", "findings"),
    "report": ("base", "os", "findings", "suppressions"),
    "harness": ("base", "os", "findings", "suppressions", "history"),
}
ARROWS["cli"] = tuple(ARROWS)

# (component, area) -> of these components only these headers: what is compiled as C++17.
NARROW = {
    ("heap", "include"): {"base": ("redzone/base/bytes.hpp",)},
    ("heap", "src"): {"base": ("redzone/base/bytes.hpp", "redzone/base/valgrind_request.hpp")},
    ("testing", "include"): {"base": ("redzone/base/bytes.hpp",), "os": ()},
    ("testing_benchmark", "include"): {"base": ("redzone/base/bytes.hpp",), "os": ()},
}

# First word of a third-party include -> components that may use it.
THIRD_PARTY = {
    "gtest": ("testing",),
    "gmock": ("testing",),
    "benchmark": ("testing_benchmark", "testing"),
    "fmt": ("report", "cli"),
    "nlohmann": ("report", "history", "harness", "cli", "server"),
    "CLI": ("cli",),
    "toml++": ("cli",),
    "hwy": ("gguf", "embed"),
    "xxhash.h": ("gguf",),
    "openssl": ("gguf",),
    "utf8proc.h": ("embed",),
    "boost": ("server",),
    "expat.h": ("findings",),
    "sqlite3.h": ("history",),
}

# Folders of tests/ that belong to no component. `support` is the only one that others include.
SHARED_TEST_FOLDERS = ("support",)
FREE_TEST_FOLDERS = ("canaries", "compile_fail", "consumers", "fuzz", "golden", "support")

# Headers that reach the operating system, and the components beside os that may include one.
SYSTEM_HEADER_FOLDERS = ("sys", "linux", "asm", "net", "netinet", "arpa")
SYSTEM_HEADERS = (
    "unistd.h", "fcntl.h", "signal.h", "csignal", "poll.h", "spawn.h", "termios.h", "dirent.h",
    "pwd.h", "grp.h", "sched.h", "pthread.h", "semaphore.h", "dlfcn.h", "ftw.h", "glob.h", "aio.h",
    "mqueue.h", "syslog.h", "utime.h", "wait.h", "netdb.h", "ifaddrs.h", "pty.h", "mntent.h",
    "ucontext.h", "filesystem", "fstream",
)  # fmt: skip
SYSTEM_HEADERS_BESIDE_OS = {
    # write and mmap, because its tables may not come from the heap that it counts; pthread keys,
    # because thread_local destructors allocate; dladdr; sched_yield.
    "heap": ("unistd.h", "sys/mman.h", "pthread.h", "dlfcn.h", "sched.h"),
    # fork, because a torture's block is code of this very process; the signals, timer and pipe
    # around it; a file descriptor for a sanitizer's report.
    "testing": ("unistd.h", "fcntl.h", "poll.h", "csignal", "sys/mman.h", "sys/prctl.h",
                "sys/time.h", "sys/types.h", "sys/wait.h"),
    "arena": ("pthread.h",),  # pthread_atfork, for the arenas of threads
}
