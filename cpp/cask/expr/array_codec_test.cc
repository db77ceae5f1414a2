#include "cask/expr/array_codec.h"

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "cask/base/test_codec.h"
#include "cask/compute/array/reduce_sink.h"
#include "cask/compute/piece_codec.h"
#include "cask/expr/array_bounds.h"
#include "cask/expr/array_records.h"
#include "cask/expr/test_arrays.h"

namespace cask {
namespace {

using test::ArrayExample;

std::string Encode(const std::vector<ArrayExprPtr>& arrays) { return EncodeArrays(arrays).ValueOrDie(); }
std::vector<ArrayExprPtr> Decode(const std::string& bytes) {
  auto decoded = DecodeArrays(bytes);
  if (!decoded.ok()) ADD_FAILURE() << Describe(decoded.status());
  return decoded.ValueOr(std::vector<ArrayExprPtr>());
}

void ExpectSame(const ArrayExpr& decoded, const ArrayExpr& original) {
  EXPECT_EQ(decoded.token(), original.token());
  EXPECT_EQ(decoded.node(), original.node());
  EXPECT_EQ(decoded.name(), original.name());
  EXPECT_EQ(decoded.kind(), original.kind());
  EXPECT_EQ(decoded.grid(), original.grid());
  EXPECT_EQ(DescribeOrigin(decoded.origin()), DescribeOrigin(original.origin()));
  ASSERT_EQ(decoded.operands().size(), original.operands().size());
  for (size_t i = 0; i < decoded.operands().size(); ++i) ExpectSame(*decoded.operands()[i], *original.operands()[i]);
}

TEST(ArrayCodec, ArraysOfEveryKindComeBack) {
  for (const ArrayExample& example : test::ArraysOfEveryKind()) {
    SCOPED_TRACE(example.name);
    const std::string bytes = Encode(example.arrays);
    const std::vector<ArrayExprPtr> decoded = Decode(bytes);
    ASSERT_EQ(decoded.size(), example.arrays.size());
    for (size_t i = 0; i < decoded.size(); ++i) ExpectSame(*decoded[i], *example.arrays[i]);
    EXPECT_EQ(Encode(decoded), bytes);
  }
}

TEST(ArrayCodec, TheExamplesHaveEveryKindOfNode) {
  std::set<ArrayExpr::Node> nodes;
  std::set<size_t> generators;
  const std::function<void(const ArrayExpr&)> visit = [&](const ArrayExpr& array) {
    nodes.insert(array.node());
    const auto* source = dynamic_cast<const ArraySource*>(&array);
    if (source != nullptr && source->generator()) generators.insert(source->generator()->spec().index());
    for (const ArrayExprPtr& operand : array.operands()) visit(*operand);
  };
  for (const ArrayExample& example : test::ArraysOfEveryKind()) {
    for (const ArrayExprPtr& array : example.arrays) visit(*array);
  }
  EXPECT_EQ(nodes.size(), static_cast<size_t>(ArrayExpr::Node::kConcatenate) + 1);
  EXPECT_EQ(generators.size(), std::variant_size_v<GeneratorSpec>);
}

TEST(ArrayCodec, EveryOperationOfEveryKindComesBack) {
  const std::vector<Kind> kinds = {Kind::kBool,  Kind::kInt8,   Kind::kInt16,  Kind::kInt32,  Kind::kInt64,  Kind::kUInt8,
                                   Kind::kUInt16, Kind::kUInt32, Kind::kUInt64, Kind::kFloat32, Kind::kFloat64};
  int num_calls = 0;
  for (const Kind kind : kinds) {
    const ArrayExprPtr x = test::Memory({3}, {2}, kind);
    for (int i = 0; i <= static_cast<int>(Operation::kInvert); ++i) {
      const auto operation = static_cast<Operation>(i);
      const auto call = MakeArrayCall(operation, IsBinary(operation) ? std::vector<ArrayOperand>{x, x} : std::vector<ArrayOperand>{x}, "f");
      if (!call.ok()) continue;
      ++num_calls;
      ExpectSame(*Decode(Encode({*call}))[0], **call);
    }
    for (const Kind other : kinds) ExpectSame(*Decode(Encode({MakeCast(x, other)}))[0], *MakeCast(x, other));
    for (int i = 0; i <= static_cast<int>(ArrayReduction::kArgMaximum); ++i) {
      const ArrayExprPtr reduced = test::Reduce(static_cast<ArrayReduction>(i), x);
      ExpectSame(*Decode(Encode({reduced}))[0], *reduced);
    }
  }
  EXPECT_GT(num_calls, 500);
}

TEST(ArrayCodec, ElementsOfMemoryComeBack) {
  const auto memory_of = [](const ArrayExprPtr& array) { return static_cast<const ArraySource&>(*array).memory(); };
  for (const auto& strides : std::vector<std::vector<int64_t>>{{}, {1, 4}, {0, 1}, {0, 0}, {-3, 1}}) {
    const ArrayExprPtr array = test::Memory({4, 3}, {3, 2}, Kind::kInt16, strides);
    ArrayChunk original = *memory_of(array);
    if (!strides.empty() && strides[0] < 0) original.data += 9 * 2;
    const ArrayExprPtr sent = MakeArrayFromMemory(std::make_shared<ArrayChunk>(original), array->grid(), Token());
    const auto decoded = memory_of(Decode(Encode({sent}))[0]);
    EXPECT_EQ(decoded->shape, original.shape);
    for (int64_t i = 0; i < 4; ++i) {
      for (int64_t k = 0; k < 3; ++k) {
        const auto at = [&](const ArrayChunk& chunk) { return *reinterpret_cast<const int16_t*>(chunk.data + i * chunk.strides[0] + k * chunk.strides[1]); };
        EXPECT_EQ(at(*decoded), at(original));
      }
    }
  }
}

TEST(ArrayCodec, WhatIsTheSameEverywhereIsSentOnce) {
  const auto full = [](int64_t n) { return MakeFull(Literal::Int(1), Kind::kInt64, test::Grid({n, n}, {n / 2, n}), "ones").ValueOrDie(); };
  EXPECT_EQ(Encode({full(4)}).size(), Encode({full(1 << 28)}).size());
  EXPECT_EQ(Encode({test::Range(1 << 20, 8)}).size(), Encode({test::Range(8, 8)}).size());
}

TEST(ArrayCodec, WhatIsSharedIsThereOnce) {
  const auto doubled = [](int times) {
    ArrayExprPtr x = test::Range(9, 2);
    for (int i = 0; i < times; ++i) x = test::Do(Operation::kAdd, {x, x});
    return x;
  };
  const size_t size_10 = Encode({doubled(10)}).size(), size_60 = Encode({doubled(60)}).size(), size_110 = Encode({doubled(110)}).size();
  EXPECT_EQ(size_110 - size_60, size_60 - size_10);
  const ArrayExprPtr x = doubled(60);
  const std::vector<ArrayExprPtr> decoded = Decode(Encode({x, x, x->operands()[0]}));
  EXPECT_EQ(decoded[0]->token(), x->token());
  EXPECT_EQ(decoded[0], decoded[1]);
  EXPECT_EQ(decoded[0]->operands()[0], decoded[2]);
}

TEST(ArrayCodec, ChainsMayBeLongButNotEndless) {
  ArrayExprPtr x = test::Range(9, 2);
  for (int i = 1; i < kMaxArrayDepth; ++i) x = test::Do(Operation::kNegative, {x});
  EXPECT_EQ(Decode(Encode({x}))[0]->token(), x->token());
  EXPECT_EQ(KindOf(EncodeArrays({test::Do(Operation::kNegative, {x})}).status()), ErrorKind::kNotImplemented);
}

TEST(ArrayCodec, WhatIsTooLargeIsRefused) {
  const int64_t large = int64_t{1} << 40;
  const ArrayExprPtr one = MakeScalar(Literal::Int(1), Kind::kInt8).ValueOrDie();
  EXPECT_EQ(KindOf(EncodeArrays({MakeBroadcast(one, {large, large}).ValueOrDie()}).status()), ErrorKind::kNotImplemented);
  ArrayExprPtr x = test::Range(large, large / (int64_t{1} << 21));
  for (int i = 0; i < 20; ++i) x = test::Do(Operation::kNegative, {x});
  EXPECT_TRUE(EncodeArrays({x}).ok());
  for (int i = 0; i < 8; ++i) x = MakeRechunked(test::Do(Operation::kNegative, {x}), ChunkGrid({AxisChunks::FromSizes({1, 5, large - 6})}));
  EXPECT_TRUE(EncodeArrays({x}).ok());
  const IndexItem odd{IndexItem::Form::kSlice, 0, 1, std::nullopt, 2};
  x = test::Range(large, large / (int64_t{1} << 25));
  EXPECT_EQ(KindOf(EncodeArrays({MakeIndexed(x, {odd}).ValueOrDie()}).status()), ErrorKind::kNotImplemented);
  const ArrayExprPtr huge = MakeArrayFromMemory(std::make_shared<ArrayChunk>(*static_cast<const ArraySource&>(*test::Memory({1}, {1})).memory()),
                                                test::Grid({large}, {large}), Token());
  auto memory = std::make_shared<ArrayChunk>(*static_cast<const ArraySource&>(*huge).memory());
  memory->shape = {large};
  EXPECT_EQ(KindOf(EncodeArrays({MakeArrayFromMemory(memory, huge->grid(), Token())}).status()), ErrorKind::kNotImplemented);
}

TEST(ArrayCodec, EqualElementsThatAreCutOtherwiseAreOtherArrays) {
  const auto ones = [](int64_t size) { return MakeFull(Literal::Int(1), Kind::kInt64, test::Grid({4, 4}, {size, size}), "ones").ValueOrDie(); };
  EXPECT_NE(ones(2)->token(), ones(4)->token());
  EXPECT_NE(MakeProduct(ones(2), ones(2)).ValueOrDie()->token(), MakeProduct(ones(4), ones(4)).ValueOrDie()->token());
}

// --- bytes that no array has

PieceBytes BytesOf(const ArrayChunk& chunk) { return {EncodePiece(chunk).ValueOrDie()}; }
PieceBytes Elements(const Shape& shape, Kind kind = Kind::kInt16) {
  return BytesOf(*static_cast<const ArraySource&>(*test::Memory(shape, shape, kind)).memory());
}

// A message of a line, a float range of shape (4, 6) in chunks of 2, an int64 range of 6 in one chunk, and these nodes; the output is its last one.
constexpr NodeNumber kLine = 0, kFloats = 1, kNumbers = 2, kNext = 3;

std::string BytesOf(const std::vector<ArrayRecord>& nodes) {
  std::vector<ArrayRecord> all = {OriginLine{"script.py", 3}, GeneratorRecord{"arange", test::Grid({4, 6}, {2, 2}), FloatRangeSpec(), Kind::kFloat64},
                                  GeneratorRecord{"arange", test::Grid({6}, {6}), IntegerRangeSpec(), Kind::kInt64}};
  all.insert(all.end(), nodes.begin(), nodes.end());
  Encoder encoder;
  encoder.Add(static_cast<NodeNumber>(all.size()));
  for (const ArrayRecord& node : all) encoder.Add(node);
  encoder.Add(std::vector<NodeNumber>{static_cast<NodeNumber>(all.size() - 1)});
  return encoder.Take();
}

void ExpectTaken(const char* what, const std::vector<ArrayRecord>& nodes) {
  const Status status = DecodeArrays(BytesOf(nodes)).status();
  EXPECT_TRUE(status.ok()) << what << ": " << status;
}

void ExpectRefused(const char* what, const std::vector<ArrayRecord>& nodes) {
  const Status status = DecodeArrays(BytesOf(nodes)).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kValue) << what << ": " << status;
  EXPECT_LT(status.message().size(), 1000u);
}

ArrayCallRecord Call(ArrayFunctionSpec function, std::vector<NodeNumber> operands) { return {{}, "f", function, std::move(operands)}; }

TEST(ArrayCodec, NodesAreCheckedAgainstThoseTheyName) {
  ExpectTaken("a sum", {Call(Operation::kAdd, {kFloats, kFloats})});
  ExpectRefused("a call of itself", {Call(Operation::kNegative, {kNext})});
  ExpectRefused("a call of a line", {Call(Operation::kNegative, {kLine})});
  ExpectRefused("an output that is a line", {OriginLine{"script.py", 4}});
  ExpectRefused("a line that is none", {ArrayCallRecord{{kFloats}, "f", Operation::kNegative, {kFloats}}});
  ExpectRefused("a line that is not there", {ArrayCallRecord{{kNext}, "f", Operation::kNegative, {kFloats}}});
  ExpectRefused("a view of a line", {ViewRecord{"v", kLine, View::Identity({4, 6})}});
  ExpectRefused("a product with what comes later", {MatmulRecord{kFloats, kNext}});
}

TEST(ArrayCodec, CallsAreCheckedAgainstTheirOperands) {
  ExpectRefused("one operand of two", {Call(Operation::kAdd, {kFloats})});
  ExpectRefused("two operands of one", {Call(Operation::kNegative, {kFloats, kFloats})});
  ExpectRefused("no operands", {Call(Operation::kNegative, {})});
  ExpectRefused("kinds that differ", {Call(Operation::kAdd, {kFloats, kNumbers})});
  ExpectRefused("a kind that is computed in another", {Call(Operation::kSin, {kNumbers})});
  ExpectRefused("a kind that has no loop", {Call(Operation::kBitwiseAnd, {kFloats, kFloats})});
  ExpectRefused("shapes that do not fit", {Call(Kind::kFloat64, {kNumbers}), ViewRecord{"v", kNext, {{5}, {{0, 0, 1}}}}, Call(Operation::kAdd, {kFloats, kNext + 1})});
  ExpectRefused("a cast to the same kind", {Call(Kind::kInt64, {kNumbers})});
  ExpectRefused("a cast to texts", {Call(Kind::kString, {kNumbers})});
  ExpectRefused("a cast of two", {Call(Kind::kInt8, {kNumbers, kNumbers})});
  ExpectRefused("a choice by numbers", {Call(SelectSpec(), {kNumbers, kNumbers, kNumbers})});
  ExpectRefused("a choice of one", {Call(Kind::kBool, {kNumbers}), Call(SelectSpec(), {kNext, kNumbers})});
  ExpectTaken("a choice", {Call(Kind::kBool, {kNumbers}), Call(SelectSpec(), {kNext, kNumbers, kNumbers})});
}

TEST(ArrayCodec, ViewsMustNotLeadOut) {
  const auto view = [](Shape shape, std::vector<AxisView> sources) { return std::vector<ArrayRecord>{ViewRecord{"v", kFloats, {std::move(shape), std::move(sources)}}}; };
  ExpectTaken("a slice", view({2, 3}, {{0, 1, 2}, {1, 5, -2}}));
  ExpectTaken("a transposition of an element", view({6, 1}, {{-1, 3, 1}, {0, 0, 1}}));
  ExpectTaken("nothing", view({0, 6}, {{0, 4, 1}, {1, 0, 1}}));
  ExpectRefused("too few sources", view({4}, {{0, 0, 1}}));
  ExpectRefused("too many sources", view({4, 6}, {{0, 0, 1}, {1, 0, 1}, {-1, 0, 1}}));
  ExpectRefused("one element too many", view({3, 6}, {{0, 0, 2}, {1, 0, 1}}));
  ExpectRefused("one element too early", view({4, 6}, {{0, 2, -1}, {1, 0, 1}}));
  ExpectRefused("a start before the array", view({1, 6}, {{0, -1, 1}, {1, 0, 1}}));
  ExpectRefused("a start after the array", view({1, 6}, {{0, 4, 1}, {1, 0, 1}}));
  ExpectRefused("an index after the array", view({6}, {{-1, 4, 1}, {0, 0, 1}}));
  ExpectRefused("an axis that is not there", view({4, 6}, {{0, 0, 1}, {2, 0, 1}}));
  ExpectRefused("a negative axis", view({4, 6}, {{0, 0, 1}, {-2, 0, 1}}));
  ExpectRefused("an axis twice", view({4, 4}, {{0, 0, 1}, {0, 0, 1}}));
  ExpectRefused("a step of nothing", view({4, 6}, {{0, 0, 0}, {1, 0, 1}}));
  ExpectRefused("a step out of the array", view({1, 6}, {{0, 0, int64_t{1} << 60}, {1, 0, 1}}));
  ExpectRefused("the least step", view({1, 6}, {{0, 0, INT64_MIN}, {1, 0, 1}}));
  ExpectRefused("a negative length", view({-1, 6}, {{0, 0, 1}, {1, 0, 1}}));
  ExpectRefused("a length that wraps", view({INT64_MAX, 6}, {{0, 0, 1}, {1, 0, 1}}));
  ExpectRefused("too many elements", view({int64_t{1} << 30, int64_t{1} << 30}, {{-1, 0, 1}, {-1, 0, 1}}));
  ExpectRefused("too many axes", view(Shape(65, 1), {{-1, 0, 1}, {-1, 0, 1}}));
}

TEST(ArrayCodec, CutsAreCheckedAgainstShapes) {
  ExpectTaken("other chunks", {RechunkRecord{kFloats, test::Grid({4, 6}, {4, 1})}});
  ExpectRefused("another shape", {RechunkRecord{kFloats, test::Grid({4, 5}, {4, 1})}});
  ExpectRefused("other axes", {RechunkRecord{kFloats, test::Grid({24}, {4})}});
  ExpectTaken("rows in another shape", {RechunkRecord{kFloats, test::Grid({4, 6}, {1, 6})}, ReshapeRecord{kNext, test::Grid({8, 3}, {5, 3})}});
  ExpectRefused("another size", {RechunkRecord{kFloats, test::Grid({4, 6}, {1, 6})}, ReshapeRecord{kNext, test::Grid({8, 2}, {5, 2})}});
  ExpectRefused("no rows", {ReshapeRecord{kFloats, test::Grid({8, 3}, {5, 3})}});
  ExpectRefused("into no rows", {RechunkRecord{kFloats, test::Grid({4, 6}, {1, 6})}, ReshapeRecord{kNext, test::Grid({8, 3}, {8, 1})}});
  const int64_t large = int64_t{1} << 40;
  const ArrayRecord in_ones = GeneratorRecord{"x", test::Grid({large}, {1}), IntegerRangeSpec(), Kind::kInt8};
  const ArrayRecord in_twos = GeneratorRecord{"x", test::Grid({large}, {2}), IntegerRangeSpec(), Kind::kInt8};
  ExpectTaken("many chunks", {in_ones, Call(Operation::kAdd, {kNext, kNext})});
  ExpectRefused("a slice through too many chunks", {in_ones, ViewRecord{"v", kNext, {{large / 2}, {{0, 0, 2}}}}});
  ExpectRefused("two ways to cut too often", {in_ones, in_twos, Call(Operation::kAdd, {kNext, kNext + 1})});
  ExpectRefused("too many chunks one after the other", {in_ones, ConcatenateRecord{0, {kNext, kNext}}});
  ExpectRefused("too many elements", {GeneratorRecord{"x", test::Grid({large, large}, {large, large}), IntegerRangeSpec(), Kind::kInt8}});
  std::vector<ArrayRecord> nodes = {GeneratorRecord{"x", test::Grid({large}, {large >> 20}), IntegerRangeSpec(), Kind::kInt8}};
  for (int i = 0; i < 10'000; ++i) nodes.push_back(ViewRecord{"v", kNext, {{large / 2}, {{0, 0, 2}}}});
  ExpectRefused("too many chunks together", nodes);
}

TEST(ArrayCodec, ProductsAndPartsAreCheckedAgainstEachOther) {
  const ArrayRecord transposed = ViewRecord{"v", kFloats, View::Transpose({4, 6}, {1, 0})};
  ExpectTaken("a product", {transposed, MatmulRecord{kFloats, kNext}});
  ExpectRefused("a product of what does not fit", {MatmulRecord{kFloats, kFloats}});
  ExpectRefused("a product of two kinds", {transposed, Call(Kind::kFloat32, {kNext}), MatmulRecord{kFloats, kNext + 1}});
  ExpectRefused("a product with a vector", {MatmulRecord{kFloats, kNumbers}});
  const ArrayRecord tall = GeneratorRecord{"x", test::Grid({int64_t{1} << 50, 1}, {int64_t{1} << 40, 1}), IntegerRangeSpec(), Kind::kInt8};
  ExpectRefused("a product that is too large", {tall, ViewRecord{"v", kNext, View::Transpose({int64_t{1} << 50, 1}, {1, 0})}, MatmulRecord{kNext, kNext + 1}});
  ExpectTaken("a concatenation", {ConcatenateRecord{0, {kFloats, kFloats}}});
  ExpectRefused("a concatenation of one", {ConcatenateRecord{0, {kFloats}}});
  ExpectRefused("a concatenation of nothing", {ConcatenateRecord{0, {}}});
  ExpectRefused("along no axis", {ConcatenateRecord{2, {kFloats, kFloats}}});
  ExpectRefused("along an axis from the end", {ConcatenateRecord{-1, {kFloats, kFloats}}});
  ExpectRefused("of other axes", {ConcatenateRecord{0, {kFloats, kNumbers}}});
  ExpectRefused("of other chunks", {RechunkRecord{kFloats, test::Grid({4, 6}, {2, 6})}, ConcatenateRecord{0, {kFloats, kNext}}});
  ExpectRefused("of another kind", {Call(Kind::kFloat32, {kFloats}), ConcatenateRecord{0, {kFloats, kNext}}});
  ExpectRefused("of an empty array", {ViewRecord{"v", kFloats, {{0, 6}, {{0, 0, 1}, {1, 0, 1}}}}, ConcatenateRecord{0, {kFloats, kNext}}});
}

TEST(ArrayCodec, ReductionsAreCheckedAgainstTheirOperands) {
  const auto reduce = [](ArrayReduction reduction, Kind result, std::vector<bool> axes) {
    return std::vector<ArrayRecord>{ReduceRecord{kFloats, reduction, result, 0, std::move(axes), false}};
  };
  ExpectTaken("a sum", reduce(ArrayReduction::kSum, Kind::kFloat64, {true, false}));
  ExpectRefused("over too few axes", reduce(ArrayReduction::kSum, Kind::kFloat64, {true}));
  ExpectRefused("over too many axes", reduce(ArrayReduction::kSum, Kind::kFloat64, {true, true, true}));
  ExpectRefused("a sum of another kind", reduce(ArrayReduction::kSum, Kind::kInt8, {true, true}));
  ExpectRefused("a sum that is a text", reduce(ArrayReduction::kSum, Kind::kString, {true, true}));
  ExpectRefused("a position that is a float", reduce(ArrayReduction::kArgMinimum, Kind::kFloat64, {true, true}));
  ExpectRefused("the least of nothing", {ViewRecord{"v", kNumbers, {{0}, {{0, 0, 1}}}},
                                         ReduceRecord{kNext, ArrayReduction::kMinimum, Kind::kInt64, 0, {true}, false}});
}

TEST(ArrayCodec, ElementsAreCheckedAgainstTheirArrays) {
  const auto memory = [](Shape shape, PieceBytes elements) { return MemoryRecord{"array", ChunkGrid::Whole(shape), Token{1, 2}, std::move(elements)}; };
  ExpectTaken("memory", {memory({4, 3}, Elements({4, 3}))});
  ExpectTaken("repeated rows", {memory({4, 3}, Elements({1, 3}))});
  ExpectRefused("too few elements", {memory({4, 3}, Elements({3, 3}))});
  ExpectRefused("too few axes", {memory({4, 3}, Elements({12}))});
  ExpectRefused("times", {memory({4}, Elements({4}, Kind::kTimestamp))});
  const auto no_elements = std::make_shared<ReductionState>();
  no_elements->shape = {4};
  no_elements->planes = {arrow::Buffer::FromString(std::string(32, 'x'))};
  ExpectRefused("a reduction's state", {memory({4}, {EncodePiece(*no_elements).ValueOrDie()})});
  ExpectRefused("no piece", {memory({4}, {arrow::Buffer::FromString("nonsense")})});
  ExpectRefused("one identity, two kinds", {memory({4}, Elements({4})), memory({4}, Elements({4}, Kind::kInt64))});
  const auto held = [](Kind kind, std::vector<PieceBytes> chunks) { return HeldRecord{{}, "x", test::Grid({5}, {3}), kind, Token{3, 4}, std::move(chunks)}; };
  ExpectTaken("held chunks", {held(Kind::kInt16, {Elements({3}), Elements({2})})});
  ExpectRefused("too few chunks", {held(Kind::kInt16, {Elements({3})})});
  ExpectRefused("too many chunks", {held(Kind::kInt16, {Elements({3}), Elements({2}), Elements({1})})});
  ExpectRefused("a chunk of another shape", {held(Kind::kInt16, {Elements({3}), Elements({3})})});
  ExpectRefused("chunks of another kind", {held(Kind::kInt8, {Elements({3}), Elements({2})})});
  ExpectRefused("one token, two cuts", {held(Kind::kInt16, {Elements({3}), Elements({2})}),
                                        HeldRecord{{}, "x", test::Grid({5}, {5}), Kind::kInt16, Token{3, 4}, {Elements({5})}}});
  ExpectRefused("a generator of texts", {GeneratorRecord{"x", test::Grid({5}, {5}), IntegerRangeSpec(), Kind::kString}});
}

TEST(ArrayCodec, TowersOfNodesAreRefusedBeforeTheyFall) {
  std::vector<ArrayRecord> nodes;
  for (NodeNumber i = 0; i < kMaxArrayDepth + 10; ++i) nodes.push_back(Call(Operation::kNegative, {kNumbers + i}));
  ExpectRefused("a tower", nodes);
}

TEST(ArrayCodec, WhatIsCutShortIsRefused) {
  for (const ArrayExample& example : test::ArraysOfEveryKind()) {
    SCOPED_TRACE(example.name);
    ExpectOnlyWholeDecodes(Encode(example.arrays), DecodeArrays);
  }
}

TEST(ArrayCodec, DamagedBytesAreRefusedOrOfOtherArrays) {
  const auto decode = [](std::string_view bytes) {
    auto decoded = DecodeArrays(bytes);
    EXPECT_TRUE(decoded.ok() || KindOf(decoded.status()) == ErrorKind::kValue) << decoded.status();
    return decoded;
  };
  Random random(FirstTestSeed());
  int num_decoded = 0;
  for (const ArrayExample& example : test::ArraysOfEveryKind()) {
    SCOPED_TRACE(example.name);
    num_decoded += CheckDamaged(Encode(example.arrays), kTestSeeds, &random, decode,
                                [](const std::vector<ArrayExprPtr>& decoded, const std::string&) {
                                  const std::string again = Encode(decoded);
                                  ASSERT_EQ(Encode(Decode(again)), again);
                                });
  }
  EXPECT_GT(num_decoded, 0);
}

}  // namespace
}  // namespace cask
