// AggregateState: what an aggregation keeps for each group while it runs, one kind of it at a time. Aggregates are made of these:
// a mean of a kFloatSum and a kCount, so that mean, sum and count of one column share two states.
//
// Threads: one at a time.
// Invariants: 1. Slot g belongs to group g. Slot 0 takes what is left out, and is never read.
//             2. Update and Merge get only ids below the number of slots last grown to.
//             3. Merging the states of the parts, in order, gives the state of the whole; of sums of floats up to rounding.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/frame/block_values.h"
#include "cask/compute/frame/slots.h"

namespace arrow { class MemoryPool; }

namespace cask {

enum class StateKind : uint8_t {
  kRows,          // int64
  kCount,         // int64: values that are not missing
  kIntSum,        // int64, wraps
  kFloatSum,      // float64 sum, float64 compensation to add to it
  kTickSum,       // int64 high, int64 low: the sum is high * 2^32 + low, too large for one
  kIntProduct,    // int64, wraps
  kFloatProduct,  // float64
  kIntMin,        // int64; uint64 by its bits
  kIntMax,
  kFloatMin,      // float64; NaN where there are no values
  kFloatMax,
  kTextMin,       // kString
  kTextMax,
  kMoments,       // int64 count, float64 mean, float64 what the mean lacks, float64 sum of squared deviations
  kFirst,         // the value as int64, float64 or kString; kUInt8: see Presence
  kLast,
  kFirstRow,      // as kFirst, but a missing value counts
  kLastRow,
  kConcatenation, // kString
  kAny,           // kBool
  kAll,
  kDistinct,      // kString: the distinct values' bytes
  kValues,        // kString: the values' bytes, as float64 or, of times, int64
};

/// What kFirst and its kin have found.
enum Presence : uint8_t { kNoRow = 0, kValue = 1, kMissingValue = 2 };

class AggregateState {
 public:
  virtual ~AggregateState() = default;
  /// Makes slots 0 to num_groups.
  virtual Status Grow(int64_t num_groups) = 0;
  virtual Status Update(BlockValues& block) = 0;
  /// Takes rows [begin, begin + num_rows) of state columns.
  virtual Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) = 0;
  /// The state columns, without slot 0. Ends the state.
  virtual Result<std::vector<Column>> Finish() = 0;
};

/// Whether states keep values of the type as texts: strings, Python integers, categories.
bool IsHeldAsText(const DType& type);

/// The types of the state's columns for values of `type`.
std::vector<DType> StateTypes(StateKind kind, const DType& type);
Result<std::unique_ptr<AggregateState>> MakeState(StateKind kind, const DType& type, arrow::MemoryPool* pool);

/// How many values a blob of kDistinct holds.
int64_t CountDistinctInBlob(const DType& type, std::string_view blob);

/// The families that MakeState chooses from.
std::unique_ptr<AggregateState> MakeNumberState(StateKind kind, const DType& type, arrow::MemoryPool* pool);
std::unique_ptr<AggregateState> MakeMomentsState(arrow::MemoryPool* pool);
std::unique_ptr<AggregateState> MakePositionState(StateKind kind, const DType& type, arrow::MemoryPool* pool);
std::unique_ptr<AggregateState> MakeTextState(StateKind kind, const DType& type, arrow::MemoryPool* pool);
Result<std::unique_ptr<AggregateState>> MakeDistinctState(const DType& type, arrow::MemoryPool* pool);
std::unique_ptr<AggregateState> MakeValuesState(const DType& type, arrow::MemoryPool* pool);

}  // namespace cask
