# What a user or a preset may set. Nothing here changes a global flag: compile options reach our
# own targets through redzone_component, and a preset's -fsanitize flags through CMAKE_CXX_FLAGS,
# which belong to whoever configures.

option(REDZONE_BUILD_TESTS "Build and register the tests of redzone" ${PROJECT_IS_TOP_LEVEL})
option(REDZONE_BUILD_CLI "Build the program redzone, which needs CLI11, fmt and nlohmann/json"
  ${PROJECT_IS_TOP_LEVEL})
option(REDZONE_BUILD_BENCHMARKS
  "Build bench/, where Google Benchmark is found and no detector or coverage slows it down"
  ${PROJECT_IS_TOP_LEVEL})
# What is built under a detector is not for shipping, and its program is not run while it builds.
set(redzone_installs ${PROJECT_IS_TOP_LEVEL})
if(REDZONE_DETECTORS)
  set(redzone_installs OFF)
endif()
option(REDZONE_INSTALL "Make install rules and packages of redzone" ${redzone_installs})
set(REDZONE_DETECTORS "" CACHE STRING
  "Detectors that this build runs its tests under: asan lsan ubsan tsan msan memcheck")
option(REDZONE_FUZZING
  "Build the targets of tests/fuzz as fuzzers, and no other test: the compiler is clang" OFF)
option(REDZONE_PRECOMPILED_TESTS
  "Compile what all test programs include once for all of them: a missing include goes unnoticed"
  OFF)
option(REDZONE_JOINED_TESTS
  "With g++, compile the sources of a test program several at a time: one order of initialisation"
  OFF)
set(REDZONE_PRESET "" CACHE STRING "Name of the configure preset, set by CMakePresets.json")

foreach(detector IN LISTS REDZONE_DETECTORS)
  if(NOT detector MATCHES "^(asan|lsan|ubsan|tsan|msan|memcheck)$")
    message(FATAL_ERROR "REDZONE_DETECTORS names '${detector}', which is no detector of redzone; "
      "the nearest right ones are asan, lsan, ubsan, tsan, msan and memcheck")
  endif()
endforeach()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "redzone needs g++ 12 or newer for C++23; this is "
    "${CMAKE_CXX_COMPILER_VERSION}")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "redzone needs clang 19 or newer, whose std::expected works with libstdc++; "
    "this is ${CMAKE_CXX_COMPILER_VERSION}")
endif()

# Time limits of tests, in seconds, grow with the slowest detector of the build; counting lines
# without optimisation is as slow as a sanitizer.
set(redzone_timeout_factor 1)
if(REDZONE_DETECTORS MATCHES "(^|;)(asan|ubsan|msan)(;|$)" OR CMAKE_CXX_FLAGS MATCHES "--coverage")
  set(redzone_timeout_factor 3)
endif()
if("tsan" IN_LIST REDZONE_DETECTORS)
  set(redzone_timeout_factor 10)
endif()
if("memcheck" IN_LIST REDZONE_DETECTORS)
  set(redzone_timeout_factor 20)
endif()

# For sources that include GoogleTest, or the third-party headers of a component: with the
# instrumentation of a sanitizer these keep the optimiser busy for minutes, so they are compiled at
# -O0 there, where a defect hides less. The rest, and the canaries, are compiled as the preset says.
# Under Valgrind code at -O0 would run for longer than it saves to build.
set(redzone_heavy_header_options "")
if(REDZONE_DETECTORS MATCHES "san")
  set(redzone_heavy_header_options -O0)
endif()

# For code that runs inside malloc, before and beneath every detector. Frame pointers let the
# detectors' fast unwinders pass through it.
set(redzone_no_detector_options -fno-sanitize=all -fno-omit-frame-pointer)
