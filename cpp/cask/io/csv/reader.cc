#include "cask/io/csv/reader.h"

#include <arrow/array/data.h>
#include <arrow/memory_pool.h>

#include "cask/data/row_id.h"
#include "cask/io/csv/converter.h"
#include "cask/io/csv/dequote.h"
#include "cask/io/csv/record_starts.h"
#include "cask/io/csv/row_source.h"

namespace cask {
namespace {

constexpr int64_t kMaxBatchRows = 32768;
constexpr int64_t kBatchValues = 160 * 1024;       // rows times columns, about
constexpr int64_t kBatchTextBytes = 8 << 20;
constexpr int64_t kMaxBadValuesShown = 3;

// One requested column that stands in the file.
struct ReadColumn {
  int place;      // among the requested columns
  int field;      // of a record
  const CsvColumnRules* rules;
  std::unique_ptr<CsvConverter> converter;
  CsvDateFormat observed_format;
  CsvColumnEvidence observed;  // since the reader only observes
};

class PartitionReader final : public CsvPartitionReader {
 public:
  PartitionReader(CsvReadRequest request, int64_t partition, CsvBreath breathe, arrow::MemoryPool* pool)
      : request_(std::move(request)),
        dataset_(*request_.dataset),
        partition_(partition),
        breathe_(std::move(breathe)),
        pool_(pool != nullptr ? pool : arrow::default_memory_pool()) {}

  Status Start() {
    Result<std::shared_ptr<const CsvLayout>> layout = dataset_.LayoutOf(dataset_.partition(partition_).file);
    if (!layout.ok()) return AtPartition(layout.status());
    std::vector<int> fields = ChooseFields(**layout);
    const auto num_columns = std::max<int64_t>(1, static_cast<int64_t>(request_.columns.size()));
    batch_rows_ = std::clamp<int64_t>(kBatchValues / num_columns, 16, kMaxBatchRows);
    for (ReadColumn& column : columns_) {
      const CsvColumnKnowledge& known = request_.knowledge->columns[request_.columns[column.place]];
      column.converter = MakeConverter(*column.rules, known, batch_rows_, pool_);
      if (column.rules->is_date) column.observed_format = column.rules->FormatOf(known.seen);
    }
    source_ = std::make_unique<CsvRowSource>(request_.dataset, partition_, *layout, CsvFieldSelection((*layout)->num_fields, fields));
    const auto exact = request_.knowledge->exact_starts.find(partition_);
    return AtPartition(source_->Open(exact != request_.knowledge->exact_starts.end() ? exact->second : -1, pool_));
  }

  Result<std::optional<Batch>> Next() override {
    Result<std::optional<Batch>> batch = NextBatch();
    if (batch.ok() || KindOf(batch.status()) == ErrorKind::kCancelled) return batch;
    ARROW_ASSIGN_OR_RAISE(const bool is_misplaced, IsMisplaced());
    if (!is_misplaced) return AtPartition(batch.status());
    // What went wrong comes of starting in the wrong place. The evidence will show that.
    GoStale();
    is_done_ = true;
    is_complete_ = false;
    return std::optional<Batch>();
  }

  CsvEvidence evidence() const override {
    CsvEvidence evidence;
    evidence.partition = partition_;
    evidence.begin = source_->begin();
    evidence.end = source_->position();
    evidence.num_rows = num_rows_;
    evidence.is_complete = is_done_ && is_complete_;
    evidence.all_fit = all_fit_;
    evidence.warnings = warnings_;
    std::vector<const ReadColumn*> in_order(request_.columns.size(), nullptr);
    for (const ReadColumn& column : columns_) in_order[column.place] = &column;
    for (size_t place = 0; place < in_order.size(); ++place) {
      if (in_order[place] == nullptr) continue;
      evidence.columns.push_back(request_.columns[place]);
      evidence.seen.push_back(Join(in_order[place]->converter->seen(), in_order[place]->observed));
    }
    return evidence;
  }

 private:
  // The fields of the requested columns, and `columns_` in the order of these fields.
  std::vector<int> ChooseFields(const CsvLayout& layout) {
    for (size_t place = 0; place < request_.columns.size(); ++place) {
      const int column = request_.columns[place];
      if (column == dataset_.path_column()) continue;
      columns_.push_back({static_cast<int>(place), layout.field_of[column], &dataset_.rules(column), nullptr, {}, {}});
    }
    std::sort(columns_.begin(), columns_.end(), [](const ReadColumn& a, const ReadColumn& b) { return a.field < b.field; });
    std::vector<int> fields;
    for (const ReadColumn& column : columns_) fields.push_back(column.field);
    return fields;
  }

