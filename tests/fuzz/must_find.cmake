# cmake -DTEXT=TEXT -P must_find.cmake -- COMMAND...
#
# Succeeds if the command fails and prints TEXT. What it prints is shown only if not: it reads like
# a finding, and whoever reads the log of a test would take it for one.

set(command "")
set(is_command FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(index RANGE ${last})
  if(is_command)
    list(APPEND command "${CMAKE_ARGV${index}}")
  elseif(CMAKE_ARGV${index} STREQUAL "--")
    set(is_command TRUE)
  endif()
endforeach()
if(NOT command OR NOT TEXT)
  message(FATAL_ERROR "must_find.cmake: no command behind --, or no -DTEXT=TEXT in front of -P")
endif()

execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
string(FIND "${said}" "${TEXT}" place)
if(result STREQUAL "0" OR place EQUAL -1)
  message(FATAL_ERROR "the planted bug was not found (${result}): \"${TEXT}\" is not in:\n${said}\n"
    "Next step: look why fuzzing finds nothing; what it says about other targets is worth nothing")
endif()
message(STATUS "found, as it has to be: ${TEXT}")
