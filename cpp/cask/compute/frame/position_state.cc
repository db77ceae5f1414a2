// The first or last value of each group, of types held as numbers.
#include "cask/compute/frame/state.h"

namespace cask {
namespace {

template <typename T>
class PositionState final : public AggregateState {
 public:
  PositionState(StateKind kind, arrow::MemoryPool* pool)
      : first_(kind == StateKind::kFirst || kind == StateKind::kFirstRow),
        skip_missing_(kind == StateKind::kFirst || kind == StateKind::kLast),
        values_(pool),
        presences_(pool) {}

  Status Grow(int64_t num_groups) override {
    ARROW_RETURN_NOT_OK(values_.Grow(num_groups + 1, 0));
    return presences_.Grow(num_groups + 1, kNoRow);
  }

  Status Update(BlockValues& block) override {
    const T* values;
    if constexpr (std::is_same_v<T, double>) {
      values = block.AllDoubles();
    } else {
      values = block.AllInts();
    }
    const uint32_t* valid_ids = block.ValidIds();
    const uint32_t* ids = skip_missing_ ? valid_ids : block.AllIds();
    for (int64_t i = 0; i < block.num_rows(); ++i) Take(ids[i], values[i], valid_ids[i] != 0 ? kValue : kMissingValue);
    return Status::OK();
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const T* values = Values<T>(columns[0]) + begin;
    const uint8_t* presences = Values<uint8_t>(columns[1]) + begin;
    for (int64_t i = 0; i < num_rows; ++i) {
      if (presences[i] != kNoRow) Take(ids[i], values[i], presences[i]);
    }
    return Status::OK();
  }

  Result<std::vector<Column>> Finish() override {
    constexpr Kind kKind = std::is_same_v<T, double> ? Kind::kFloat64 : Kind::kInt64;
    return std::vector<Column>{values_.Release(kKind, 1), presences_.Release(Kind::kUInt8, 1)};
  }

 private:
  void Take(uint32_t slot, T value, uint8_t presence) {
    if (first_ && presences_[slot] != kNoRow) return;
    values_[slot] = value;
    presences_[slot] = presence;
  }

  bool first_;
  bool skip_missing_;
  Slots<T> values_;
  Slots<uint8_t> presences_;
};

}  // namespace

std::unique_ptr<AggregateState> MakePositionState(StateKind kind, const DType& type, arrow::MemoryPool* pool) {
  if (type.is_float()) return std::make_unique<PositionState<double>>(kind, pool);
  return std::make_unique<PositionState<int64_t>>(kind, pool);
}

}  // namespace cask
