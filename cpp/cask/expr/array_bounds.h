// Bounds of arrays that are sent to other processes: who encodes keeps them, who decodes checks them.
#pragma once

#include "cask/compute/array/grid_codec.h"
#include "cask/expr/array_expr.h"

namespace cask {

/// How many operations may build upon each other: as many as recursion over them has stack for.
inline constexpr int kMaxArrayDepth = 5'000;

/// Their bytes, and all products of lengths, can be counted in 64 bits.
inline constexpr int64_t kMaxArrayElements = kMaxElements / 8;

/// NumPy's.
inline constexpr size_t kMaxArrayAxes = 64;

bool IsSendable(const Shape& shape);

/// Of all arrays of one message together. A few bytes can say that an array is cut as others are, or that it is not, which takes time and memory
/// for each place where they are cut.
inline constexpr int64_t kMaxCuts = int64_t{1} << 24;

/// Counts the cuts that are gone through to make the nodes of a message, before they are made.
class CutCounter {
 public:
  /// A grid that a node brings along; false from the one on that is too many.
  bool Add(const ChunkGrid& grid);
  /// What a node of that kind is made of; the same.
  bool Add(ArrayExpr::Node node, const std::vector<ArrayExprPtr>& operands);

 private:
  bool Add(const ChunkGrid& grid, bool is_gone_through);

  int64_t num_cuts_ = 0;
};

}  // namespace cask
