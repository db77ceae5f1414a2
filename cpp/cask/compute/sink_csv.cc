#include "cask/compute/sink_csv.h"

#include <arrow/buffer.h>
#include <fmt/format.h>

#include <numeric>

#include "cask/base/check.h"
#include "cask/base/pool.h"
#include "cask/compute/row_positions.h"

namespace cask {
namespace {

Result<Column> RangeColumn(int64_t first, int64_t length) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(length * sizeof(int64_t), BufferPool()));
  auto* values = reinterpret_cast<int64_t*>(buffer->mutable_data());
  std::iota(values, values + length, first);
  return MakeFixedColumn(Kind::kInt64, length, std::move(buffer));
}

// The encoding of what follows the beginning of a text in `encoding`: the same without a byte-order mark.
std::string WithoutMark(const std::string& encoding) {
  std::string name;
  for (char c : encoding) name.push_back(c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  if (name == "utf-16" || name == "utf16") return "utf-16le";
  if (name == "utf-32" || name == "utf32") return "utf-32le";
  return encoding;
}

class CsvSinkState final : public SinkState {
 public:
  CsvSinkState(const CsvSinkRequest& request, int64_t partition) : request_(request), partition_(partition) {
    CASK_CHECK_LT(static_cast<size_t>(partition), request.paths.size());
    if (request.index == CsvSinkRequest::Index::kRange) table_.schema.Add({"", Kind::kInt64});
    for (const Field& field : request.schema.fields()) table_.schema.Add(field);
  }

  Result<SinkWants> Consume(Batch batch) override {
    ARROW_RETURN_NOT_OK(AddPositions(&batch));
    num_rows_ += batch.num_rows;
    table_.batches.push_back(std::move(batch));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    CsvWriteOptions options = request_.options;
    const std::string& path = request_.paths[partition_];
    if (request_.header_first_only && partition_ > 0) options.header = false;
    if (request_.is_joined && partition_ > 0) options.encoding = WithoutMark(options.encoding);
    ARROW_RETURN_NOT_OK(WithNote(WriteCsvFile(table_, options, path), fmt::format("writing partition {} of {}", partition_ + 1, request_.paths.size())));
    return Table();
  }

 private:
  Status AddPositions(Batch* batch) {
    if (request_.index == CsvSinkRequest::Index::kRowIds) {
      ARROW_ASSIGN_OR_RAISE(batch->columns[request_.row_ids], PositionsOfRowIds(batch->columns[request_.row_ids], request_.offsets));
    } else if (request_.index == CsvSinkRequest::Index::kRange) {
      CASK_CHECK_LT(static_cast<size_t>(partition_), request_.offsets.size());
      ARROW_ASSIGN_OR_RAISE(Column positions, RangeColumn(request_.offsets[partition_] + num_rows_, batch->num_rows));
      batch->columns.insert(batch->columns.begin(), std::move(positions));
    }
    return Status::OK();
  }

  const CsvSinkRequest& request_;
  int64_t partition_;
  int64_t num_rows_ = 0;
  Table table_;
};

class CsvSink final : public Sink {
 public:
  explicit CsvSink(CsvSinkRequest request) : request_(std::move(request)) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    return std::make_unique<CsvSinkState>(request_, context.partition());
  }
  const Schema& schema() const override { return none_; }
  std::string Describe() const override { return fmt::format("to_csv: {} files", request_.paths.size()); }

 private:
  CsvSinkRequest request_;
  Schema none_;
};

}  // namespace

std::shared_ptr<const Sink> MakeCsvSink(CsvSinkRequest request) { return std::make_shared<CsvSink>(std::move(request)); }

}  // namespace cask
