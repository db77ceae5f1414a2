#include <gtest/gtest.h>

#include "cask/expr/expression_codec.h"
#include "cask/expr/test_expressions.h"
#include "cask/plan/lower.h"

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

}  // namespace
}  // namespace cask
