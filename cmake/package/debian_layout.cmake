# Run by cpack when the files of the packages are in place: adds what Debian's policy asks of a
# package, and puts the completion script for zsh where Debian's zsh looks.

set(packages "runtime=redzone" "development=libredzone-dev")

if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(seconds "$ENV{SOURCE_DATE_EPOCH}")
else()
  string(TIMESTAMP seconds "%s" UTC)
endif()
set(ENV{LC_ALL} C)
execute_process(COMMAND date --utc --date "@${seconds}" "+%a, %d %b %Y %H:%M:%S +0000"
  OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

foreach(package IN LISTS packages)
  string(REPLACE "=" ";" package "${package}")
  list(GET package 0 component)
  list(GET package 1 name)
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component})
  if(NOT IS_DIRECTORY ${root}/usr)
    message(FATAL_ERROR "cpack has put no files of the component '${component}' into ${root}")
  endif()

  set(documents ${root}/usr/share/doc/${name})
  file(MAKE_DIRECTORY ${documents})
  file(REMOVE ${documents}/LICENSE) # Debian has its text, and `copyright` names it
  file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${documents}
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  file(WRITE ${documents}/changelog
    "${name} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
    "  * Release ${CPACK_PACKAGE_VERSION}; CHANGELOG.md of the project says what changed.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  execute_process(COMMAND gzip -9nf ${documents}/changelog COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD ${documents}/changelog.gz PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endforeach()

set(zsh ${CPACK_TEMPORARY_DIRECTORY}/runtime/usr/share/zsh)
if(EXISTS ${zsh}/site-functions)
  file(RENAME ${zsh}/site-functions ${zsh}/vendor-completions)
endif()

# Debug information in a static library doubles its size, and the release preset makes none.
file(GLOB libraries ${CPACK_TEMPORARY_DIRECTORY}/development/usr/lib/*.a)
if(libraries)
  execute_process(COMMAND strip --strip-debug --enable-deterministic-archives
    --remove-section=.comment --remove-section=.note ${libraries} COMMAND_ERROR_IS_FATAL ANY)
endif()
