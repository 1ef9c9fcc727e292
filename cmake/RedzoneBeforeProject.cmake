# Checks that have to happen before project() looks for a compiler: a missing compiler named by a
# preset should end in the command that installs it, not in CMake's list of search paths.

if(DEFINED REDZONE_PRESET AND DEFINED CMAKE_CXX_COMPILER)
  find_program(redzone_preset_compiler NAMES ${CMAKE_CXX_COMPILER} NO_CACHE)
  if(NOT redzone_preset_compiler)
    message(FATAL_ERROR
      "The preset '${REDZONE_PRESET}' needs the compiler '${CMAKE_CXX_COMPILER}', which is not on "
      "this machine.\nNext step: scripts/setup ${REDZONE_PRESET}")
  endif()
endif()

# These characters have a meaning in the files that CMake, Ninja and the detectors' options are
# written in, and not all of them can be quoted in all of these.
foreach(folder IN ITEMS "${CMAKE_CURRENT_SOURCE_DIR}" "${CMAKE_CURRENT_BINARY_DIR}")
  if(folder MATCHES "['\"$;]")
    message(FATAL_ERROR "The path '${folder}' holds the character ${CMAKE_MATCH_0} (one of "
      "' \" $ ;), which cannot stand in the options of the detectors.\n"
      "Next step: move the clone to a path without it")
  endif()
endforeach()
