# How redzone leaves its build tree: `cmake --install`, find_package(redzone), and the Debian
# packages that cpack makes.
#
# Every component that redzone_component has registered and that has public headers is installed,
# with an export set of its own, so that find_package(redzone COMPONENTS os) loads os and base only.
# Install components: `runtime` (the program, its completions, documents) and `development`.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# An installation needs redzone_shipped only: packing does not build the tests first.
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
endif()

set(redzone_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/redzone)
set(redzone_document_dir ${CMAKE_INSTALL_DATAROOTDIR}/doc/redzone)

# Installs the library and headers of a component, with its parts; what depends on it is listed in
# the package configuration, which loads the export sets in the order of the layers.
function(redzone_install_library name)
  get_property(parts GLOBAL PROPERTY redzone_parts_of_${name})
  get_property(files GLOBAL PROPERTY redzone_files_of_${name})
  list(REMOVE_DUPLICATES parts)
  list(TRANSFORM parts PREPEND redzone_)
  foreach(target IN ITEMS redzone_${name} ${parts})
    get_target_property(type ${target} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      add_dependencies(redzone_shipped ${target})
    endif()
  endforeach()
  install(FILES ${files} DESTINATION ${redzone_package_dir} COMPONENT development)
  install(TARGETS redzone_${name} ${parts} EXPORT redzone-${name}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
  install(EXPORT redzone-${name} NAMESPACE redzone:: FILE redzone-${name}-targets.cmake
    DESTINATION ${redzone_package_dir} COMPONENT development)
endfunction()

# Installs the program, and the completion scripts that it writes about itself.
function(redzone_install_program)
  install(TARGETS redzone EXPORT redzone-cli
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  install(EXPORT redzone-cli NAMESPACE redzone:: FILE redzone-cli-targets.cmake
    DESTINATION ${redzone_package_dir} COMPONENT development)

  set(scripts "")
  foreach(place IN ITEMS "bash=bash-completion/completions/redzone"
      "zsh=zsh/site-functions/_redzone" "fish=fish/vendor_completions.d/redzone.fish")
    string(REPLACE "=" ";" place "${place}")
    list(GET place 0 shell)
    list(GET place 1 path)
    cmake_path(GET path FILENAME file)
    cmake_path(GET path PARENT_PATH folder)
    set(script ${PROJECT_BINARY_DIR}/completions/${shell}/${file})
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/completions/${shell})
    add_custom_command(OUTPUT ${script}
      COMMAND redzone completion ${shell} > ${script}
      DEPENDS redzone COMMENT "Writing the completion script for ${shell}" VERBATIM)
    list(APPEND scripts ${script})
    install(FILES ${script} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/${folder} COMPONENT runtime)
  endforeach()
  add_custom_target(redzone_completions ALL DEPENDS ${scripts})
  add_dependencies(redzone_shipped redzone_completions)
endfunction()

# Sets `out` to the components that `name` stands on, of each layer below it, also those that it
# uses privately: a static library is linked with them.
function(redzone_all_dependencies out name)
  get_property(direct GLOBAL PROPERTY redzone_depends_of_${name})
  set(all "")
  foreach(dependency IN LISTS direct)
    redzone_all_dependencies(below ${dependency})
    list(APPEND all ${below} ${dependency})
  endforeach()
  list(REMOVE_DUPLICATES all)
  set(${out} ${all} PARENT_SCOPE)
endfunction()

# Installs the tower of components that this build has, and find_package's entry to it.
function(redzone_install)
  get_property(components GLOBAL PROPERTY redzone_components)
  add_custom_target(redzone_shipped)
  set(redzone_library_components "")
  set(redzone_component_arrows "")
  foreach(name IN LISTS components)
    get_target_property(header_sets redzone_${name} INTERFACE_HEADER_SETS)
    if(header_sets)
      redzone_install_library(${name})
      list(APPEND redzone_library_components ${name})
      redzone_all_dependencies(depends ${name})
      string(APPEND redzone_component_arrows "set(redzone_depends_of_${name} \"${depends}\")\n")
    endif()
  endforeach()
  if(TARGET redzone)
    redzone_install_program()
  endif()

  install(FILES ${PROJECT_SOURCE_DIR}/cmake/RedzoneCanaries.cmake
    DESTINATION ${redzone_package_dir} COMPONENT development)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/cmake/canaries
    DESTINATION ${redzone_package_dir} COMPONENT development
    FILES_MATCHING PATTERN "*.cpp" PATTERN "*.hpp" PATTERN "*.py"
    PATTERN "__pycache__" EXCLUDE)

  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/redzone-config.cmake.in
    ${PROJECT_BINARY_DIR}/redzone-config.cmake INSTALL_DESTINATION ${redzone_package_dir}
    PATH_VARS CMAKE_INSTALL_BINDIR)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/redzone-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/redzone-config.cmake
    ${PROJECT_BINARY_DIR}/redzone-config-version.cmake
    DESTINATION ${redzone_package_dir} COMPONENT development)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
    DESTINATION ${redzone_document_dir} COMPONENT runtime)
endfunction()

if(REDZONE_INSTALL)
  redzone_install()
  if(PROJECT_IS_TOP_LEVEL AND REDZONE_BUILD_CLI)
    include(RedzoneDebian)
  endif()
endif()
