# The warnings of our own code, as a target that is linked privately and never installed.

add_library(redzone_warnings INTERFACE)
target_compile_options(redzone_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-qual -Wformat=2 -Wimplicit-fallthrough
  # g++ 12 sees overlapping copies in std::string operator+ at -O3: GCC bug 105651, fixed in 13.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
