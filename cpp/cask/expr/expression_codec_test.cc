#include "cask/expr/expression_codec.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cask/base/test_codec.h"
#include "cask/base/test_seeds.h"
#include "cask/expr/expression_records.h"
#include "cask/expr/persisted_expr.h"
#include "cask/expr/test_expressions.h"

namespace cask {
namespace {

using test::Call;
using test::Example;
using test::Folder;
using test::Int;
using test::One;

std::string Encode(const std::vector<Projection>& outputs) { return EncodeProjections(outputs).ValueOrDie(); }
std::vector<Projection> Decode(const std::string& bytes) {
  auto decoded = DecodeProjections(bytes);
  if (!decoded.ok()) ADD_FAILURE() << Describe(decoded.status());
  return decoded.ValueOr(std::vector<Projection>());
}

TEST(ExpressionCodec, ExpressionsOfEveryKindComeBack) {
  const Folder folder;
  for (const Example& example : test::ExamplesOfEveryKind(folder)) {
    SCOPED_TRACE(example.name);
    const std::string bytes = Encode(example.outputs);
    const std::vector<Projection> decoded = Decode(bytes);
    ASSERT_EQ(decoded.size(), example.outputs.size());
    for (size_t i = 0; i < decoded.size(); ++i) {
      const Projection& original = example.outputs[i];
      EXPECT_EQ(decoded[i].token(), original.token());
      EXPECT_EQ(decoded[i].schema(), original.schema());
      EXPECT_EQ(decoded[i].root->schema(), original.root->schema());
      EXPECT_EQ(decoded[i].root->Describe(), original.root->Describe());
      EXPECT_EQ(decoded[i].root->num_partitions(), original.root->num_partitions());
      EXPECT_EQ(decoded[i].root->row_id_column(), original.root->row_id_column());
      EXPECT_EQ(DescribeOrigin(decoded[i].root->origin()), DescribeOrigin(original.root->origin()));
    }
    EXPECT_EQ(Encode(decoded), bytes);
  }
}

TEST(ExpressionCodec, TheExamplesHaveEveryKindOfSpecification) {
  const Folder folder;
  std::set<size_t> breakers, functions, nodes;
  const std::function<void(const FrameExpr&)> visit = [&](const FrameExpr& frame) {
    nodes.insert(static_cast<size_t>(frame.node()));
    if (frame.node() == FrameExpr::Node::kFilter) visit(*static_cast<const FilterExpr&>(frame).input());
    if (frame.node() == FrameExpr::Node::kBreaker) {
      const auto& breaker = static_cast<const BreakerExpr&>(frame);
      breakers.insert(breaker.breaker().spec().index());
      visit(*breaker.input().root);
    }
    if (frame.node() == FrameExpr::Node::kMapPartitions) visit(*static_cast<const MapPartitionsExpr&>(frame).input().root);
    if (frame.node() != FrameExpr::Node::kAssemble) return;
    const auto& assembly = static_cast<const AssembleExpr&>(frame);
    functions.insert(assembly.function()->spec().index());
    for (const Projection& input : assembly.inputs()) visit(*input.root);
  };
  for (const Example& example : test::ExamplesOfEveryKind(folder)) {
    for (const Projection& output : example.outputs) visit(*output.root);
  }
  EXPECT_EQ(nodes.size(), 5u);
  EXPECT_EQ(breakers.size(), std::variant_size_v<BreakerSpec>);
  EXPECT_EQ(functions.size(), std::variant_size_v<TableFunctionSpec>);
}

TEST(ExpressionCodec, WhetherACallWasWidenedComesBack) {
  const Folder folder;
  const FramePtr sales = test::Sales(folder);
  const ColumnExprPtr id = test::ColumnAt(sales, 0);
  const auto flag = std::make_shared<std::atomic<bool>>(false);
  const ColumnExprPtr narrow = ColumnExpr::Call("mod", {id, id}, {}, test::Line(12), flag).ValueOrDie();
  const auto decode = [&] { return Decode(Encode({One(sales, narrow)}))[0].columns[0].value; };
  EXPECT_FALSE(decode()->is_outdated());
  EXPECT_EQ(DescribeOrigin(decode()->origin()), "script.py:12");
  *flag = true;
  EXPECT_TRUE(decode()->is_outdated());
  EXPECT_EQ(decode()->type(), narrow->type());
}

TEST(ExpressionCodec, KnowledgeOfAFileComesBack) {
  const Folder folder;
  for (const Example& example : test::ExamplesOfEveryKind(folder)) {
    const auto* source = dynamic_cast<const CsvSourceExpr*>(example.outputs[0].root.get());
    if (source == nullptr) continue;
    const std::vector<Projection> decoded = Decode(Encode(example.outputs));
    const auto& same = dynamic_cast<const CsvSourceExpr&>(*decoded[0].root);
    EXPECT_EQ(same.knowledge(), source->knowledge());
    EXPECT_EQ(same.dataset().files().files(), source->dataset().files().files());
    EXPECT_EQ(same.dataset().identity(), source->dataset().identity());
  }
}

TEST(ExpressionCodec, WhatIsSharedIsThereOnce) {
  const Folder folder;
  const FramePtr sales = test::Sales(folder);
  const auto doubled = [&](int times) {
    ColumnExprPtr x = test::ColumnAt(sales, 0);
    for (int i = 0; i < times; ++i) x = Call("add", {x, x});
    return One(sales, x);
  };
  const size_t size_10 = Encode({doubled(10)}).size(), size_60 = Encode({doubled(60)}).size(), size_110 = Encode({doubled(110)}).size();
  EXPECT_EQ(size_110 - size_60, size_60 - size_10);
  EXPECT_EQ(Decode(Encode({doubled(60)}))[0].token(), doubled(60).token());

  const std::vector<Projection> decoded = Decode(Encode({One(sales, Int(1)), doubled(3), doubled(3)}));
  EXPECT_EQ(decoded[0].root, decoded[1].root);
  EXPECT_EQ(decoded[1].root, decoded[2].root);
}

TEST(ExpressionCodec, AnExpressionMayBeUsedOverFramesOfOtherColumns) {
  const Folder folder;
  const FramePtr sales = test::Sales(folder), memory = test::Memory();
  const ColumnExprPtr first = test::ColumnAt(sales, 0);  // int64 in both
  const ColumnExprPtr more = Call("add", {first, Int(1)});
  const std::vector<Projection> outputs = {One(sales, more), One(memory, more), One(memory, first)};
  const std::vector<Projection> decoded = Decode(Encode(outputs));
  for (size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(decoded[i].token(), outputs[i].token());
  EXPECT_EQ(Encode(decoded), Encode(outputs));
}

TEST(ExpressionCodec, ChainsMayBeLongButNotEndless) {
  const FramePtr memory = test::Memory();
  ColumnExprPtr x = test::ColumnAt(memory, 0);
  FramePtr frame = memory;
  for (int i = 0; i < 10'000; ++i) x = Call("add", {x, Int(1)});
  for (int i = 0; i < 5'000; ++i) frame = FilterExpr::Make(frame, test::ColumnAt(memory, 3), nullptr).ValueOrDie();
  const std::vector<Projection> outputs = {One(frame, x)};
  EXPECT_EQ(Decode(Encode(outputs))[0].token(), outputs[0].token());
  for (int i = 0; i < kMaxOperationDepth; ++i) x = Call("add", {x, Int(1)});
  EXPECT_EQ(KindOf(EncodeProjections({One(frame, x)}).status()), ErrorKind::kNotImplemented);
}

class NoData final : public PersistedData {
 public:
  explicit NoData(std::optional<Identity> identity = std::nullopt) : identity_(identity) {}
  Result<std::shared_ptr<const Source>> MakeSource(const Projection&, const std::vector<int>&, int64_t) override { return nullptr; }
  void OnContradiction() override {}
  std::optional<Identity> identity() const override { return identity_; }

 private:
  std::optional<Identity> identity_;
};

TEST(ExpressionCodec, PersistedCollectionsAreFoundByTheirIdentity) {
  const FramePtr memory = test::Memory();
  const auto data = std::make_shared<NoData>(PersistedData::Identity{CollectionId{77}, 3});
  const FramePtr filtered = FilterExpr::Make(memory, test::ColumnAt(memory, 3), nullptr).ValueOrDie();
  const Projection output = Projection::All(PersistedExpr::Make(Projection::All(filtered), data, nullptr));
  const std::string bytes = Encode({output});
  std::vector<PersistedData::Identity> asked;
  const auto decoded = DecodeProjections(bytes, [&](const PersistedData::Identity& identity) {
    asked.push_back(identity);
    return std::make_shared<NoData>(identity);
  });
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)[0].token(), output.token());
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].collection, CollectionId{77});
  EXPECT_EQ(asked[0].generation, 3);
  EXPECT_FALSE(DecodeProjections(bytes).ok()) << "nobody to find it";
}

TEST(ExpressionCodec, WhatCannotBeSentIsRefused) {
  const FramePtr memory = test::Memory();
  const FramePtr persisted = PersistedExpr::Make(Projection::All(memory), std::make_shared<NoData>(), nullptr);
  const Status status = EncodeProjections({Projection::All(persisted)}).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kNotImplemented);
  EXPECT_NE(status.message().find("persist it anew"), std::string::npos);
  const ColumnExprPtr result = ColumnExpr::ResultOf(One(memory, test::ColumnAt(memory, 0)));
  EXPECT_EQ(KindOf(EncodeProjections({One(memory, result)}).status()), ErrorKind::kInternal);
  EXPECT_EQ(KindOf(EncodeProjections({One(memory, ColumnExpr::Reference(99, Kind::kInt64))}).status()), ErrorKind::kInternal);
  EXPECT_EQ(KindOf(EncodeProjections({One(memory, ColumnExpr::Reference(0, Kind::kInt8))}).status()), ErrorKind::kInternal);
}

