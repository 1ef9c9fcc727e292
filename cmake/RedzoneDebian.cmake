# What cpack makes: the Debian packages `redzone`, the program, and `libredzone-dev`, for those who
# build with the libraries. One package for each install component.
#
# The same tree and SOURCE_DATE_EPOCH give the same bytes.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME redzone)
set(CPACK_PACKAGE_VENDOR redzone)
set(CPACK_PACKAGE_CONTACT "redzone maintainers <noreply@redzone.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package/debian_layout.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME redzone)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "looks into GGUF model files within fixed bounds of memory
The program redzone prints the header, the metadata and the tensors of a GGUF
model file, as text or as JSON. It never allocates more than a stated limit,
however large or hostile the file is, and says which rule a bad file breaks.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libredzone-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "cmake (>= 3.25), python3 (>= 3.9)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS
  "redzone (= ${PROJECT_VERSION}), libgtest-dev, libbenchmark-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "bounded C++ building blocks, to build with
Static libraries, headers and the CMake package of redzone: results and memory
budgets, byte sources and child processes, and a reader of GGUF model files
whose every allocation is bounded, for C++23; and, for C++17, heap budgets and
failing allocations in tests of GoogleTest, and memory figures in benchmarks
of Google Benchmark.")

include(CPack)
