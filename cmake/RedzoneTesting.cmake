# How tests are registered, in each build, under its detectors.
#
#   redzone_test_program(NAME SOURCES FILE... [LIBRARIES TARGET...] [LABEL LABEL]
#                        [TIMEOUT SECONDS] [TRACE_CHILDREN] [CHILDREN_CRASH] [JOINED])
#     A GoogleTest program. One CTest entry a test; under Valgrind, whose start costs more than most
#     tests, one entry a program. TRACE_CHILDREN: Valgrind follows into the processes it starts.
#     CHILDREN_CRASH: what it forks does wrong on purpose, and Valgrind says nothing about these.
#     JOINED: no two of its sources give the same name to something of their own, so that
#     REDZONE_JOINED_TESTS may compile several at a time.
#   redzone_script_test(NAME COMMAND WORD... [LABELS LABEL...] [TIMEOUT SECONDS])
#     A test of scripts or build files, which no detector looks into: registered in builds without
#     a detector, listed as not instrumented in the others. Has the label `script` too.
#   redzone_instruments(FOLDER...)
#     Adds the test folders that belong to no component.

include(GoogleTest)

# Some tests of scripts try real tools and skip themselves, or a part of themselves, on a machine
# that lacks one. Where the environment of the configuration says REDZONE_ALL_TOOLS=1, as the gate
# and the night do, such a test fails, so that nobody takes for tested what was not.
set(redzone_all_tools FALSE)
if("$ENV{REDZONE_ALL_TOOLS}")
  set(redzone_all_tools TRUE)
endif()

# The first lines of the detectors' reports. A process that a test started may report while the test
# itself passes; with this ctest alone sees it. One regular expression, because gtest_discover_tests
# cannot pass on a list; a word of prose is none of these. Canaries and tripwires report on purpose.
set(redzone_report_regex "")
if(REDZONE_DETECTORS)
  string(JOIN "|" redzone_report_regex
    "==[0-9]+==(ERROR|WARNING): [A-Za-z]+Sanitizer"
    "WARNING: ThreadSanitizer: [a-z -]+[(]"
    ":[0-9]+:[0-9]+: runtime error: "
    "==[0-9]+== ERROR SUMMARY: [1-9]")
endif()

# GoogleTest from the distribution. A sanitizer has to see the allocations and locks of the whole
# program, and annotated containers may not be mixed with others, so a sanitizer build compiles the
# distribution's sources with its own flags where they are installed.
function(redzone_find_gtest)
  set(source /usr/src/googletest/googletest)
  if(REDZONE_DETECTORS MATCHES "san" AND EXISTS ${source}/src/gtest-all.cc)
    add_library(redzone_gtest STATIC ${source}/src/gtest-all.cc ${source}/src/gtest_main.cc)
    target_include_directories(redzone_gtest SYSTEM PUBLIC ${source}/include PRIVATE ${source})
    target_compile_features(redzone_gtest PUBLIC cxx_std_17)
    target_compile_options(redzone_gtest PRIVATE -w ${redzone_heavy_header_options})
    find_package(Threads REQUIRED)
    target_link_libraries(redzone_gtest PUBLIC Threads::Threads)
  else()
    if(REDZONE_DETECTORS MATCHES "san")
      message(WARNING "GoogleTest's sources are not in ${source}: the library of the system is "
        "linked, which no sanitizer looks into.\nNext step: scripts/setup ${REDZONE_PRESET}")
    endif()
    redzone_require_package(tests GTest)
    add_library(redzone_gtest INTERFACE)
    target_link_libraries(redzone_gtest INTERFACE GTest::gtest GTest::gtest_main)
  endif()
endfunction()

# What the sources of test programs include, for REDZONE_PRECOMPILED_TESTS. The programs differ in
# macros of their own, which none of these headers reads.
set(redzone_test_headers <gtest/gtest.h> <algorithm> <array> <charconv> <chrono> <expected>
  <filesystem> <fstream> <functional> <map> <memory> <optional> <random> <set> <span> <sstream>
  <string> <system_error> <thread> <variant> <vector>)

# How many sources REDZONE_JOINED_TESTS joins: more of them take g++ more than 1 GiB.
set(redzone_joined_sources_max 8)

# How every source of a test program is compiled.
function(redzone_compile_as_test target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_23)
  target_compile_options(${target} PRIVATE ${redzone_heavy_header_options})
  target_link_libraries(${target} PRIVATE redzone_warnings redzone_gtest)
endfunction()

