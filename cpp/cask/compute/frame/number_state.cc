// States that are one or two numbers a group.
#include <limits>

#include "cask/base/check.h"
#include "cask/compute/frame/compensated.h"
#include "cask/compute/frame/grouped_loops.h"
#include "cask/compute/frame/state.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

int64_t WrapAdd(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }

struct Sum {
  static constexpr int64_t kIdentity = 0;
  int64_t operator()(int64_t a, int64_t b) const { return WrapAdd(a, b); }
};
struct IntProduct {
  static constexpr int64_t kIdentity = 1;
  int64_t operator()(int64_t a, int64_t b) const { return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b)); }
};
template <typename As>
struct IntMin {
  static constexpr int64_t kIdentity = static_cast<int64_t>(std::numeric_limits<As>::max());
  int64_t operator()(int64_t a, int64_t b) const { return static_cast<As>(b) < static_cast<As>(a) ? b : a; }
};
template <typename As>
struct IntMax {
  static constexpr int64_t kIdentity = static_cast<int64_t>(std::numeric_limits<As>::min());
  int64_t operator()(int64_t a, int64_t b) const { return static_cast<As>(b) > static_cast<As>(a) ? b : a; }
};
struct FloatProduct {
  static constexpr double kIdentity = 1;
  double operator()(double a, double b) const { return a * b; }
};
// NaN is the identity of these two: any value replaces it, and values are never NaN.
struct FloatMin {
  static constexpr double kIdentity = std::numeric_limits<double>::quiet_NaN();
  static constexpr Reduction kReduction = Reduction::kMinimum;
  double operator()(double a, double b) const { return b != b || a <= b ? a : b; }
};
struct FloatMax {
  static constexpr double kIdentity = std::numeric_limits<double>::quiet_NaN();
  static constexpr Reduction kReduction = Reduction::kMaximum;
  double operator()(double a, double b) const { return b != b || a >= b ? a : b; }
};

GroupedValues<int64_t> ValuesOf(BlockValues& block, int64_t) { return block.Ints(); }
GroupedValues<double> ValuesOf(BlockValues& block, double) { return block.Doubles(); }

template <typename T>
constexpr Kind kKindOf = std::is_same_v<T, double> ? Kind::kFloat64 : Kind::kInt64;

/// One number a group, combined by an operation.
template <typename T, typename Op>
class CombineState : public AggregateState {
 public:
  explicit CombineState(arrow::MemoryPool* pool) : slots_(pool) {}

  Status Grow(int64_t num_groups) override { return slots_.Grow(num_groups + 1, Op::kIdentity); }
  Status Update(BlockValues& block) override {
    Combine(ValuesOf(block, T{}));
    return Status::OK();
  }
  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    Combine({Values<T>(columns[0]) + begin, ids, num_rows});
    return Status::OK();
  }
  Result<std::vector<Column>> Finish() override { return std::vector<Column>{slots_.Release(kKindOf<T>, 1)}; }

 protected:
  void Combine(const GroupedValues<T>& rows) {
    T* slots = slots_.data();
    if constexpr (requires { Op::kReduction; }) {
      if (rows.ids == nullptr && rows.num_rows > 0) {
        Kind out;
        T value;
        FindReduceLoop(Op::kReduction, kKindOf<T>, &out)(rows.values, rows.num_rows, &value);
        slots[1] = Op()(slots[1], value);
        return;
      }
    }
    CombineByGroup(rows, slots_.size(), Op::kIdentity, Op(), [&](int64_t slot, T value) { slots[slot] = Op()(slots[slot], value); });
  }
  Slots<T> slots_;
};

/// How many rows, or how many that are not missing.
class CountState final : public CombineState<int64_t, Sum> {
 public:
  CountState(bool all_rows, arrow::MemoryPool* pool) : CombineState(pool), all_rows_(all_rows) {}

  Status Update(BlockValues& block) override {
    if (block.ids() == nullptr) {
      slots_[1] += all_rows_ ? block.num_rows() : block.num_valid();
      return Status::OK();
    }
    const uint32_t* ids = all_rows_ ? block.AllIds() : block.ValidIds();
    Count(ids, block.num_rows());
    return Status::OK();
  }

 private:
  void Count(const uint32_t* ids, int64_t n) {
    int64_t* slots = slots_.data();
    const int64_t num_slots = slots_.size();
    if (num_slots > kFewSlots) {
      for (int64_t i = 0; i < n; ++i) ++slots[ids[i]];
      return;
    }
    uint32_t parts[4][kFewSlots];
    for (auto& part : parts) std::fill(part, part + num_slots, 0);
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
      ++parts[0][ids[i]];
      ++parts[1][ids[i + 1]];
      ++parts[2][ids[i + 2]];
      ++parts[3][ids[i + 3]];
    }
    for (; i < n; ++i) ++parts[0][ids[i]];
    for (int64_t slot = 1; slot < num_slots; ++slot) {
      slots[slot] += parts[0][slot] + parts[1][slot] + parts[2][slot] + parts[3][slot];
    }
  }

  bool all_rows_;
};

class FloatSumState final : public AggregateState {
 public:
  explicit FloatSumState(arrow::MemoryPool* pool) : sums_(pool), compensations_(pool) {}

