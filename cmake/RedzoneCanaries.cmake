# Canaries: small programs with one planted bug each, which prove that a detector really detects at
# the flags of the project that includes this module.
#
#   include(RedzoneCanaries)
#   redzone_add_canaries(DETECTORS asan lsan [PRESET NAME] [VALGRIND FILE] [TIMEOUT_FACTOR N]
#                        [ONLY CANARY...] [EXCEPT CANARY...])
#   redzone_add_canaries(FOLDER DIR [LIBRARIES TARGET...] [STANDARD N] DETECTORS asan lsan ...)
#
#     Call it after enable_testing(), in a build whose flags switch the detectors on. It adds
#       canary.NAME.DETECTOR  the planted bug NAME is reported with its kind, size and line
#       tripwire.DETECTOR     the same for one canary, and the options of the detector are in force:
#                             the variable (ASAN_OPTIONS, VALGRIND_OPTS, ...) names a suppression
#                             file by its absolute path, and the file is there
#     to CTest under the labels canary and tripwire, and the target `canaries`, which builds them.
#     Without any detector it adds nothing. The sources, and what they expect, are in the folder
#     canaries beside this file; a line there that is not understood stops the configuration.
#
#     With FOLDER it adds the canaries of a folder of yours instead, and no tripwires: bugs planted
#     against a library of yours, whose memory a detector has to be told of. Call it once for each
#     folder. A canary has a name that no other has, and may include escape.hpp.
#
#     FOLDER          where your canaries are
#     LIBRARIES       what they link
#     STANDARD        the C++ that they are written in (default: 17)
#     DETECTORS       those of this build: asan lsan ubsan tsan msan memcheck
#     PRESET          the test preset that a failing tripwire shall tell the reader to run
#     VALGRIND        the Valgrind to run memcheck by (default: the one in PATH)
#     TIMEOUT_FACTOR  the limit of a run is 10 s times this (default: 1; memcheck needs more)
#     ONLY, EXCEPT    the canaries to add, or to leave out; a tripwire's is added in any case. What
#                     the flags cannot catch has to be left out: container_overflow, for example,
#                     without -D_GLIBCXX_SANITIZE_VECTOR.
#
# The options of the detectors come from the environment of the tests, as for every other test of
# the project. They need at least detect_stack_use_after_return=1 in ASAN_OPTIONS,
# halt_on_error=1 and print_summary=1 in UBSAN_OPTIONS, --leak-check=full and --error-exitcode in
# VALGRIND_OPTS. Needs Python 3.9.

include_guard() # no wider than the variables below
set(redzone_canary_dir ${CMAKE_CURRENT_LIST_DIR}/canaries)

# The finding that each tripwire plants.
set(redzone_tripwire_asan heap_overflow_write)
set(redzone_tripwire_lsan leak)
set(redzone_tripwire_ubsan signed_overflow)
set(redzone_tripwire_tsan data_race)
set(redzone_tripwire_msan uninitialised_read)
set(redzone_tripwire_memcheck uninitialised_read)

function(redzone_add_canaries)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "FOLDER;STANDARD;PRESET;VALGRIND;TIMEOUT_FACTOR"
    "LIBRARIES;DETECTORS;ONLY;EXCEPT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "redzone_add_canaries: unknown words: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT_FACTOR)
    set(arg_TIMEOUT_FACTOR 1)
  endif()
  if(NOT arg_STANDARD)
    set(arg_STANDARD 17)
  endif()
  if(arg_FOLDER)
    cmake_path(ABSOLUTE_PATH arg_FOLDER NORMALIZE OUTPUT_VARIABLE folder)
  else()
    set(folder ${redzone_canary_dir})
  endif()
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
  if(NOT arg_DETECTORS)
    return()
  endif()
  find_package(Threads REQUIRED)

  redzone_list_canaries(expected "${folder}" "${arg_DETECTORS}")
  if(NOT expected AND NOT arg_FOLDER)
    message(FATAL_ERROR "redzone_add_canaries: no canary for ${arg_DETECTORS}")
  endif()
  redzone_select_canaries(expected "${folder}" "${arg_ONLY}" "${arg_EXCEPT}")
  # The runner's own limit comes first, so that a canary that hangs is reported, not only killed.
  math(EXPR seconds "10 * ${arg_TIMEOUT_FACTOR}")
  set(runner ${Python3_EXECUTABLE} ${redzone_canary_dir}/run_canary.py --timeout ${seconds})
  if(arg_PRESET)
    list(APPEND runner --preset ${arg_PRESET})
  endif()
  if(arg_VALGRIND)
    list(APPEND runner --valgrind ${arg_VALGRIND})
  endif()
  if(NOT TARGET canaries)
    add_custom_target(canaries)
  endif()
  foreach(line IN LISTS expected)
    string(REPLACE " " ";" words "${line}")
    list(GET words 1 canary)
    list(GET words 2 detector)
    redzone_canary_test(canary.${canary}.${detector} ${detector} ${canary} canary)
  endforeach()
  if(arg_FOLDER)
    return()
  endif()
  foreach(detector IN LISTS arg_DETECTORS)
    if(NOT DEFINED redzone_tripwire_${detector})
      message(FATAL_ERROR "redzone_add_canaries: there is no tripwire for ${detector}")
    endif()
    set(canary ${redzone_tripwire_${detector}})
    redzone_canary_test(tripwire.${detector} ${detector} ${canary} tripwire --tripwire)
  endforeach()
