// Expressions of every kind, for tests of what holds for any of them.
#pragma once

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cask/data/categories.h"
#include "cask/data/test_columns.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/csv_source_expr.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/table_source_expr.h"

namespace cask::test {

/// A folder of files that goes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cask_expr_test_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

inline Origin Line(int line) { return std::make_shared<const OriginLine>(OriginLine{"script.py", line}); }

inline ColumnExprPtr ColumnAt(const FramePtr& frame, int i) { return ColumnExpr::Reference(i, frame->schema().field(i).type); }

inline ColumnExprPtr Call(std::string_view name, std::vector<ColumnExprPtr> arguments, FunctionOptions options = {}) {
  return ColumnExpr::Call(name, std::move(arguments), std::move(options), Line(7)).ValueOrDie();
}

inline ColumnExprPtr Int(int64_t value) { return ColumnExpr::Constant(Literal::Int(value)); }

inline FramePtr Break(const Projection& input, const BreakerSpec& spec) { return BreakerExpr::Make(input, spec, Line(8)).ValueOrDie(); }

inline FramePtr Assemble(std::vector<Projection> inputs, const TableFunctionSpec& function) {
  return AssembleExpr::Make(std::move(inputs), function, Line(9)).ValueOrDie();
}

inline std::shared_ptr<const CsvDataset> OpenCsv(const std::vector<std::string>& paths, CsvOptions options = {}) {
  return CsvDataset::Open(FileSet::Find(paths).ValueOrDie(), std::move(options)).ValueOrDie();
}

/// Columns id (int64), price (float64), name (str), when (datetime64) and row ids, in three partitions of two files.
inline FramePtr Sales(const Folder& folder) {
  std::string text = "id,price,name,when\n";
  for (int i = 0; i < 40; ++i) text += fmt::format("{},{}.5,n{},2024-01-{:02}\n", i, i * 3, i % 4, i % 28 + 1);
  CsvOptions options;
  options.parse_dates = {CsvColumnRef("when")};
  options.block_size = 400;
  return CsvSourceExpr::Make(OpenCsv({folder.Write("sales1.csv", text), folder.Write("sales2.csv", text.substr(0, 300))}, options), Line(1));
}

template <typename T>
Column Fixed(const DType& type, std::vector<T> values, bool has_missing = false) {
  const auto n = static_cast<int64_t>(values.size());
  auto validity = has_missing ? arrow::Buffer::FromVector(std::vector<uint8_t>{0b101}) : nullptr;
  return MakeFixedColumn(type, n, arrow::Buffer::FromVector(std::move(values)), std::move(validity), has_missing ? 1 : 0);
}

inline DType KnownCategories() {
  return DType::Categorical(std::make_shared<const Categories>(Categories{Kind::kString, true, Texts({"low", "high"})}));
}

/// Three rows in two partitions with a column of each way to hold values.
inline FramePtr Memory() {
  auto table = std::make_shared<Table>();
  Batch batch{3, {}};
  const auto add = [&](std::string name, DType type, Column column) {
    table->schema.Add({std::move(name), std::move(type)});
    batch.columns.push_back(std::move(column));
  };
  add("int", Kind::kInt64, Fixed<int64_t>(Kind::kInt64, {3, 1, 2}));
  add("nullable", DType::Nullable(Kind::kInt64), Fixed<int64_t>(DType::Nullable(Kind::kInt64), {1, 2, 3}, true));
  add("float", Kind::kFloat32, Fixed<float>(Kind::kFloat32, {0.5f, 1, 2}));
  add("truth", Kind::kBool, Fixed<uint8_t>(Kind::kBool, {1, 0, 1}));
  add("object", Kind::kObjectBool, Fixed<uint8_t>(Kind::kObjectBool, {1, 0, 1}, true));
  const DType zoned = DType::Timestamp(TimeUnit::kNano, "Europe/Berlin"), span = DType::Duration(TimeUnit::kSecond);
  add("when", zoned, Fixed<int64_t>(zoned, {0, kNaT, 5}));
  add("span", span, Fixed<int64_t>(span, {1, 2, 3}));
  add("text", Kind::kString, Texts({"a", "", "ü"}));
  auto codes = Fixed<int32_t>(Kind::kInt32, {1, 0, 1});
  codes->type = KnownCategories().arrow_type();
  codes->dictionary = Texts({"low", "high"});
  add("level", KnownCategories(), codes);
  table->batches = {batch};
  return TableSourceExpr::Make(table, {0, 2, 3}, {Literal::Int(1), Literal::Int(5), Literal::Int(9)}, Token{1, 2}, Line(2)).ValueOrDie();
}

/// What is computed, and a name for it.
struct Example {
  std::string name;
  std::vector<Projection> outputs;
};

inline Projection One(const FramePtr& frame, ColumnExprPtr value) { return {frame, {{"value", std::move(value)}}}; }

inline void AddSources(const Folder& folder, const FramePtr& sales, std::vector<Example>* examples) {
  examples->push_back({"CSV", {Projection::All(sales)}});
  CsvOptions options;
  options.separator = ';';
  options.names = {"a", "b", "c"};
  options.header = CsvOptions::Header::kNone;
  options.column_dtypes = {{"a", KnownCategories()}, {"b", DType::Nullable(Kind::kInt32)}};
  options.column_na_values = {{"b", {"none", "-"}}};
  options.use_columns = std::vector<CsvColumnRef>{CsvColumnRef("a"), CsvColumnRef(1), CsvColumnRef("c")};
  options.skip_row_numbers = {0, 2};
  options.path_column = "path";
  const auto dataset = OpenCsv({folder.Write("odd.csv", "skipped\nlow;1;x\n\nhigh;-;2\n")}, options);
  examples->push_back({"CSV with options", {Projection::All(CsvSourceExpr::Make(dataset, nullptr))}});
  const auto plain = OpenCsv({folder.Write("late.csv", "x\n1\n2\n")});
  std::vector<CsvColumnEvidence> seen = {plain->initial_knowledge()->columns[0].seen};
  seen[0].int64_stop = seen[0].uint64_stop = CsvIntegerStop::kInvalid;
  auto known = std::make_shared<CsvKnowledge>(DecideColumns(*plain, seen));
  known->exact_starts = {{0, 2}};
  examples->push_back({"CSV of which more is known", {Projection::All(CsvSourceExpr::Assuming(plain, known, Line(3)))}});
  examples->push_back({"memory", {Projection::All(Memory())}});
}

inline void AddColumns(const FramePtr& sales, std::vector<Example>* examples) {
  const FramePtr memory = Memory();
  const ColumnExprPtr id = ColumnAt(sales, 0), price = ColumnAt(sales, 1), name = ColumnAt(sales, 2), when = ColumnAt(sales, 3);
  const ColumnExprPtr sum = Call("add", {Call("multiply", {id, Int(2)}), price});
  const ColumnExprPtr half = ColumnExpr::Constant(Literal::Float(0.5)), missing = ColumnExpr::Constant(Literal());
  FunctionOptions isin, between, cast, category;
  isin.values = {Literal::String("n1"), Literal::String("n2"), Literal()};
  between.text = "left";
  cast.type = DType::Nullable(Kind::kInt32);
  category.type = KnownCategories();
  examples->push_back({"columns",
                       {Projection{sales,
                                   {{"sum", sum},
                                    {"again", sum},
                                    {"isin", Call("isin", {name}, isin)},
                                    {"between", Call("between", {id, Int(2), Int(9)}, between)},
                                    {"cast", Call("cast", {id}, cast)},
                                    {"category", Call("cast", {name}, category)},
                                    {"clip", Call("clip", {price, missing, half})},
                                    {"hour", Call("dt.hour", {when})},
                                    {"constant", half}}}}});
  const auto flag = std::make_shared<std::atomic<bool>>(false);
  const ColumnExprPtr narrow = ColumnExpr::Call("floordiv", {id, id}, {}, nullptr, flag).ValueOrDie();
  *flag = true;
  const ColumnExprPtr wide = ColumnExpr::Call("floordiv", {id, id}, {}, nullptr, flag).ValueOrDie();
  examples->push_back({"calls that were widened", {One(sales, narrow), One(sales, wide)}});
  const DType zoned = memory->schema().field(5).type;
  const ColumnExprPtr later = Call("gt", {ColumnAt(memory, 5), ColumnExpr::Constant(Literal(Ticks{3}, zoned))});
  const FramePtr filtered = FilterExpr::Make(memory, later, Line(4)).ValueOrDie();
  const FramePtr twice = FilterExpr::Make(filtered, ColumnAt(memory, 3), nullptr).ValueOrDie();
  examples->push_back({"filters", {Projection::All(twice), One(filtered, later), Projection{memory, {}}}});
}

inline void AddBreakers(const FramePtr& sales, std::vector<Example>* examples) {
  const Projection all = Projection::All(sales);
  const auto add = [&](std::string name, const BreakerSpec& spec) {
    examples->push_back({std::move(name), {Projection::All(Break(all, spec))}});
  };
  GroupBySpec group;
  for (const auto kind : {AggregateKind::kSum, AggregateKind::kSize, AggregateKind::kMedian, AggregateKind::kNunique}) {
    group.aggregates.push_back({.kind = kind, .column = kind == AggregateKind::kSize ? -1 : 1, .min_count = 2, .name = "result"});
  }
  add("reduction", group);
  group.keys = {2, 0};
  group.sort = group.dropna = false;
  add("group by", group);
  add("value counts", CountingSpec{{2}, false, ValueCountsOptions{.ascending = true}});
  add("mode", CountingSpec{{2}, true, {}});
  for (const auto keep : {KeepRow::kFirst, KeepRow::kLast, KeepRow::kOnly, KeepRow::kFirstTwo}) add("distinct", DistinctSpec{{2, 0}, keep});
  add("quantile", QuantileSpec{.columns = {0, 1}, .quantiles = {0.25, 1}, .interpolation = Interpolation::kNearest});
  add("sort", SortSpec{.keys = {1, 0}, .ascending = {true, false}, .missing = MissingPosition::kFirst});
  add("largest", TopKSpec{.columns = {1}, .n = 3, .keep = KeepTies::kAll});
  add("smallest", TopKSpec{.columns = {1, 0}, .n = 0, .largest = false});
  add("head", LimitSpec{5, {1}});
  add("head of all", LimitSpec{5, {}});
  add("tail", LimitSpec{2, {1, true}});
}

inline void AddTableFunctions(const FramePtr& sales, std::vector<Example>* examples) {
  const Projection numbers{sales, {{"id", ColumnAt(sales, 0)}, {"price", ColumnAt(sales, 1)}}};
  GroupBySpec statistics;
  for (int column = 0; column < 2; ++column) {
    for (const auto kind : {AggregateKind::kCount, AggregateKind::kMean, AggregateKind::kStd, AggregateKind::kMin, AggregateKind::kMax}) {
      statistics.aggregates.push_back({.kind = kind, .column = column, .name = "statistic"});
    }
  }
  const Projection row = Projection::All(Break(numbers, statistics));
  const Projection quantiles = Projection::All(Break(numbers, QuantileSpec{.columns = {0, 1}, .quantiles = {0.5}}));
  const auto add = [&](std::vector<Projection> inputs, const TableFunctionSpec& spec) {
    const FramePtr table = Assemble(std::move(inputs), spec);
    examples->push_back({std::string(table->name()), {Projection::All(table)}});
  };
  add({row}, RowToColumnSpec{"label", "value"});
  add({row, quantiles, row}, SideBySideSpec());
  add({row, quantiles}, DescriptionSpec{{"id", "price"}, {"50%"}, "statistic"});
  add({quantiles}, LabelledRowsSpec{{0.5}, "quantile"});
  add({quantiles}, NumberedRowsSpec{"number"});
  const ColumnExprPtr partition = Call("floordiv", {ColumnAt(sales, sales->row_id_column()), Int(int64_t{1} << 40)});
  GroupBySpec sizes{.keys = {0}, .aggregates = {{.kind = AggregateKind::kSize, .name = "rows"}}};
  add({Projection::All(Break(One(sales, partition), sizes))}, PartitionOffsetsSpec());
  // Sorted rows beside a part of their own source, and a filter over what was assembled.
  const FramePtr sorted = Break(Projection::All(sales), SortSpec{.keys = {0}, .ascending = {true}});
  const FramePtr numbered = Assemble({Projection::All(sorted)}, NumberedRowsSpec{"number"});
  const FramePtr few = FilterExpr::Make(numbered, Call("lt", {ColumnAt(numbered, 0), Int(3)}), Line(5)).ValueOrDie();
  examples->push_back({"all together", {Projection::All(few), Projection::All(sorted), numbers, quantiles, Projection::All(few)}});
}

inline FramePtr Mapped(const Projection& input, Schema schema, bool has_row_ids) {
  PartitionFunction function{"map_partitions(clean)", {std::string("\0pickle", 7)}, std::move(schema), has_row_ids, has_row_ids, !has_row_ids};
  return MapPartitionsExpr::Make(input, std::move(function), {}, Line(6)).ValueOrDie();
}

inline void AddPartitionFunctions(const FramePtr& sales, std::vector<Example>* examples) {
  const Projection rows{sales, {{"row", ColumnAt(sales, sales->row_id_column())}, {"id", ColumnAt(sales, 0)}}};
  const FramePtr counted = Mapped(rows, Schema({{"row", Kind::kInt64}, {"level", KnownCategories()}}), true);
  const FramePtr plain = Mapped(Projection::All(Memory()), Schema({{"text", Kind::kString}}), false);
  const FramePtr twice = Mapped(Projection::All(counted), Schema({{"value", Kind::kFloat64}}), false);
  examples->push_back({"functions over partitions", {Projection::All(counted), Projection::All(plain), Projection::All(twice)}});
  examples->push_back({"the first rows of a function over partitions", {Projection::All(Break(Projection::All(counted), LimitSpec{2, {1}}))}});
  const FramePtr few = FilterExpr::Make(twice, Call("lt", {ColumnAt(twice, 0), Int(3)}), Line(5)).ValueOrDie();
  Projection with_passed = rows;
  with_passed.columns.push_back({"row", ColumnAt(sales, sales->row_id_column())});
  with_passed.columns.push_back({"price", ColumnAt(sales, 1)});
  const PartitionFunction function{"map(f)", {"pickle"}, Schema({{"row", Kind::kInt64}, {"x", Kind::kString}}), true, true};
  const FramePtr beside = MapPartitionsExpr::Make(with_passed, function, {}, Line(6), 2).ValueOrDie();
  examples->push_back({"columns that pass by a function", {Projection::All(beside)}});
  examples->push_back({"a filter behind a function", {Projection::All(few)}});
}

inline std::vector<Example> ExamplesOfEveryKind(const Folder& folder) {
  std::vector<Example> examples;
  const FramePtr sales = Sales(folder);
  AddSources(folder, sales, &examples);
  AddColumns(sales, &examples);
  AddBreakers(sales, &examples);
  AddTableFunctions(sales, &examples);
  AddPartitionFunctions(sales, &examples);
  return examples;
}

}  // namespace cask::test
