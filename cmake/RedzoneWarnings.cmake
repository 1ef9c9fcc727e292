# The warnings of our own code, as a target that is linked privately and never installed.

add_library(redzone_warnings INTERFACE)
target_compile_options(redzone_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-qual -Wformat=2 -Wimplicit-fallthrough)
