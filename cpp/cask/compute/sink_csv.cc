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
  CsvSinkState(const CsvSinkSpec& spec, const Schema& rows, int64_t partition) : spec_(spec), partition_(partition) {
    CASK_CHECK_LT(partition, spec.num_partitions);
    if (spec.index == CsvSinkSpec::Index::kRange) table_.schema.Add({"", Kind::kInt64});
    for (const Field& field : rows.fields()) table_.schema.Add(field);
  }

  Result<SinkWants> Consume(Batch batch) override {
    ARROW_RETURN_NOT_OK(AddPositions(&batch));
    num_rows_ += batch.num_rows;
    table_.batches.push_back(std::move(batch));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    CsvWriteOptions options = spec_.options;
    if (spec_.header_first_only && partition_ > 0) options.header = false;
    if (spec_.is_joined && partition_ > 0) options.encoding = WithoutMark(options.encoding);
    Status status = WriteCsvFile(table_, options, PartitionFile(spec_.folder, partition_));
    if (KindOf(status) == ErrorKind::kFileNotFound) {
      status = WithNote(status, "the client has made this folder; where workers run elsewhere, they must see it under the same path");
    }
    ARROW_RETURN_NOT_OK(WithNote(status, fmt::format("writing partition {} of {}", partition_ + 1, spec_.num_partitions)));
    return Table();
  }

 private:
  Status AddPositions(Batch* batch) {
    if (spec_.index == CsvSinkSpec::Index::kRowIds) {
      ARROW_ASSIGN_OR_RAISE(batch->columns[spec_.row_ids], PositionsOfRowIds(batch->columns[spec_.row_ids], spec_.offsets));
    } else if (spec_.index == CsvSinkSpec::Index::kRange) {
      CASK_CHECK_LT(static_cast<size_t>(partition_), spec_.offsets.size());
      ARROW_ASSIGN_OR_RAISE(Column positions, RangeColumn(spec_.offsets[partition_] + num_rows_, batch->num_rows));
      batch->columns.insert(batch->columns.begin(), std::move(positions));
    }
    return Status::OK();
  }

  const CsvSinkSpec& spec_;
  int64_t partition_;
  int64_t num_rows_ = 0;
  Table table_;
};

class CsvSink final : public Sink {
 public:
  CsvSink(CsvSinkSpec spec, Schema rows, std::shared_ptr<const void> keep_alive)
      : spec_(std::move(spec)), rows_(std::move(rows)), keep_alive_(std::move(keep_alive)) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    return std::make_unique<CsvSinkState>(spec_, rows_, context.partition());
  }
  const Schema& schema() const override { return none_; }
  std::string Describe() const override { return fmt::format("to_csv: {} files", spec_.num_partitions); }

 private:
  const CsvSinkSpec spec_;
  const Schema rows_;
  const Schema none_;
  const std::shared_ptr<const void> keep_alive_;
};

Status CheckThat(bool is_right, const char* what) { return is_right ? Status::OK() : ValueError("rows cannot be written as CSV: {}", what); }

// Where partitions begin: from 0 on, and nowhere near the end of what a position can be.
bool AreOffsets(const std::vector<int64_t>& offsets) {
  constexpr int64_t kMaxOffset = int64_t{1} << 61;
  return std::is_sorted(offsets.begin(), offsets.end()) && (offsets.empty() || (offsets.front() >= 0 && offsets.back() <= kMaxOffset));
}

Status CheckIndex(const CsvSinkSpec& spec, const Schema& rows) {
  switch (spec.index) {
    case CsvSinkSpec::Index::kColumns: return CheckThat(spec.row_ids == -1 && spec.offsets.empty(), "an index of columns has no positions");
    case CsvSinkSpec::Index::kRowIds: {
      const bool is_there = spec.row_ids >= 0 && spec.row_ids < rows.size() && rows.field(spec.row_ids).type == DType(Kind::kInt64);
      return CheckThat(is_there, "the column of row ids is none");
    }
    case CsvSinkSpec::Index::kRange:
      return CheckThat(spec.row_ids == -1 && static_cast<int64_t>(spec.offsets.size()) >= spec.num_partitions, "partitions begin nowhere");
  }
  return CheckThat(false, "there is no such index");
}

Status CheckOptions(const CsvSinkSpec& spec, const Schema& rows) {
  const CsvWriteOptions& options = spec.options;
  const int num_columns = rows.size() + (spec.index == CsvSinkSpec::Index::kRange ? 1 : 0);
  const int num_index = options.num_index_columns;
  ARROW_RETURN_NOT_OK(CheckThat(num_index >= 0 && num_index <= num_columns, "the index has columns that the rows have not"));
  const auto fits = [](const std::vector<std::string>& names, int count) { return names.empty() || static_cast<int>(names.size()) == count; };
  ARROW_RETURN_NOT_OK(CheckThat(fits(options.header_names, num_columns - num_index), "a name of the header is of no column"));
  ARROW_RETURN_NOT_OK(CheckThat(fits(options.index_labels, num_index), "a name of the index is of none of its columns"));
  return Validate(options);
}

}  // namespace

std::string PartitionFile(const std::string& folder, int64_t partition) { return fmt::format("{}/{}", folder, partition); }

Status CheckSpec(const CsvSinkSpec& spec, const Schema& rows, int64_t num_partitions) {
  ARROW_RETURN_NOT_OK(CheckThat(spec.num_partitions == num_partitions, "there are more files than partitions, or fewer"));
  ARROW_RETURN_NOT_OK(CheckThat(spec.folder.starts_with('/') && spec.folder.find('\0') == std::string::npos, "their folder has no absolute path"));
  ARROW_RETURN_NOT_OK(CheckThat(AreOffsets(spec.offsets), "partitions begin where they cannot"));
  ARROW_RETURN_NOT_OK(CheckIndex(spec, rows));
  return CheckOptions(spec, rows);
}

std::shared_ptr<const Sink> MakeCsvSink(CsvSinkSpec spec, Schema rows, std::shared_ptr<const void> keep_alive) {
  return std::make_shared<CsvSink>(std::move(spec), std::move(rows), std::move(keep_alive));
}

}  // namespace cask
