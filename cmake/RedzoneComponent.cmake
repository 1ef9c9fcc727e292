# redzone_component(NAME [STANDARD 17|23] [NO_DETECTOR] [HEADER_ONLY] [DEPENDS COMPONENT...]
#                   [PRIVATE_DEPENDS COMPONENT...] [THIRD_PARTY PACKAGE...])
# redzone_component_parts(NAME [TARGETS PART...] [FILES FILE...])
#
# Makes the library redzone_NAME (alias redzone::NAME) with the public headers of
# include/redzone/NAME, the sources that src/NAME/CMakeLists.txt adds, and the tests of tests/NAME.
# DEPENDS is the only place where an arrow between components is declared; scripts/tidy holds the
# includes to it. PRIVATE_DEPENDS are arrows too, whose headers and language standard do not reach
# those who use the component. STANDARD is what its public headers need (default: 23). NO_DETECTOR:
# never compiled with -fsanitize, because it runs inside malloc and one build serves all programs.
# HEADER_ONLY: there is nothing to compile. THIRD_PARTY packages come from the machine's package
# manager. RedzonePackaging.cmake installs every component that has public headers.
#
# redzone_component_parts names what else belongs to a component: targets redzone_PART (alias
# redzone::PART) that are installed and found with it, and sources that those who link one of them
# compile themselves, which are installed beside the package's CMake files.

function(redzone_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_DETECTOR;HEADER_ONLY" "STANDARD"
    "DEPENDS;PRIVATE_DEPENDS;THIRD_PARTY")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "redzone_component(${name}): unknown words: ${arg_UNPARSED_ARGUMENTS}")
  endif()

  set(target redzone_${name})
  set(public PUBLIC)
  if(arg_HEADER_ONLY)
    set(public INTERFACE)
    add_library(${target} INTERFACE)
  else()
    add_library(${target} STATIC)
  endif()
  add_library(redzone::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  if(NOT arg_STANDARD)
    set(arg_STANDARD 23)
  endif()
  target_compile_features(${target} ${public} cxx_std_${arg_STANDARD})
  if(NOT arg_HEADER_ONLY)
    redzone_compile_as_ours(${target})
  endif()
  if(arg_NO_DETECTOR)
    redzone_no_detector(${target})
  endif()
  foreach(dependency IN LISTS arg_DEPENDS arg_PRIVATE_DEPENDS)
    if(NOT TARGET redzone_${dependency})
      message(FATAL_ERROR "redzone_component(${name}): depends on '${dependency}', which does not "
        "stand above it; an arrow only goes down the layers")
    endif()
    if(dependency IN_LIST arg_DEPENDS)
      target_link_libraries(${target} ${public} redzone::${dependency})
    else()
      target_link_libraries(${target} PRIVATE redzone::${dependency})
    endif()
  endforeach()
  foreach(package IN LISTS arg_THIRD_PARTY)
    redzone_require_package(${name} ${package})
  endforeach()
  if(arg_THIRD_PARTY AND NOT arg_HEADER_ONLY)
    target_compile_options(${target} PRIVATE ${redzone_heavy_header_options})
  endif()

  set_property(GLOBAL APPEND PROPERTY redzone_components ${name})
  set_property(GLOBAL PROPERTY redzone_depends_of_${name}
    ${arg_DEPENDS} ${arg_PRIVATE_DEPENDS})
  add_subdirectory(${PROJECT_SOURCE_DIR}/src/${name})
  if(REDZONE_BUILD_TESTS AND EXISTS ${PROJECT_SOURCE_DIR}/tests/${name}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/tests/${name})
  endif()
endfunction()

# Compiles a target without -fsanitize, whatever the preset says, and lists its sources in
# redzone-build.json, so that scripts/verdict does not miss the flag in these.
function(redzone_no_detector target)
  target_compile_options(${target} PRIVATE ${redzone_no_detector_options})
  set_property(GLOBAL APPEND PROPERTY redzone_no_detector_targets ${target})
endfunction()

# How sources of ours are compiled, whatever the component.
function(redzone_compile_as_ours target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:redzone_warnings>)
  # What is shipped names its sources from the project's folder, wherever it was built.
  target_compile_options(${target} PRIVATE
    $<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)
endfunction()

function(redzone_component_parts name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "TARGETS;FILES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "redzone_component_parts(${name}): unknown words: "
      "${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(part IN LISTS arg_TARGETS)
    set_target_properties(redzone_${part} PROPERTIES EXPORT_NAME ${part})
  endforeach()
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR})
    set_property(GLOBAL APPEND PROPERTY redzone_files_of_${name} ${file})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY redzone_parts_of_${name} ${arg_TARGETS})
endfunction()

# Finds a third-party package for a component, or ends with the command that installs it. A macro,
# so that the package's targets are visible where the component links them.
macro(redzone_require_package component package)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "The component '${component}' needs the package '${package}', which CMake "
      "does not find.\nNext step: scripts/setup ${REDZONE_PRESET}")
  endif()
endmacro()