// --- files that changed

std::string ErrorOf(const std::string& bytes) {
  const Status status = DecodeProjections(bytes).status();
  return fmt::format("{}: {}", ExceptionName(KindOf(status)), status.message());
}

TEST(ExpressionCodec, FilesThatAreNotTheSameAreRefused) {
  const Folder folder;
  const std::string path = folder.Write("x.csv", "a,b\n1,2\n");
  const std::string bytes = Encode({Projection::All(CsvSourceExpr::Make(test::OpenCsv({path}), test::Line(3)))});
  const std::string start = "OSError: the files of read_csv are not the same at this process: ";
  struct stat before;
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  const auto restore_time = [&] {
    const timespec times[] = {before.st_mtim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  };

  folder.Write("x.csv", "a,b\n1,2\n3,4\n");
  EXPECT_EQ(ErrorOf(bytes), start + "where they were found " + path + " had 8 bytes, here it has 12");
  folder.Write("x.csv", "a,b\n1,3\n");
  const timespec later[] = {{1, 0}, {1, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), later, 0), 0);
  EXPECT_EQ(ErrorOf(bytes), start + path + " was changed at another time than where they were found");
  folder.Write("x.csv", "a,c\n1,2\n");
  restore_time();
  EXPECT_EQ(ErrorOf(bytes), start + path + " gives other columns than where they were found");
  EXPECT_EQ(NotesOf(DecodeProjections(bytes).status()), std::vector<std::string>{"for read_csv of line script.py:3"});
  folder.Write("x.csv", "a,b\n1,2\n");
  restore_time();
  EXPECT_TRUE(DecodeProjections(bytes).ok());
  std::filesystem::remove(path);
  EXPECT_EQ(KindOf(DecodeProjections(bytes).status()), ErrorKind::kFileNotFound);
}

