// Arrays of every kind of node, for tests of what holds for any of them.
#pragma once

#include <arrow/memory_pool.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cask/compute/array/gather_body.h"
#include "cask/expr/array_call.h"
#include "cask/expr/array_layout.h"
#include "cask/expr/array_reduction.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"

namespace cask::test {

struct ArrayExample {
  std::string name;
  std::vector<ArrayExprPtr> arrays;
};

inline Origin ArrayLine(int line) { return std::make_shared<const OriginLine>(OriginLine{"script.py", line}); }

inline ChunkGrid Grid(const Shape& shape, const Shape& sizes) {
  std::vector<AxisChunks> axes;
  for (size_t i = 0; i < shape.size(); ++i) axes.push_back(AxisChunks::Regular(shape[i], sizes[i]));
  return ChunkGrid(std::move(axes));
}

inline ArrayExprPtr Range(int64_t n, int64_t chunk, Kind kind = Kind::kInt64) {
  return MakeGenerated(MakeIntegerRange(1, 1, kind), Grid({n}, {chunk}), "arange");
}

/// Numbers in two axes, not at the same steps.
inline ArrayExprPtr Rectangle(int64_t rows, int64_t columns, int64_t chunk, Kind kind = Kind::kFloat64) {
  return MakeGenerated(MakeFloatRange(-3.0, 0.75, kind), Grid({rows, columns}, {chunk, chunk}), "arange");
}

inline ArrayExprPtr RandomNumbers(const Shape& shape, const Shape& sizes, RandomSpec spec, Kind kind = Kind::kFloat64) {
  return MakeGenerated(MakeRandom(spec, kind), Grid(shape, sizes), "random");
}

/// An array over memory of its own: 0, 1, 2, ... in the order in which they lie there; `strides` in elements, row-major if empty.
inline ArrayExprPtr Memory(const Shape& shape, const Shape& sizes, Kind kind = Kind::kInt16, std::vector<int64_t> strides = {}) {
  auto chunk = AllocateChunk(kind, shape, arrow::default_memory_pool()).ValueOrDie();
  const int width = WidthOf(kind);
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    const int64_t value = kind == Kind::kBool ? i % 2 : i;
    std::memcpy(chunk->buffer->mutable_data() + i * width, &value, static_cast<size_t>(width));
  }
  for (size_t i = 0; i < strides.size(); ++i) chunk->strides[i] = strides[i] * width;
  Tokenizer token("test");
  for (int64_t number : shape) token.Add(number);
  for (int64_t number : strides) token.Add(number);
  return MakeArrayFromMemory(chunk, Grid(shape, sizes), token.Add(static_cast<int64_t>(kind)).Finish());
}

inline ArrayExprPtr Do(Operation operation, const std::vector<ArrayOperand>& operands) {
  return MakeArrayCall(operation, operands, std::string(OperationName(operation)), ArrayLine(7)).ValueOrDie();
}

inline ArrayExprPtr Reduce(ArrayReduction reduction, const ArrayExprPtr& array, ReduceOptions options = {}) {
  return MakeReduction(reduction, array, options).ValueOrDie();
}

/// `Memory` as it is held when it was computed.
inline ArrayExprPtr Held(const Shape& shape, const Shape& sizes) {
  const ArrayExprPtr memory = Memory(shape, sizes, Kind::kFloat32);
  const auto& whole = *static_cast<const ArraySource&>(*memory).memory();
  std::vector<std::shared_ptr<const Piece>> chunks;
  for (int64_t i = 0; i < memory->grid().num_chunks(); ++i) {
    const Box box = memory->grid().BoxOf(i);
    chunks.push_back(SliceChunk(whole, box.begin, box.shape));
  }
  return MakeHeld(*Do(Operation::kNegative, {memory}), std::move(chunks));
}

inline std::vector<ArrayExample> SourceExamples() {
  const ArrayExprPtr one = MakeFull(Literal::Float(2.5), Kind::kFloat32, Grid({5, 4}, {2, 4}), "ones").ValueOrDie();
  return {
      {"nothing", {}},
      {"memory", {Memory({7, 3}, {2, 3})}},
      {"memory of truth values", {Memory({7}, {2}, Kind::kBool)}},
      {"transposed memory", {Memory({4, 3}, {3, 2}, Kind::kFloat64, {1, 4})}},
      {"memory broadcast along an axis", {Memory({4, 3, 2}, {3, 2, 1}, Kind::kInt8, {0, 2, 1})}},
      {"empty memory", {Memory({4, 0, 2}, {3, 1, 1})}},
      {"one number", {MakeScalar(Literal::Int(3), Kind::kUInt8).ValueOrDie()}},
      {"the same number everywhere", {one, MakeRechunked(one, ChunkGrid::Whole({5, 4}))}},
      {"a full array reshaped", {MakeReshaped(one, {20}).ValueOrDie()}},
      {"memory reshaped", {MakeReshaped(Memory({6, 2}, {2, 2}), {3, 4}).ValueOrDie()}},
      {"irregular chunks", {MakeGenerated(MakeIntegerRange(5, -2, Kind::kInt8), ChunkGrid({AxisChunks::FromSizes({1, 5, 2, 7})}), "arange")}},
      {"a range of floats", {MakeGenerated(MakeFloatRange(-1.0, 0.1, Kind::kFloat32), Grid({9}, {4}), "arange")}},
      {"linspace", {MakeGenerated(MakeLinearSpace(0.0, 0.3, 8, 2.4, Kind::kFloat64), Grid({9}, {4}), "linspace")}},
      {"uniform", {RandomNumbers({9, 5}, {4, 5}, {.distribution = Distribution::kUniform, .seed = 77, .stream = 2, .low = 3})}},
      {"normal", {RandomNumbers({9, 5}, {4, 5}, {.distribution = Distribution::kNormal, .seed = ~uint64_t{0}, .low = -1, .high = 2}, Kind::kFloat32)}},
      {"integers", {RandomNumbers({9}, {2}, {.distribution = Distribution::kIntegers, .seed = 1, .first = -5, .last = 5}, Kind::kInt16)}},
      {"held chunks", {Held({5, 4}, {2, 3})}},
  };
}

