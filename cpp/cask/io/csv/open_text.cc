#include "cask/io/csv/open_text.h"

#include <arrow/io/file.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include "cask/io/decompress.h"
#include "cask/io/transcode.h"

namespace cask {
namespace {

constexpr int64_t kReadBytes = 1 << 20;        // of a compressed or converted file
constexpr int64_t kRemoteReadBytes = 8 << 20;  // each a request, which takes a round trip

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

Compression CompressionFor(CsvCompression compression) {
  switch (compression) {
    case CsvCompression::kGzip: return Compression::kGzip;
    case CsvCompression::kBz2: return Compression::kBz2;
    case CsvCompression::kZstd: return Compression::kZstd;
    case CsvCompression::kXz: return Compression::kXz;
    default: return Compression::kNone;
  }
}

}  // namespace

CsvCompression CompressionOf(const CsvOptions& options, const std::string& path) {
  if (options.compression != CsvCompression::kInfer) return options.compression;
  if (EndsWith(path, ".gz")) return CsvCompression::kGzip;
  if (EndsWith(path, ".bz2")) return CsvCompression::kBz2;
  if (EndsWith(path, ".zst")) return CsvCompression::kZstd;
  if (EndsWith(path, ".xz")) return CsvCompression::kXz;
  return CsvCompression::kNone;
}

bool IsByteEncoding(const CsvOptions& options) {
  const std::string name = CanonicalEncoding(options.encoding);
  return name == "utf-8" || name == "utf-8-sig" || name == "ascii" || name == "iso8859-1";
}

Result<std::unique_ptr<ByteReader>> OpenText(const FileSet& files, int file, const CsvOptions& options, int64_t begin,
                                             arrow::MemoryPool* pool) {
  if (pool == nullptr) pool = arrow::default_memory_pool();
  const InputFile& input = files.file(file);
  const CsvCompression compression = CompressionOf(options, input.path);
  const bool is_plain = compression == CsvCompression::kNone && IsByteEncoding(options);
  if (is_plain && files.is_local()) return MakeMappedReader(input.path, input.size, begin);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::io::RandomAccessFile> opened, files.Open(file));
  if (is_plain) {
    ARROW_ASSIGN_OR_RAISE(auto part, arrow::io::RandomAccessFile::GetStream(opened, begin, input.size - begin));
    return MakeStreamReader(std::move(part), begin, kRemoteReadBytes, pool);
  }
  std::shared_ptr<arrow::io::InputStream> stream = opened;
  if (compression != CsvCompression::kNone) {
    ARROW_ASSIGN_OR_RAISE(stream, Decompress(std::move(stream), CompressionFor(compression), input.path, pool));
  }
  if (!IsByteEncoding(options)) {
    ARROW_ASSIGN_OR_RAISE(stream, Transcode(std::move(stream), options.encoding, input.path));
  }
  return MakeStreamReader(std::move(stream), 0, kReadBytes, pool);
}

}  // namespace cask
