// What explain() prints: the optimized expressions as a tree, then the layers of tasks.
#include "cask/expr/assemble_expr.h"
#include "cask/data/label.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/persisted_expr.h"
#include "cask/plan/lower.h"

namespace cask {
namespace {

class Printer {
 public:
  void AddProjection(const Projection& projection, int depth) {
    std::string line = "columns:";
    for (const NamedColumn& column : projection.columns) {
      const std::string text = column.value->ToString(projection.root->schema());
      const std::string name = PrintLabel(column.name);
      line += text == name || text.empty() ? " " + name : fmt::format(" {} = {}", name, text);
    }
    AddLine(line, depth);
    AddFrame(*projection.root, depth + 1);
  }

  void AddLayers(const LoweredPlan& lowered) {
    text_ += "\nlayers:\n";
    for (size_t i = 0; i < lowered.plan.layers.size(); ++i) {
      const Layer& layer = lowered.plan.layers[i];
      AddLine(fmt::format("{}: {}, {} task{}{}", i, layer.name, layer.num_tasks, layer.num_tasks == 1 ? "" : "s", InputsOf(layer)), 1);
      AddBlock(layer.body->Describe(), 2);
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  void AddFrame(const FrameExpr& frame, int depth) {
    AddLine(frame.Describe() + (frame.origin() ? "  [" + DescribeOrigin(frame.origin()) + "]" : ""), depth);
    if (frame.node() == FrameExpr::Node::kFilter) AddFrame(*static_cast<const FilterExpr&>(frame).input(), depth + 1);
    if (frame.node() == FrameExpr::Node::kBreaker) AddProjection(static_cast<const BreakerExpr&>(frame).input(), depth + 1);
    if (frame.node() == FrameExpr::Node::kMapPartitions) AddProjection(static_cast<const MapPartitionsExpr&>(frame).input(), depth + 1);
    if (frame.node() != FrameExpr::Node::kAssemble) return;
    for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) AddProjection(input, depth + 1);
  }

  static std::string InputsOf(const Layer& layer) {
    std::string text;
    for (const LayerInput& input : layer.inputs) text += fmt::format("{} {}", text.empty() ? ", from layer" : ",", input.layer);
    return text;
  }

  void AddBlock(const std::string& block, int depth) {
    size_t begin = 0;
    while (begin < block.size()) {
      size_t end = block.find('\n', begin);
      if (end == std::string::npos) end = block.size();
      AddLine(block.substr(begin, end - begin), depth);
      begin = end + 1;
    }
  }

  void AddLine(const std::string& line, int depth) { text_ += std::string(2 * depth, ' ') + line + "\n"; }

  std::string text_;
};

}  // namespace

std::string ExplainPlan(const std::vector<Projection>& outputs, const LoweredPlan& lowered) {
  Printer printer;
  for (const Projection& output : outputs) printer.AddProjection(output, 0);
  printer.AddLayers(lowered);
  return printer.Take();
}

}  // namespace cask
