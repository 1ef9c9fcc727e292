# How benchmarks are registered: programs of Google Benchmark in bench/, in builds without a
# detector, whose numbers would be the detector's.
#
#   redzone_benchmark(NAME SOURCES FILE... [LIBRARIES TARGET...] [WITHOUT_HEAP])
#     A program build/PRESET/bench/NAME, whose sources have a main(), and a CTest entry bench.NAME
#     (label bench) that runs each row for an instant and holds no time against it. WITHOUT_HEAP: it
#     does not link redzone::testing_benchmark, because it measures what a program costs without.
#   redzone_measured_program(NAME SOURCES FILE... [LIBRARIES TARGET...])
#     A program build/PRESET/bench/NAME that scripts/bench measures from outside.
#   redzone_benchmarks()
#     Adds bench/. Where Google Benchmark is missing it says so; with REDZONE_ALL_TOOLS=1 in the
#     environment that is an error, as in RedzoneTesting.cmake.

# Finds Google Benchmark; sets `out` to why there are no benchmarks, or to nothing.
macro(redzone_find_benchmark out)
  set(${out} "")
  if(NOT REDZONE_BUILD_BENCHMARKS)
    set(${out} "REDZONE_BUILD_BENCHMARKS is off")
  elseif(REDZONE_DETECTORS OR CMAKE_CXX_FLAGS MATCHES "--coverage")
    set(${out} "this build's times would be those of its detector")
  else()
    find_package(benchmark QUIET)
    if(NOT benchmark_FOUND)
      set(${out} "CMake does not find Google Benchmark")
      set(redzone_next_step "Next step: scripts/setup ${REDZONE_PRESET}")
      if(redzone_all_tools)
        message(FATAL_ERROR "${${out}}, and REDZONE_ALL_TOOLS is set.\n${redzone_next_step}")
      endif()
      message(STATUS "redzone: no benchmarks: ${${out}}. ${redzone_next_step}")
    endif()
  endif()
endmacro()

function(redzone_measured_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  redzone_compile_as_ours(${name})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${name} PRIVATE cxx_std_23)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
endfunction()

function(redzone_benchmark name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WITHOUT_HEAP" "" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "redzone_benchmark(${name}): no SOURCES, or unknown words: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  redzone_measured_program(${name} SOURCES ${arg_SOURCES}
    LIBRARIES ${arg_LIBRARIES} benchmark::benchmark)
  if(NOT arg_WITHOUT_HEAP)
    target_link_libraries(${name} PRIVATE redzone::testing_benchmark redzone::heap_interposer)
  endif()
  if(REDZONE_BUILD_TESTS)
    # The number has no unit: before 1.8 Google Benchmark takes none, and later it may be left out.
    add_test(NAME bench.${name} COMMAND ${name} --benchmark_min_time=0.0001)
    set_tests_properties(bench.${name} PROPERTIES TIMEOUT 60 LABELS bench
      FAIL_REGULAR_EXPRESSION "ERROR OCCURRED")
  endif()
endfunction()

function(redzone_benchmarks)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/bench/CMakeLists.txt)
    return() # an archive of the libraries alone
  endif()
  redzone_find_benchmark(why_not)
  if(why_not)
    # Its header includes Google Benchmark's, which may not be there.
    set_target_properties(redzone_testing_benchmark PROPERTIES VERIFY_INTERFACE_HEADER_SETS OFF)
    return()
  endif()
  target_link_libraries(redzone_testing_benchmark INTERFACE
    $<BUILD_INTERFACE:benchmark::benchmark>)
  add_subdirectory(${PROJECT_SOURCE_DIR}/bench)
endfunction()
