"""Examples of the layers.* rules."""

from tidy_case import LAYERS, bad, good

BASE_HEADER = "include/redzone/base/a.hpp"
OS_SOURCE = "src/os/a.cpp"

CASES = (
    good("layers.declared_arrow", "the arrows of the architecture", files={}),
    bad("layers.declared_arrow", "an arrow that goes up", ["CMakeLists.txt:2"],
        files={"CMakeLists.txt": "redzone_component(base)\nredzone_component(base DEPENDS os)\n"}),
    bad("layers.declared_arrow", "a runtime component that depends on an instrument",
        ["CMakeLists.txt:8"],
        files={"CMakeLists.txt": LAYERS + "redzone_component(monitor DEPENDS base heap)\n"}),
    bad("layers.declared_arrow", "an instrument that depends on the runtime, over two lines",
        ["CMakeLists.txt:8"],
        files={"CMakeLists.txt": LAYERS + "redzone_component(history\n  DEPENDS base gguf)\n"}),
    bad("layers.declared_arrow", "a component that the architecture does not know",
        ["CMakeLists.txt:1"], files={"CMakeLists.txt": "redzone_component(widgets)\n"}),
    good("layers.declared_arrow", "words of THIRD_PARTY are no arrows",
         files={"CMakeLists.txt": "redzone_component(base THIRD_PARTY heap)\n"}),
    good("layers.declared_arrow", "a comment declares nothing",
         files={"CMakeLists.txt": "redzone_component(base) # DEPENDS os\n"
                                  "# redzone_component(base DEPENDS os)\n"}),

    good("layers.include", "own headers and those of DEPENDS",
         files={OS_SOURCE: '#include "redzone/base/a.hpp"\n#include "redzone/os/b.hpp"\n'}),
    bad("layers.include", "a header of a component that is not in DEPENDS", ["src/os/a.cpp:2"],
        files={OS_SOURCE: '\n#include "redzone/gguf/b.hpp"\n'}),
    bad("layers.include", "what a dependency depends on is not included by that",
        ["include/redzone/gguf/a.hpp:1"],
        files={"CMakeLists.txt": "redzone_component(base)\nredzone_component(os DEPENDS base)\n"
                                 "redzone_component(gguf DEPENDS os)\n",
               "include/redzone/gguf/a.hpp": '#include "redzone/base/a.hpp"\n'}),
    bad("layers.include", "blanks within the directive do not hide it", ["src/base/a.cpp:1"],
        files={"src/base/a.cpp": '  #  include  "redzone/os/a.hpp"\n'}),
    good("layers.include", "an include within a comment is none",
         files={"src/base/a.cpp": '/*\n#include "redzone/os/a.hpp"\n*/\n// #include "redzone/os/'
                                  'a.hpp"\n'}),
    good("layers.include", "tests include any public header",
         files={"tests/base/a_test.cpp": '#include "redzone/heap/a.hpp"\n'}),

    good("layers.unknown_component", "declared components",
         files={BASE_HEADER: "", "tests/base/a_test.cpp": '#include "redzone/os/a.hpp"\n'}),
    bad("layers.unknown_component", "an include of a component that does not exist",
        ["src/os/a.cpp:1"], files={OS_SOURCE: '#include "redzone/widgets/a.hpp"\n'}),
    bad("layers.unknown_component", "a folder that is no component",
        ["include/redzone/widgets/a.hpp:1", "src/widgets/a.cpp:1"],
        files={"include/redzone/widgets/a.hpp": "", "src/widgets/a.cpp": ""}),

    good("layers.private_header", "a component and its tests use its private headers",
         files={OS_SOURCE: '#include "os/private.hpp"\n',
                "tests/os/a_test.cpp": '#include "os/private.hpp"\n',
                "bench/os_bench.cpp": '#include "os/private.hpp"\n'}),
    bad("layers.private_header", "a private header of another component",
        ["src/gguf/a.cpp:1", "tests/gguf/a_test.cpp:1"],
        files={"src/gguf/a.cpp": '#include "os/private.hpp"\n',
               "tests/gguf/a_test.cpp": '#include "os/private.hpp"\n'}),
    bad("layers.private_header", "a public header that includes its own private one",
        ["include/redzone/os/a.hpp:1"],
        files={"include/redzone/os/a.hpp": '#include "os/private.hpp"\n'}),

    good("layers.narrow", "heap takes bytes.hpp of base",
         files={"src/heap/a.cpp": '#include "redzone/base/bytes.hpp"\n'}),
    bad("layers.narrow", "heap takes more of base", ["src/heap/a.cpp:1"],
        files={"src/heap/a.cpp": '#include "redzone/base/result.hpp"\n'}),
    good("layers.narrow", "sources of testing use os and base",
         files={"src/testing/a.cpp": '#include "redzone/os/a.hpp"\n'}),
    bad("layers.narrow", "a header of testing uses os", ["include/redzone/testing/a.hpp:1"],
        files={"include/redzone/testing/a.hpp": '#include "redzone/os/a.hpp"\n'}),

    good("layers.tests_and_bench", "tests share tests/support and their own folder",
         files={"tests/os/a_test.cpp": '#include "tests/support/a.hpp"\n'
                                       '#include "tests/os/b.hpp"\n'}),
    bad("layers.tests_and_bench", "production code includes test code",
        ["include/redzone/os/a.hpp:1", "src/os/a.cpp:1"],
        files={"include/redzone/os/a.hpp": '#include "tests/support/a.hpp"\n',
               OS_SOURCE: '#include "../../bench/a.hpp"\n'}),
    bad("layers.tests_and_bench", "a test includes another component's test code",
        ["tests/os/a_test.cpp:1"], files={"tests/os/a_test.cpp": '#include "tests/base/a.hpp"\n'}),

    good("layers.include_path", "paths from the roots",
         files={OS_SOURCE: '#include "os/private.hpp"\n#include "redzone/base/a.hpp"\n'
                           "#include <vector>\n", "src/os/private.hpp": ""}),
    bad("layers.include_path", "a path relative to the file", ["src/os/a.cpp:1", "src/os/a.cpp:2"],
        files={OS_SOURCE: '#include "private.hpp"\n#include "../base/b.hpp"\n',
               "src/os/private.hpp": ""}),
    bad("layers.include_path", "our own header in angle brackets", ["src/os/a.cpp:1"],
        files={OS_SOURCE: "#include <redzone/base/a.hpp>\n"}),

    good("layers.third_party", "testing includes gtest, and so do tests",
         files={"src/testing/a.cpp": "#include <gtest/gtest.h>\n",
                "tests/os/a_test.cpp": "#include <gmock/gmock.h>\n"}),
    bad("layers.third_party", "production code includes gtest or a benchmark",
        ["src/heap/a.cpp:1", "src/os/a.cpp:1"],
        files={OS_SOURCE: "#include <gtest/gtest.h>\n",
               "src/heap/a.cpp": "#include <benchmark/benchmark.h>\n"}),
    bad("layers.third_party", "the runtime includes a JSON library", ["src/gguf/a.cpp:1"],
        files={"src/gguf/a.cpp": "#include <nlohmann/json.hpp>\n"}),

    good("layers.system_calls", "os reaches the system, heap writes, arena watches forks",
         files={OS_SOURCE: "#include <sys/wait.h>\n#include <unistd.h>\n",
                "src/heap/a.cpp": "#include <unistd.h>\n",
                "src/arena/a.cpp": "#include <pthread.h>\n",
                "tests/gguf/a_test.cpp": "#include <sys/mman.h>\n"}),
    bad("layers.system_calls", "another component reaches the system",
        ["src/arena/a.cpp:1", "src/gguf/a.cpp:1", "src/gguf/a.cpp:2", "src/heap/a.cpp:1"],
        files={"src/gguf/a.cpp": "#include <fcntl.h>\n#include <sys/stat.h>\n",
               "src/heap/a.cpp": "#include <poll.h>\n",
               "src/arena/a.cpp": "#include <unistd.h>\n"}),
    bad("layers.system_calls", "files are opened by the standard library", ["src/gguf/a.cpp:1"],
        files={"src/gguf/a.cpp": "#include <fstream>\n"}),
)  # fmt: skip
