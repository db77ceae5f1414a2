#include <gtest/gtest.h>

#include "cask/expr/array_codec.h"
#include "cask/expr/expression_codec.h"
#include "cask/expr/test_arrays.h"
#include "cask/expr/test_expressions.h"
#include "cask/plan/lower.h"
#include "cask/plan/lower_array.h"

namespace cask {
namespace {

std::string Explain(const std::vector<Projection>& outputs) {
  auto lowered = Lower(outputs);
  return lowered.ok() ? ExplainPlan(outputs, *lowered) : Describe(lowered.status());
}

TEST(Lower, AnExpressionThatWasSentGivesTheSamePlan) {
  const test::Folder folder;
  for (const test::Example& example : test::ExamplesOfEveryKind(folder)) {
    SCOPED_TRACE(example.name);
    const auto sent = DecodeProjections(EncodeProjections(example.outputs).ValueOrDie()).ValueOrDie();
    EXPECT_EQ(Explain(sent), Explain(example.outputs));
    EXPECT_NE(Explain(sent).find("layers:"), std::string::npos) << Explain(sent);
  }
}

// Layers with their tasks and what each of these needs.
std::string ExplainArrays(const std::vector<ArrayExprPtr>& arrays) {
  Plan plan;
  const Status status = LowerArrays(arrays, {}, &plan);
  if (!status.ok()) return Describe(status);
  std::string text;
  for (const Layer& layer : plan.layers) {
    text += fmt::format("{} of {}: {}\n", layer.name, layer.num_tasks, layer.body->Describe());
    for (const LayerInput& input : layer.inputs) {
      text += fmt::format("  output {} of layer {}:", input.output, input.layer);
      for (int64_t task = 0; task < layer.num_tasks; ++task) {
        text += fmt::format(" {} from", task);
        input.pattern->ForEachInput(task, [&](int64_t from) { text += fmt::format(" {}", from); });
      }
      text += "\n";
    }
  }
  for (const PlanOutput& output : plan.outputs) text += fmt::format("gives output {} of layer {}\n", output.output, output.layer);
  return text;
}

TEST(Lower, ArraysThatWereSentGiveTheSamePlan) {
  for (const test::ArrayExample& example : test::ArraysOfEveryKind()) {
    SCOPED_TRACE(example.name);
    const auto sent = DecodeArrays(EncodeArrays(example.arrays).ValueOrDie()).ValueOrDie();
    EXPECT_EQ(ExplainArrays(sent), ExplainArrays(example.arrays));
  }
}

}  // namespace
}  // namespace cask
