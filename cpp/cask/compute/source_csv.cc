#include "cask/compute/source_csv.h"

#include <fmt/format.h>

#include "cask/data/label.h"

namespace cask {
namespace {

class CsvBatchReader final : public BatchReader {
 public:
  CsvBatchReader(std::unique_ptr<CsvPartitionReader> reader, TaskContext& context) : reader_(std::move(reader)), context_(context) {}

  // Reading may stop before the end, and is then over without a call.
  ~CsvBatchReader() override { Report(); }

  Result<std::optional<Batch>> Next() override {
    ARROW_ASSIGN_OR_RAISE(std::optional<Batch> batch, reader_->Next());
    if (!batch.has_value()) Report();
    return batch;
  }

 private:
  void Report() {
    if (is_reported_) return;
    is_reported_ = true;
    context_.AddEvidence(std::make_shared<CsvTaskEvidence>(reader_->evidence()));
  }

  std::unique_ptr<CsvPartitionReader> reader_;
  TaskContext& context_;
  bool is_reported_ = false;
};

class CsvSource final : public Source {
 public:
  explicit CsvSource(CsvReadRequest request) : request_(std::move(request)), schema_(SchemaOf(request_)) {}

  Result<std::unique_ptr<BatchReader>> Open(TaskContext& context) const override {
    const auto breathe = [&context] { return context.Breathe(); };
    ARROW_ASSIGN_OR_RAISE(auto reader, CsvPartitionReader::Open(request_, context.partition(), breathe, context.pool()));
    return std::make_unique<CsvBatchReader>(std::move(reader), context);
  }

  const Schema& schema() const override { return schema_; }

  std::string Describe() const override {
    const CsvDataset& dataset = *request_.dataset;
    std::string names;
    for (int column : request_.columns) names += (names.empty() ? "" : ", ") + PrintLabel(dataset.names()[column]);
    const FileSet& files = dataset.files();
    const std::string more = files.size() > 1 ? fmt::format(" and {} more files", files.size() - 1) : "";
    return fmt::format("read_csv({}{}) columns: {}", files.file(0).path, more, names.empty() ? "none, counts rows" : names);
  }

 private:
  CsvReadRequest request_;
  Schema schema_;
};

}  // namespace

std::shared_ptr<const Source> MakeCsvSource(CsvReadRequest request) { return std::make_shared<CsvSource>(std::move(request)); }

}  // namespace cask
