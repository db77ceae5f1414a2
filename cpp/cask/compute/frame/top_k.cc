#include "cask/compute/frame/top_k.h"

#include "cask/base/check.h"
#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/row_order.h"
#include "cask/data/label.h"

namespace cask {
namespace {

/// The rows of the result, the best first. Missing values come after all others, in row order.
class Ranking {
 public:
  Ranking(const TopKSpec& spec, const Batch& batch) : spec_(spec), batch_(batch) {}

  /// The `n` best rows; with KeepTies::kAll also those that equal the last of them.
  Result<std::vector<uint32_t>> Best(int64_t n) {
    std::vector<uint32_t> rows = AllRows(batch_.num_rows);
    std::vector<OrderKey> keys;
    for (int column : spec_.columns) {
      keys.push_back({batch_.columns[column], spec_.schema.field(column).type, !spec_.largest, MissingPosition::kLast});
    }
    // Where all rows are wanted there is nothing to choose, and ties stay in row order.
    if (spec_.keep == KeepTies::kLast && n < batch_.num_rows) {
      const auto missing = [&](uint32_t row) { return IsMissing(keys[0].column, keys[0].type, row); };
      std::reverse(rows.begin(), std::stable_partition(rows.begin(), rows.end(), [&](uint32_t row) { return !missing(row); }));
    }
    ARROW_RETURN_NOT_OK(SortRows(keys, &rows));
    size_t end = static_cast<size_t>(std::min(n, batch_.num_rows));
    if (spec_.keep == KeepTies::kAll && end > 0) {
      while (end < rows.size() && AreEqual(rows[end - 1], rows[end])) ++end;
    }
    rows.resize(end);
    return rows;
  }

 private:
  bool AreEqual(uint32_t a, uint32_t b) const {
    for (int column : spec_.columns) {
      const DType& type = spec_.schema.field(column).type;
      const Column& values = batch_.columns[column];
      const bool a_missing = IsMissing(values, type, a), b_missing = IsMissing(values, type, b);
      if (a_missing != b_missing) return false;
      if (a_missing) continue;
      uint64_t a_bits, b_bits;
      OrderedBits(SliceColumn(values, a, 1), type, true, 1, &a_bits);
      OrderedBits(SliceColumn(values, b, 1), type, true, 1, &b_bits);
      if (a_bits != b_bits) return false;
    }
    return true;
  }

  const TopKSpec& spec_;
  const Batch& batch_;
};

class TopKState final : public SinkState {
 public:
  TopKState(const TopKSpec& spec, bool is_final, arrow::MemoryPool* pool) : spec_(spec), is_final_(is_final), pool_(pool) {}

  Result<SinkWants> Consume(Batch batch) override {
    if (spec_.n <= 0) return SinkWants::kNothing;
    ARROW_RETURN_NOT_OK(DropHopeless(&batch));
    if (batch.num_rows == 0) return SinkWants::kMore;
    num_rows_ += batch.num_rows;
    batches_.push_back(std::move(batch));
    if (num_rows_ > 4 * spec_.n + kBatchRows) ARROW_RETURN_NOT_OK(Prune());
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    if (!is_final_) ARROW_RETURN_NOT_OK(Prune());
    ARROW_ASSIGN_OR_RAISE(Batch whole, ConcatenateBatches(batches_, spec_.schema));
    if (!is_final_) return MakeTable(spec_.schema, std::move(whole));
    ARROW_ASSIGN_OR_RAISE(const auto rows, Ranking(spec_, whole).Best(std::max<int64_t>(spec_.n, 0)));
    ARROW_ASSIGN_OR_RAISE(Batch best, GatherBatch(whole, spec_.schema, rows, pool_));
    return MakeTable(spec_.schema, std::move(best));
  }

 private:
  /// Leaves the best rows, in row order: one more than asked for, so that the last step can tell whether there are any more.
  Status Prune() {
    if (num_rows_ <= spec_.n + 1) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Batch whole, ConcatenateBatches(batches_, spec_.schema));
    ARROW_ASSIGN_OR_RAISE(auto rows, Ranking(spec_, whole).Best(spec_.n + 1));
    const uint32_t worst = rows.back();
    const DType& type = first_type();
    const Column& column = whole.columns[spec_.columns[0]];
    has_worst_ = !IsMissing(column, type, worst);
    if (has_worst_) OrderedBits(SliceColumn(column, worst, 1), type, !spec_.largest, 1, &worst_);
    std::sort(rows.begin(), rows.end());
    ARROW_ASSIGN_OR_RAISE(Batch kept, GatherBatch(whole, spec_.schema, rows, pool_));
    num_rows_ = kept.num_rows;
    batches_.clear();
    batches_.push_back(std::move(kept));
    return Status::OK();
  }

  /// Drops the rows that are worse than all of those kept so far.
  Status DropHopeless(Batch* batch) {
    if (!has_worst_) return Status::OK();
    bits_.resize(batch->num_rows);
    const Column& column = batch->columns[spec_.columns[0]];
    OrderedBits(column, first_type(), !spec_.largest, batch->num_rows, bits_.data());
    std::vector<uint32_t> rows;
    for (int64_t i = 0; i < batch->num_rows; ++i) {
      if (bits_[i] <= worst_ && !IsMissing(column, first_type(), i)) rows.push_back(static_cast<uint32_t>(i));
    }
    ARROW_ASSIGN_OR_RAISE(*batch, GatherBatch(*batch, spec_.schema, rows, pool_));
    return Status::OK();
  }

  const DType& first_type() const { return spec_.schema.field(spec_.columns[0]).type; }

  const TopKSpec& spec_;
  bool is_final_;
  arrow::MemoryPool* pool_;
  std::vector<Batch> batches_;
  int64_t num_rows_ = 0;    // of batches_
  bool has_worst_ = false;
  uint64_t worst_ = 0;      // the ordered bits of the first column's worst value among enough rows
  std::vector<uint64_t> bits_;
};

class TopKSink final : public Sink {
 public:
  TopKSink(TopKSpec spec, bool is_final) : spec_(std::move(spec)), is_final_(is_final) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    return std::make_unique<TopKState>(spec_, is_final_, context.pool());
  }
  const Schema& schema() const override { return spec_.schema; }
  std::string Describe() const override {
    return fmt::format("the {} {} by {}", spec_.n, spec_.largest ? "largest" : "smallest", PrintLabel(spec_.schema.field(spec_.columns[0]).name));
  }

 private:
  TopKSpec spec_;
  bool is_final_;
};

Result<std::shared_ptr<const Sink>> MakeTopK(const TopKSpec& spec, bool is_final) {
  for (int column : spec.columns) {
    const Field& field = spec.schema.field(column);
    if (field.type.is_numeric() || field.type.is_bool() || field.type.is_temporal()) continue;
    const std::string_view method = spec.largest ? "nlargest" : "nsmallest";
    if (spec.is_series) return TypeError("Cannot use method '{}' with dtype {}", method, field.type.ToString());
    return TypeError("Column '{}' has dtype {}, cannot use method '{}' with this dtype", PrintLabel(field.name), field.type.ToString(), method);
  }
  return std::make_shared<const TopKSink>(spec, is_final);
}

}  // namespace

Result<std::shared_ptr<const Sink>> MakePartialTopK(const TopKSpec& spec) { return MakeTopK(spec, false); }
Result<std::shared_ptr<const Sink>> MakeFinalTopK(const TopKSpec& spec) { return MakeTopK(spec, true); }

}  // namespace cask