  Status Grow(int64_t num_groups) override {
    ARROW_RETURN_NOT_OK(sums_.Grow(num_groups + 1, 0));
    return compensations_.Grow(num_groups + 1, 0);
  }
  Status Update(BlockValues& block) override {
    const GroupedValues<double> rows = block.Doubles();
    if (rows.ids == nullptr) {
      double sum;
      sum_loop_(rows.values, rows.num_rows, &sum);
      AddCompensated(sum, &sums_[1], &compensations_[1]);
      return Status::OK();
    }
    double* sums = sums_.data();
    double* compensations = compensations_.data();
    CombineByGroup(rows, sums_.size(), 0.0, std::plus<double>(),
                   [&](int64_t slot, double value) { AddCompensated(value, &sums[slot], &compensations[slot]); });
    return Status::OK();
  }
  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const double* sums = Values<double>(columns[0]) + begin;
    const double* compensations = Values<double>(columns[1]) + begin;
    for (int64_t i = 0; i < num_rows; ++i) {
      AddCompensated(sums[i], &sums_[ids[i]], &compensations_[ids[i]]);
      compensations_[ids[i]] += compensations[i];
    }
    return Status::OK();
  }
  Result<std::vector<Column>> Finish() override {
    return std::vector<Column>{sums_.Release(Kind::kFloat64, 1), compensations_.Release(Kind::kFloat64, 1)};
  }

 private:
  static ReduceLoop FindSumLoop() {
    Kind out;
    return FindReduceLoop(Reduction::kSum, Kind::kFloat64, &out);
  }

  const ReduceLoop sum_loop_ = FindSumLoop();
  Slots<double> sums_;
  Slots<double> compensations_;
};

/// Sums of times, whose ticks may add up to more than 64 bits: in two halves, which carry nothing to each other until the end.
class TickSumState final : public AggregateState {
 public:
  explicit TickSumState(arrow::MemoryPool* pool) : highs_(pool), lows_(pool) {}

  Status Grow(int64_t num_groups) override {
    ARROW_RETURN_NOT_OK(highs_.Grow(num_groups + 1, 0));
    return lows_.Grow(num_groups + 1, 0);
  }
  Status Update(BlockValues& block) override {
    const GroupedValues<int64_t> rows = block.Ints();
    for (int64_t i = 0; i < rows.num_rows; ++i) {
      const uint32_t slot = rows.ids == nullptr ? 1 : rows.ids[i];
      highs_[slot] += rows.values[i] >> 32;
      lows_[slot] += rows.values[i] & 0xffffffff;
    }
    return Status::OK();
  }
  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const int64_t* highs = Values<int64_t>(columns[0]) + begin;
    const int64_t* lows = Values<int64_t>(columns[1]) + begin;
    for (int64_t i = 0; i < num_rows; ++i) {
      highs_[ids[i]] += highs[i];
      lows_[ids[i]] += lows[i];
    }
    return Status::OK();
  }
  Result<std::vector<Column>> Finish() override {
    return std::vector<Column>{highs_.Release(Kind::kInt64, 1), lows_.Release(Kind::kInt64, 1)};
  }

 private:
  Slots<int64_t> highs_;
  Slots<int64_t> lows_;
};

/// Whether any (all) of the values that are not missing are true: not zero.
class TruthState final : public AggregateState {
 public:
  TruthState(bool any, const DType& type, arrow::MemoryPool* pool) : any_(any), is_float_(type.is_float()), slots_(pool) {}

  Status Grow(int64_t num_groups) override { return slots_.Grow(num_groups + 1, any_ ? 0 : 1); }
  Status Update(BlockValues& block) override {
    return is_float_ ? Combine(block.Doubles()) : Combine(block.Ints());
  }
  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    return Combine(GroupedValues<uint8_t>{Values<uint8_t>(columns[0]) + begin, ids, num_rows});
  }
  Result<std::vector<Column>> Finish() override { return std::vector<Column>{slots_.Release(Kind::kBool, 1)}; }

 private:
  template <typename T>
  Status Combine(const GroupedValues<T>& rows) {
    for (int64_t i = 0; i < rows.num_rows; ++i) {
      uint8_t& slot = slots_[rows.ids == nullptr ? 1 : rows.ids[i]];
      const uint8_t is_true = rows.values[i] != 0;
      slot = any_ ? slot | is_true : slot & is_true;
    }
    return Status::OK();
  }

  bool any_;
  bool is_float_;
  Slots<uint8_t> slots_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeNumberState(StateKind kind, const DType& type, arrow::MemoryPool* pool) {
  const bool is_uint64 = type.kind() == Kind::kUInt64;
  switch (kind) {
    case StateKind::kRows: return std::make_unique<CountState>(true, pool);
    case StateKind::kCount: return std::make_unique<CountState>(false, pool);
    case StateKind::kIntSum: return std::make_unique<CombineState<int64_t, Sum>>(pool);
    case StateKind::kFloatSum: return std::make_unique<FloatSumState>(pool);
    case StateKind::kTickSum: return std::make_unique<TickSumState>(pool);
    case StateKind::kIntProduct: return std::make_unique<CombineState<int64_t, IntProduct>>(pool);
    case StateKind::kFloatProduct: return std::make_unique<CombineState<double, FloatProduct>>(pool);
    case StateKind::kFloatMin: return std::make_unique<CombineState<double, FloatMin>>(pool);
    case StateKind::kFloatMax: return std::make_unique<CombineState<double, FloatMax>>(pool);
    case StateKind::kIntMin:
      if (is_uint64) return std::make_unique<CombineState<int64_t, IntMin<uint64_t>>>(pool);
      return std::make_unique<CombineState<int64_t, IntMin<int64_t>>>(pool);
    case StateKind::kIntMax:
      if (is_uint64) return std::make_unique<CombineState<int64_t, IntMax<uint64_t>>>(pool);
      return std::make_unique<CombineState<int64_t, IntMax<int64_t>>>(pool);
    case StateKind::kAny: return std::make_unique<TruthState>(true, type, pool);
    case StateKind::kAll: return std::make_unique<TruthState>(false, type, pool);
    default: break;
  }
  CASK_CHECK(false && "not a state of numbers");
  return nullptr;
}

}  // namespace cask
