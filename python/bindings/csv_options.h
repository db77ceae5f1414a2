// read_csv's options from Python: a dict whose keys are the fields of CsvOptions, made by cask/dataframe/_csv_options.py.
#pragma once

#include <nanobind/nanobind.h>

#include "cask/api/frame_operations.h"

namespace cask {

/// "infer", "gzip", "bz2", "zstd", "xz" or None.
CsvCompression CompressionFromPython(nanobind::handle value);

ReadCsvRequest ReadCsvRequestFromPython(nanobind::handle paths, nanobind::dict options, nanobind::dict storage);

}  // namespace cask
