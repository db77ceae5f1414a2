#include "cask/compute/array/view.h"

#include "cask/base/check.h"

namespace cask {
namespace {

AxisChunks SlicedChunks(const AxisChunks& source, int64_t start, int64_t step, int64_t length) {
  if (start == 0 && step == 1 && length == source.length()) return source;
  if (length == 0) return AxisChunks::Regular(0, 1);
  const int64_t last = start + step * (length - 1);
  const int64_t first_chunk = source.Find(step > 0 ? start : last);
  const int64_t last_chunk = source.Find(step > 0 ? last : start);
  if (step == 1 && last_chunk > first_chunk) {
    const int64_t first = source.End(first_chunk) - start;
    const int64_t size = source.Size(first_chunk + 1);
    AxisChunks regular = AxisChunks::Shifted(length, std::min(first, size), size);
    bool same = first <= size && regular.num_chunks() == last_chunk - first_chunk + 1;
    for (int64_t i = 1; same && i < regular.num_chunks(); ++i) same = regular.Begin(i) == source.Begin(first_chunk + i) - start;
    if (same) return regular;
  }
  std::vector<int64_t> sizes;
  int64_t taken = 0;
  for (int64_t i = 0; i <= last_chunk - first_chunk; ++i) {
    // How many of the positions start, start + step, ... lie before the far edge of this chunk.
    const int64_t chunk = step > 0 ? first_chunk + i : last_chunk - i;
    const int64_t room = step > 0 ? source.End(chunk) - 1 - start : start - source.Begin(chunk);
    const int64_t until = std::min(length, room / std::abs(step) + 1);
    if (until > taken) sizes.push_back(until - taken);
    taken = std::max(taken, until);
  }
  return AxisChunks::FromSizes(sizes);
}

}  // namespace

View View::Identity(const Shape& shape) {
  View view{shape, {}};
  for (size_t i = 0; i < shape.size(); ++i) view.sources.push_back({static_cast<int>(i), 0, 1});
  return view;
}

View View::Broadcast(const Shape& from, const Shape& to) {
  CASK_CHECK_LE(from.size(), to.size());
  View view{to, {}};
  const size_t lead = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) {
    const bool repeats = from[i] == 1 && to[lead + i] != 1;
    CASK_CHECK(repeats || from[i] == to[lead + i]);
    view.sources.push_back({repeats ? -1 : static_cast<int>(lead + i), 0, 1});
  }
  return view;
}

View View::Transpose(const Shape& shape, const std::vector<int>& order) {
  View view;
  view.sources.resize(shape.size());
  for (size_t i = 0; i < order.size(); ++i) {
    view.shape.push_back(shape[order[i]]);
    view.sources[order[i]] = {static_cast<int>(i), 0, 1};
  }
  return view;
}

View View::Over(const View& inner) const {
  View view{shape, {}};
  for (const AxisView& middle : inner.sources) {
    if (middle.axis < 0) {
      view.sources.push_back(middle);
      continue;
    }
    const AxisView& outer = sources[middle.axis];
    view.sources.push_back({outer.axis, middle.start + middle.step * outer.start, outer.axis < 0 ? 1 : middle.step * outer.step});
  }
  return view;
}

bool View::is_identity(const Shape& source) const { return *this == Identity(source); }

int View::SourceOf(int axis) const {
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].axis == axis) return static_cast<int>(i);
  }
  return -1;
}

bool View::repeats() const {
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] > 1 && SourceOf(static_cast<int>(i)) < 0) return true;
  }
  return false;
}

ChunkGrid ViewChunks(const View& view, const ChunkGrid& source) {
  std::vector<AxisChunks> axes;
  for (size_t i = 0; i < view.shape.size(); ++i) {
    const int from = view.SourceOf(static_cast<int>(i));
    const int64_t length = view.shape[i];
    axes.push_back(from < 0 ? AxisChunks::Regular(length, length)
                            : SlicedChunks(source.axes()[from], view.sources[from].start, view.sources[from].step, length));
  }
  return ChunkGrid(std::move(axes));
}

}  // namespace cask
