#include "cask/plan/dependency_spec.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "cask/plan/dependency.h"
#include "cask/plan/grid_dependency.h"

namespace cask {
namespace {

// Whether a grid has `count` chunks.
bool HasChunks(const ChunkGrid& grid, int64_t count) { return BoundedProduct(grid.num_blocks(), std::max<int64_t>(count, 1)) == count; }

bool IsPosition(int64_t position) { return position >= -kMaxElements && position <= kMaxElements; }

// Whether no position that the axis of the tasks leads to overflows.
bool IsLink(const GridLink& link, const ChunkGrid& tasks) {
  if (!IsPosition(link.view.start) || !IsPosition(link.view.step) || link.extent < 0 || link.extent > kMaxElements) return false;
  if (link.view.axis < 0) return link.view.axis == -1;
  if (link.view.axis >= tasks.num_axes()) return false;
  const int64_t length = std::max<int64_t>(tasks.axes()[link.view.axis].length(), 1);
  return std::abs(link.view.step) <= kMaxElements / length;
}

bool AreLinks(const GridSpec& spec) {
  if (static_cast<int>(spec.links.size()) != spec.inputs.num_axes()) return false;
  std::set<int> linked;
  for (const GridLink& link : spec.links) {
    if (!IsLink(link, spec.tasks) || (link.view.axis >= 0 && !linked.insert(link.view.axis).second)) return false;
  }
  return true;
}

// Whether every chunk is a range of the array's elements in row-major order: one axis is cut, and those before it are of length 1.
bool IsCutInRanges(const ChunkGrid& grid) {
  bool is_single_so_far = true;
  int num_cut = 0;
  for (const AxisChunks& axis : grid.axes()) {
    num_cut += axis.num_chunks() > 1;
    if (axis.num_chunks() > 1 && !is_single_so_far) return false;
    is_single_so_far = is_single_so_far && axis.length() == 1;
  }
  return num_cut <= 1 && BoundedProduct(grid.shape(), kMaxElements).has_value();
}

struct Fitter {
  int64_t num_tasks;
  int64_t num_inputs;

  bool operator()(const OneToOneSpec&) const { return num_tasks == num_inputs; }
  // Tasks without inputs may be left over, as the one of a tree over nothing is.
  bool operator()(const TreeSpec& spec) const {
    if (spec.num_inputs != num_inputs || spec.fan_in < 1 || spec.fan_in > kMaxElements / (num_tasks + 1)) return false;
    return num_inputs <= num_tasks * spec.fan_in;
  }
  bool operator()(const AllToAllSpec& spec) const { return spec.num_tasks == num_tasks && spec.num_inputs == num_inputs; }
  bool operator()(const GridSpec& spec) const { return HasChunks(spec.tasks, num_tasks) && HasChunks(spec.inputs, num_inputs) && AreLinks(spec); }
  bool operator()(const ReshapeSpec& spec) const {
    return HasChunks(spec.tasks, num_tasks) && HasChunks(spec.inputs, num_inputs) && IsCutInRanges(spec.tasks) && IsCutInRanges(spec.inputs) &&
           NumElements(spec.tasks.shape()) == NumElements(spec.inputs.shape());
  }
  bool operator()(const ListSpec& spec) const {
    const auto& [offsets, inputs, num_listed] = spec;
    if (num_listed != num_inputs || static_cast<int64_t>(offsets.size()) != num_tasks + 1) return false;
    if (offsets.front() != 0 || offsets.back() != static_cast<int64_t>(inputs.size())) return false;
    if (!std::is_sorted(offsets.begin(), offsets.end())) return false;
    return std::all_of(inputs.begin(), inputs.end(), [this](int64_t input) { return input >= 0 && input < num_inputs; });
  }
};

struct Bounder {
  int64_t num_tasks;
  int64_t num_inputs;

  EdgeBounds operator()(const OneToOneSpec&) const { return {1, 1}; }
  EdgeBounds operator()(const TreeSpec& spec) const { return {std::min(spec.fan_in, num_inputs), 1}; }
  EdgeBounds operator()(const AllToAllSpec&) const { return {num_inputs, num_tasks}; }
  EdgeBounds operator()(const GridSpec&) const { return {num_inputs, num_tasks}; }
  EdgeBounds operator()(const ReshapeSpec&) const { return {num_inputs, num_tasks}; }
  EdgeBounds operator()(const ListSpec& spec) const {
    const auto num_edges = static_cast<int64_t>(spec.inputs.size());
    return {num_edges, num_edges};
  }
};

struct Maker {
  std::shared_ptr<const Dependency> operator()(const OneToOneSpec&) const { return OneToOne(); }
  std::shared_ptr<const Dependency> operator()(const TreeSpec& spec) const { return Tree(spec.num_inputs, spec.fan_in); }
  std::shared_ptr<const Dependency> operator()(const AllToAllSpec& spec) const { return AllToAll(spec.num_inputs, spec.num_tasks); }
  std::shared_ptr<const Dependency> operator()(const GridSpec& spec) const { return GridPattern(spec.tasks, spec.inputs, spec.links); }
  std::shared_ptr<const Dependency> operator()(const ReshapeSpec& spec) const { return ReshapePattern(spec.tasks, spec.inputs); }
  std::shared_ptr<const Dependency> operator()(const ListSpec& spec) const { return FromLists(spec.offsets, spec.inputs, spec.num_inputs); }
};

}  // namespace

bool Fits(const DependencySpec& spec, int64_t num_tasks, int64_t num_inputs) { return std::visit(Fitter{num_tasks, num_inputs}, spec); }

EdgeBounds BoundEdges(const DependencySpec& spec, int64_t num_tasks, int64_t num_inputs) {
  return std::visit(Bounder{num_tasks, num_inputs}, spec);
}

std::shared_ptr<const Dependency> MakeDependency(const DependencySpec& spec) { return std::visit(Maker(), spec); }

}  // namespace cask
