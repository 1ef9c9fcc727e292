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
