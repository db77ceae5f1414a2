// Streams that decompress what they read, in bounded memory. Input that ends too early or is damaged is an error that names the file.
#pragma once

#include <memory>
#include <string>

#include "cask/base/error.h"

namespace arrow {
class MemoryPool;
namespace io {
class InputStream;
class OutputStream;
}  // namespace io
}  // namespace arrow

namespace cask {

enum class Compression : uint8_t { kNone, kGzip, kBz2, kZstd, kXz };

/// `path` is for error messages only.
Result<std::shared_ptr<arrow::io::InputStream>> Decompress(std::shared_ptr<arrow::io::InputStream> stream, Compression compression,
                                                           const std::string& path, arrow::MemoryPool* pool);

/// `text` compressed as one file's contents.
Result<std::string> Compress(const std::string& text, Compression compression);

}  // namespace cask