  Result<std::optional<Batch>> NextBatch() {
    while (!is_done_) {
      if (breathe_) ARROW_RETURN_NOT_OK(breathe_());
      if (is_stale_ || (request_.run != nullptr && request_.run->is_stale())) {
        ARROW_RETURN_NOT_OK(ObserveStretch());
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(const CsvRows rows, source_->Next(batch_rows_ - rows_in_batch_));
      is_done_ = rows.num_rows == 0;
      if (!is_done_) ARROW_RETURN_NOT_OK(Convert(rows));
      text_in_batch_ = source_->position() - batch_begin_;
      const bool is_full = rows_in_batch_ >= batch_rows_ || text_in_batch_ >= kBatchTextBytes;
      if (!is_stale_ && rows_in_batch_ > 0 && (is_done_ || is_full)) {
        ARROW_RETURN_NOT_OK(source_->Check());
        if (is_done_) TakeWarnings();
        ARROW_ASSIGN_OR_RAISE(Batch batch, FinishBatch());
        return std::optional<Batch>(std::move(batch));
      }
    }
    ARROW_RETURN_NOT_OK(source_->Check());
    TakeWarnings();
    return std::optional<Batch>();
  }

  void TakeWarnings() {
    for (std::string& warning : source_->TakeWarnings()) warnings_.push_back(std::move(warning));
  }

  void GoStale() {
    is_stale_ = true;
    all_fit_ = false;
    if (request_.run != nullptr) request_.run->MarkStale();
  }

  CsvFieldColumn FieldsOf(const CsvRows& rows, size_t i) {
    const CsvFieldColumn fields = rows.Column(source_->selection(), static_cast<int>(i));
    return rows.has_quotes ? Dequote(fields, rows.num_rows, CsvDialect(dataset_.options()), &dequoted_) : fields;
  }

  Status Convert(const CsvRows& rows) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const CsvFieldColumn fields = FieldsOf(rows, i);
      ARROW_ASSIGN_OR_RAISE(const int64_t taken, columns_[i].converter->Append(fields, rows.num_rows));
      if (taken == rows.num_rows) continue;
      if (columns_[i].rules->dtype.has_value()) return Misfit(columns_[i], fields, rows, taken);
      GoStale();
      Observe(rows);
      return Status::OK();
    }
    rows_in_batch_ += rows.num_rows;
    num_rows_ += rows.num_rows;
    return Status::OK();
  }

