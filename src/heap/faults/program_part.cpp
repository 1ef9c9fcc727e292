// Compiled into each program that links redzone::heap_faults, with the program's own options: only
// these tell whether it runs under AddressSanitizer. It takes the wrappers into the program, also
// where nothing allocates, so that fault_coverage() can tell; and under ASan the replacement of
// operator new and delete. A program that has an operator new of its own, and runs under ASan,
// defines REDZONE_HEAP_KEEP_OPERATORS: else both are linked, and the linker says so.

extern "C" {
void redzone_heap_take_wrappers_of_c_functions();
void redzone_heap_take_wrappers_of_operators();
void redzone_heap_take_operators_for_asan();
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REDZONE_HEAP_HAS_ASAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define REDZONE_HEAP_HAS_ASAN
#endif

namespace {

[[gnu::used]] void (*const taken_into_the_program[])() = {
    &redzone_heap_take_wrappers_of_c_functions,
    &redzone_heap_take_wrappers_of_operators,
#if defined(REDZONE_HEAP_HAS_ASAN) && !defined(REDZONE_HEAP_KEEP_OPERATORS)
    &redzone_heap_take_operators_for_asan,
#endif
};

}  // namespace
