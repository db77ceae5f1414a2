#include "cask/compute/frame/distinct.h"

#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/group_ids.h"

namespace cask {
namespace {

/// Numbers the keys of a batch's rows, from 1.
Status NumberRows(GroupIds& groups, const std::vector<int>& key_columns, const Batch& batch, std::vector<uint32_t>* ids) {
  std::vector<Column> keys;
  for (int key : key_columns) keys.push_back(batch.columns[key]);
  ids->resize(batch.num_rows);
  for (int64_t begin = 0; begin < batch.num_rows; begin += kBlockRows) {
    ARROW_RETURN_NOT_OK(groups.Assign(keys, begin, std::min(kBlockRows, batch.num_rows - begin), ids->data() + begin));
  }
  return Status::OK();
}

class DistinctFirstState final : public SinkState {
 public:
  DistinctFirstState(const Schema& schema, const std::vector<int>& keys, std::unique_ptr<GroupIds> groups, arrow::MemoryPool* pool)
      : keys_(keys), groups_(std::move(groups)), pool_(pool) {
    table_.schema = schema;
  }

  Result<SinkWants> Consume(Batch batch) override {
    auto next = static_cast<uint32_t>(groups_->num_groups()) + 1;
    ARROW_RETURN_NOT_OK(NumberRows(*groups_, keys_, batch, &ids_));
    std::vector<uint32_t> rows;
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      if (ids_[i] != next) continue;  // a new key has the next number
      rows.push_back(static_cast<uint32_t>(i));
      ++next;
    }
    if (rows.empty()) return SinkWants::kMore;
    ARROW_ASSIGN_OR_RAISE(Batch kept, GatherBatch(batch, table_.schema, rows, pool_));
    table_.batches.push_back(std::move(kept));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    if (table_.batches.size() <= 1) return std::move(table_);
    ARROW_ASSIGN_OR_RAISE(Batch whole, ConcatenateBatches(table_.batches, table_.schema));
    return MakeTable(table_.schema, std::move(whole));
  }

 private:
  std::vector<int> keys_;
  std::unique_ptr<GroupIds> groups_;
  arrow::MemoryPool* pool_;
  std::vector<uint32_t> ids_;
  Table table_;
};

class DistinctLastState final : public SinkState {
 public:
  DistinctLastState(const Schema& schema, const std::vector<int>& keys, std::unique_ptr<GroupIds> groups, arrow::MemoryPool* pool)
      : schema_(schema), keys_(keys), groups_(std::move(groups)), pool_(pool) {}

  Result<SinkWants> Consume(Batch batch) override {
    // Of each batch only the last rows of its keys are kept; which of them are the last of all is known at the end.
    std::vector<uint32_t> ids;
    ARROW_RETURN_NOT_OK(NumberRows(*groups_, keys_, batch, &ids));
    last_rows_.resize(groups_->num_groups() + 1);
    std::vector<uint32_t> rows, row_ids;
    for (int64_t i = 0; i < batch.num_rows; ++i) last_rows_[ids[i]] = num_rows_ + i;
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      if (last_rows_[ids[i]] == num_rows_ + i) rows.push_back(static_cast<uint32_t>(i));
    }
    for (uint32_t row : rows) kept_.push_back({ids[row], num_rows_ + row});
    num_rows_ += batch.num_rows;
    ARROW_ASSIGN_OR_RAISE(Batch part, GatherBatch(batch, schema_, rows, pool_));
    batches_.push_back(std::move(part));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    ARROW_ASSIGN_OR_RAISE(Batch whole, ConcatenateBatches(batches_, schema_));
    std::vector<uint32_t> rows;
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (last_rows_[kept_[i].id] == kept_[i].row) rows.push_back(static_cast<uint32_t>(i));
    }
    ARROW_ASSIGN_OR_RAISE(Batch result, GatherBatch(whole, schema_, rows, pool_));
    return MakeTable(schema_, std::move(result));
  }

 private:
  struct Kept {
    uint32_t id;
    int64_t row;
  };

  Schema schema_;
  std::vector<int> keys_;
  std::unique_ptr<GroupIds> groups_;
  arrow::MemoryPool* pool_;
  std::vector<int64_t> last_rows_;  // by key number, counted over all batches
  std::vector<Kept> kept_;          // the rows of batches_
  std::vector<Batch> batches_;
  int64_t num_rows_ = 0;
};

