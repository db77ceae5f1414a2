#include "cask/plan/lower_array.h"

#include <cmath>
#include <deque>
#include <unordered_set>

#include "cask/base/check.h"
#include "cask/compute/array/chunk_body.h"
#include "cask/compute/array/gather_body.h"
#include "cask/compute/array/matmul_body.h"
#include "cask/compute/array/reduce_sink.h"
#include "cask/plan/grid_dependency.h"

namespace cask {
namespace {

// How many partial results of a reduction one task merges.
constexpr double kFanIn = 16;

// Where an array's chunks come from once it has been lowered.
struct Placed {
  int layer;
  int output;
};

// What a chain must have before it: the last layer that it reads, and the sources that it starts from.
struct Needs {
  int last_layer = -1;
  std::unordered_set<Token, TokenHash> leaves;
  std::unordered_set<Token, TokenHash> seen;
};

// A layer of chains that may still get more outputs.
struct OpenLayer {
  int layer;
  ChunkGrid grid;
  ArrayProgram program;
  std::vector<ProgramOutput> outputs;
  std::unordered_set<Token, TokenHash> leaves;
  std::unordered_map<Token, int, TokenHash> values;  // of arrays as seen through views
};

Token At(const ArrayExpr& array, const View& view) {
  Tokenizer token("at");
  token.Add(array.token());
  for (int64_t length : view.shape) token.Add(length);
  for (const AxisView& source : view.sources) token.Add(int64_t{source.axis}).Add(source.start).Add(source.step);
  return token.Finish();
}

// Whether a chain ends at this array, seen through `view`, and reads its chunks: it is no chain's part, or computing it in the chain
// would compute its elements again and again.
bool IsBoundary(const ArrayExpr& array, const View& view) {
  switch (array.node()) {
    case ArrayExpr::Node::kSource:
    case ArrayExpr::Node::kHeld:
    case ArrayExpr::Node::kView:
    case ArrayExpr::Node::kRechunk: return false;
    case ArrayExpr::Node::kCall: return NumElements(view.shape) > array.size() && view.repeats();
    default: return true;
  }
}

View OperandView(const ArrayExpr& array, int operand, const View& view) {
  if (array.node() == ArrayExpr::Node::kView) return view.Over(static_cast<const ArrayView&>(array).view());
  if (array.node() == ArrayExpr::Node::kRechunk) return view;
  return view.Over(View::Broadcast(array.operands()[operand]->shape(), array.shape()));
}

class ArrayLowerer {
 public:
  ArrayLowerer(const ArrayLowering& options, Plan* plan) : options_(options), plan_(plan) {}

  Status LowerRoot(const ArrayExprPtr& array) {
    const Placed placed = Place(array, options_.stores_whole);
    plan_->outputs.push_back({placed.layer, placed.output});
    return Status::OK();
  }

  void Finish() {
    for (OpenLayer& open : open_) {
      Layer& layer = plan_->layers[open.layer];
      // Leaves come first in the numbering, and are all known only now.
      const int num_leaves = static_cast<int>(open.program.leaves.size());
      const auto number = [&](int value) { return value < 0 ? -1 - value : num_leaves + value; };
      for (ArrayCall& call : open.program.calls) {
        for (int& operand : call.operands) operand = number(operand);
      }
      for (ProgramOutput& output : open.outputs) output.value = number(output.value);
      layer.body = std::make_shared<ChunkBody>(std::move(open.program), open.grid, std::move(open.outputs));
    }
  }

 private:
  Placed Place(const ArrayExprPtr& array, bool is_whole = false) {
    const auto found = placed_.find(array->token());
    if (found != placed_.end()) return found->second;
    Placed placed;
    switch (array->node()) {
      case ArrayExpr::Node::kReduce: placed = PlaceReduce(static_cast<const ArrayReduceExpr&>(*array)); break;
      case ArrayExpr::Node::kMatmul: placed = PlaceMatmul(*array); break;
      case ArrayExpr::Node::kReshape: placed = PlaceReshape(*array); break;
      case ArrayExpr::Node::kConcatenate: placed = PlaceConcatenate(static_cast<const ArrayConcatenate&>(*array)); break;
      default: placed = PlaceChain(*array, is_whole); break;
    }
    placed_.emplace(array->token(), placed);
    return placed;
  }

  // Lowers what a chain reads from other layers.
  void PlaceNeeds(const ArrayExprPtr& array, const View& view, Needs* needs) {
    if (!needs->seen.insert(At(*array, view)).second) return;
    if (IsBoundary(*array, view)) {
      needs->last_layer = std::max(needs->last_layer, Place(array).layer);
      needs->leaves.insert(array->token());
      return;
    }
    if (array->operands().empty()) {
      needs->leaves.insert(array->token());
      return;
    }
    for (size_t i = 0; i < array->operands().size(); ++i) {
      PlaceNeeds(array->operands()[i], OperandView(*array, static_cast<int>(i), view), needs);
    }
  }

