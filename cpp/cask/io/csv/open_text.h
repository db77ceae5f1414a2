// Opens the text of a CSV file, whatever its place, compression and encoding, as bytes of UTF-8 (or latin-1, which is kept).
#pragma once

#include <memory>

#include "cask/io/byte_reader.h"
#include "cask/io/csv/options.h"
#include "cask/io/files.h"

namespace cask {

/// The compression that `options` and the file's name call for; never kInfer.
CsvCompression CompressionOf(const CsvOptions& options, const std::string& path);
/// Whether bytes of the file are bytes of the text: no encoding has to be converted.
bool IsByteEncoding(const CsvOptions& options);

/// `begin`: where to start, in bytes of the text; other than 0 only where the file is neither compressed nor converted.
Result<std::unique_ptr<ByteReader>> OpenText(const FileSet& files, int file, const CsvOptions& options, int64_t begin,
                                             arrow::MemoryPool* pool);

}  // namespace cask