// Keeps the first two rows of each key, or at the end only those of keys that have no second.
class DistinctOnlyState final : public SinkState {
 public:
  DistinctOnlyState(const Schema& schema, const std::vector<int>& keys, bool is_end, std::unique_ptr<GroupIds> groups, arrow::MemoryPool* pool)
      : schema_(schema), keys_(keys), is_end_(is_end), groups_(std::move(groups)), pool_(pool) {}

  Result<SinkWants> Consume(Batch batch) override {
    std::vector<uint32_t> ids, rows;
    ARROW_RETURN_NOT_OK(NumberRows(*groups_, keys_, batch, &ids));
    num_rows_of_.resize(groups_->num_groups() + 1);
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      if (num_rows_of_[ids[i]] == 2) continue;
      ++num_rows_of_[ids[i]];
      rows.push_back(static_cast<uint32_t>(i));
      kept_.push_back(ids[i]);
    }
    ARROW_ASSIGN_OR_RAISE(Batch part, GatherBatch(batch, schema_, rows, pool_));
    batches_.push_back(std::move(part));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    ARROW_ASSIGN_OR_RAISE(Batch whole, ConcatenateBatches(batches_, schema_));
    if (!is_end_) return MakeTable(schema_, std::move(whole));
    std::vector<uint32_t> rows;
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (num_rows_of_[kept_[i]] == 1) rows.push_back(static_cast<uint32_t>(i));
    }
    ARROW_ASSIGN_OR_RAISE(Batch result, GatherBatch(whole, schema_, rows, pool_));
    return MakeTable(schema_, std::move(result));
  }

 private:
  Schema schema_;
  std::vector<int> keys_;
  bool is_end_;
  std::unique_ptr<GroupIds> groups_;
  arrow::MemoryPool* pool_;
  std::vector<uint8_t> num_rows_of_;  // by key number; two stands for more
  std::vector<uint32_t> kept_;        // the key numbers of the rows of batches_
  std::vector<Batch> batches_;
};

class DistinctSink final : public Sink {
 public:
  DistinctSink(Schema schema, std::vector<int> keys, KeepRow keep) : schema_(std::move(schema)), keys_(std::move(keys)), keep_(keep) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    std::vector<DType> types;
    for (int key : keys_) types.push_back(schema_.field(key).type);
    ARROW_ASSIGN_OR_RAISE(auto groups, GroupIds::Make(std::move(types), /*dropna=*/false, context.pool()));
    if (keep_ == KeepRow::kFirst) return std::make_unique<DistinctFirstState>(schema_, keys_, std::move(groups), context.pool());
    if (keep_ == KeepRow::kLast) return std::make_unique<DistinctLastState>(schema_, keys_, std::move(groups), context.pool());
    return std::make_unique<DistinctOnlyState>(schema_, keys_, keep_ == KeepRow::kOnly, std::move(groups), context.pool());
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override {
    switch (keep_) {
      case KeepRow::kFirst: return "keep the first of equal rows";
      case KeepRow::kLast: return "keep the last of equal rows";
      case KeepRow::kFirstTwo: return "keep the first two of equal rows";
      case KeepRow::kOnly: return "keep rows that equal no other";
    }
    return "";
  }

 private:
  Schema schema_;
  std::vector<int> keys_;
  KeepRow keep_;
};

}  // namespace

std::shared_ptr<const Sink> MakeDistinct(Schema schema, std::vector<int> keys, KeepRow keep) {
  return std::make_shared<DistinctSink>(std::move(schema), std::move(keys), keep);
}

}  // namespace cask