  // A layer over `grid` that shares a source with the chain and lies after all that it reads, or a new one.
  OpenLayer& LayerFor(const Needs& needs, const ChunkGrid& grid, std::string_view name) {
    for (OpenLayer& open : open_) {
      if (open.layer <= needs.last_layer || !(open.grid == grid)) continue;
      const bool shares = std::any_of(needs.leaves.begin(), needs.leaves.end(), [&](const Token& leaf) { return open.leaves.contains(leaf); });
      if (!shares) continue;
      open.leaves.insert(needs.leaves.begin(), needs.leaves.end());
      plan_->layers[open.layer].name += "-" + std::string(name);
      return open;
    }
    OpenLayer& open = open_.emplace_back();
    open.layer = AddLayer(std::string(name), grid.num_chunks(), nullptr, {});
    open.grid = grid;
    open.leaves = needs.leaves;
    return open;
  }

  int AddLayer(std::string name, int64_t num_tasks, std::shared_ptr<const TaskBody> body, std::vector<LayerInput> inputs) {
    plan_->layers.push_back({std::move(name), num_tasks, std::move(body), std::move(inputs)});
    return static_cast<int>(plan_->layers.size()) - 1;
  }

  // Values are numbered -1, -2, ... for leaves and 0, 1, ... for calls until the layer is finished.
  int Compile(const ArrayExprPtr& array, const View& view, OpenLayer* open) {
    const Token key = At(*array, view);
    const auto found = open->values.find(key);
    if (found != open->values.end()) return found->second;
    int value;
    if (IsBoundary(*array, view) || array->operands().empty()) {
      value = CompileLeaf(*array, view, open);
    } else if (array->node() == ArrayExpr::Node::kCall) {
      ArrayCall call = static_cast<const ArrayCallExpr&>(*array).call();
      for (size_t i = 0; i < array->operands().size(); ++i) {
        call.operands.push_back(Compile(array->operands()[i], OperandView(*array, static_cast<int>(i), view), open));
      }
      value = static_cast<int>(open->program.calls.size());
      open->program.calls.push_back(std::move(call));
    } else {
      value = Compile(array->operands()[0], OperandView(*array, 0, view), open);
    }
    open->values.emplace(key, value);
    return value;
  }

  int CompileLeaf(const ArrayExpr& array, const View& view, OpenLayer* open) {
    Leaf leaf = MakeLeaf(array, view);
    if (!leaf.memory && !leaf.generator && !leaf.held) {
      const Placed placed = placed_.at(array.token());
      std::vector<LayerInput>& inputs = plan_->layers[open->layer].inputs;
      leaf.input = static_cast<int>(inputs.size());
      inputs.push_back({placed.layer, placed.output, GridPattern(open->grid, array.grid(), LinksOf(view))});
    }
    open->program.leaves.push_back(std::move(leaf));
    return -static_cast<int>(open->program.leaves.size());
  }

  static Leaf MakeLeaf(const ArrayExpr& array, const View& view) {
    Leaf leaf;
    leaf.kind = array.kind();
    leaf.view = view;
    leaf.grid = array.grid();
    leaf.shape = array.shape();
    if (array.node() == ArrayExpr::Node::kSource) {
      const auto& source = static_cast<const ArraySource&>(array);
      leaf.memory = source.memory();
      leaf.generator = source.generator();
    } else if (array.node() == ArrayExpr::Node::kHeld) {
      leaf.held = static_cast<const HeldArray&>(array).chunks();
    }
    return leaf;
  }

  OpenLayer& CompileChain(const ArrayExprPtr& array, const ChunkGrid& grid, std::string_view name, int* value) {
    const View view = View::Identity(array->shape());
    Needs needs;
    PlaceNeeds(array, view, &needs);
    OpenLayer& open = LayerFor(needs, grid, name);
    *value = Compile(array, view, &open);
    return open;
  }

  Placed AddOutput(OpenLayer* open, int value, std::shared_ptr<const ArraySink> sink) {
    open->outputs.push_back({value, std::move(sink)});
    return {open->layer, static_cast<int>(open->outputs.size()) - 1};
  }

  Placed PlaceChain(const ArrayExpr& array, bool is_whole) {
    int value;
    const auto self = std::static_pointer_cast<const ArrayExpr>(array.shared_from_this());
    OpenLayer& open = CompileChain(self, array.grid(), array.name(), &value);
    return AddOutput(&open, value, is_whole ? MakeWholeSink(array.kind(), array.grid()) : MakeStoreSink(array.kind()));
  }

