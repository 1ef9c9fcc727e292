# Checks that have to happen before project() looks for a compiler: a missing compiler named by a
# preset should end in the command that installs it, not in CMake's list of search paths. The same
# for the libc++ of MemorySanitizer.

if(DEFINED REDZONE_PRESET AND DEFINED CMAKE_CXX_COMPILER)
  find_program(redzone_preset_compiler NAMES ${CMAKE_CXX_COMPILER} NO_CACHE)
  if(NOT redzone_preset_compiler)
    message(FATAL_ERROR
      "The preset '${REDZONE_PRESET}' needs the compiler '${CMAKE_CXX_COMPILER}', which is not on "
      "this machine.\nNext step: scripts/setup ${REDZONE_PRESET}")
  endif()
endif()

# These characters have a meaning in the files that CMake, Ninja and the detectors' options are
# written in, and not all of them can be quoted in all of these. A project that has redzone as a
# folder of its own gets neither our test presets nor their options.
foreach(folder IN ITEMS "${CMAKE_CURRENT_SOURCE_DIR}" "${CMAKE_CURRENT_BINARY_DIR}")
  if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR AND folder MATCHES "['\"$;]")
    message(FATAL_ERROR "The path '${folder}' holds the character ${CMAKE_MATCH_0} (one of "
      "' \" $ ;), which cannot stand in the options of the detectors.\n"
      "Next step: move the clone to a path without it")
  endif()
endforeach()

# MemorySanitizer takes every byte that code without its instrumentation has written for undefined,
# so the C++ standard library has to be instrumented too: a libc++ in the folder
# REDZONE_MSAN_LIBCXX, with include/c++/v1 and lib.
function(redzone_check_msan_libcxx folder)
  # CMake breaks longer lines, and the verdict shows the one that begins with these words.
  set(step "Next step: scripts/build-msan-libcxx FOLDER, and do as it says")
  if(folder STREQUAL "")
    message(FATAL_ERROR "The preset '${REDZONE_PRESET}' needs a libc++ that is instrumented for "
      "MemorySanitizer, and REDZONE_MSAN_LIBCXX does not name one.\n${step}")
  endif()
  if(NOT IS_ABSOLUTE "${folder}")
    message(FATAL_ERROR "REDZONE_MSAN_LIBCXX is '${folder}', which is no absolute path.\n${step}")
  endif()
  set(library ${folder}/lib/libc++.so.1)
  foreach(wanted IN ITEMS ${folder}/include/c++/v1/vector ${library})
    if(NOT EXISTS ${wanted})
      message(FATAL_ERROR "REDZONE_MSAN_LIBCXX is '${folder}', which holds no libc++: there is no "
        "${wanted}.\n${step}")
    endif()
  endforeach()
  file(STRINGS ${library} instrumented REGEX "__msan_" LIMIT_COUNT 1)
  if(NOT instrumented)
    message(FATAL_ERROR "${library} is not instrumented: it never calls MemorySanitizer "
      "(__msan_), as the libc++ of a distribution does not. With it, correct code would be "
      "reported.\n${step}")
  endif()
endfunction()

if("msan" IN_LIST REDZONE_DETECTORS)
  redzone_check_msan_libcxx("${REDZONE_MSAN_LIBCXX}")
  string(APPEND CMAKE_CXX_FLAGS " -nostdinc++ -isystem \"${REDZONE_MSAN_LIBCXX}/include/c++/v1\"")
  foreach(kind IN ITEMS EXE SHARED)
    string(APPEND CMAKE_${kind}_LINKER_FLAGS " -stdlib=libc++ -L\"${REDZONE_MSAN_LIBCXX}/lib\""
      " -Wl,-rpath,\"${REDZONE_MSAN_LIBCXX}/lib\"")
  endforeach()
endif()
