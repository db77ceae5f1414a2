#include "cask/compute/array/array_sink.h"

namespace cask {
namespace {

class StoreState final : public ArraySinkState {
 public:
  StoreState(std::shared_ptr<ArrayChunk> chunk, int64_t row_length)
      : chunk_(std::move(chunk)), out_(const_cast<uint8_t*>(chunk_->data)), width_(WidthOf(chunk_->kind)), row_length_(row_length) {}

  uint8_t* Destination(const TileRange& tile) override { return out_ + (tile.first_row * row_length_ + tile.first) * width_; }

  Status Consume(const TileRange& tile, const uint8_t* values) override {
    uint8_t* to = Destination(tile);
    if (to != values) std::memcpy(to, values, tile.size() * width_);
    return Status::OK();
  }

  Result<std::shared_ptr<const Piece>> Finish() override { return chunk_; }

 private:
  std::shared_ptr<ArrayChunk> chunk_;
  uint8_t* out_;
  int64_t width_;
  int64_t row_length_;
};

class StoreSink final : public ArraySink {
 public:
  explicit StoreSink(Kind kind) : kind_(kind) {}

  // The chunk is laid out as the nest visits it, so that every tile is written to where it belongs.
  Result<std::unique_ptr<ArraySinkState>> Open(const Box& box, const LoopNest& nest, int, arrow::MemoryPool* pool) const override {
    ARROW_ASSIGN_OR_RAISE(auto chunk, AllocateChunk(kind_, box.shape, pool));
    int64_t stride = WidthOf(kind_);
    for (size_t i = nest.axes.size(); i-- > 0;) {
      for (size_t k = nest.axes[i].size(); k-- > 0;) {
        const int axis = nest.axes[i][k];
        chunk->strides[axis] = stride;
        stride *= box.shape[axis];
      }
    }
    return std::make_unique<StoreState>(std::move(chunk), nest.row_length());
  }

  std::string Describe() const override { return "store"; }

 private:
  Kind kind_;
};

}  // namespace

std::shared_ptr<const ArraySink> MakeStoreSink(Kind kind) { return std::make_shared<StoreSink>(kind); }

}  // namespace cask
