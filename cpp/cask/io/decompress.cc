#include "cask/io/decompress.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/util/compression.h>
#include <lzma.h>

#include "cask/base/check.h"

namespace cask {
namespace {

// What the two kinds of stream below share: reading only, from front to end.
class ReadOnlyStream : public arrow::io::InputStream {
 public:
  ReadOnlyStream(std::shared_ptr<arrow::io::InputStream> source, std::string path) : source_(std::move(source)), path_(std::move(path)) {}

  Status Close() override { return source_->Close(); }
  bool closed() const override { return source_->closed(); }
  Result<int64_t> Tell() const override { return position_; }

  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
    ARROW_ASSIGN_OR_RAISE(int64_t got, Read(size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

  Result<int64_t> Read(int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(int64_t got, ReadSome(size, static_cast<uint8_t*>(out)));
    position_ += got;
    return got;
  }

 protected:
  virtual Result<int64_t> ReadSome(int64_t size, uint8_t* out) = 0;

  std::shared_ptr<arrow::io::InputStream> source_;
  std::string path_;

 private:
  int64_t position_ = 0;
};

// Names the file in the errors of Arrow's own streams.
class NamingStream final : public ReadOnlyStream {
 public:
  NamingStream(std::shared_ptr<arrow::io::InputStream> stream, std::string path, const char* kind)
      : ReadOnlyStream(std::move(stream), std::move(path)), kind_(kind) {}

 private:
  Result<int64_t> ReadSome(int64_t size, uint8_t* out) override {
    Result<int64_t> got = source_->Read(size, out);
    if (got.ok()) return got;
    return OSError("cannot decompress the {} file: {}: {}", kind_, path_, got.status().message());
  }

  const char* kind_;
};

class XzStream final : public ReadOnlyStream {
 public:
  using ReadOnlyStream::ReadOnlyStream;
  ~XzStream() override { lzma_end(&decoder_); }

  Status Start() {
    if (lzma_stream_decoder(&decoder_, UINT64_MAX, LZMA_CONCATENATED) == LZMA_OK) return Status::OK();
    return MemoryError("cannot start to decompress {}", path_);
  }

 private:
  Result<int64_t> ReadSome(int64_t size, uint8_t* out) override {
    decoder_.next_out = out;
    decoder_.avail_out = size;
    while (decoder_.avail_out > 0 && !is_done_) {
      if (decoder_.avail_in == 0 && !is_input_done_) ARROW_RETURN_NOT_OK(ReadInput());
      const lzma_ret result = lzma_code(&decoder_, is_input_done_ ? LZMA_FINISH : LZMA_RUN);
      if (result == LZMA_STREAM_END) {
        is_done_ = true;
      } else if (result == LZMA_BUF_ERROR && is_input_done_) {
        return OSError("cannot decompress the xz file: {}: it ends too early", path_);
      } else if (result != LZMA_OK && result != LZMA_BUF_ERROR) {
        return OSError("cannot decompress the xz file: {}: it is damaged", path_);
      }
    }
    return size - static_cast<int64_t>(decoder_.avail_out);
  }

  Status ReadInput() {
    ARROW_ASSIGN_OR_RAISE(input_, source_->Read(256 << 10));
    is_input_done_ = input_->size() == 0;
    decoder_.next_in = input_->data();
    decoder_.avail_in = input_->size();
    return Status::OK();
  }

  lzma_stream decoder_ = LZMA_STREAM_INIT;
  std::shared_ptr<arrow::Buffer> input_;
  bool is_input_done_ = false;
  bool is_done_ = false;
};

arrow::Compression::type ArrowCompression(Compression compression) {
  switch (compression) {
    case Compression::kGzip: return arrow::Compression::GZIP;
    case Compression::kBz2: return arrow::Compression::BZ2;
    case Compression::kZstd: return arrow::Compression::ZSTD;
    default: return arrow::Compression::UNCOMPRESSED;
  }
}

Result<std::string> CompressXz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  const lzma_ret result = lzma_easy_buffer_encode(LZMA_PRESET_DEFAULT, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const uint8_t*>(text.data()),
                                                  text.size(), reinterpret_cast<uint8_t*>(out.data()), &size, out.size());
  if (result != LZMA_OK) return OSError("cannot compress as xz");
  out.resize(size);
  return out;
}

}  // namespace

Result<std::shared_ptr<arrow::io::InputStream>> Decompress(std::shared_ptr<arrow::io::InputStream> stream, Compression compression,
                                                           const std::string& path, arrow::MemoryPool* pool) {
  if (compression == Compression::kNone) return stream;
  if (compression == Compression::kXz) {
    auto xz = std::make_shared<XzStream>(std::move(stream), path);
    ARROW_RETURN_NOT_OK(xz->Start());
    return xz;
  }
  ARROW_ASSIGN_OR_RAISE(auto codec, arrow::util::Codec::Create(ArrowCompression(compression)));
  ARROW_ASSIGN_OR_RAISE(auto plain, arrow::io::CompressedInputStream::Make(codec.get(), std::move(stream), pool));
  const char* kind = compression == Compression::kGzip ? "gzip" : compression == Compression::kBz2 ? "bz2" : "zstd";
  return std::make_shared<NamingStream>(std::move(plain), path, kind);
}

Result<std::string> Compress(const std::string& text, Compression compression) {
  if (compression == Compression::kNone) return text;
  if (compression == Compression::kXz) return CompressXz(text);
  ARROW_ASSIGN_OR_RAISE(auto codec, arrow::util::Codec::Create(ArrowCompression(compression)));
  ARROW_ASSIGN_OR_RAISE(auto memory, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::CompressedOutputStream::Make(codec.get(), memory));
  ARROW_RETURN_NOT_OK(stream->Write(text.data(), static_cast<int64_t>(text.size())));
  ARROW_RETURN_NOT_OK(stream->Close());
  ARROW_ASSIGN_OR_RAISE(auto buffer, memory->Finish());
  return buffer->ToString();
}

}  // namespace cask
