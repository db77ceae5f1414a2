#include "cask/plan/grid_dependency.h"

#include "cask/compute/array/gather_body.h"

namespace cask {
namespace {

constexpr ChunkRange kNoChunks{0, -1};

int64_t CountOf(const std::vector<ChunkRange>& ranges) {
  int64_t count = 1;
  for (const ChunkRange& range : ranges) count *= std::max<int64_t>(range.last - range.first + 1, 0);
  return count;
}

// The numbers of the chunks in a box of chunks, in row-major order.
void Visit(const ChunkGrid& grid, const std::vector<ChunkRange>& ranges, const std::function<void(int64_t)>& visit) {
  if (CountOf(ranges) == 0) return;
  std::vector<int64_t> location;
  for (const ChunkRange& range : ranges) location.push_back(range.first);
  while (true) {
    visit(grid.Number(location));
    size_t axis = ranges.size();
    while (axis > 0 && location[axis - 1] == ranges[axis - 1].last) {
      --axis;
      location[axis] = ranges[axis].first;
    }
    if (axis == 0) return;
    ++location[axis - 1];
  }
}

// The first of `count` numbers for which `holds`, which once true stays true; `count` if there is none.
template <typename Holds>
int64_t FirstWhere(int64_t count, Holds holds) {
  int64_t low = 0;
  int64_t high = count;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

class GridDependency final : public Dependency {
 public:
  GridDependency(ChunkGrid tasks, ChunkGrid inputs, std::vector<GridLink> links)
      : tasks_(std::move(tasks)), inputs_(std::move(inputs)), links_(std::move(links)), link_of_(tasks_.num_axes(), -1) {
    for (size_t i = 0; i < links_.size(); ++i) {
      if (links_[i].view.axis >= 0) link_of_[links_[i].view.axis] = static_cast<int>(i);
    }
  }

  int64_t CountInputs(int64_t task) const override { return CountOf(InputsOf(task)); }
  void ForEachInput(int64_t task, const std::function<void(int64_t)>& visit) const override { Visit(inputs_, InputsOf(task), visit); }
  int64_t CountConsumers(int64_t input) const override { return CountOf(ConsumersOf(input)); }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override {
    Visit(tasks_, ConsumersOf(input), visit);
  }
  std::optional<DependencySpec> spec() const override { return GridSpec{tasks_, inputs_, links_}; }

 private:
  std::vector<ChunkRange> InputsOf(int64_t task) const {
    const std::vector<int64_t> location = tasks_.Locate(task);
    std::vector<ChunkRange> ranges;
    for (size_t i = 0; i < links_.size(); ++i) {
      ranges.push_back(Clipped(i, links_[i].view.axis < 0 ? ReachOfFixed(i) : Reach(i, location[links_[i].view.axis])));
    }
    for (size_t i = 0; i < location.size(); ++i) {
      if (tasks_.axes()[i].Size(location[i]) == 0) ranges.assign(ranges.size() + 1, kNoChunks);
    }
    return ranges;
  }

  std::vector<ChunkRange> ConsumersOf(int64_t input) const {
    const std::vector<int64_t> location = inputs_.Locate(input);
    std::vector<ChunkRange> ranges;
    bool is_needed = true;
    for (int axis = 0; axis < tasks_.num_axes(); ++axis) {
      const AxisChunks& chunks = tasks_.axes()[axis];
      is_needed = is_needed && chunks.length() > 0;
      ranges.push_back(link_of_[axis] < 0 ? NonEmpty(chunks) : ConsumersAlong(link_of_[axis], chunks, location[link_of_[axis]]));
    }
    for (size_t i = 0; i < links_.size(); ++i) {
      if (links_[i].view.axis >= 0) continue;
      const ChunkRange range = Clipped(i, ReachOfFixed(i));
      is_needed = is_needed && location[i] >= range.first && location[i] <= range.last;
    }
    if (!is_needed) ranges.assign(ranges.size() + 1, kNoChunks);
    return ranges;
  }

  // Chunks along axis `i` of the input that chunk `task` along the linked axis reaches; -1 and the number of chunks stand for outside.
  ChunkRange Reach(size_t i, int64_t task) const {
    const AxisChunks& chunks = tasks_.axes()[links_[i].view.axis];
    return NeededChunks(inputs_.axes()[i], links_[i].view, chunks.Begin(task), chunks.Size(task));
  }

  ChunkRange ReachOfFixed(size_t i) const {
    const AxisChunks& chunks = inputs_.axes()[i];
    return {chunks.Find(links_[i].view.start), chunks.Find(links_[i].view.start + links_[i].extent - 1)};
  }

  ChunkRange Clipped(size_t i, ChunkRange range) const {
    return {std::max<int64_t>(range.first, 0), std::min(range.last, inputs_.axes()[i].num_chunks() - 1)};
  }

  static ChunkRange NonEmpty(const AxisChunks& chunks) { return {0, chunks.num_chunks() - 1}; }

  // What a chunk reaches moves one way as the chunks do, so those that reach `input` lie side by side.
  ChunkRange ConsumersAlong(size_t i, const AxisChunks& chunks, int64_t input) const {
    const int64_t count = chunks.num_chunks();
    if (links_[i].view.step > 0) {
      const int64_t first = FirstWhere(count, [&](int64_t task) { return Reach(i, task).last >= input; });
      const int64_t end = FirstWhere(count, [&](int64_t task) { return Reach(i, task).first > input; });
      return {first, end - 1};
    }
    const int64_t first = FirstWhere(count, [&](int64_t task) { return Reach(i, task).first <= input; });
    const int64_t end = FirstWhere(count, [&](int64_t task) { return Reach(i, task).last < input; });
    return {first, end - 1};
  }

  ChunkGrid tasks_;
  ChunkGrid inputs_;
  std::vector<GridLink> links_;
  std::vector<int> link_of_;  // of each axis of the tasks' grid, or -1
};

class ReshapeDependency final : public Dependency {
 public:
  ReshapeDependency(ChunkGrid tasks, ChunkGrid inputs) : tasks_(std::move(tasks)), inputs_(std::move(inputs)) {}

  int64_t CountInputs(int64_t task) const override { return CountBetween(tasks_, task, inputs_); }
  void ForEachInput(int64_t task, const std::function<void(int64_t)>& visit) const override { VisitBetween(tasks_, task, inputs_, visit); }
  int64_t CountConsumers(int64_t input) const override { return CountBetween(inputs_, input, tasks_); }
  void ForEachConsumer(int64_t input, const std::function<void(int64_t)>& visit) const override {
    VisitBetween(inputs_, input, tasks_, visit);
  }
  std::optional<DependencySpec> spec() const override { return ReshapeSpec{tasks_, inputs_}; }

 private:
  // The chunks of `to` that share elements with chunk `chunk` of `from`.
  static ChunkRange Between(const ChunkGrid& from, int64_t chunk, const ChunkGrid& to) {
    const auto [begin, end] = ElementRange(from, chunk);
    if (begin == end) return kNoChunks;
    const int64_t count = to.num_chunks();
    const int64_t first = FirstWhere(count, [&, begin = begin](int64_t each) { return ElementRange(to, each).second > begin; });
    const int64_t stop = FirstWhere(count, [&, end = end](int64_t each) { return ElementRange(to, each).first >= end; });
    return {first, stop - 1};
  }

  static int64_t CountBetween(const ChunkGrid& from, int64_t chunk, const ChunkGrid& to) { return CountOf({Between(from, chunk, to)}); }

  static void VisitBetween(const ChunkGrid& from, int64_t chunk, const ChunkGrid& to, const std::function<void(int64_t)>& visit) {
    const ChunkRange range = Between(from, chunk, to);
    for (int64_t i = range.first; i <= range.last; ++i) visit(i);
  }

  ChunkGrid tasks_;
  ChunkGrid inputs_;
};

}  // namespace

std::shared_ptr<const Dependency> GridPattern(ChunkGrid tasks, ChunkGrid inputs, std::vector<GridLink> links) {
  return std::make_shared<GridDependency>(std::move(tasks), std::move(inputs), std::move(links));
}

std::vector<GridLink> LinksOf(const View& view) {
  std::vector<GridLink> links;
  for (const AxisView& source : view.sources) links.push_back({source, 1});
  return links;
}

std::shared_ptr<const Dependency> ReshapePattern(ChunkGrid tasks, ChunkGrid inputs) {
  return std::make_shared<ReshapeDependency>(std::move(tasks), std::move(inputs));
}

}  // namespace cask
