#include "cask/compute/array/leaf.h"

#include "cask/base/check.h"

namespace cask {
namespace {

// The strides along the box's axes, and how far the box's first element is from the leaf's, given the strides of the leaf's axes.
int64_t ApplyView(const View& view, const std::vector<int64_t>& leaf_strides, const Box& box, std::vector<int64_t>* strides) {
  strides->assign(box.shape.size(), 0);
  int64_t offset = 0;
  for (size_t i = 0; i < view.sources.size(); ++i) {
    const AxisView& source = view.sources[i];
    offset += leaf_strides[i] * source.start;
    if (source.axis < 0) continue;
    (*strides)[source.axis] = leaf_strides[i] * source.step;
    offset += leaf_strides[i] * source.step * box.begin[source.axis];
  }
  return offset;
}

// The first position and the number of positions of one axis of the leaf that the box reaches, from the lowest to the highest.
std::pair<int64_t, int64_t> Reach(const AxisView& view, int64_t begin, int64_t length) {
  if (view.axis < 0) return {view.start, 1};
  const int64_t a = view.start + view.step * begin;
  const int64_t b = view.start + view.step * (begin + length - 1);
  return {std::min(a, b), std::abs(b - a) + 1};
}

const ArrayChunk& AsChunk(const std::shared_ptr<const Piece>& piece) {
  CASK_CHECK(piece != nullptr);
  return static_cast<const ArrayChunk&>(*piece);
}

struct Needed {
  std::vector<ChunkRange> ranges;  // of chunks, one an axis of the leaf
  std::vector<int64_t> begin;      // the lowest position needed along each axis
  Shape shape;                     // from the lowest to the highest position needed
};

Needed FindNeeded(const Leaf& leaf, const Box& box) {
  Needed needed;
  for (size_t i = 0; i < leaf.view.sources.size(); ++i) {
    const AxisView& view = leaf.view.sources[i];
    const int64_t begin = view.axis < 0 ? 0 : box.begin[view.axis];
    const int64_t length = view.axis < 0 ? 1 : box.shape[view.axis];
    needed.ranges.push_back(NeededChunks(leaf.grid.axes()[i], view, begin, length));
    const auto [first, count] = Reach(view, begin, length);
    needed.begin.push_back(first);
    needed.shape.push_back(count);
  }
  return needed;
}

// Visits the locations of the needed chunks in row-major order.
template <typename Visit>
void ForEachNeeded(const std::vector<ChunkRange>& ranges, Visit visit) {
  std::vector<int64_t> location;
  for (const ChunkRange& range : ranges) location.push_back(range.first);
  while (true) {
    visit(location);
    size_t axis = ranges.size();
    while (axis > 0 && location[axis - 1] == ranges[axis - 1].last) {
      --axis;
      location[axis] = ranges[axis].first;
    }
    if (axis == 0) return;
    ++location[axis - 1];
  }
}

// Copies what the box needs of each of the needed chunks into one.
Result<std::shared_ptr<ArrayChunk>> Assemble(const Leaf& leaf, const Needed& needed,
                                             const std::vector<std::shared_ptr<const Piece>>& pieces, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto whole, AllocateChunk(leaf.kind, needed.shape, pool));
  size_t next = 0;
  ForEachNeeded(needed.ranges, [&](const std::vector<int64_t>& location) {
    const ArrayChunk& chunk = AsChunk(pieces[next++]);
    std::vector<int64_t> from(location.size());
    std::vector<int64_t> to(location.size());
    Shape shape(location.size());
    for (size_t i = 0; i < location.size(); ++i) {
      const AxisChunks& axis = leaf.grid.axes()[i];
      const int64_t begin = std::max(axis.Begin(location[i]), needed.begin[i]);
      const int64_t end = std::min(axis.End(location[i]), needed.begin[i] + needed.shape[i]);
      from[i] = begin - axis.Begin(location[i]);
      to[i] = begin - needed.begin[i];
      shape[i] = end - begin;
    }
    const auto source = SliceChunk(chunk, from, shape);
    const auto target = SliceChunk(*whole, to, shape);
    CopyStrided(source->data, source->strides, const_cast<uint8_t*>(target->data), target->strides, shape, WidthOf(leaf.kind));
  });
  return whole;
}

Result<BoundLeaf> BindChunks(const Leaf& leaf, const Box& box, const InputGroups& inputs, arrow::MemoryPool* pool) {
  const Needed needed = FindNeeded(leaf, box);
  std::vector<std::shared_ptr<const Piece>> pieces;
  if (leaf.held) {
    ForEachNeeded(needed.ranges, [&](const std::vector<int64_t>& location) { pieces.push_back((*leaf.held)[leaf.grid.Number(location)]); });
  } else {
    pieces = inputs[leaf.input];
  }
  CASK_CHECK(!pieces.empty());
  std::shared_ptr<const ArrayChunk> chunk;
  std::vector<int64_t> origin;  // the position in the leaf of the chunk's first element
  if (pieces.size() == 1) {
    chunk = std::static_pointer_cast<const ArrayChunk>(pieces[0]);
    for (size_t i = 0; i < needed.ranges.size(); ++i) origin.push_back(leaf.grid.axes()[i].Begin(needed.ranges[i].first));
  } else {
    ARROW_ASSIGN_OR_RAISE(chunk, Assemble(leaf, needed, pieces, pool));
    origin = needed.begin;
  }
  BoundLeaf bound;
  int64_t offset = ApplyView(leaf.view, chunk->strides, box, &bound.strides);
  for (size_t i = 0; i < origin.size(); ++i) offset -= origin[i] * chunk->strides[i];
  bound.data = chunk->data + offset;
  bound.keeps_alive = std::move(chunk);
  return bound;
}

}  // namespace

ChunkRange NeededChunks(const AxisChunks& chunks, const AxisView& view, int64_t begin, int64_t length) {
  const auto [first, count] = Reach(view, begin, length);
  return {chunks.Find(first), chunks.Find(first + count - 1)};
}

Result<BoundLeaf> BindLeaf(const Leaf& leaf, const Box& box, const InputGroups& inputs, arrow::MemoryPool* pool) {
  BoundLeaf bound;
  if (leaf.memory) {
    bound.data = leaf.memory->data + ApplyView(leaf.view, leaf.memory->strides, box, &bound.strides);
    bound.keeps_alive = leaf.memory;
  } else if (leaf.generator) {
    bound.first = ApplyView(leaf.view, RowMajorStrides(leaf.shape, 1), box, &bound.strides);
    bound.generator = leaf.generator.get();
  } else {
    ARROW_ASSIGN_OR_RAISE(bound, BindChunks(leaf, box, inputs, pool));
  }
  // Along an axis of length 1 nothing moves; strides of 0 let it join its neighbours.
  for (size_t i = 0; i < box.shape.size(); ++i) {
    if (box.shape[i] == 1) bound.strides[i] = 0;
  }
  return bound;
}

}  // namespace cask
