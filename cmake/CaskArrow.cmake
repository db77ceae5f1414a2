# Finds Apache Arrow C++ inside the pyarrow wheel of the Python that builds Cask, as imported target cask::arrow.

find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)
execute_process(
  COMMAND ${Python_EXECUTABLE} -c "import importlib.util as u, os; s = u.find_spec('pyarrow'); print(os.path.dirname(s.origin) if s else '')"
  OUTPUT_VARIABLE CASK_PYARROW_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT CASK_PYARROW_DIR OR NOT EXISTS ${CASK_PYARROW_DIR}/libarrow.so.2600)
  message(FATAL_ERROR "${Python_EXECUTABLE} has no pyarrow 26, whose wheel carries Arrow C++. Run: ${Python_EXECUTABLE} -m pip install 'pyarrow==26.*'")
endif()

foreach(name arrow arrow_compute)
  add_library(cask::${name} SHARED IMPORTED)
  set_target_properties(cask::${name} PROPERTIES
    IMPORTED_LOCATION ${CASK_PYARROW_DIR}/lib${name}.so.2600
    INTERFACE_INCLUDE_DIRECTORIES ${CASK_PYARROW_DIR}/include)
endforeach()
target_link_libraries(cask::arrow_compute INTERFACE cask::arrow)