# A test program takes most of its time to compile for headers, and functions of theirs, that are
# the same in each of its sources. With clang, which gains most by the header, the sources stay
# apart, so that in one build AddressSanitizer sees in which order they are initialised.
function(redzone_compile_fast name joined)
  set_property(GLOBAL APPEND PROPERTY redzone_test_programs ${name})
  if(REDZONE_JOINED_TESTS AND joined AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set_target_properties(${name} PROPERTIES
      UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${redzone_joined_sources_max})
  endif()
  # Of what g++ 12 has precompiled it forgets that it comes from a system header, and when it
  # optimises it then warns of libstdc++: there, sources are joined only.
  if(NOT REDZONE_PRECOMPILED_TESTS OR
      (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT "-O0" IN_LIST redzone_heavy_header_options))
    return()
  endif()
  if(NOT TARGET redzone_test_header)
    set(source ${PROJECT_BINARY_DIR}/redzone_test_header.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "// CMake wants a source beside the header.\n")
    add_library(redzone_test_header OBJECT EXCLUDE_FROM_ALL ${source})
    redzone_compile_as_test(redzone_test_header)
    target_precompile_headers(redzone_test_header PRIVATE ${redzone_test_headers})
  endif()
  target_precompile_headers(${name} REUSE_FROM redzone_test_header)
endfunction()

# Sources of the libraries that a program compiles because it links these stay by themselves.
function(redzone_keep_apart_what_is_ours)
  get_property(programs GLOBAL PROPERTY redzone_test_programs)
  get_property(components GLOBAL PROPERTY redzone_components)
  foreach(component IN LISTS components)
    get_property(files GLOBAL PROPERTY redzone_files_of_${component})
    if(files AND programs)
      set_source_files_properties(${files} TARGET_DIRECTORY ${programs} PROPERTIES
        SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

function(redzone_test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TRACE_CHILDREN;CHILDREN_CRASH;JOINED"
    "TIMEOUT;LABEL" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "redzone_test_program(${name}): no SOURCES, or unknown words: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL unit) # one only: gtest_discover_tests cannot pass on a list
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${redzone_timeout_factor}")
  set(properties TIMEOUT ${timeout} LABELS ${arg_LABEL})
  if(redzone_report_regex)
    list(APPEND properties FAIL_REGULAR_EXPRESSION "${redzone_report_regex}")
  endif()

  add_executable(${name} ${arg_SOURCES})
  if(REDZONE_FUZZING)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL TRUE)
    return()
  endif()
  redzone_compile_as_test(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  redzone_compile_fast(${name} ${arg_JOINED})

  if("memcheck" IN_LIST REDZONE_DETECTORS)
    set(under ${REDZONE_VALGRIND})
    if(arg_TRACE_CHILDREN)
      list(APPEND under --trace-children=yes "--trace-children-skip=/bin/*,/usr/bin/*")
    endif()
    if(arg_CHILDREN_CRASH)
      list(APPEND under --child-silent-after-fork=yes)
    endif()
    add_test(NAME ${name} COMMAND ${under} $<TARGET_FILE:${name}>)
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    # Without a filter of its own the discovery would take GTEST_FILTER from the environment of
    # whoever builds, and what it leaves out stays out until the program is linked again.
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_FILTER *
      PROPERTIES ${properties})
  endif()
endfunction()

function(redzone_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "COMMAND;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_COMMAND)
    message(FATAL_ERROR "redzone_script_test(${name}): no COMMAND, or unknown words: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(REDZONE_DETECTORS)
    set_property(GLOBAL APPEND PROPERTY redzone_not_instrumented ${name})
    return()
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "script;${arg_LABELS}")
  if(redzone_all_tools)
    set_tests_properties(${name} PROPERTIES FAIL_REGULAR_EXPRESSION "OK [(]skipped=|, skipped=")
  endif()
endfunction()

function(redzone_instruments)
  if(NOT REDZONE_BUILD_TESTS)
    return()
  endif()
  foreach(folder IN LISTS ARGN)
    add_subdirectory(${PROJECT_SOURCE_DIR}/tests/${folder})
  endforeach()
endfunction()

# Tells scripts what this tree is: redzone-build.json, read by scripts/verdict.
function(redzone_describe_build)
  get_property(scripts GLOBAL PROPERTY redzone_not_instrumented)
  get_property(targets GLOBAL PROPERTY redzone_no_detector_targets)
  set(no_detector "")
  foreach(target IN LISTS targets)
    get_target_property(sources ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    foreach(source IN LISTS sources)
      # target_sources() keeps a source of another folder with its whole path.
      cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder} NORMALIZE)
      list(APPEND no_detector ${source})
    endforeach()
  endforeach()
  set(document "{}")
  string(JSON document SET "${document}" preset "\"${REDZONE_PRESET}\"")
  string(JSON document SET "${document}" compiler
    "\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\"")
  foreach(pair IN ITEMS "detectors=REDZONE_DETECTORS" "not_instrumented=scripts"
      "no_detector=no_detector")
    string(REPLACE "=" ";" pair "${pair}")
    list(GET pair 0 key)
    list(GET pair 1 variable)
    list(JOIN ${variable} "\", \"" joined)
    if(joined)
      string(JSON document SET "${document}" ${key} "[\"${joined}\"]")
    else()
      string(JSON document SET "${document}" ${key} "[]")
    endif()
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/redzone-build.json CONTENT "@document@\n" @ONLY)
endfunction()

if(REDZONE_BUILD_TESTS)
  enable_testing()
  redzone_find_gtest()
  if("memcheck" IN_LIST REDZONE_DETECTORS)
    find_program(REDZONE_VALGRIND valgrind)
    if(NOT REDZONE_VALGRIND)
      message(FATAL_ERROR "The preset '${REDZONE_PRESET}' needs Valgrind, which is not on this "
        "machine.\nNext step: scripts/setup ${REDZONE_PRESET}")
    endif()
  elseif(NOT REDZONE_DETECTORS AND PROJECT_IS_TOP_LEVEL)
    # `ctest -T memcheck` looks for its tool in this file; include(CTest) would add 25 targets too.
    find_program(REDZONE_VALGRIND valgrind)
    configure_file(${CMAKE_CURRENT_LIST_DIR}/DartConfiguration.tcl.in
      ${PROJECT_BINARY_DIR}/DartConfiguration.tcl @ONLY)
  endif()
  cmake_language(DEFER DIRECTORY ${PROJECT_SOURCE_DIR} CALL redzone_describe_build)
  cmake_language(DEFER DIRECTORY ${PROJECT_SOURCE_DIR} CALL redzone_keep_apart_what_is_ours)
endif()
