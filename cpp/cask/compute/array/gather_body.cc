#include "cask/compute/array/gather_body.h"

#include "cask/base/check.h"
#include "cask/compute/task_context.h"

namespace cask {
namespace {

using Pieces = std::vector<std::shared_ptr<const Piece>>;

class ConcatenateBody final : public TaskBody {
 public:
  int num_outputs() const override { return 1; }

  Result<Pieces> Run(TaskContext& context) const override {
    for (const Pieces& group : context.inputs()) {
      if (!group.empty()) return Pieces{group[0]};
    }
    return InternalError("chunk {} of a concatenation lies in none of its parts", context.partition());
  }

  std::string Describe() const override { return "concatenate"; }
};

class ReshapeBody final : public TaskBody {
 public:
  ReshapeBody(ChunkGrid from, ChunkGrid to, Kind kind) : from_(std::move(from)), to_(std::move(to)), kind_(kind) {}

  int num_outputs() const override { return 1; }

  Result<Pieces> Run(TaskContext& context) const override {
    const auto [first, last] = ElementRange(to_, context.partition());
    ARROW_ASSIGN_OR_RAISE(auto chunk, AllocateChunk(kind_, to_.BoxOf(context.partition()).shape, context.pool()));
    auto* out = const_cast<uint8_t*>(chunk->data);
    const int width = WidthOf(kind_);
    int64_t position = first;
    int64_t source = 0;
    for (const auto& piece : context.inputs()[0]) {
      while (ElementRange(from_, source).second <= position) ++source;
      const auto [begin, end] = ElementRange(from_, source);
      ARROW_ASSIGN_OR_RAISE(auto ordered, InRowMajorOrder(static_cast<const ArrayChunk&>(*piece), context.pool()));
      const int64_t until = std::min(end, last);
      std::memcpy(out, ordered->data + (position - begin) * width, (until - position) * width);
      out += (until - position) * width;
      position = until;
    }
    CASK_CHECK_EQ(position, last);
    return Pieces{std::move(chunk)};
  }

  std::string Describe() const override { return "reshape"; }

 private:
  static Result<std::shared_ptr<const ArrayChunk>> InRowMajorOrder(const ArrayChunk& chunk, arrow::MemoryPool* pool) {
    if (chunk.is_contiguous()) return std::make_shared<const ArrayChunk>(chunk);
    return CopyChunk(chunk, pool);
  }

  ChunkGrid from_;
  ChunkGrid to_;
  Kind kind_;
};

// The chunks of an array that was stored whole are all parts of one contiguous buffer; null if these are not.
std::shared_ptr<const ArrayChunk> AsOneArray(const ChunkGrid& grid, Kind kind, const Pieces& pieces) {
  const auto& first = static_cast<const ArrayChunk&>(*pieces[0]);
  auto whole = std::make_shared<ArrayChunk>(first);
  whole->shape = grid.shape();
  whole->strides = RowMajorStrides(whole->shape, WidthOf(kind));
  if (!first.buffer || first.buffer->size() != NumElements(whole->shape) * WidthOf(kind)) return nullptr;
  for (int64_t i = 0; i < grid.num_chunks(); ++i) {
    const auto& chunk = static_cast<const ArrayChunk&>(*pieces[i]);
    const Box box = grid.BoxOf(i);
    const auto part = SliceChunk(*whole, box.begin, box.shape);
    if (chunk.buffer != first.buffer || chunk.data != part->data || chunk.strides != part->strides) return nullptr;
  }
  return whole;
}

}  // namespace

std::pair<int64_t, int64_t> ElementRange(const ChunkGrid& grid, int64_t chunk) {
  for (size_t i = 0; i < grid.axes().size(); ++i) {
    const AxisChunks& axis = grid.axes()[i];
    if (axis.num_chunks() == 1) continue;
    int64_t row = 1;
    for (size_t k = i + 1; k < grid.axes().size(); ++k) row *= grid.axes()[k].length();
    return {axis.Begin(chunk) * row, axis.End(chunk) * row};
  }
  return {0, NumElements(grid.shape())};
}

std::shared_ptr<const TaskBody> MakeConcatenateBody() { return std::make_shared<ConcatenateBody>(); }

std::shared_ptr<const TaskBody> MakeReshapeBody(ChunkGrid from, ChunkGrid to, Kind kind) {
  return std::make_shared<ReshapeBody>(std::move(from), std::move(to), kind);
}

Result<std::shared_ptr<const ArrayChunk>> GatherChunks(const ChunkGrid& grid, Kind kind, const Pieces& pieces, arrow::MemoryPool* pool) {
  CASK_CHECK_EQ(static_cast<int64_t>(pieces.size()), grid.num_chunks());
  if (pieces.size() == 1) {
    auto only = std::static_pointer_cast<const ArrayChunk>(pieces[0]);
    if (only->is_contiguous()) return only;
  }
  if (auto whole = AsOneArray(grid, kind, pieces)) return whole;
  ARROW_ASSIGN_OR_RAISE(auto whole, AllocateChunk(kind, grid.shape(), pool));
  for (int64_t i = 0; i < grid.num_chunks(); ++i) {
    const auto& chunk = static_cast<const ArrayChunk&>(*pieces[i]);
    const Box box = grid.BoxOf(i);
    const auto target = SliceChunk(*whole, box.begin, box.shape);
    CopyStrided(chunk.data, chunk.strides, const_cast<uint8_t*>(target->data), target->strides, box.shape, WidthOf(kind));
  }
  return whole;
}

}  // namespace cask
