// ArrayExpr: a lazy n-d array: its shape, the kind of its elements, how it is cut into chunks, and what it is computed from.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "cask/compute/array/array_program.h"
#include "cask/compute/array/chunk_grid.h"
#include "cask/compute/array/reducer.h"
#include "cask/compute/array/view.h"
#include "cask/data/literal.h"
#include "cask/expr/expr.h"

namespace cask {

class ArrayExpr;
using ArrayExprPtr = std::shared_ptr<const ArrayExpr>;

class ArrayExpr : public Expr {
 public:
  enum class Node : uint8_t { kSource, kHeld, kCall, kView, kRechunk, kReduce, kMatmul, kReshape, kConcatenate };

  Node node() const { return node_; }
  std::string_view name() const override { return name_; }
  Kind kind() const { return kind_; }
  const ChunkGrid& grid() const { return grid_; }
  const Shape& shape() const { return shape_; }
  int num_axes() const { return static_cast<int>(shape_.size()); }
  int64_t size() const { return NumElements(shape_); }
  const std::vector<ArrayExprPtr>& operands() const { return operands_; }

 protected:
  ArrayExpr(Node node, std::string name, Kind kind, ChunkGrid grid, std::vector<ArrayExprPtr> operands, Token token, Origin origin = nullptr)
      : Expr(token, std::move(origin)), node_(node), name_(std::move(name)), kind_(kind), grid_(std::move(grid)), shape_(grid_.shape()),
        operands_(std::move(operands)) {}

 private:
  Node node_;
  std::string name_;
  Kind kind_;
  ChunkGrid grid_;
  Shape shape_;
  std::vector<ArrayExprPtr> operands_;
};

/// Elements in memory or numbers that follow from their position; one of the two.
class ArraySource final : public ArrayExpr {
 public:
  /// `identity` tells the elements from those of any other memory.
  ArraySource(std::string name, std::shared_ptr<const ArrayChunk> memory, ChunkGrid grid, Token identity);
  ArraySource(std::string name, std::shared_ptr<const Generator> generator, ChunkGrid grid);

  const std::shared_ptr<const ArrayChunk>& memory() const { return memory_; }
  const std::shared_ptr<const Generator>& generator() const { return generator_; }
  /// Of memory, or the generator's token.
  const Token& identity() const { return identity_; }

 private:
  Token identity_;
  std::shared_ptr<const ArrayChunk> memory_;
  std::shared_ptr<const Generator> generator_;
};

/// An array that has been computed; its token is that of the computation.
class HeldArray final : public ArrayExpr {
 public:
  HeldArray(std::string name, Kind kind, ChunkGrid grid, HeldChunks chunks, Token token, Origin origin);
  const HeldChunks& chunks() const { return chunks_; }

 private:
  HeldChunks chunks_;
};

/// One inner loop over operands that are all of the kinds the loop takes; shapes are broadcast.
class ArrayCallExpr final : public ArrayExpr {
 public:
  /// `call` without its operands; `what` names its loop.
  ArrayCallExpr(std::string name, ArrayCall call, std::string_view what, ChunkGrid grid, std::vector<ArrayExprPtr> operands, Origin origin);
  const ArrayCall& call() const { return call_; }

 private:
  ArrayCall call_;
};

class ArrayView final : public ArrayExpr {
 public:
  ArrayView(std::string name, View view, ArrayExprPtr operand);
  const View& view() const { return view_; }

 private:
  View view_;
};

/// The same array cut otherwise.
class ArrayRechunk final : public ArrayExpr {
 public:
  ArrayRechunk(ChunkGrid grid, ArrayExprPtr operand);
};

class ArrayReduceExpr final : public ArrayExpr {
 public:
  ArrayReduceExpr(ReducerSpec spec, std::vector<bool> is_reduced, bool keeps_axes, ArrayExprPtr operand);
  const ReducerSpec& spec() const { return spec_; }
  const std::vector<bool>& is_reduced() const { return is_reduced_; }
  bool keeps_axes() const { return keeps_axes_; }

 private:
  ReducerSpec spec_;
  std::vector<bool> is_reduced_;
  bool keeps_axes_;
};

/// The product of two matrices of one kind.
class ArrayMatmul final : public ArrayExpr {
 public:
  ArrayMatmul(ArrayExprPtr left, ArrayExprPtr right);
};

/// The elements in row-major order under another shape; both are cut along one axis only (see MakeReshapeBody).
class ArrayReshape final : public ArrayExpr {
 public:
  ArrayReshape(ChunkGrid grid, ArrayExprPtr operand);
};

/// Arrays of one kind end to end along an axis, cut alike along the others.
class ArrayConcatenate final : public ArrayExpr {
 public:
  ArrayConcatenate(int axis, ChunkGrid grid, std::vector<ArrayExprPtr> operands);
  int axis() const { return axis_; }

 private:
  int axis_;
};

}  // namespace cask
