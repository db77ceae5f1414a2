#include "cask/store/spill_file.h"

#include <arrow/array/util.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cask/base/pool.h"

namespace cask {
namespace {

struct Trailer {
  char magic[8];
  int64_t length;  // of the stream before the trailer
  uint64_t hash;   // of that stream
};

constexpr char kMagic[8] = {'C', 'A', 'S', 'K', 'S', 'P', 'L', '1'};

// Hashes what passes through it.
class HashingStream final : public arrow::io::OutputStream {
 public:
  explicit HashingStream(std::shared_ptr<arrow::io::OutputStream> to) : to_(std::move(to)), state_(XXH64_createState()) {
    XXH64_reset(state_, 0);
  }
  ~HashingStream() override { XXH64_freeState(state_); }

  Status Write(const void* data, int64_t size) override {
    XXH64_update(state_, data, static_cast<size_t>(size));
    position_ += size;
    return to_->Write(data, size);
  }
  Status Close() override { return Status::OK(); }
  Result<int64_t> Tell() const override { return position_; }
  bool closed() const override { return false; }
  uint64_t hash() const { return XXH64_digest(state_); }

 private:
  std::shared_ptr<arrow::io::OutputStream> to_;
  XXH64_state_t* state_;
  int64_t position_ = 0;
};

Status WriteChunks(const std::vector<Column>& chunks, HashingStream* stream) {
  if (chunks.empty()) return Status::OK();
  arrow::ipc::IpcWriteOptions options;
  options.alignment = 64;
  options.memory_pool = BufferPool();
  options.use_threads = false;
  const auto schema = arrow::schema({arrow::field("", chunks[0]->type)});
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(stream, schema, options));
  for (const Column& chunk : chunks) {
    if (!chunk->type->Equals(*schema->field(0)->type())) {
      return InternalError("chunks of one column are of types {} and {}", schema->field(0)->type()->ToString(), chunk->type->ToString());
    }
    const auto batch = arrow::RecordBatch::Make(schema, chunk->length, std::vector<Column>{chunk});
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
  }
  return writer->Close();
}

Result<int64_t> WriteFile(const std::string& path, const std::vector<Column>& chunks) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::FileOutputStream::Open(path));
  HashingStream stream(file);
  ARROW_RETURN_NOT_OK(WriteChunks(chunks, &stream));
  Trailer trailer{};
  std::memcpy(trailer.magic, kMagic, sizeof(kMagic));
  ARROW_ASSIGN_OR_RAISE(trailer.length, stream.Tell());
  trailer.hash = stream.hash();
  ARROW_RETURN_NOT_OK(file->Write(&trailer, sizeof(trailer)));
  ARROW_RETURN_NOT_OK(file->Close());
  return trailer.length + static_cast<int64_t>(sizeof(trailer));
}

Status Damaged(const std::string& path, const std::string& how) {
  return OSError("a persisted column was lost: the spill file '{}' {}", path, how);
}

Result<std::shared_ptr<arrow::Buffer>> ReadChecked(const std::string& path, int64_t expected_bytes) {
  const auto opened = arrow::io::ReadableFile::Open(path, BufferPool());
  if (!opened.ok()) return Damaged(path, "cannot be opened: " + opened.status().message());
  const auto& file = *opened;
  const auto read = file->ReadAt(0, expected_bytes + 1);
  if (!read.ok()) return Damaged(path, "cannot be read: " + read.status().message());
  const auto& whole = *read;
  if (whole->size() != expected_bytes) return Damaged(path, fmt::format("is not {} bytes long any more", expected_bytes));
  Trailer trailer;
  const int64_t length = expected_bytes - static_cast<int64_t>(sizeof(trailer));
  std::memcpy(&trailer, whole->data() + length, sizeof(trailer));
  const uint64_t hash = XXH64(whole->data(), static_cast<size_t>(length), 0);
  if (std::memcmp(trailer.magic, kMagic, sizeof(kMagic)) != 0 || trailer.length != length || trailer.hash != hash) {
    return Damaged(path, fmt::format("is damaged: its checksum is {:016x}, written was {:016x}", hash, trailer.hash));
  }
  return arrow::SliceBuffer(whole, 0, length);
}

}  // namespace

Result<std::unique_ptr<SpillFile>> SpillFile::Write(std::string path, const std::vector<Column>& chunks) {
  std::unique_ptr<SpillFile> file(new SpillFile(std::move(path)));
  file->process_ = getpid();
  const auto written = WriteFile(file->path_, chunks);
  if (!written.ok()) return WithNote(written.status(), fmt::format("spilling a column to '{}'", file->path_));
  file->num_bytes_ = *written;
  return file;
}

SpillFile::~SpillFile() {
  if (getpid() == process_) unlink(path_.c_str());
}

Result<std::vector<Column>> SpillFile::Read() const {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadChecked(path_, num_bytes_));
  std::vector<Column> chunks;
  if (buffer->size() == 0) return chunks;
  arrow::ipc::IpcReadOptions options;
  options.memory_pool = BufferPool();
  options.use_threads = false;
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer), options));
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto batch, reader->Next());
    if (batch == nullptr) return chunks;
    chunks.push_back(batch->column_data(0));
  }
}

}  // namespace cask