inline std::vector<ArrayExample> CallExamples() {
  const ArrayExprPtr x = Rectangle(7, 5, 3), n = Range(5, 2);
  return {
      {"a call", {Do(Operation::kAdd, {x, Literal::Int(1)})}},
      {"a broadcast call over other chunks", {Do(Operation::kMultiply, {x, n})}},
      {"a cast", {MakeCast(x, Kind::kInt32), MakeRound(x, 1).ValueOrDie()}},
      {"a choice", {MakeWhere(Do(Operation::kGreater, {x, Literal::Int(0)}), x, Literal::Float(-1.0), ArrayLine(3)).ValueOrDie()}},
      {"an integer power", {Do(Operation::kPower, {n, n})}},
      {"what is used twice", {Do(Operation::kSubtract, {x, x}), x}},
      {"equal parts made twice", {Do(Operation::kAdd, {Range(5, 2), Range(5, 2)})}},
  };
}

inline std::vector<ArrayExample> LayoutExamples() {
  const ArrayExprPtr x = Rectangle(7, 5, 3), chain = Do(Operation::kSin, {x});
  const auto slice = [](int64_t start, int64_t step) { return IndexItem{IndexItem::Form::kSlice, 0, start, std::nullopt, step}; };
  const IndexItem integer{IndexItem::Form::kInteger, -1, {}, {}, {}}, axis{IndexItem::Form::kNewAxis, 0, {}, {}, {}};
  const ArrayExprPtr nothing = MakeIndexed(chain, {{IndexItem::Form::kSlice, 0, 5, 5, -3}, slice(4, 9)}).ValueOrDie();
  return {
      {"slices", {MakeIndexed(chain, {slice(1, 2), slice(-1, -2)}).ValueOrDie()}},
      {"an index and a new axis", {MakeIndexed(chain, {integer, axis, slice(1, 1)}).ValueOrDie()}},
      {"an empty slice", {nothing, MakeFlipped(nothing, {}).ValueOrDie()}},
      {"a transposition", {MakeTransposed(chain, {}).ValueOrDie()}},
      {"a broadcast", {MakeBroadcast(chain, {2, 7, 5}).ValueOrDie()}},
      {"flipped and squeezed", {MakeSqueezed(MakeFlipped(MakeIndexed(chain, {axis}).ValueOrDie(), {}).ValueOrDie(), {}).ValueOrDie()}},
      {"other chunks", {MakeRechunked(chain, Grid({7, 5}, {2, 5}))}},
      {"a shape", {MakeReshaped(chain, {5, 7}).ValueOrDie(), MakeReshaped(chain, {-1}).ValueOrDie()}},
      {"one after the other", {MakeConcatenated({chain, x, MakeIndexed(x, {slice(2, 1)}).ValueOrDie()}, 0).ValueOrDie()}},
      {"a stack", {MakeStacked({chain, x}, 1).ValueOrDie()}},
      {"a product", {MakeProduct(chain, MakeTransposed(x, {}).ValueOrDie()).ValueOrDie()}},
      {"a product of vectors", {MakeProduct(Range(9, 2), Range(9, 4)).ValueOrDie()}},
      {"sums of products over axes", {MakeTensordot(Rectangle(4, 6, 2), Rectangle(6, 4, 5), {0, 1}, {1, 0}).ValueOrDie()}},
  };
}

inline std::vector<ArrayExample> ReductionExamples() {
  const ArrayExprPtr x = Do(Operation::kSin, {Rectangle(7, 5, 2)});
  std::vector<ArrayExample> examples;
  for (int i = 0; i <= static_cast<int>(ArrayReduction::kArgMaximum); ++i) {
    const auto reduction = static_cast<ArrayReduction>(i);
    const ReduceOptions rows{.axes = std::vector<int64_t>{0}, .ddof = 1}, kept{.axes = std::vector<int64_t>{1}, .keeps_axes = true};
    examples.push_back({std::string(ReductionName(reduction)), {Reduce(reduction, x, rows), Reduce(reduction, x, kept)}});
    if (reduction < ArrayReduction::kArgMinimum) examples.back().arrays.push_back(Reduce(reduction, x));
  }
  examples.push_back({"a kind of sum", {Reduce(ArrayReduction::kSum, Range(9, 2), {.kind = Kind::kInt16}),
                                        Reduce(ArrayReduction::kMean, Range(9, 2), {.kind = Kind::kFloat32})}});
  examples.push_back({"over no axes", {Reduce(ArrayReduction::kSum, x, {.axes = std::vector<int64_t>()})}});
  return examples;
}

inline std::vector<ArrayExample> ArraysOfEveryKind() {
  std::vector<ArrayExample> examples = SourceExamples();
  for (const auto& more : {CallExamples(), LayoutExamples(), ReductionExamples()}) examples.insert(examples.end(), more.begin(), more.end());
  return examples;
}

}  // namespace cask::test
