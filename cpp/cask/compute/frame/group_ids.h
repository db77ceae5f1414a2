// GroupIds: numbers the groups that rows belong to, by the values of their keys.
//
// Threads: one at a time.
// Invariants: 1. Group 0 holds the rows that are left out (a missing key, with dropna). Groups 1, 2, ... are in order of first appearance.
//             2. Without keys all rows are in group 1, which exists also without rows.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/frame/code_table.h"
#include "cask/compute/frame/key_encoder.h"

namespace cask {

/// Numbers pairs of codes from 1, in order of first appearance.
class PairTable {
 public:
  explicit PairTable(arrow::MemoryPool* pool) : dense_(pool), table_(pool), firsts_(pool), seconds_(pool) {}

  /// Replaces each code in `first` by the number of its pair; by 0 if `drop_zeros` and either is 0. n <= kBlockRows. No code is
  /// beyond `max_first` or `max_second`.
  Status Assign(uint32_t* first, const uint32_t* second, int64_t n, int64_t max_first, int64_t max_second, bool drop_zeros);

  int64_t size() const { return size_; }
  /// By pair number; those of 0 are 0.
  const uint32_t* firsts() const { return firsts_.data(); }
  const uint32_t* seconds() const { return seconds_.data(); }

 private:
  /// Finds room in the dense table for codes below those given, or says that it would be too large.
  Result<bool> FitDense(int64_t max_first, int64_t max_second);
  /// Numbers the pairs of the rows whose `ids` are 0; `keys` has room for n.
  Status AssignOpen(const uint64_t* keys, int64_t n, uint32_t* ids, bool drop_zeros);
  void Add(uint32_t first, uint32_t second);

  // Pairs of small codes are looked up at first << second_bits_ | second; all pairs are in the hash table.
  Slots<uint32_t> dense_;
  uint32_t first_end_ = 0;
  int second_bits_ = 0;
  CodeTable table_;
  Slots<uint32_t> firsts_;
  Slots<uint32_t> seconds_;
  int64_t size_ = 0;
};

class GroupIds {
 public:
  static Result<std::unique_ptr<GroupIds>> Make(std::vector<DType> key_types, bool dropna, arrow::MemoryPool* pool);

  /// The groups of rows [begin, begin + num_rows); num_rows <= kBlockRows.
  Status Assign(const std::vector<Column>& keys, int64_t begin, int64_t num_rows, uint32_t* ids);

  int64_t num_groups() const;
  /// The keys of groups 1, 2, ...
  Result<std::vector<Column>> Keys() const;
  bool has_keys() const { return !encoders_.empty(); }
  /// The distinct values of key `k` in order of first appearance, missing last if rows with it are kept.
  Result<Column> Levels(int k) const;

 private:
  GroupIds(bool dropna, arrow::MemoryPool* pool) : dropna_(dropna), pool_(pool) {}

  bool dropna_;
  arrow::MemoryPool* pool_;
  std::vector<std::unique_ptr<KeyEncoder>> encoders_;
  // pairs_[0] joins the first two keys, pairs_[1] its number with the third, ... A single key with missing values kept has one
  // pair table as well, whose second code is always 0. Otherwise a single key's codes are the groups.
  std::vector<std::unique_ptr<PairTable>> pairs_;
};

}  // namespace cask
