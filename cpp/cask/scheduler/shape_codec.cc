#include "cask/scheduler/shape_codec.h"

#include <algorithm>

#include "cask/base/check.h"
#include "cask/base/codec.h"
#include "cask/plan/dependency_spec.h"

namespace cask {

constexpr auto FieldsOf(std::type_identity<Affinity>) { return std::tuple(&Affinity::collection, &Affinity::first_partition); }

namespace {

struct InputFields {
  int32_t layer = 0;
  int32_t output = 0;
  DependencySpec pattern;
};
constexpr auto FieldsOf(std::type_identity<InputFields>) { return std::tuple(&InputFields::layer, &InputFields::output, &InputFields::pattern); }

struct LayerFields {
  int64_t num_tasks = 0;
  bool is_output = false;
  std::vector<InputFields> inputs;
  std::optional<Affinity> affinity;
};
constexpr auto FieldsOf(std::type_identity<LayerFields>) {
  return std::tuple(&LayerFields::num_tasks, &LayerFields::is_output, &LayerFields::inputs, &LayerFields::affinity);
}

struct ShapeFields {
  std::vector<LayerFields> layers;
  std::vector<TaskId> imports;
};
constexpr auto FieldsOf(std::type_identity<ShapeFields>) { return std::tuple(&ShapeFields::layers, &ShapeFields::imports); }

// The most edges that a task of each layer may have, in either direction: the scheduler counts them in 32 bits, and with them the imports of a task.
// That many of those take gigabytes.
constexpr int64_t kMaxImportsOfOne = int64_t{1} << 26;
constexpr int64_t kMaxEdges = UINT32_MAX - kMaxImportsOfOne;

Status Malformed(size_t layer, std::string_view what) { return ValueError("malformed plan: layer {} {}", layer, what); }

class ShapeChecker {
 public:
  explicit ShapeChecker(const ShapeFields& shape) : layers_(shape.layers), imports_(shape.imports), num_consumers_(layers_.size(), 0) {}

  Status Check() {
    if (static_cast<int64_t>(layers_.size()) > kMaxPlanLayers) {
      return ValueError("a plan has {} layers, more than {}", layers_.size(), kMaxPlanLayers);
    }
    int64_t left = kMaxPlanTasks;
    for (size_t i = 0; i < layers_.size(); ++i) {
      if (layers_[i].num_tasks < 0) return Malformed(i, "has less than no tasks");
      if (layers_[i].num_tasks > left) return ValueError("a plan has more than {} tasks; larger partitions or chunks make it smaller", kMaxPlanTasks);
      left -= layers_[i].num_tasks;
      ARROW_RETURN_NOT_OK(CheckInputs(i));
      ARROW_RETURN_NOT_OK(CheckAffinity(i));
    }
    if (!imports_.empty()) ARROW_RETURN_NOT_OK(CheckImports());
    for (size_t i = 0; i < layers_.size(); ++i) {
      if (num_consumers_[i] > kMaxEdges) return Malformed(i, "has too many consumers");
    }
    const bool has_output = std::any_of(layers_.begin(), layers_.end(), [](const LayerFields& layer) { return layer.is_output; });
    return has_output ? Status::OK() : ValueError("malformed plan: it has no output");
  }

 private:
  Status CheckInputs(size_t i) {
    const LayerFields& layer = layers_[i];
    int64_t num_inputs = 0;
    for (const InputFields& input : layer.inputs) {
      if (input.layer < 0 || static_cast<size_t>(input.layer) >= i) return Malformed(i, "has an input of no layer before it");
      if (input.output < 0) return Malformed(i, "has an input of no output");
      const int64_t num_others = layers_[input.layer].num_tasks;
      if (!Fits(input.pattern, layer.num_tasks, num_others)) return Malformed(i, "has an input whose pattern does not fit");
      const EdgeBounds bounds = BoundEdges(input.pattern, layer.num_tasks, num_others);
      num_inputs += bounds.inputs;
      num_consumers_[input.layer] += bounds.consumers;
      if (num_inputs > kMaxEdges) return Malformed(i, "has too many inputs");
    }
    return Status::OK();
  }

  // The scheduler keeps a home for each partition up to the last that is read.
  Status CheckAffinity(size_t i) const {
    const auto& affinity = layers_[i].affinity;
    if (!affinity) return Status::OK();
    if (!layers_[i].inputs.empty()) return Malformed(i, "has inputs and is of a collection");
    const bool is_bounded = affinity->first_partition >= 0 && affinity->first_partition <= kMaxPlanTasks - layers_[i].num_tasks;
    return is_bounded ? Status::OK() : Malformed(i, "is of partitions that no collection has");
  }

  Status CheckImports() const {
    if (layers_.empty() || layers_[0].num_tasks != static_cast<int64_t>(imports_.size())) return Malformed(0, "has not a task for each import");
    if (!layers_[0].inputs.empty() || layers_[0].is_output || layers_[0].affinity) return Malformed(0, "is of imports and of something else");
    const bool are_ids = std::all_of(imports_.begin(), imports_.end(),
                                     [](const TaskId& origin) { return Number(origin.plan) >= 0 && origin.layer >= 0 && origin.task >= 0; });
    return are_ids ? Status::OK() : Malformed(0, "has an import of no task");
  }

  const std::vector<LayerFields>& layers_;
  const std::vector<TaskId>& imports_;
  std::vector<int64_t> num_consumers_;  // of a task, at most; kMaxListItems inputs of kMaxPlanTasks each cannot overflow it
};

}  // namespace

std::string EncodeShape(const PlanShape& shape) {
  ShapeFields all{{}, shape.imports};
  for (const PlanShape::Layer& layer : shape.layers) {
    LayerFields& fields = all.layers.emplace_back(LayerFields{layer.num_tasks, layer.is_output, {}, layer.affinity});
    for (const LayerInput& input : layer.inputs) {
      std::optional<DependencySpec> spec = input.pattern->spec();
      CASK_CHECK(spec.has_value() && "a dependency of a plan that is sent has a spec");
      fields.inputs.push_back({input.layer, input.output, std::move(*spec)});
    }
  }
  return ToBytes(all);
}

Result<PlanShape> DecodeShape(std::string_view bytes) {
  ShapeFields all;
  Decoder decoder(bytes);
  if (!decoder.Read(&all) || !decoder.is_at_end()) return ValueError("malformed plan: it does not decode");
  ARROW_RETURN_NOT_OK(ShapeChecker(all).Check());
  PlanShape shape;
  shape.imports = std::move(all.imports);
  for (const LayerFields& fields : all.layers) {
    PlanShape::Layer& layer = shape.layers.emplace_back(PlanShape::Layer{fields.num_tasks, fields.is_output, {}, fields.affinity});
    for (const InputFields& input : fields.inputs) layer.inputs.push_back({input.layer, input.output, MakeDependency(input.pattern)});
  }
  return shape;
}

}  // namespace cask
