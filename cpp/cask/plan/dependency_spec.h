// DependencySpec: a dependency as a value, so that a plan can go to another process.
#pragma once

#include <memory>
#include <tuple>
#include <variant>
#include <vector>

#include "cask/compute/array/grid_codec.h"
#include "cask/compute/array/view.h"

namespace cask {

class Dependency;

/// How one axis of the input array is reached from the task's: `view` says which axis of the tasks' grid it comes of and where its
/// positions lie; where it comes of none, positions [view.start, view.start + extent) are needed.
struct GridLink {
  AxisView view;
  int64_t extent = 1;
  bool operator==(const GridLink&) const = default;
};
constexpr auto FieldsOf(std::type_identity<GridLink>) { return std::tuple(&GridLink::view, &GridLink::extent); }

struct OneToOneSpec {
  bool operator==(const OneToOneSpec&) const = default;
};
constexpr auto FieldsOf(std::type_identity<OneToOneSpec>) { return std::tuple(); }

struct TreeSpec {
  int64_t num_inputs = 0;
  int64_t fan_in = 1;
  bool operator==(const TreeSpec&) const = default;
};
constexpr auto FieldsOf(std::type_identity<TreeSpec>) { return std::tuple(&TreeSpec::num_inputs, &TreeSpec::fan_in); }

struct AllToAllSpec {
  int64_t num_inputs = 0;
  int64_t num_tasks = 0;
  bool operator==(const AllToAllSpec&) const = default;
};
constexpr auto FieldsOf(std::type_identity<AllToAllSpec>) { return std::tuple(&AllToAllSpec::num_inputs, &AllToAllSpec::num_tasks); }

struct GridSpec {
  ChunkGrid tasks;
  ChunkGrid inputs;
  std::vector<GridLink> links;
  bool operator==(const GridSpec&) const = default;
};
constexpr auto FieldsOf(std::type_identity<GridSpec>) { return std::tuple(&GridSpec::tasks, &GridSpec::inputs, &GridSpec::links); }

struct ReshapeSpec {
  ChunkGrid tasks;
  ChunkGrid inputs;
  bool operator==(const ReshapeSpec&) const = default;
};
constexpr auto FieldsOf(std::type_identity<ReshapeSpec>) { return std::tuple(&ReshapeSpec::tasks, &ReshapeSpec::inputs); }

/// The inputs of task i are those at [offsets[i], offsets[i + 1]) of `inputs`.
struct ListSpec {
  std::vector<int64_t> offsets = {0};
  std::vector<int64_t> inputs;
  int64_t num_inputs = 0;
  bool operator==(const ListSpec&) const = default;
};
constexpr auto FieldsOf(std::type_identity<ListSpec>) { return std::tuple(&ListSpec::offsets, &ListSpec::inputs, &ListSpec::num_inputs); }

/// The place of an alternative is its number in bytes, so new ones come at the end.
using DependencySpec = std::variant<OneToOneSpec, TreeSpec, AllToAllSpec, GridSpec, ReshapeSpec, ListSpec>;

/// Whether the dependency of `spec`, whoever wrote it, is one of a layer of `num_tasks` tasks on one of `num_inputs`: all that it visits are tasks of
/// these layers, both directions agree, and nothing overflows. Grids are to have passed their codec.
bool Fits(const DependencySpec& spec, int64_t num_tasks, int64_t num_inputs);

/// How many inputs a task has, and how many consumers an input, at most; where that depends on the task no less than it is.
struct EdgeBounds {
  int64_t inputs = 0;
  int64_t consumers = 0;
};
EdgeBounds BoundEdges(const DependencySpec& spec, int64_t num_tasks, int64_t num_inputs);

/// `spec` is one that Dependency::spec gave or that fits.
std::shared_ptr<const Dependency> MakeDependency(const DependencySpec& spec);

}  // namespace cask