TEST(ExpressionCodec, FilesAreCutAsWhereTheyWereFound) {
  const Folder folder;
  CsvOptions options;
  options.largest_block = 10;  // as on a machine of little memory
  const auto dataset = test::OpenCsv({folder.Write("x.csv", "a\n11111\n22222\n33333\n")}, options);
  EXPECT_EQ(dataset->num_partitions(), 2);
  EXPECT_EQ(Decode(Encode({Projection::All(CsvSourceExpr::Make(dataset, nullptr))}))[0].root->num_partitions(), 2);
}

// --- bytes that no expression has

// A message of these nodes over the test's table, which is node 1 (after its line); the output is its last node.
std::string BytesOf(const std::vector<NodeRecord>& nodes, NodeNumber root, std::vector<NodeNumber> columns = {}) {
  const std::string table = Encode({Projection{test::Memory(), {}}});
  const std::string no_outputs = ToBytes(std::vector<ProjectionRecord>{{1, {}}});
  Encoder encoder;
  encoder.Add(static_cast<NodeNumber>(2 + nodes.size()));
  encoder.AddBytes(table.data() + sizeof(NodeNumber), table.size() - sizeof(NodeNumber) - no_outputs.size());
  for (const NodeRecord& node : nodes) encoder.Add(node);
  ProjectionRecord output{root, {}};
  for (const NodeNumber column : columns) output.columns.emplace_back("x", column);
  encoder.Add(std::vector<ProjectionRecord>{output});
  return encoder.Take();
}

