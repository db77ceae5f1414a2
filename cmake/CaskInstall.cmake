# What is installed, and where. The same tree serves `cmake --install` (prefix/lib, prefix/include) and the wheel, where it lies inside the
# Python package: cask/lib, cask/include, and the extension module beside the package's Python files.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_LIBDIR lib)
set(cask_config_dir lib/cmake/cask)

# In a wheel Arrow is looked for in the pyarrow package that lies beside cask, wherever that is; elsewhere where it was at build time.
if(SKBUILD)
  set_target_properties(cask PROPERTIES INSTALL_RPATH "$ORIGIN:$ORIGIN/../../pyarrow")
  set_target_properties(cask_node PROPERTIES INSTALL_RPATH "$ORIGIN/../lib:$ORIGIN/../../pyarrow")
else()
  set_target_properties(cask PROPERTIES INSTALL_RPATH "$ORIGIN:${CASK_PYARROW_DIR}")
  set_target_properties(cask_node PROPERTIES INSTALL_RPATH "$ORIGIN/../lib:${CASK_PYARROW_DIR}")
endif()

# The wheel format knows no symbolic links, so the library is installed under its run-time name alone.
target_compile_features(cask PUBLIC cxx_std_20)
install(TARGETS cask EXPORT caskTargets LIBRARY DESTINATION lib NAMELINK_SKIP INCLUDES DESTINATION include)
install(TARGETS cask_node RUNTIME DESTINATION bin)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/cask DESTINATION include FILES_MATCHING PATTERN "*.h")
install(EXPORT caskTargets NAMESPACE cask:: DESTINATION ${cask_config_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/caskConfig.cmake.in ${CMAKE_BINARY_DIR}/caskConfig.cmake
  INSTALL_DESTINATION ${cask_config_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/caskConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/caskConfig.cmake ${CMAKE_BINARY_DIR}/caskConfigVersion.cmake DESTINATION ${cask_config_dir})

# Installs a shared library of the system beside Cask's, under the name it is loaded by (libx.so.1 of libx.so.1.2.3).
function(cask_bundle library)
  file(REAL_PATH "${library}" file)
  get_filename_component(name "${file}" NAME)
  string(REGEX MATCH "^.*\\.so\\.[0-9]+" loaded_name "${name}")
  install(FILES ${file} DESTINATION lib RENAME ${loaded_name})
endfunction()

if(SKBUILD)
  # A machine that has neither must still be able to load the wheel.
  get_target_property(hwy_location hwy::hwy LOCATION)
  cask_bundle("${hwy_location}")
  find_package(OpenSSL 3 REQUIRED)
  cask_bundle("${OPENSSL_SSL_LIBRARY}")
  cask_bundle("${OPENSSL_CRYPTO_LIBRARY}")
  find_package(LibLZMA REQUIRED)
  cask_bundle("${LIBLZMA_LIBRARY_RELEASE}")
endif()

if(SKBUILD AND TARGET _core)
  set_target_properties(_core PROPERTIES INSTALL_RPATH "$ORIGIN/lib:$ORIGIN/../pyarrow")
  install(TARGETS _core LIBRARY DESTINATION .)
endif()