endfunction()

# Sets `out` to the lines `run CANARY DETECTOR` of this build; misses that the sources document for
# this compiler and level are no tests. Called again by every configuration, and that by every
# build after a source of a canary has changed.
function(redzone_list_canaries out folder detectors)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  list(TRANSFORM detectors PREPEND --detector= OUTPUT_VARIABLE options)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(compiler clang++)
  else()
    set(compiler g++)
  endif()
  execute_process(COMMAND ${Python3_EXECUTABLE} ${redzone_canary_dir}/list_canaries.py
    --folder ${folder} --compiler ${compiler}
    "--flags=${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}" ${options}
    OUTPUT_VARIABLE lines ERROR_VARIABLE failure RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "redzone_add_canaries: ${failure}")
  endif()
  # At the beginning of a line: a documented miss may have the word in its reason.
  string(REGEX MATCHALL "(^|\n)run [^\n]*" lines "${lines}")
  list(TRANSFORM lines STRIP)
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# Keeps of the lines in `lines` those of the canaries in `only`, if there are any, and not in
# `except`.
function(redzone_select_canaries lines folder only except)
  foreach(name IN LISTS only except)
    if(NOT EXISTS ${folder}/${name}.cpp)
      message(FATAL_ERROR "redzone_add_canaries: there is no canary '${name}' in ${folder}")
    endif()
  endforeach()
  set(kept "")
  foreach(line IN LISTS ${lines})
    string(REGEX REPLACE "^run ([^ ]*) .*" "\\1" name "${line}")
    if((NOT only OR name IN_LIST only) AND NOT name IN_LIST except)
      list(APPEND kept "${line}")
    endif()
  endforeach()
  set(${lines} "${kept}" PARENT_SCOPE)
endfunction()

# Uses `runner`, `seconds`, `folder` and the words of redzone_add_canaries.
function(redzone_canary_test test detector canary label)
  set(source ${folder}/${canary}.cpp)
  if(NOT TARGET canary_${canary})
    add_executable(canary_${canary} ${source})
    set_target_properties(canary_${canary} PROPERTIES CXX_EXTENSIONS OFF)
    target_compile_features(canary_${canary} PRIVATE cxx_std_${arg_STANDARD})
    target_compile_options(canary_${canary} PRIVATE -w) # planted bugs draw warnings
    target_include_directories(canary_${canary} PRIVATE ${redzone_canary_dir})
    target_link_libraries(canary_${canary} PRIVATE ${arg_LIBRARIES} Threads::Threads)
    add_dependencies(canaries canary_${canary})
  endif()
  get_target_property(sources canary_${canary} SOURCES)
  if(NOT sources STREQUAL source)
    message(FATAL_ERROR "redzone_add_canaries: two canaries have the name '${canary}': ${sources} "
      "and ${source}")
  endif()
  math(EXPR timeout "2 * ${seconds}")
  add_test(NAME ${test} COMMAND ${runner} ${ARGN} --detector ${detector}
    --source ${source} --program $<TARGET_FILE:canary_${canary}>)
  set_tests_properties(${test} PROPERTIES TIMEOUT ${timeout} LABELS ${label})
endfunction()
