// Count, mean and sum of squared deviations: what variances are made of.
#include <cmath>

#include "cask/compute/frame/grouped_loops.h"
#include "cask/compute/frame/state.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

/// Two passes over each block, which is in the cache, are more accurate than one and need no division a row; blocks and partitions are
/// then put together by Chan's formula.
class MomentsState final : public AggregateState {
 public:
  explicit MomentsState(arrow::MemoryPool* pool) : counts_(pool), means_(pool), deviations_(pool) {}

  Status Grow(int64_t num_groups) override {
    ARROW_RETURN_NOT_OK(counts_.Grow(num_groups + 1, 0));
    ARROW_RETURN_NOT_OK(means_.Grow(num_groups + 1, 0));
    return deviations_.Grow(num_groups + 1, 0);
  }

  Status Update(BlockValues& block) override {
    const GroupedValues<double> rows = block.Doubles();
    if (rows.ids == nullptr) {
      UpdateOne(rows.values, rows.num_rows);
    } else if (counts_.size() <= kFewSlots) {
      UpdateFew(rows);
    } else {
      for (int64_t i = 0; i < rows.num_rows; ++i) Add(rows.ids[i], 1, rows.values[i], 0);
    }
    return Status::OK();
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const int64_t* counts = Values<int64_t>(columns[0]) + begin;
    const double* means = Values<double>(columns[1]) + begin;
    const double* deviations = Values<double>(columns[2]) + begin;
    for (int64_t i = 0; i < num_rows; ++i) Add(ids[i], counts[i], means[i], deviations[i]);
    return Status::OK();
  }

  Result<std::vector<Column>> Finish() override {
    return std::vector<Column>{counts_.Release(Kind::kInt64, 1), means_.Release(Kind::kFloat64, 1),
                               deviations_.Release(Kind::kFloat64, 1)};
  }

 private:
  void UpdateOne(const double* values, int64_t n) {
    if (n == 0) return;
    Kind out;
    double sum;
    FindReduceLoop(Reduction::kSum, Kind::kFloat64, &out)(values, n, &sum);
    const double mean = sum / static_cast<double>(n);
    Add(1, n, mean, SquaredDeviations(Kind::kFloat64, values, n, mean, false));
  }

  void UpdateFew(const GroupedValues<double>& rows) {
    const int64_t num_slots = counts_.size();
    int64_t counts[kFewSlots] = {};
    double means[kFewSlots] = {};
    double deviations[kFewSlots] = {};
    for (int64_t i = 0; i < rows.num_rows; ++i) ++counts[rows.ids[i]];
    CombineByGroup(rows, num_slots, 0.0, std::plus<double>(), [&](int64_t slot, double sum) { means[slot] = sum; });
    for (int64_t slot = 1; slot < num_slots; ++slot) means[slot] /= counts[slot] == 0 ? 1.0 : static_cast<double>(counts[slot]);
    for (int64_t i = 0; i < rows.num_rows; ++i) {
      const double delta = rows.values[i] - means[rows.ids[i]];
      deviations[rows.ids[i]] += delta * delta;
    }
    for (int64_t slot = 1; slot < num_slots; ++slot) Add(slot, counts[slot], means[slot], deviations[slot]);
  }

  void Add(int64_t slot, int64_t count, double mean, double deviation) {
    if (count == 0) return;
    const auto before = static_cast<double>(counts_[slot]);
    const auto more = static_cast<double>(count);
    const double delta = mean - means_[slot];
    const double share = more / (before + more);
    counts_[slot] += count;
    if (before == 0) {
      means_[slot] = mean;
      deviations_[slot] = deviation;
      return;
    }
    means_[slot] += delta * share;
    deviations_[slot] += deviation + delta * delta * before * share;
  }

  Slots<int64_t> counts_;
  Slots<double> means_;
  Slots<double> deviations_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeMomentsState(arrow::MemoryPool* pool) { return std::make_unique<MomentsState>(pool); }

}  // namespace cask