  Placed PlaceReduce(const ArrayReduceExpr& array) {
    const ArrayExprPtr& operand = array.operands()[0];
    ArrayReduce reduce;
    reduce.reducer = MakeReducer(array.spec());
    reduce.is_reduced = array.is_reduced();
    reduce.keeps_axes = array.keeps_axes();
    reduce.array_shape = operand->shape();
    reduce.name = ReductionName(array.spec().reduction);
    int value;
    OpenLayer& open = CompileChain(operand, operand->grid(), reduce.name, &value);
    Shape blocks = operand->grid().num_blocks();
    int reduced_axes = 0;
    for (size_t i = 0; i < blocks.size(); ++i) reduced_axes += reduce.is_reduced[i] && blocks[i] > 1;
    Placed placed = AddOutput(&open, value, MakeReduceSink(reduce, operand->kind(), reduced_axes == 0));
    if (reduced_axes == 0) return placed;
    const int64_t fan_in = std::max<int64_t>(2, std::llround(std::pow(kFanIn, 1.0 / reduced_axes)));
    while (reduced_axes > 0) {
      std::vector<AxisChunks> from;
      std::vector<AxisChunks> to;
      reduced_axes = 0;
      for (size_t i = 0; i < blocks.size(); ++i) {
        from.push_back(AxisChunks::Regular(blocks[i], 1));
        to.push_back(AxisChunks::Regular(blocks[i], reduce.is_reduced[i] ? fan_in : 1));
        blocks[i] = to.back().num_chunks();
        reduced_axes += reduce.is_reduced[i] && blocks[i] > 1;
      }
      const ChunkGrid tasks(std::move(to));
      const ChunkGrid inputs(std::move(from));
      const auto pattern = GridPattern(tasks, inputs, LinksOf(View::Identity(inputs.shape())));
      const bool is_last = reduced_axes == 0;
      placed = {AddLayer(reduce.name + (is_last ? "-aggregate" : "-partial"), tasks.num_chunks(), MakeMergeBody(reduce, is_last),
                         {{placed.layer, placed.output, pattern}}), 0};
    }
    return placed;
  }

  // A factor of a product: memory is read where it lies, all else is computed first.
  Leaf Factor(const ArrayExprPtr& array, const View& view, std::vector<GridLink> links, const ChunkGrid& tasks, std::vector<LayerInput>* inputs) {
    const ArrayExprPtr* base = &array;
    View through = view;
    while ((*base)->node() == ArrayExpr::Node::kView || (*base)->node() == ArrayExpr::Node::kRechunk) {
      through = OperandView(**base, 0, through);
      base = &(*base)->operands()[0];
    }
    Leaf leaf = MakeLeaf(**base, through);
    if (leaf.memory || leaf.held) return leaf;
    const Placed placed = Place(array);
    leaf = MakeLeaf(*array, view);
    leaf.generator = nullptr;
    leaf.input = static_cast<int>(inputs->size());
    inputs->push_back({placed.layer, placed.output, GridPattern(tasks, array->grid(), std::move(links))});
    return leaf;
  }

  Placed PlaceMatmul(const ArrayExpr& array) {
    const ArrayExprPtr& left = array.operands()[0];
    const ArrayExprPtr& right = array.operands()[1];
    const int64_t inner = left->shape()[1];
    const Shape shape = {array.shape()[0], array.shape()[1], inner};
    std::vector<LayerInput> inputs;
    const AxisView rows{0, 0, 1}, columns{1, 0, 1}, summed{2, 0, 1}, all{-1, 0, 1};
    Leaf left_leaf = Factor(left, View{shape, {rows, summed}}, {{rows}, {all, inner}}, array.grid(), &inputs);
    Leaf right_leaf = Factor(right, View{shape, {summed, columns}}, {{all, inner}, {columns}}, array.grid(), &inputs);
    auto body = MakeMatmulBody(std::move(left_leaf), std::move(right_leaf), array.grid(), inner);
    return {AddLayer("matmul", array.grid().num_chunks(), std::move(body), std::move(inputs)), 0};
  }

  Placed PlaceReshape(const ArrayExpr& array) {
    const ArrayExprPtr& operand = array.operands()[0];
    const Placed placed = Place(operand);
    const auto pattern = ReshapePattern(array.grid(), operand->grid());
    auto body = MakeReshapeBody(operand->grid(), array.grid(), array.kind());
    return {AddLayer("reshape", array.grid().num_chunks(), std::move(body), {{placed.layer, placed.output, pattern}}), 0};
  }

  Placed PlaceConcatenate(const ArrayConcatenate& array) {
    std::vector<LayerInput> inputs;
    int64_t offset = 0;
    for (const ArrayExprPtr& operand : array.operands()) {
      const Placed placed = Place(operand);
      std::vector<GridLink> links = LinksOf(View::Identity(operand->shape()));
      links[array.axis()].view.start = -offset;
      inputs.push_back({placed.layer, placed.output, GridPattern(array.grid(), operand->grid(), std::move(links))});
      offset += operand->shape()[array.axis()];
    }
    return {AddLayer("concatenate", array.grid().num_chunks(), MakeConcatenateBody(), std::move(inputs)), 0};
  }

  ArrayLowering options_;
  Plan* plan_;
  std::deque<OpenLayer> open_;
  std::unordered_map<Token, Placed, TokenHash> placed_;
};

}  // namespace

Status LowerArrays(const std::vector<ArrayExprPtr>& arrays, const ArrayLowering& options, Plan* plan) {
  ArrayLowerer lowerer(options, plan);
  for (const ArrayExprPtr& array : arrays) ARROW_RETURN_NOT_OK(lowerer.LowerRoot(array));
  lowerer.Finish();
  return Status::OK();
}

}  // namespace cask
