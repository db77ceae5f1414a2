// Count, mean and sum of squared deviations: what variances are made of.
#include <cmath>

#include "cask/compute/frame/compensated.h"
#include "cask/compute/frame/grouped_loops.h"
#include "cask/compute/frame/state.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

/// What is known of some values: a mean in two parts, so that it is exact to nearly twice a double's precision, and the sum of
/// squared deviations from it.
struct Moments {
  int64_t count;
  double mean;
  double mean_rest;
  double deviations;
};

/// Two passes over each block, which is in the cache, are more accurate than one and need no division a row; blocks and partitions are
/// then put together by Chan's formula. What rounding takes from a mean is kept: where the mean is large against the spread, the
/// formula would otherwise see it as spread.
class MomentsState final : public AggregateState {
 public:
  explicit MomentsState(arrow::MemoryPool* pool) : counts_(pool), means_(pool), mean_rests_(pool), deviations_(pool) {}

  Status Grow(int64_t num_groups) override {
    ARROW_RETURN_NOT_OK(counts_.Grow(num_groups + 1, 0));
    ARROW_RETURN_NOT_OK(means_.Grow(num_groups + 1, 0));
    ARROW_RETURN_NOT_OK(mean_rests_.Grow(num_groups + 1, 0));
    return deviations_.Grow(num_groups + 1, 0);
  }

  Status Update(BlockValues& block) override {
    const GroupedValues<double> rows = block.Doubles();
    if (rows.ids == nullptr) {
      UpdateOne(rows.values, rows.num_rows);
    } else if (counts_.size() <= kFewSlots) {
      UpdateFew(rows);
    } else {
      for (int64_t i = 0; i < rows.num_rows; ++i) Add(rows.ids[i], {1, rows.values[i], 0, 0});
    }
    return Status::OK();
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const int64_t* counts = Values<int64_t>(columns[0]) + begin;
    const double* means = Values<double>(columns[1]) + begin;
    const double* rests = Values<double>(columns[2]) + begin;
    const double* deviations = Values<double>(columns[3]) + begin;
    for (int64_t i = 0; i < num_rows; ++i) Add(ids[i], {counts[i], means[i], rests[i], deviations[i]});
    return Status::OK();
  }

  Result<std::vector<Column>> Finish() override {
    return std::vector<Column>{counts_.Release(Kind::kInt64, 1), means_.Release(Kind::kFloat64, 1),
                               mean_rests_.Release(Kind::kFloat64, 1), deviations_.Release(Kind::kFloat64, 1)};
  }

 private:
  /// The moments of `count` values, given their sum as it was rounded and their distances from sum / count.
  static Moments FromDistances(int64_t count, double mean, double sum_of_distances, double sum_of_squares) {
    const double rest = sum_of_distances / static_cast<double>(count);
    return {count, mean, rest, sum_of_squares - rest * sum_of_distances};
  }

  void UpdateOne(const double* values, int64_t n) {
    if (n == 0) return;
    Kind out;
    double sum;
    FindReduceLoop(Reduction::kSum, Kind::kFloat64, &out)(values, n, &sum);
    const double mean = sum / static_cast<double>(n);
    double distances[8] = {};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
      for (int lane = 0; lane < 8; ++lane) distances[lane] += values[i + lane] - mean;
    }
    for (; i < n; ++i) distances[i % 8] += values[i] - mean;
    const double distance = ((distances[0] + distances[1]) + (distances[2] + distances[3])) +
                            ((distances[4] + distances[5]) + (distances[6] + distances[7]));
    Add(1, FromDistances(n, mean, distance, SquaredDeviations(Kind::kFloat64, values, n, mean, false)));
  }

  void UpdateFew(const GroupedValues<double>& rows) {
    const int64_t num_slots = counts_.size();
    int64_t counts[kFewSlots] = {};
    double means[kFewSlots] = {};
    double distances[kFewSlots] = {};
    double squares[kFewSlots] = {};
    for (int64_t i = 0; i < rows.num_rows; ++i) ++counts[rows.ids[i]];
    CombineByGroup(rows, num_slots, 0.0, std::plus<double>(), [&](int64_t slot, double sum) { means[slot] = sum; });
    for (int64_t slot = 1; slot < num_slots; ++slot) means[slot] /= counts[slot] == 0 ? 1.0 : static_cast<double>(counts[slot]);
    for (int64_t i = 0; i < rows.num_rows; ++i) {
      const uint32_t slot = rows.ids[i];
      const double distance = rows.values[i] - means[slot];
      distances[slot] += distance;
      squares[slot] += distance * distance;
    }
    for (int64_t slot = 1; slot < num_slots; ++slot) {
      if (counts[slot] > 0) Add(slot, FromDistances(counts[slot], means[slot], distances[slot], squares[slot]));
    }
  }

  void Add(int64_t slot, const Moments& more) {
    if (more.count == 0) return;
    const auto before = static_cast<double>(counts_[slot]);
    counts_[slot] += more.count;
    if (before == 0) {
      means_[slot] = more.mean;
      mean_rests_[slot] = more.mean_rest;
      deviations_[slot] = more.deviations;
      return;
    }
    const double share = static_cast<double>(more.count) / (before + static_cast<double>(more.count));
    const double delta = (more.mean - means_[slot]) + (more.mean_rest - mean_rests_[slot]);
    AddCompensated(delta * share, &means_[slot], &mean_rests_[slot]);
    deviations_[slot] += more.deviations + delta * delta * before * share;
  }

  Slots<int64_t> counts_;
  Slots<double> means_;
  Slots<double> mean_rests_;
  Slots<double> deviations_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeMomentsState(arrow::MemoryPool* pool) { return std::make_unique<MomentsState>(pool); }

}  // namespace cask
