# How `ctest` finds what to run.
#
# * `ctest --preset X` builds first: a script that builds is the first include of the top-level test
#   list. It has to stand before every test and subdirectory, because tests that are listed before
#   the build are missed without a word when the build adds them.
# * `ctest` alone, in the source folder, runs the preset that was configured last: the committed
#   CTestTestfile.cmake includes build/last-preset.cmake, which is written here with the
#   environment of the test preset of the same name.

set(redzone_front_door_dir ${CMAKE_CURRENT_LIST_DIR})

# Puts the build script in front of the tests of the current directory.
function(redzone_build_before_test)
  get_property(already DIRECTORY PROPERTY TEST_INCLUDE_FILES)
  get_property(tests DIRECTORY PROPERTY TESTS)
  get_property(subdirectories DIRECTORY PROPERTY SUBDIRECTORIES)
  if(already OR tests OR subdirectories)
    message(FATAL_ERROR "redzone_build_before_test() must come before every test and subdirectory; "
      "there are already: ${already} ${tests} ${subdirectories}")
  endif()
  configure_file(${redzone_front_door_dir}/build_before_test.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/build_before_test.cmake @ONLY)
  set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES
    ${CMAKE_CURRENT_BINARY_DIR}/build_before_test.cmake)
endfunction()

# Sets `out` to the JSON object of the preset `name` in the array `kind` of `json`.
function(redzone_find_preset json kind name out)
  string(JSON count ERROR_VARIABLE error LENGTH "${json}" ${kind})
  if(count)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON candidate GET "${json}" ${kind} ${index} name)
      if(candidate STREQUAL name)
        string(JSON preset GET "${json}" ${kind} ${index})
        set(${out} "${preset}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endif()
  set(${out} "" PARENT_SCOPE)
endfunction()

# Sets `out` to a list NAME=VALUE of the environment of the test preset `name`, inherited ones
# included. As in CMake, a value nearer to the preset wins, and an earlier parent over a later one.
# `depth` bounds the recursion.
function(redzone_test_environment json name depth out)
  if(depth GREATER 16)
    message(FATAL_ERROR "CMakePresets.json: the test preset '${name}' inherits more than 16 levels")
  endif()
  redzone_find_preset("${json}" testPresets "${name}" preset)
  if(preset STREQUAL "")
    message(FATAL_ERROR "CMakePresets.json has no test preset '${name}'")
  endif()

  set(result "")
  set(names "")
  string(JSON count ERROR_VARIABLE error LENGTH "${preset}" environment)
  if(count)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON variable MEMBER "${preset}" environment ${index})
      string(JSON value GET "${preset}" environment "${variable}")
      list(APPEND names "${variable}")
      list(APPEND result "${variable}=${value}")
    endforeach()
  endif()

  string(JSON kind ERROR_VARIABLE error TYPE "${preset}" inherits)
  set(parents "")
  if(kind STREQUAL "STRING")
    string(JSON parents GET "${preset}" inherits)
  elseif(kind STREQUAL "ARRAY")
    string(JSON count LENGTH "${preset}" inherits)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON parent GET "${preset}" inherits ${index})
      list(APPEND parents "${parent}")
    endforeach()
  endif()
  math(EXPR deeper "${depth} + 1")
  foreach(parent IN LISTS parents)
    redzone_test_environment("${json}" "${parent}" ${deeper} inherited)
    foreach(entry IN LISTS inherited)
      string(REGEX REPLACE "=.*" "" variable "${entry}")
      if(NOT variable IN_LIST names)
        list(APPEND names "${variable}")
        list(APPEND result "${entry}")
      endif()
    endforeach()
  endforeach()
  set(${out} "${result}" PARENT_SCOPE)
endfunction()

# Writes build/last-preset.cmake for the preset that is being configured.
function(redzone_remember_preset preset)
  set(presets_file ${CMAKE_CURRENT_SOURCE_DIR}/CMakePresets.json)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${presets_file})
  file(READ ${presets_file} json)
  redzone_test_environment("${json}" "${preset}" 0 environment)

  set(lines
    "# Written when '${preset}' was configured: what a bare ctest in the source folder runs.\n")
  foreach(entry IN LISTS environment)
    string(REGEX MATCH "^([^=]+)=(.*)$" matched "${entry}")
    set(variable "${CMAKE_MATCH_1}")
    set(value "${CMAKE_MATCH_2}")
    string(REPLACE "\${sourceDir}" "${CMAKE_CURRENT_SOURCE_DIR}" value "${value}")
    string(REPLACE "\${presetName}" "${preset}" value "${value}")
    # $penv{NAME} is taken from the environment in which ctest runs: kept aside while the rest of
    # the value is quoted.
    string(REGEX REPLACE [[\$penv{([A-Za-z_]+)}]] [[<penv \1>]] value "${value}")
    if(value MATCHES [[\$[a-z]*{|;]])
      message(FATAL_ERROR "CMakePresets.json: the test preset '${preset}' has in ${variable} a "
        "macro or a semicolon, which a bare ctest cannot pass on: ${value}")
    endif()
    string(REGEX REPLACE [[([\"$])]] [[\\\1]] value "${value}")
    string(REGEX REPLACE "<penv ([A-Za-z_]+)>" [[$ENV{\1}]] value "${value}")
    string(APPEND lines "set(ENV{${variable}} \"${value}\")\n")
  endforeach()
  string(APPEND lines
    "set(ENV{CTEST_OUTPUT_ON_FAILURE} 1)\n"
    "if(NOT EXISTS \"${CMAKE_CURRENT_SOURCE_DIR}/build/${preset}/CTestTestfile.cmake\")\n"
    "  message(FATAL_ERROR \"The build tree of the preset '${preset}', the one configured last, is "
    "gone.\\nNext step: cmake --preset ${preset}\")\n"
    "endif()\n"
    "subdirs(build/${preset})\n"
    # CMake 3.26 and newer read the variable; before, a bare ctest without a test exits 0.
    "set(ENV{CTEST_NO_TESTS_ACTION} error)\n"
    "if(CMAKE_VERSION VERSION_LESS 3.26)\n"
    "  execute_process(COMMAND \"${CMAKE_COMMAND}\" -E env REDZONE_NO_BUILD=1 "
    "\"${CMAKE_CTEST_COMMAND}\" --test-dir \"${CMAKE_CURRENT_SOURCE_DIR}/build/${preset}\" -N\n"
    "    OUTPUT_VARIABLE listed ERROR_VARIABLE listed)\n"
    "  if(listed MATCHES \"Total Tests: 0\")\n"
    "    message(FATAL_ERROR \"No tests were found in build/${preset}.\\n"
    "Next step: cmake --preset ${preset}\")\n"
    "  endif()\n"
    "endif()\n")
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_SOURCE_DIR}/build/last-preset.cmake CONTENT "@lines@" @ONLY)
endfunction()

if(PROJECT_IS_TOP_LEVEL AND REDZONE_BUILD_TESTS)
  enable_testing()
  redzone_build_before_test()
  if(REDZONE_PRESET)
    redzone_remember_preset(${REDZONE_PRESET})
  endif()
endif()
