// Programs and filters over batches.
#include "cask/compute/column/program.h"

#include <random>

#include "cask/compute/column/test_columns.h"
#include "cask/compute/task_context.h"

namespace cask::column_test {
namespace {

Operand Input(int i) { return {Operand::From::kInput, i}; }
Operand Result_(int i) { return {Operand::From::kCall, i}; }
Operand Constant(int i) { return {Operand::From::kLiteral, i}; }

Call MakeCall(std::string_view name, std::vector<Operand> arguments, std::vector<DType> types, DType type) {
  return {FindColumnFunction(name), std::move(arguments), std::move(types), {}, std::move(type), nullptr};
}

// ((x + 1) * (x + 1)), x + 1, and the constant.
Program SquareProgram() {
  Program program;
  program.input = Schema({{"x", Kind::kFloat64}});
  program.literals = {Literal::Float(1)};
  program.calls = {MakeCall("add", {Input(0), Constant(0)}, {Kind::kFloat64, Kind::kFloat64}, Kind::kFloat64),
                   MakeCall("multiply", {Result_(0), Result_(0)}, {Kind::kFloat64, Kind::kFloat64}, Kind::kFloat64),
                   MakeCall("subtract", {Result_(1), Constant(0)}, {Kind::kFloat64, Kind::kFloat64}, Kind::kFloat64)};
  program.outputs = {Result_(2), Result_(0), Constant(0)};
  program.output = Schema({{"a", Kind::kFloat64}, {"b", Kind::kFloat64}, {"c", Kind::kFloat64}});
  return program;
}

TEST(Program, ComputesEachCallOnceAndSparesItsInputs) {
  const TestColumn x = Floats({1, 2, kNan});
  const Batch batch{3, {x.column}};
  const auto columns = SquareProgram().Evaluate(batch, arrow::default_memory_pool()).ValueOrDie();
  EXPECT_EQ(Show({Kind::kFloat64, columns[0]}), "float64 [3, 8, NA]");
  EXPECT_EQ(Show({Kind::kFloat64, columns[1]}), "float64 [2, 3, NA]");
  EXPECT_EQ(Show({Kind::kFloat64, columns[2]}), "float64 [1, 1, 1]");
  EXPECT_EQ(Show(x), "float64 [1, 2, NA]");
}

TEST(Program, NamesTheCallThatFailed) {
  Program program;
  program.input = Schema({{"x", Kind::kInt64}});
  Call call = MakeCall("pow", {Input(0), Input(0)}, {Kind::kInt64, Kind::kInt64}, Kind::kInt64);
  call.origin = std::make_shared<OriginLine>(OriginLine{"job.py", 12});
  program.calls = {call};
  program.outputs = {Result_(0)};
  program.output = program.input;
  const auto result = program.Evaluate({1, {Ints({-2}).column}}, arrow::default_memory_pool());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(Describe(result.status()), "Integers to negative integer powers are not allowed.\n  computing pow of line job.py:12");
}

// A frame of every kind of column, filtered by chance, against a row-by-row filter.
TEST(Filter, KeepsTheRowsThatHold) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  for (const double share : {0.0, 0.01, 0.5, 0.97, 1.0}) {
    const int n = 1000;
    std::vector<uint8_t> keep;
    std::vector<int64_t> integers;
    std::vector<std::optional<std::string>> texts;
    std::vector<std::optional<int64_t>> nullables;
    for (int i = 0; i < n; ++i) {
      keep.push_back(std::uniform_real_distribution<double>()(random) < share);
      integers.push_back(i);
      texts.push_back(random() % 5 == 0 ? std::nullopt : std::optional("text" + std::to_string(random() % 1000)));
      nullables.push_back(random() % 5 == 0 ? std::nullopt : std::optional<int64_t>(random()));
    }
    const TestColumn columns[] = {Bools(keep), Ints(integers), Texts(texts), Nullable<int64_t>(DType::Nullable(Kind::kInt64), nullables)};
    FunctionOptions to_category;
    to_category.type = Kind::kCategory;
    const TestColumn categories = Function("cast", {columns[2]}, to_category);

    Program program;
    program.outputs = {Input(0)};
    Batch batch{n, {}};
    for (const TestColumn& column : columns) {
      program.input.Add({"", column.type});
      batch.columns.push_back(column.column);
    }
    program.input.Add({"", Kind::kCategory});
    batch.columns.push_back(categories.column);
    program.output = Schema({{"", Kind::kBool}});
    TaskContext context(0);
    const Batch kept = MakeFilter(program, {1, 2, 3, 4})->Apply(batch, context).ValueOrDie();

    std::vector<int64_t> expected_integers;
    std::vector<std::optional<std::string>> expected_texts;
    std::vector<std::optional<int64_t>> expected_nullables;
    for (int i = 0; i < n; ++i) {
      if (!keep[i]) continue;
      expected_integers.push_back(integers[i]);
      expected_texts.push_back(texts[i]);
      expected_nullables.push_back(nullables[i]);
    }
    SCOPED_TRACE(fmt::format("seed {}, share {}", seed, share));
    ASSERT_EQ(kept.num_rows, static_cast<int64_t>(expected_integers.size()));
    EXPECT_EQ(Show({Kind::kInt64, kept.columns[0]}), Show(Ints(expected_integers)));
    EXPECT_EQ(Show({Kind::kString, kept.columns[1]}), Show(Texts(expected_texts)));
    EXPECT_EQ(Show({columns[3].type, kept.columns[2]}), Show(Nullable<int64_t>(columns[3].type, expected_nullables)));
    FunctionOptions to_text;
    to_text.type = Kind::kString;
    EXPECT_EQ(Show(Function("cast", {TestColumn{Kind::kCategory, kept.columns[3]}}, to_text)), Show(Texts(expected_texts)));
  }
}

TEST(Filter, MissingConditionsDoNotHold) {
  Program program;
  program.input = Schema({{"c", DType::Nullable(Kind::kBool)}, {"x", Kind::kInt64}});
  program.outputs = {Input(0)};
  program.output = Schema({{"c", DType::Nullable(Kind::kBool)}});
  const TestColumn condition = Nullable<uint8_t>(DType::Nullable(Kind::kBool), {1, std::nullopt, 0, 1});
  TaskContext context(0);
  const Batch kept = MakeFilter(program, {1})->Apply({4, {condition.column, Ints({1, 2, 3, 4}).column}}, context).ValueOrDie();
  EXPECT_EQ(Show({Kind::kInt64, kept.columns[0]}), "int64 [1, 4]");
}

}  // namespace
}  // namespace cask::column_test
