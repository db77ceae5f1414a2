// BlockValues: a block of rows of one column, brought into the few forms that aggregation states work on.
//
// Threads: one at a time. Each form is made when first asked for and kept for the block, so that several states share it.
// Missing values are taken care of here: with groups, a row whose value is missing belongs to group 0, whose slot is never read;
// without groups, they are squeezed out.
#pragma once

#include <memory>

#include "cask/compute/frame/key_encoder.h"
#include "cask/compute/frame/strings.h"

namespace cask {

/// `num_rows` values and their groups. Without keys `ids` is null: all are in group 1.
template <typename T>
struct GroupedValues {
  const T* values;
  const uint32_t* ids;
  int64_t num_rows;
};

class BlockValues {
 public:
  explicit BlockValues(DType type) : type_(std::move(type)) {}

  /// `ids` may be null: all rows are in group 1. num_rows <= kBlockRows.
  void Reset(const Column& column, int64_t begin, int64_t num_rows, const uint32_t* ids);

  /// The values that are not missing as doubles.
  GroupedValues<double> Doubles();
  /// The values of bools, integers and times that are not missing as int64; uint64 by its bits.
  GroupedValues<int64_t> Ints();
  /// All rows' values, whatever those of the missing are.
  const double* AllDoubles();
  const int64_t* AllInts();
  /// The group of each row: 0 where the value is missing. Never null.
  const uint32_t* ValidIds();
  /// The group of each row, whatever its value. Never null.
  const uint32_t* AllIds();
  /// How many rows are not missing.
  int64_t num_valid();

  const DType& type() const { return type_; }
  const Column& column() const { return *column_; }
  int64_t begin() const { return begin_; }
  int64_t num_rows() const { return num_rows_; }
  const uint32_t* ids() const { return ids_; }

 private:
  template <typename T>
  GroupedValues<T> Select(const T* all, T* squeezed);
  void FindMissing();

  DType type_;
  const Column* column_ = nullptr;
  int64_t begin_ = 0;
  int64_t num_rows_ = 0;
  const uint32_t* ids_ = nullptr;
  bool know_missing_ = false, have_doubles_ = false, have_ints_ = false, have_valid_ids_ = false, have_all_ids_ = false;
  const double* all_doubles_ = nullptr;
  const int64_t* all_ints_ = nullptr;
  int64_t num_valid_ = 0;
  GroupedValues<double> doubles_;
  GroupedValues<int64_t> ints_;
  struct Buffers {
    uint8_t valid[kBlockRows];
    uint32_t valid_ids[kBlockRows];
    uint32_t all_ids[kBlockRows];
    double doubles[kBlockRows];
    int64_t ints[kBlockRows];
    double squeezed_doubles[kBlockRows];
    int64_t squeezed_ints[kBlockRows];
  };
  std::unique_ptr<Buffers> buffers_ = std::make_unique<Buffers>();
};

}  // namespace cask
