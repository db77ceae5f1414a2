#include "cask/expr/csv_source_expr.h"

#include "cask/base/check.h"
#include "cask/compute/source_csv.h"

namespace cask {

FramePtr CsvSourceExpr::Make(std::shared_ptr<const CsvDataset> dataset, Origin origin) {
  auto knowledge = dataset->initial_knowledge();
  return Assuming(std::move(dataset), std::move(knowledge), std::move(origin));
}

FramePtr CsvSourceExpr::Assuming(std::shared_ptr<const CsvDataset> dataset, std::shared_ptr<const CsvKnowledge> knowledge, Origin origin) {
  auto learned = std::make_shared<Learned>();
  learned->knowledge = knowledge;
  return MakeWith(std::move(dataset), std::move(knowledge), std::move(learned), std::move(origin));
}

FramePtr CsvSourceExpr::MakeWith(std::shared_ptr<const CsvDataset> dataset, std::shared_ptr<const CsvKnowledge> knowledge,
                                 std::shared_ptr<Learned> learned, Origin origin) {
  Schema schema = knowledge->schema(*dataset);
  Tokenizer tokenizer("read_csv");
  tokenizer.Add(dataset->identity());
  for (const Field& field : schema.fields()) tokenizer.Add(field.type.ToString());
  schema.Add({"", Kind::kInt64});  // row ids
  return FramePtr(new CsvSourceExpr(std::move(dataset), std::move(knowledge), std::move(learned), std::move(schema), tokenizer.Finish(),
                                    std::move(origin)));
}

std::string CsvSourceExpr::Describe() const {
  const FileSet& files = dataset_->files();
  return fmt::format("read_csv: {} file{} ({}{}), {} bytes, {} partitions", files.size(), files.size() == 1 ? "" : "s",
                     files.size() > 0 ? files.file(0).path : "", files.size() > 1 ? ", ..." : "", files.total_bytes(), num_partitions());
}

namespace {

// Adds to a reader's errors which partition of which file it was reading, and for which line of the user's program.
class LocatingReader final : public BatchReader {
 public:
  LocatingReader(std::unique_ptr<BatchReader> reader, std::function<Status(const Status&)> locate)
      : reader_(std::move(reader)), locate_(std::move(locate)) {}

  Result<std::optional<Batch>> Next() override {
    auto batch = reader_->Next();
    if (!batch.ok()) return locate_(batch.status());
    return batch;
  }

 private:
  std::unique_ptr<BatchReader> reader_;
  std::function<Status(const Status&)> locate_;
};

// Task t of a layer reads partition first + t.
class LocatingSource final : public Source {
 public:
  LocatingSource(std::shared_ptr<const Source> source, std::shared_ptr<const CsvDataset> dataset, int64_t first, Origin origin)
      : source_(std::move(source)), dataset_(std::move(dataset)), first_(first), origin_(std::move(origin)) {}

  Result<std::unique_ptr<BatchReader>> Open(TaskContext& context) const override {
    const int64_t partition = context.partition() + first_;
    context.set_partition(partition);
    auto reader = source_->Open(context);
    if (!reader.ok()) return Locate(reader.status(), partition);
    return std::make_unique<LocatingReader>(std::move(*reader), [this, partition](const Status& status) { return Locate(status, partition); });
  }
  const Schema& schema() const override { return source_->schema(); }
  std::string Describe() const override {
    return first_ == 0 ? source_->Describe() : fmt::format("{}, from partition {}", source_->Describe(), first_);
  }

 private:
  Status Locate(const Status& status, int64_t partition) const {
    if (KindOf(status) == ErrorKind::kCancelled) return status;
    const std::string line = DescribeOrigin(origin_);
    return WithNote(status, fmt::format("reading partition {} of {} ({}){}", partition, dataset_->num_partitions(),
                                        dataset_->DescribePartition(partition), line.empty() ? "" : " for read_csv of line " + line));
  }

  std::shared_ptr<const Source> source_;
  std::shared_ptr<const CsvDataset> dataset_;
  int64_t first_;
  Origin origin_;
};

}  // namespace

Result<std::shared_ptr<const Source>> CsvSourceExpr::MakeSource(const std::vector<int>& columns, int64_t first_partition) const {
  CsvReadRequest request{dataset_, knowledge_, columns, false, std::make_shared<CsvRunState>()};
  if (!columns.empty() && columns.back() == row_id_column()) {
    request.columns.pop_back();
    request.with_row_id = true;
  }
  return std::make_shared<LocatingSource>(MakeCsvSource(std::move(request)), dataset_, first_partition, origin());
}

Result<bool> CsvSourceExpr::Learn(const std::vector<std::shared_ptr<const Evidence>>& evidence) const {
  std::vector<const CsvEvidence*> seen;
  for (const auto& item : evidence) seen.push_back(&static_cast<const CsvTaskEvidence&>(*item).seen());
  ARROW_ASSIGN_OR_RAISE(auto corrected, CheckEvidence(*dataset_, *knowledge_, seen));
  std::lock_guard lock(learned_->mutex);
  if (corrected) {
    learned_->knowledge = std::make_shared<const CsvKnowledge>(std::move(*corrected));
    return false;
  }
  learned_->partition_rows.resize(num_partitions(), -1);
  for (const CsvEvidence* item : seen) {
    if (item->is_complete) learned_->partition_rows[item->partition] = item->num_rows;
  }
  return true;
}

std::vector<int64_t> CsvSourceExpr::KnownPartitionRows() const {
  std::lock_guard lock(learned_->mutex);
  std::vector<int64_t> rows;
  for (int64_t count : learned_->partition_rows) {
    if (count < 0) break;
    rows.push_back(count);
  }
  return rows;
}

int64_t CsvSourceExpr::EstimateBytes(const std::vector<int>& columns) const {
  if (num_partitions() == 0 || dataset_->num_columns() == 0) return 0;
  return dataset_->files().total_bytes() / num_partitions() * static_cast<int64_t>(columns.size()) / dataset_->num_columns();
}

Result<FramePtr> CsvSourceExpr::RebindInputs(Rebinder&) const {
  std::shared_ptr<const CsvKnowledge> latest;
  {
    std::lock_guard lock(learned_->mutex);
    latest = learned_->knowledge;
  }
  if (latest == knowledge_) return std::static_pointer_cast<const FrameExpr>(shared_from_this());
  return MakeWith(dataset_, std::move(latest), learned_, origin());
}

}  // namespace cask