  void Observe(const CsvRows& rows) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      ReadColumn& column = columns_[i];
      ObserveFields(FieldsOf(rows, i), rows.num_rows, *column.rules, &column.observed_format, &column.observed);
    }
    num_rows_ += rows.num_rows;
  }

  Status ObserveStretch() {
    is_stale_ = true;
    ARROW_ASSIGN_OR_RAISE(const CsvRows rows, source_->Next(batch_rows_));
    is_done_ = rows.num_rows == 0;
    if (!is_done_) Observe(rows);
    return Status::OK();
  }

  // The error for a value that cannot become the type that the caller asks for.
  Status Misfit(const ReadColumn& column, const CsvFieldColumn& fields, const CsvRows& rows, int64_t row) {
    const CsvFieldColumn kept = fields;
    const std::string_view first = kept[row];
    std::string more;
    auto check = MakeConverter(*column.rules, request_.knowledge->columns[request_.columns[column.place]], batch_rows_, pool_);
    int64_t shown = 1;
    for (int64_t next = row + 1; next < rows.num_rows && shown < kMaxBadValuesShown; ++next) {
      CsvFieldColumn one = kept;
      one.begins += next * kept.stride;
      one.ends += next * kept.stride;
      ARROW_ASSIGN_OR_RAISE(const int64_t taken, check->Append(one, 1));
      if (taken == 1) continue;
      more += fmt::format(", '{}'", one[0]);
      ++shown;
    }
    const std::string type = column.rules->dtype->ToString();
    ARROW_ASSIGN_OR_RAISE(const int64_t line, source_->LineNumberAt(source_->PositionOfRow(rows, row)));
    const std::string place = fmt::format("line {} of {}", line, dataset_.files().file(dataset_.partition(partition_).file).path);
    if (column.rules->missing.Contains(first)) {
      return WithNote(ValueError("Integer column has NA values in column '{}': the value is missing and dtype {} cannot hold that",
                                 column.rules->name, type), place);
    }
    return WithNote(ValueError("cannot convert column '{}' to {}: '{}'{}", column.rules->name, type, first, more), place);
  }

  Result<Batch> FinishBatch() {
    Batch batch;
    batch.num_rows = rows_in_batch_;
    batch.columns.resize(request_.columns.size());
    for (ReadColumn& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(batch.columns[column.place], column.converter->Finish());
    }
    for (size_t place = 0; place < request_.columns.size(); ++place) {
      if (request_.columns[place] != dataset_.path_column()) continue;
      ARROW_ASSIGN_OR_RAISE(batch.columns[place], MakePaths());
    }
    if (request_.with_row_id) {
      ARROW_ASSIGN_OR_RAISE(Column ids, MakeRowIds());
      batch.columns.push_back(std::move(ids));
    }
    rows_in_batch_ = 0;
    batch_begin_ = source_->position();
    return batch;
  }

  Result<Column> MakePaths() {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(rows_in_batch_ * sizeof(int32_t), pool_));
    const int32_t code = dataset_.path_code(dataset_.partition(partition_).file);
    std::fill_n(reinterpret_cast<int32_t*>(buffer->mutable_data()), rows_in_batch_, code);
    Column column = arrow::ArrayData::Make(DType(Kind::kCategory).arrow_type(), rows_in_batch_, {nullptr, std::move(buffer)}, 0);
    column->dictionary = dataset_.paths();
    return column;
  }

  Result<Column> MakeRowIds() {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(rows_in_batch_ * sizeof(int64_t), pool_));
    auto* ids = reinterpret_cast<int64_t*>(buffer->mutable_data());
    const int64_t first = MakeRowId(partition_, num_rows_ - rows_in_batch_);
    for (int64_t i = 0; i < rows_in_batch_; ++i) ids[i] = first + i;
    return MakeFixedColumn(Kind::kInt64, rows_in_batch_, std::move(buffer));
  }

  // Whether the partition turns out to start elsewhere than it was assumed to.
  Result<bool> IsMisplaced() const {
    if (source_->is_begin_certain()) return false;
    const int file = dataset_.partition(partition_).file;
    ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> starts, FindPartitionStarts(dataset_, file));
    return starts[partition_ - FirstPartitionOf(dataset_, file)] != source_->begin();
  }

  Status AtPartition(const Status& status) const {
    if (status.ok()) return status;
    return WithNote(status, fmt::format("reading partition {} of {}: {}", partition_, dataset_.num_partitions(),
                                        dataset_.DescribePartition(partition_)));
  }

  const CsvReadRequest request_;
  const CsvDataset& dataset_;
  const int64_t partition_;
  CsvBreath breathe_;
  arrow::MemoryPool* pool_;
  std::vector<ReadColumn> columns_;  // by field
  std::unique_ptr<CsvRowSource> source_;
  CsvFieldArena dequoted_;
  int64_t batch_rows_ = 0;  // of a full batch
  int64_t rows_in_batch_ = 0;
  int64_t text_in_batch_ = 0;
  int64_t batch_begin_ = 0;
  int64_t num_rows_ = 0;
  bool is_done_ = false;
  bool is_stale_ = false;     // observes only
  bool all_fit_ = true;
  bool is_complete_ = true;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<std::unique_ptr<CsvPartitionReader>> CsvPartitionReader::Open(const CsvReadRequest& request, int64_t partition, CsvBreath breathe,
                                                                     arrow::MemoryPool* pool) {
  auto reader = std::make_unique<PartitionReader>(request, partition, std::move(breathe), pool);
  ARROW_RETURN_NOT_OK(reader->Start());
  return reader;
}

Schema SchemaOf(const CsvReadRequest& request) {
  Schema schema;
  for (int column : request.columns) schema.Add({request.dataset->names()[column], request.knowledge->columns[column].type});
  if (request.with_row_id) schema.Add({"", Kind::kInt64});
  return schema;
}

}  // namespace cask
