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

// Memory for a whole array, made when the first task asks.
class WholeArray {
 public:
  WholeArray(Kind kind, Shape shape) : kind_(kind), shape_(std::move(shape)) {}

  Result<std::shared_ptr<ArrayChunk>> Get(arrow::MemoryPool* pool) {
    std::lock_guard lock(mutex_);
    if (!chunk_) {
      ARROW_ASSIGN_OR_RAISE(chunk_, AllocateChunk(kind_, shape_, pool));
    }
    return chunk_;
  }

 private:
  Kind kind_;
  Shape shape_;
  std::mutex mutex_;
  std::shared_ptr<ArrayChunk> chunk_;
};

class WholeState final : public ArraySinkState {
 public:
  WholeState(std::shared_ptr<ArrayChunk> chunk, LoopNest nest, int operand)
      : chunk_(std::move(chunk)), out_(const_cast<uint8_t*>(chunk_->data)), width_(WidthOf(chunk_->kind)), nest_(std::move(nest)),
        operand_(operand), row_stride_(nest_.strides[operand].back()), is_dense_(nest_.is_dense(operand, width_)) {}

  uint8_t* Destination(const TileRange& tile) override {
    if (is_dense_) return out_ + (tile.first_row * nest_.row_length() + tile.first) * width_;
    if (tile.num_rows != 1 || row_stride_ != width_) return nullptr;
    RowOffsets(nest_, operand_, tile, &offsets_);
    return out_ + offsets_[0];
  }

  Status Consume(const TileRange& tile, const uint8_t* values) override {
    if (uint8_t* to = Destination(tile)) {
      if (to != values) std::memcpy(to, values, tile.size() * width_);
      return Status::OK();
    }
    RowOffsets(nest_, operand_, tile, &offsets_);
    for (int64_t row = 0; row < tile.num_rows; ++row, values += tile.length * width_) {
      CopyRow(values, width_, out_ + offsets_[row], row_stride_, tile.length, static_cast<int>(width_));
    }
    return Status::OK();
  }

  bool TakeAll(const uint8_t* data, const std::vector<int64_t>& strides) override {
    CopyStrided(data, strides, out_, chunk_->strides, chunk_->shape, static_cast<int>(width_));
    return true;
  }

  Result<std::shared_ptr<const Piece>> Finish() override { return chunk_; }

 private:
  std::shared_ptr<ArrayChunk> chunk_;
  uint8_t* out_;
  int64_t width_;
  LoopNest nest_;
  int operand_;
  int64_t row_stride_;
  bool is_dense_;
  std::vector<int64_t> offsets_;
};

class WholeSink final : public ArraySink {
 public:
  WholeSink(Kind kind, ChunkGrid grid)
      : strides_(RowMajorStrides(grid.shape(), WidthOf(kind))), whole_(std::make_unique<WholeArray>(kind, grid.shape())) {}

  std::vector<std::vector<int64_t>> Strides(const Box&) const override { return {strides_}; }

  Result<std::unique_ptr<ArraySinkState>> Open(const Box& box, const LoopNest& nest, int first_operand,
                                               arrow::MemoryPool* pool) const override {
    ARROW_ASSIGN_OR_RAISE(auto whole, whole_->Get(pool));
    return std::make_unique<WholeState>(SliceChunk(*whole, box.begin, box.shape), nest, first_operand);
  }

  std::string Describe() const override { return "store"; }

 private:
  std::vector<int64_t> strides_;
  std::unique_ptr<WholeArray> whole_;
};

}  // namespace

std::shared_ptr<const ArraySink> MakeWholeSink(Kind kind, ChunkGrid grid) { return std::make_shared<WholeSink>(kind, std::move(grid)); }

std::shared_ptr<const ArraySink> MakeStoreSink(Kind kind) { return std::make_shared<StoreSink>(kind); }

}  // namespace cask
