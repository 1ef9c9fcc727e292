# What `ctest` does in the source folder: the tests of the preset that was configured last.
include(build/last-preset.cmake OPTIONAL RESULT_VARIABLE found)
if(NOT found)
  message(FATAL_ERROR "No preset has been configured yet, so there is nothing to test.\n"
    "Next step: cmake --preset normal && ctest --preset normal")
endif()