constexpr NodeNumber kLine = 0, kTable = 1;

CallRecord CallOf(std::string function, std::vector<NodeNumber> arguments) { return {{}, std::move(function), std::move(arguments), {}, false}; }

TEST(ExpressionCodec, NodesAreCheckedAgainstThoseTheyName) {
  const ReferenceRecord number{kTable, 0}, truth{kTable, 3};
  EXPECT_TRUE(DecodeProjections(BytesOf({number, truth, FilterRecord{{}, kTable, 3}}, 4, {2})).ok());
  const auto expect_refused = [](const char* what, const std::vector<NodeRecord>& nodes, NodeNumber root, std::vector<NodeNumber> columns = {}) {
    EXPECT_EQ(KindOf(DecodeProjections(BytesOf(nodes, root, std::move(columns))).status()), ErrorKind::kValue) << what;
  };
  expect_refused("a root that is not there", {}, 2);
  expect_refused("a root that is a line", {}, kLine);
  expect_refused("a root that is a column", {number}, 2);
  expect_refused("a column that is a frame", {}, kTable, {kTable});
  expect_refused("a column outside of the schema", {ReferenceRecord{kTable, 9}}, kTable);
  expect_refused("a column before the schema", {ReferenceRecord{kTable, -1}}, kTable);
  expect_refused("a column of a column", {number, ReferenceRecord{2, 0}}, kTable);
  expect_refused("a call of itself", {CallOf("neg", {2})}, kTable);
  expect_refused("a call of what comes later", {CallOf("neg", {3}), number}, kTable);
  expect_refused("a function that there is not", {number, CallOf("nag", {2})}, kTable);
  for (const std::string_view name : ColumnFunctionNames()) expect_refused("no arguments", {CallOf(std::string(name), {})}, kTable);
  expect_refused("one argument of two", {number, CallOf("add", {2})}, kTable);
  expect_refused("two arguments of three", {truth, CallOf("where", {2, 2})}, kTable);
  expect_refused("what pandas refuses", {ReferenceRecord{kTable, 7}, number, CallOf("multiply", {2, 2})}, kTable);
  expect_refused("a filter by numbers", {number, FilterRecord{{}, kTable, 2}}, 3);
  expect_refused("a line that is none", {truth, FilterRecord{{kTable}, kTable, 2}}, 3);
  const BreakerRecord head{{}, {kTable, {{"x", 2}}}, LimitSpec{1, {}}};
  expect_refused("a call over two frames", {number, head, ReferenceRecord{3, 0}, CallOf("add", {2, 4})}, kTable);
  expect_refused("a column of other rows", {number, head}, 3, {2});
  expect_refused("a filter of other rows", {truth, head, FilterRecord{{}, 3, 2}}, 4);
}

