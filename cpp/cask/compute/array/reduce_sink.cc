#include "cask/compute/array/reduce_sink.h"

#include <arrow/buffer.h>

#include "cask/base/check.h"

namespace cask {
namespace {

Result<std::shared_ptr<ReductionState>> AllocateState(const Reducer& reducer, Shape shape, arrow::MemoryPool* pool) {
  auto state = std::make_shared<ReductionState>();
  for (Kind kind : reducer.planes()) {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(NumElements(shape) * WidthOf(kind), pool));
    state->planes.push_back(std::move(buffer));
  }
  state->shape = std::move(shape);
  reducer.Initialize(state->addresses(), NumElements(state->shape));
  return state;
}

Result<std::shared_ptr<const Piece>> FinishState(const ArrayReduce& reduce, const ReductionState& state, arrow::MemoryPool* pool) {
  Shape shape;
  for (size_t i = 0; i < state.shape.size(); ++i) {
    if (reduce.keeps_axes || !reduce.is_reduced[i]) shape.push_back(state.shape[i]);
  }
  ARROW_ASSIGN_OR_RAISE(auto chunk, AllocateChunk(reduce.reducer->result(), std::move(shape), pool));
  reduce.reducer->Finish(state.addresses(), NumElements(state.shape), const_cast<uint8_t*>(chunk->data));
  return chunk;
}

Shape StateShape(const ArrayReduce& reduce, const Box& box) {
  Shape shape = box.shape;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (reduce.is_reduced[i]) shape[i] = 1;
  }
  return shape;
}

// How far apart in the numbering of reduced elements the neighbours along each axis are.
std::vector<int64_t> NumberStrides(const ArrayReduce& reduce) {
  std::vector<int64_t> strides(reduce.array_shape.size(), 0);
  if (!reduce.reducer->uses_numbers()) return strides;
  int64_t stride = 1;
  for (size_t i = strides.size(); i-- > 0;) {
    if (!reduce.is_reduced[i]) continue;
    strides[i] = stride;
    stride *= reduce.array_shape[i];
  }
  return strides;
}

// The states are kept in the order in which the nest visits them, so that inner loops run over neighbours, and put into row-major
// order at the end.
class ReduceState final : public ArraySinkState {
 public:
  ReduceState(const ArrayReduce& reduce, bool is_last, const Box& box, const LoopNest& nest, int first_operand, arrow::MemoryPool* pool)
      : reduce_(reduce), is_last_(is_last), pool_(pool), box_(box), nest_(nest), number_operand_(first_operand + 1) {
    LayOut(first_operand);
    first_number_ = 0;
    const std::vector<int64_t> strides = NumberStrides(reduce);
    for (size_t i = 0; i < strides.size(); ++i) first_number_ += strides[i] * box.begin[i];
  }

  Status Open() {
    ARROW_ASSIGN_OR_RAISE(state_, AllocateState(*reduce_.reducer, StateShape(reduce_, box_), pool_));
    return Status::OK();
  }

  Status Consume(const TileRange& tile, const uint8_t* values) override {
    const Reducer& reducer = *reduce_.reducer;
    const Planes planes = state_->addresses();
    RowOffsets(nest_, state_operand_, tile, &state_offsets_);
    RowOffsets(nest_, number_operand_, tile, &number_offsets_);
    const int64_t row_bytes = tile.length * input_width_;
    const int64_t step = nest_.strides[number_operand_].back();
    if (is_state_fixed_ && !reducer.uses_numbers()) {
      reducer.AddRow(values, tile.size(), 0, 0, reducer.Advance(planes, state_offsets_[0]));
      return Status::OK();
    }
    if (is_row_reduced_ && tile.length <= kShortRow && LieSideBySide(tile)) {
      ConsumeColumns(tile, values, step);
      return Status::OK();
    }
    for (int64_t row = 0; row < tile.num_rows; ++row, values += row_bytes) {
      const Planes at = reducer.Advance(planes, state_offsets_[row]);
      const int64_t number = first_number_ + number_offsets_[row];
      if (is_row_reduced_) {
        reducer.AddRow(values, tile.length, number, step, at);
      } else {
        reducer.AddEach(values, tile.length, number, at);
      }
    }
    return Status::OK();
  }

  Result<std::shared_ptr<const Piece>> Finish() override {
    ARROW_RETURN_NOT_OK(PutInOrder());
    if (is_last_) return FinishState(reduce_, *state_, pool_);
    return state_;
  }

  void set_input_width(int width) { input_width_ = width; }

 private:
  // Rows shorter than this are not worth a call each.
  static constexpr int64_t kShortRow = 32;

  // Whether the rows of a tile go to states that are neighbours, and elements of one column have one number.
  bool LieSideBySide(const TileRange& tile) const {
    for (int64_t row = 1; row < tile.num_rows; ++row) {
      if (state_offsets_[row] != state_offsets_[0] + row || number_offsets_[row] != number_offsets_[0]) return false;
    }
    return tile.num_rows > 1;
  }

  void ConsumeColumns(const TileRange& tile, const uint8_t* values, int64_t step) {
    column_.resize(tile.num_rows * input_width_);
    const Planes at = reduce_.reducer->Advance(state_->addresses(), state_offsets_[0]);
    for (int64_t i = 0; i < tile.length; ++i) {
      GatherRow(values + i * input_width_, tile.length * input_width_, input_width_, column_.data(), tile.num_rows);
      reduce_.reducer->AddEach(column_.data(), tile.num_rows, first_number_ + number_offsets_[0] + i * step, at);
    }
  }

