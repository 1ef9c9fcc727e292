# redzone_fuzz_target(NAME SOURCE FILE [SEEDS FOLDER] [RUNS NUMBER] [LIBRARIES TARGET...]
#                     [MUST_FIND TEXT])
#
# SOURCE defines LLVMFuzzerTestOneInput(). In a build with REDZONE_FUZZING, which the preset `fuzz`
# is, the program fuzz_NAME is a fuzzer of libFuzzer; in any other it reads the committed inputs of
# SEEDS, so that what was found once is a test everywhere, with every compiler and detector. Both
# have the label `fuzz` and are called fuzz.NAME; the fuzzer's test is short, and the same in every
# run: RUNS inputs from seed 1. For longer: build/fuzz/tests/fuzz/fuzz_NAME CORPUS
# tests/fuzz/seeds/NAME, which stops at the first finding.
#
# MUST_FIND: the target is wrong on purpose, and its test passes only if TEXT is printed: a fuzzer
# that finds nothing, and a job of fuzzing that does nothing, look the same otherwise. The fuzzer
# then starts from nothing, because SEEDS hold the answer.

set(redzone_fuzz_folder ${CMAKE_CURRENT_LIST_DIR}/../tests/fuzz)

function(redzone_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;SEEDS;RUNS;MUST_FIND" "LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCE)
    message(FATAL_ERROR "redzone_fuzz_target(${name}): no SOURCE, or unknown words: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SEEDS)
    set(arg_SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/${name})
  endif()
  if(NOT arg_RUNS)
    set(arg_RUNS 1000)
  endif()
  file(GLOB seeds CONFIGURE_DEPENDS ${arg_SEEDS}/*)
  if(NOT seeds)
    message(FATAL_ERROR "redzone_fuzz_target(${name}): ${arg_SEEDS} has no input")
  endif()

  add_executable(fuzz_${name} ${arg_SOURCE})
  set_target_properties(fuzz_${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(fuzz_${name} PRIVATE cxx_std_23)
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(fuzz_${name} PRIVATE redzone_warnings ${arg_LIBRARIES})
  set(command $<TARGET_FILE:fuzz_${name}>)
  if(REDZONE_FUZZING)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    # What is found is kept in the build tree, under a name that says the target.
    list(APPEND command -seed=1 -runs=${arg_RUNS} -max_len=4096 -timeout=25 -rss_limit_mb=2048
      -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/${name}-)
    if(NOT arg_MUST_FIND)
      # Not as a folder: the first folder is where libFuzzer writes what it finds new.
      list(JOIN seeds "," list_of_seeds)
      set(file_of_seeds ${CMAKE_CURRENT_BINARY_DIR}/${name}.seeds)
      file(CONFIGURE OUTPUT ${file_of_seeds} CONTENT "@list_of_seeds@" @ONLY)
      list(APPEND command -seed_inputs=@${file_of_seeds})
    endif()
  else()
    target_sources(fuzz_${name} PRIVATE ${redzone_fuzz_folder}/replay_main.cpp)
    list(APPEND command ${arg_SEEDS})
    if("memcheck" IN_LIST REDZONE_DETECTORS)
      list(PREPEND command ${REDZONE_VALGRIND})
    endif()
  endif()
  if(arg_MUST_FIND)
    list(PREPEND command
      ${CMAKE_COMMAND} "-DTEXT=${arg_MUST_FIND}" -P ${redzone_fuzz_folder}/must_find.cmake --)
  endif()
  add_test(NAME fuzz.${name} COMMAND ${command})
  math(EXPR timeout "60 * ${redzone_timeout_factor}")
  set(properties TIMEOUT ${timeout} LABELS fuzz)
  if(redzone_report_regex)
    list(APPEND properties FAIL_REGULAR_EXPRESSION "${redzone_report_regex}")
  endif()
  set_tests_properties(fuzz.${name} PROPERTIES ${properties})
endfunction()