TEST(ExpressionCodec, SpecificationsAreCheckedAgainstTheirInputs) {
  const std::vector<BreakerSpec> wrong = {
      GroupBySpec{.keys = {1}},
      GroupBySpec{.keys = {-1}},
      GroupBySpec{.aggregates = {{.kind = AggregateKind::kSum, .column = 1}}},
      GroupBySpec{.aggregates = {{.kind = AggregateKind::kSum, .column = -1}}},
      GroupBySpec{.aggregates = {{.kind = AggregateKind::kSize, .column = 1}}},
      CountingSpec{{1}, true, {}},
      DistinctSpec{{-7}},
      QuantileSpec{.columns = {1}, .quantiles = {0.5}},
      QuantileSpec{.columns = {0}, .quantiles = {1.5}},
      QuantileSpec{.columns = {0}, .quantiles = {std::numeric_limits<double>::quiet_NaN()}},
      SortSpec{.keys = {1}, .ascending = {true}},
      SortSpec{.keys = {0}},
      TopKSpec{.columns = {}},
      TopKSpec{.columns = {1}},
      TopKSpec{.columns = {0}, .n = -1},
      LimitSpec{-1, {}},
      LimitSpec{1, {-2}},
  };
  for (const BreakerSpec& spec : wrong) {
    const std::string bytes = BytesOf({ReferenceRecord{kTable, 0}, BreakerRecord{{}, {kTable, {{"x", 2}}}, spec}}, 3);
    EXPECT_EQ(KindOf(DecodeProjections(bytes).status()), ErrorKind::kValue) << &spec - wrong.data();
  }
  const std::vector<TableFunctionSpec> functions = {RowToColumnSpec(), DescriptionSpec{{"x"}, {}, ""}, LabelledRowsSpec(), PartitionOffsetsSpec(),
                                                    NumberedRowsSpec()};
  for (const TableFunctionSpec& spec : functions) {
    EXPECT_EQ(KindOf(DecodeProjections(BytesOf({AssembleRecord{{}, {}, spec}}, 2)).status()), ErrorKind::kValue) << spec.index();
  }
}

TEST(ExpressionCodec, MessagesDoNotGrowWithTheExpressionsTheyAreAbout) {
  std::vector<NodeRecord> nodes = {ReferenceRecord{kTable, 0}};
  for (NodeNumber i = 2; i < 70; ++i) nodes.push_back(CallOf("add", {i, i}));
  nodes.push_back(FilterRecord{{}, kTable, 70});
  EXPECT_LT(DecodeProjections(BytesOf(nodes, 71)).status().message().size(), 1000u);
}

TEST(ExpressionCodec, TowersOfNodesAreRefusedBeforeTheyFall) {
  std::vector<NodeRecord> nodes = {ReferenceRecord{kTable, 0}};
  for (int i = 0; i < kMaxOperationDepth + 10; ++i) nodes.push_back(CallOf("neg", {static_cast<NodeNumber>(nodes.size() + 1)}));
  EXPECT_EQ(KindOf(DecodeProjections(BytesOf(nodes, kTable)).status()), ErrorKind::kValue);
}

Result<std::vector<Projection>> DecodeWithoutFinder(std::string_view bytes) { return DecodeProjections(bytes); }

TEST(ExpressionCodec, WhatIsCutShortIsRefused) {
  const Folder folder;
  for (const Example& example : test::ExamplesOfEveryKind(folder)) {
    SCOPED_TRACE(example.name);
    ExpectOnlyWholeDecodes(Encode(example.outputs), DecodeWithoutFinder);
  }
}

TEST(ExpressionCodec, DamagedBytesAreRefusedOrOfAnotherExpression) {
  const Folder folder;
  const std::vector<Example> examples = test::ExamplesOfEveryKind(folder);
  Random random(FirstTestSeed());
  int num_decoded = 0;
  for (const Example& example : examples) {
    SCOPED_TRACE(example.name);
    num_decoded += CheckDamaged(Encode(example.outputs), kTestSeeds, &random, DecodeWithoutFinder,
                                [](const std::vector<Projection>& decoded, const std::string&) {
                                  const std::string again = Encode(decoded);
                                  ASSERT_EQ(Encode(Decode(again)), again);
                                });
  }
  EXPECT_GT(num_decoded, 0);
}

}  // namespace
}  // namespace cask