  // Numbers the states in the order of the nest's kept axes.
  void LayOut(int first_operand) {
    axis_strides_.assign(box_.shape.size(), 0);
    state_operand_ = first_operand;
    int64_t stride = 1;
    is_state_fixed_ = true;
    for (size_t i = nest_.axes.size(); i-- > 0;) {
      const bool is_kept = !nest_.axes[i].empty() && !reduce_.is_reduced[nest_.axes[i].back()];
      nest_.strides[state_operand_][i] = is_kept ? stride : 0;
      if (!is_kept) continue;
      is_state_fixed_ = false;
      for (size_t k = nest_.axes[i].size(); k-- > 0;) {
        axis_strides_[nest_.axes[i][k]] = stride;
        stride *= box_.shape[nest_.axes[i][k]];
      }
    }
    is_row_reduced_ = nest_.strides[state_operand_].back() == 0;
  }

  Status PutInOrder() {
    const Shape& shape = state_->shape;
    std::vector<int64_t> strides = axis_strides_;
    const std::vector<int64_t> ordered = RowMajorStrides(shape, 1);
    bool same = true;
    for (size_t i = 0; i < shape.size(); ++i) same = same && (shape[i] <= 1 || strides[i] == ordered[i]);
    if (same) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto sorted, AllocateState(*reduce_.reducer, shape, pool_));
    for (size_t plane = 0; plane < state_->planes.size(); ++plane) {
      const int width = WidthOf(reduce_.reducer->planes()[plane]);
      std::vector<int64_t> from = strides;
      std::vector<int64_t> to = ordered;
      for (int64_t& stride : from) stride *= width;
      for (int64_t& stride : to) stride *= width;
      CopyStrided(state_->planes[plane]->data(), from, sorted->addresses()[plane], to, shape, width);
    }
    state_ = std::move(sorted);
    return Status::OK();
  }

  const ArrayReduce& reduce_;
  bool is_last_;
  arrow::MemoryPool* pool_;
  Box box_;
  LoopNest nest_;
  int state_operand_ = 0;
  int number_operand_;
  int input_width_ = 8;
  bool is_row_reduced_ = false;   // whether all elements of a row go to one state
  bool is_state_fixed_ = false;   // whether all rows do
  int64_t first_number_;
  std::vector<int64_t> axis_strides_;  // of the states, one an axis of the box
  std::shared_ptr<ReductionState> state_;
  std::vector<int64_t> state_offsets_;
  std::vector<int64_t> number_offsets_;
  std::vector<uint8_t> column_;
};

class ReduceSink final : public ArraySink {
 public:
  ReduceSink(ArrayReduce reduce, bool is_last, Kind input) : reduce_(std::move(reduce)), is_last_(is_last), input_width_(WidthOf(input)) {}

  // Two operands: which state an element goes to, and its number. Kept and reduced axes are never joined.
  std::vector<std::vector<int64_t>> Strides(const Box& box) const override {
    std::vector<int64_t> states = RowMajorStrides(StateShape(reduce_, box), 1);
    for (size_t i = 0; i < states.size(); ++i) {
      if (reduce_.is_reduced[i]) states[i] = 0;
    }
    return {states, NumberStrides(reduce_)};
  }

  Result<std::unique_ptr<ArraySinkState>> Open(const Box& box, const LoopNest& nest, int first_operand,
                                               arrow::MemoryPool* pool) const override {
    auto state = std::make_unique<ReduceState>(reduce_, is_last_, box, nest, first_operand, pool);
    state->set_input_width(input_width_);
    ARROW_RETURN_NOT_OK(state->Open());
    return state;
  }

  std::string Describe() const override { return reduce_.name + (is_last_ ? "" : " (of a chunk)"); }

 private:
  ArrayReduce reduce_;
  bool is_last_;
  int input_width_;
};

class MergeBody final : public TaskBody {
 public:
  MergeBody(ArrayReduce reduce, bool is_last) : reduce_(std::move(reduce)), is_last_(is_last) {}

  int num_outputs() const override { return 1; }

  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override {
    InputGroups inputs = context.TakeInputs();
    auto& pieces = inputs[0];
    CASK_CHECK(!pieces.empty());
    const Shape shape = static_cast<const ReductionState&>(*pieces[0]).shape;
    ARROW_ASSIGN_OR_RAISE(auto merged, AllocateState(*reduce_.reducer, shape, context.pool()));
    for (auto& piece : pieces) {
      const auto& state = static_cast<const ReductionState&>(*piece);
      reduce_.reducer->Merge(state.addresses(), NumElements(shape), merged->addresses());
      piece.reset();
    }
    if (!is_last_) return std::vector<std::shared_ptr<const Piece>>{std::move(merged)};
    ARROW_ASSIGN_OR_RAISE(auto chunk, FinishState(reduce_, *merged, context.pool()));
    return std::vector<std::shared_ptr<const Piece>>{std::move(chunk)};
  }

  std::string Describe() const override { return reduce_.name + (is_last_ ? " (the last step)" : " (of partial results)"); }

 private:
  ArrayReduce reduce_;
  bool is_last_;
};

}  // namespace

int64_t ReductionState::num_bytes() const {
  int64_t bytes = 0;
  for (const auto& plane : planes) bytes += plane->capacity();
  return bytes;
}

Planes ReductionState::addresses() const {
  Planes addresses{};
  for (size_t i = 0; i < planes.size(); ++i) addresses[i] = const_cast<uint8_t*>(planes[i]->data());
  return addresses;
}

std::shared_ptr<const ArraySink> MakeReduceSink(ArrayReduce reduce, Kind input, bool is_last) {
  return std::make_shared<ReduceSink>(std::move(reduce), is_last, input);
}

std::shared_ptr<const TaskBody> MakeMergeBody(ArrayReduce reduce, bool is_last) {
  return std::make_shared<MergeBody>(std::move(reduce), is_last);
}

}  // namespace cask
