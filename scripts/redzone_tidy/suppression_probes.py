"""What no suppression may match: names of ours, and names that are in the stacks of all code. Made
from the tree, so that a function or a program is known as soon as it is there."""

import re

from redzone_tidy import cmake_text, cpp_text

# The stand-ins for third-party code are there to be suppressed; what calls them is not.
NOT_OURS = re.compile(r"tests/suppressions/thirdparty_\w+\.cpp")
BUILD = "/somewhere/redzone/build/asan"
FIXED = ("redzone", "redzone::run()", "redzone::Suite_Behaviour_Test::TestBody()", "main",
         "_ZN7redzone3runEv", "_ZNK7redzone3RunEv", "_ZN7redzone12_GLOBAL__N_13runEv",
         "_ZN7redzone20Suite_Behaviour_Test8TestBodyEv", f"{BUILD}/src/cli/redzone",
         "redzone::(anonymous namespace)::run()", "redzone::run()::$_0::operator()() const",
         "redzone::run()::{lambda()#1}::operator()() const", "_ZZN7redzone3runEvENK3$_0clEv",
         "_ZZN7redzone3runEvENKUlvE_clEv", "thirdparty_work")  # fmt: skip
EVERYBODYS = (
    "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "memcpy", "strlen",
    "___interceptor_malloc", "__interceptor_malloc", "__interceptor_calloc",
    "__interceptor_realloc", "_Znwm", "_Znam",
    "_ZnwmSt11align_val_t", "_ZdlPv", "_ZdlPvm", "operator new(unsigned long)",
    "operator new[](unsigned long)", "operator delete(void*)", "start_thread", "clone",
    "pthread_create", "__libc_start_main", "__libc_start_main_impl", "__libc_start_call_main",
    "_start", "std::thread::thread<void (&)(), , void>(void (&)())",
    "std::vector<int, std::allocator<int> >::push_back(int const&)",
    "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::_M_create",
    "__gnu_cxx::new_allocator<char>::allocate(unsigned long, void const*)",
    "_ZNSt6vectorIiSaIiEE9push_backERKi", "_ZNSt6threadC1IRFvvEJEvEEOT_DpOT0_",
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_createERmm",
    "/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
    "/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so",
    "/usr/include/c++/12/bits/vector.tcc",
    "/lib/x86_64-linux-gnu/libasan.so.8", "/lib/x86_64-linux-gnu/libtsan.so.2",
    # Every thread of the standard library.
    "std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run()",
    "std::thread::_Invoker<std::tuple<void (*)()> >::operator()()",
    "void std::__invoke_impl<void, void (*)()>(std::__invoke_other, void (*&&)())",
    "_ZNSt6thread11_State_implINS_8_InvokerISt5tupleIJPFvvEEEEEE6_M_runEv",
    "_ZSt13__invoke_implIvPFvvEJEET_St14__invoke_otherOT0_DpOT1_", "execute_native_thread_routine",
    # Below every test: an entry for one of these would hide what the tests are there to find.
    "testing::Test::Run()", "testing::TestInfo::Run()", "testing::TestSuite::Run()",
    "testing::UnitTest::Run()", "testing::internal::UnitTestImpl::RunAllTests()",
    "void testing::internal::HandleExceptionsInMethodIfSupported<testing::Test, void>"
    "(testing::Test*, void (testing::Test::*)(), char const*)",
    "_ZN7testing4Test3RunEv", "_ZN7testing8TestInfo3RunEv", "_ZN7testing9TestSuite3RunEv",
    "_ZN7testing8UnitTest3RunEv", "_ZN7testing8internal12UnitTestImpl11RunAllTestsEv",
    "_ZN7testing8internal35HandleExceptionsInMethodIfSupportedINS_4TestEvEET0_PT_MS4_FS3_vEPKc",
    "/usr/src/googletest/googletest/src/gtest.cc", "/usr/include/gtest/gtest.h",
)  # fmt: skip


def mangled(name):
    return "_ZN" + "".join(f"{len(part)}{part}" for part in name.split("::")) + "Ei"


def ours(tree):
    """Functions, demangled and mangled, files as both compilers name them, programs, libraries."""
    yield from FIXED
    for file in tree.cpp("include", "src", "tests"):
        if NOT_OURS.fullmatch(file.path):
            continue
        yield f"/somewhere/redzone/{file.path}"
        yield f"../../{file.path}"
        yield f"./{file.path}"
        for name in sorted({function.name for function in cpp_text.functions(file.code)}):
            for namespace in ("redzone", f"redzone::{file.component or 'tests'}"):
                yield f"{namespace}::{name}(int)"
                yield mangled(f"{namespace}::{name}")
    for file in tree.of_kind("cmake"):
        folder = "/".join(file.folders)
        for command in ("redzone_test_program", "add_executable"):
            for _, words in cmake_text.calls(file.text, command):
                if words and not words[0].startswith("call_thirdparty_"):
                    yield f"{BUILD}/{folder}/{words[0]}"
    for component in tree.components:
        yield f"{BUILD}/src/{component}/libredzone_{component}.so"
