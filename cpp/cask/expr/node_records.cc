#include "cask/expr/node_records.h"

#include <arrow/buffer.h>

#include "cask/base/pool.h"

namespace cask {

void AddTo(Encoder* encoder, const PieceBytes& piece) {
  encoder->Add(static_cast<uint64_t>(piece.buffer->size()));
  encoder->AddBytes(piece.buffer->data(), static_cast<size_t>(piece.buffer->size()));
}

bool ReadFrom(Decoder* decoder, PieceBytes* piece) {
  uint64_t size;
  if (!decoder->Read(&size)) return false;
  const char* bytes = decoder->ReadBytes(size);
  if (bytes == nullptr) return false;
  auto allocated = arrow::AllocateBuffer(static_cast<int64_t>(size), BufferPool());
  if (!allocated.ok()) return false;
  piece->buffer = *std::move(allocated);
  std::memcpy(piece->buffer->mutable_data(), bytes, size);
  return true;
}

}  // namespace cask
