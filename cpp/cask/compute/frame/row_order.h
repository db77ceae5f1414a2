// Row order: the permutation that sorts rows by some of their columns.
#pragma once

#include <vector>

#include "cask/compute/frame/sort.h"

namespace cask {

struct OrderKey {
  Column column;
  DType type;
  bool ascending = true;
  MissingPosition missing = MissingPosition::kLast;
};

/// Puts the row numbers in `rows` in the order of the keys, the most significant first. Rows with equal keys stay in the order they had
/// in `rows`. Categories have the order of their type (data/categories.h).
Status SortRows(const std::vector<OrderKey>& keys, std::vector<uint32_t>* rows);

/// 64 bits for each value of a fixed-width column, ordered as the values are: unsigned, the least first, or the greatest first
/// where descending. Equal values (0.0 and -0.0 too) have equal bits. What a missing value gets means nothing.
void OrderedBits(const Column& column, const DType& type, bool ascending, int64_t num_rows, uint64_t* bits);

/// Row numbers 0 to n - 1.
std::vector<uint32_t> AllRows(int64_t n);

}  // namespace cask
