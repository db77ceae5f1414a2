#include "cask/expr/table_source_expr.h"

#include "cask/data/label.h"

namespace cask {
namespace {

constexpr int64_t kRowsPerBatch = 32 * 1024;  // a few columns of it fit the second-level cache

// Rows [begin, end) of a table, cut into batches.
class TableReader final : public BatchReader {
 public:
  TableReader(std::shared_ptr<const Table> table, std::vector<int> columns, int64_t begin, int64_t end)
      : table_(std::move(table)), columns_(std::move(columns)), position_(begin), end_(end) {}

  Result<std::optional<Batch>> Next() override {
    if (position_ >= end_) return std::nullopt;
    while (position_ >= batch_begin_ + table_->batches[batch_].num_rows) batch_begin_ += table_->batches[batch_++].num_rows;
    const Batch& whole = table_->batches[batch_];
    const int64_t offset = position_ - batch_begin_;
    const int64_t rows = std::min({kRowsPerBatch, end_ - position_, whole.num_rows - offset});
    Batch batch{rows, {}};
    for (int column : columns_) batch.columns.push_back(SliceColumn(whole.columns[column], offset, rows));
    position_ += rows;
    return batch;
  }

 private:
  std::shared_ptr<const Table> table_;
  std::vector<int> columns_;
  int64_t position_;
  int64_t end_;
  size_t batch_ = 0;
  int64_t batch_begin_ = 0;  // the table's row where batch `batch_` begins
};

class TableSource final : public Source {
 public:
  TableSource(std::shared_ptr<const Table> table, std::vector<int64_t> bounds, std::vector<int> columns, int64_t first_partition)
      : table_(std::move(table)), bounds_(std::move(bounds)), columns_(std::move(columns)), first_partition_(first_partition) {
    for (int column : columns_) schema_.Add(table_->schema.field(column));
  }

  Result<std::unique_ptr<BatchReader>> Open(TaskContext& context) const override {
    const int64_t partition = context.partition() + first_partition_;
    return std::make_unique<TableReader>(table_, columns_, bounds_[partition], bounds_[partition + 1]);
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override {
    std::string text = "rows in memory, columns:";
    for (const Field& field : schema_.fields()) text += " " + PrintLabel(field.name);
    return text;
  }

 private:
  std::shared_ptr<const Table> table_;
  std::vector<int64_t> bounds_;
  std::vector<int> columns_;
  int64_t first_partition_;
  Schema schema_;
};

}  // namespace

Result<FramePtr> TableSourceExpr::Make(std::shared_ptr<const Table> table, std::vector<int64_t> bounds, std::vector<Literal> divisions,
                                       Token identity, Origin origin) {
  if (bounds.size() < 2 || bounds.front() != 0 || bounds.back() != table->num_rows() || !std::is_sorted(bounds.begin(), bounds.end())) {
    return InternalError("partition bounds of a table must ascend from 0 to its {} rows", table->num_rows());
  }
  if (!divisions.empty() && divisions.size() != bounds.size()) {
    return InternalError("a table of {} partitions cannot have {} divisions", bounds.size() - 1, divisions.size());
  }
  Tokenizer tokenizer("table");
  tokenizer.Add(identity);
  for (int64_t bound : bounds) tokenizer.Add(bound);
  return FramePtr(new TableSourceExpr(std::move(table), std::move(bounds), std::move(divisions), identity, tokenizer.Finish(),
                                      std::move(origin)));
}

std::string TableSourceExpr::Describe() const { return fmt::format("{} rows in memory, {} partitions", bounds_.back(), num_partitions()); }

Result<std::shared_ptr<const Source>> TableSourceExpr::MakeSource(const std::vector<int>& columns, int64_t first_partition) const {
  return std::make_shared<TableSource>(table_, bounds_, columns, first_partition);
}

std::vector<int64_t> TableSourceExpr::KnownPartitionRows() const {
  std::vector<int64_t> rows;
  for (size_t i = 1; i < bounds_.size(); ++i) rows.push_back(bounds_[i] - bounds_[i - 1]);
  return rows;
}

}  // namespace cask
