#include "cask/io/csv/dataset.h"

#include <arrow/builder.h>

#include "cask/base/check.h"
#include "cask/io/byte_reader.h"
#include "cask/io/csv/choose_columns.h"
#include "cask/io/csv/inference.h"
#include "cask/io/csv/layout.h"
#include "cask/io/csv/open_text.h"

namespace cask {
namespace {

constexpr int64_t kSampleBytes = 256'000;  // of the first file, to guess types from
constexpr int kMaxFilesLookedAt = 8;       // for one that has a row

}  // namespace

CsvDataset::CsvDataset() = default;
CsvDataset::~CsvDataset() = default;

Result<std::shared_ptr<const CsvDataset>> CsvDataset::Open(std::shared_ptr<const FileSet> files, CsvOptions options) {
  ARROW_RETURN_NOT_OK(Validate(options));
  std::shared_ptr<CsvDataset> dataset(new CsvDataset());
  dataset->files_ = std::move(files);
  dataset->options_ = std::move(options);
  ARROW_RETURN_NOT_OK(dataset->CountPartitions());
  ARROW_RETURN_NOT_OK(dataset->LookAtFirstFiles());
  dataset->identity_ = ToBytes(std::pair(dataset->options_, dataset->files_->files()));
  return dataset;
}

Status CsvDataset::CountPartitions() {
  is_splittable_ = IsByteEncoding(options_);
  for (const InputFile& file : files_->files()) is_splittable_ &= CompressionOf(options_, file.path) == CsvCompression::kNone;
  first_partition_of_.reserve(files_->size() + 1);
  for (const InputFile& file : files_->files()) {
    first_partition_of_.push_back(num_partitions_);
    num_partitions_ += is_splittable_ ? CountCsvBlocks(file.size, options_.block_size, options_.largest_block) : std::min<int64_t>(file.size, 1);
  }
  first_partition_of_.push_back(num_partitions_);
  return Status::OK();
}

CsvPartition CsvDataset::partition(int64_t i) const {
  CASK_CHECK_LT(i, num_partitions_);
  const auto after = std::upper_bound(first_partition_of_.begin(), first_partition_of_.end(), i);
  const auto file = static_cast<int>(after - first_partition_of_.begin()) - 1;
  const int64_t count = first_partition_of_[file + 1] - first_partition_of_[file];
  const int64_t block = i - first_partition_of_[file];
  const double bytes_a_block = static_cast<double>(files_->file(file).size) / static_cast<double>(count);
  CsvPartition partition;
  partition.file = file;
  partition.begin = static_cast<int64_t>(bytes_a_block * static_cast<double>(block));
  partition.end = block + 1 == count ? files_->file(file).size : static_cast<int64_t>(bytes_a_block * static_cast<double>(block + 1));
  partition.is_first_of_file = block == 0;
  partition.is_last_of_file = block + 1 == count;
  return partition;
}

std::string CsvDataset::DescribePartition(int64_t i) const {
  const CsvPartition part = partition(i);
  if (part.is_first_of_file && part.is_last_of_file) return files_->file(part.file).path;
  return fmt::format("{}, bytes {} to {}", files_->file(part.file).path, part.begin, part.end);
}

// The columns come from the first file with data. If it has a header only, later files may still show the types.
Status CsvDataset::LookAtFirstFiles() {
  layouts_.resize(files_->size());
  std::vector<CsvColumnEvidence> seen;
  bool has_row = false;
  first_file_ = -1;
  for (int file = 0; file < files_->size() && (first_file_ < 0 || file < first_file_ + kMaxFilesLookedAt) && !has_row; ++file) {
    if (files_->file(file).size == 0) continue;
    ARROW_ASSIGN_OR_RAISE(auto reader, OpenText(*files_, file, options_, 0, nullptr));
    Result<CsvHead> head = ReadHead(reader.get(), options_);
    if (!head.ok() && KindOf(head.status()) == ErrorKind::kEmptyData) continue;
    if (!head.ok()) return WithNote(head.status(), fmt::format("reading the head of {}", files_->file(file).path));
    if (first_file_ < 0) {
      first_file_ = file;
      ARROW_RETURN_NOT_OK(ChooseColumns(*head));
      ARROW_RETURN_NOT_OK(MakeRules());
      seen.resize(names_.size());
    }
    ARROW_ASSIGN_OR_RAISE(layouts_[file], LayoutFor(*head, file));
    has_row = head->has_row;
    if (has_row) ARROW_RETURN_NOT_OK(TakeSample(file, reader.get(), &seen));
  }
  if (first_file_ < 0) return EmptyDataError("No columns to parse from file");
  initial_knowledge_ = std::make_shared<const CsvKnowledge>(DecideColumns(*this, seen));
  return Status::OK();
}

Status CsvDataset::ChooseColumns(const CsvHead& head) {
  ARROW_ASSIGN_OR_RAISE(CsvChosenColumns chosen, ChooseCsvColumns(head, options_));
  names_ = std::move(chosen.names);
  first_fields_ = std::move(chosen.fields);
  header_names_ = std::move(chosen.header_names);
  num_leading_ = chosen.num_leading;
  num_fields_ = chosen.num_fields;
  index_columns_ = std::move(chosen.index_columns);
  if (head.has_header && !options_.names.has_value()) {
    for (size_t i = 0; i < head.header.size(); ++i) LearnHeaderName(head.header[i], header_names_[i]);
  }
  if (options_.path_column.empty()) return Status::OK();
  if (std::find(names_.begin(), names_.end(), options_.path_column) != names_.end()) {
    return ValueError("Files already contain the column name: {}, so the path column cannot use this name. Please set "
                      "`include_path_column` to a unique name.", options_.path_column);
  }
  path_column_ = num_columns();
  names_.push_back(options_.path_column);
  return MakePaths();
}

// A column that had to be called otherwise than its header does, because another one is called so, has the other's type if it has been
// given none of its own.
void CsvDataset::LearnHeaderName(const std::string& written, const std::string& name) {
  if (written.empty()) unnamed_.insert(name);
  const auto type = options_.column_dtypes.find(written);
  if (written != name && type != options_.column_dtypes.end()) options_.column_dtypes.emplace(name, DType(type->second));
}

Status CsvDataset::MakePaths() {
  std::map<std::string, int32_t> codes;
  for (const InputFile& file : files_->files()) codes.emplace(file.path, 0);
  int32_t next = 0;
  arrow::LargeStringBuilder builder;
  for (auto& [path, code] : codes) {
    code = next++;
    ARROW_RETURN_NOT_OK(builder.Append(path));
  }
  for (const InputFile& file : files_->files()) path_codes_.push_back(codes[file.path]);
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  paths_ = array->data();
  return Status::OK();
}

Status CsvDataset::MakeRules() {
  for (int column = 0; column < num_columns(); ++column) {
    const std::string& name = names_[column];
    const bool is_date = IsDateColumn(options_, names_, column, index_columns_);
    const int field = column == path_column_ ? -1 : first_fields_[column];
    rules_.push_back(std::make_unique<CsvColumnRules>(options_, name, field, is_date));
  }
  return CheckDateColumns(options_, names_);
}

Status CsvDataset::TakeSample(int file, ByteReader* reader, std::vector<CsvColumnEvidence>* seen) const {
  const CsvLayout& layout = *layouts_[file];
  ARROW_RETURN_NOT_OK(reader->Fetch(layout.data_begin, kSampleBytes));
  std::vector<int> fields;
  std::vector<std::pair<int, int>> column_of;  // wanted field, dataset column
  for (int column = 0; column < num_columns(); ++column) {
    if (column != path_column_ && layout.field_of[column] >= 0) column_of.emplace_back(layout.field_of[column], column);
  }
  std::sort(column_of.begin(), column_of.end());
  for (const auto& [field, column] : column_of) fields.push_back(field);
  const CsvFieldSelection selection(layout.num_fields, fields);
  const CsvLineTokenizer tokenizer{CsvDialect(options_)};
  CsvFieldArena arena;
  const char* p = reader->data();
  const bool is_all = reader->at_end() && reader->size() <= kSampleBytes;
  const char* const end = p + std::min(reader->size(), kSampleBytes);
  for (int64_t line = layout.data_line; p < end; ++line) {
    const auto mark = arena.mark();
    const CsvLine got = IsSkipped(options_, line) ? tokenizer.Skip(p, end, is_all) : tokenizer.Next(p, end, is_all, &selection, &arena);
    if (got.kind != CsvLine::Kind::kRecord && got.kind != CsvLine::Kind::kIgnored) break;
    // A bad line is skipped or an error when the data is read; it says nothing of types.
    if (got.kind == CsvLine::Kind::kRecord && got.num_fields > layout.max_fields) arena.DropRow(mark);
    p = got.after;
  }
  const CsvRows rows = arena.rows();
  if (rows.num_rows == 0) return Status::OK();  // there are no positions then
  for (size_t i = 0; i < column_of.size(); ++i) {
    const int column = column_of[i].second;
    CsvDateFormat format = rules(column).FormatOf({});
    ObserveFields(rows.Column(selection, static_cast<int>(i)), rows.num_rows, rules(column), &format, &(*seen)[column]);
  }
  return Status::OK();
}

Result<std::shared_ptr<const CsvLayout>> CsvDataset::LayoutOf(int file) const {
  {
    std::lock_guard<std::mutex> lock(layouts_mutex_);
    if (layouts_[file] != nullptr) return layouts_[file];
  }
  ARROW_ASSIGN_OR_RAISE(auto reader, OpenText(*files_, file, options_, 0, nullptr));
  Result<CsvHead> head = ReadHead(reader.get(), options_);
  // A file that turns out to hold nothing, as a compressed one may, has no rows, just as one of no bytes.
  if (!head.ok() && KindOf(head.status()) == ErrorKind::kEmptyData) head = CsvHead();
  ARROW_RETURN_NOT_OK(head.status());
  ARROW_ASSIGN_OR_RAISE(auto layout, LayoutFor(*head, file));
  std::lock_guard<std::mutex> lock(layouts_mutex_);
  layouts_[file] = layout;
  return layout;
}

// Where the caller chose columns, further fields are of no interest. Where there is no index (index_col=False), rows may be as long as the first, of
// whose fields some have no name.
int64_t CsvDataset::MaxFields(const CsvHead& head) const {
  if (options_.use_columns.has_value()) return INT64_MAX;
  const bool has_no_index = options_.index_col.has_value() && options_.index_col->empty();
  return has_no_index ? std::max<int64_t>(num_fields_, static_cast<int64_t>(head.first_row.size())) : num_fields_;
}

Result<std::shared_ptr<const CsvLayout>> CsvDataset::LayoutFor(const CsvHead& head, int file) const {
  auto layout = std::make_shared<CsvLayout>();
  layout->data_begin = head.data_begin;
  layout->data_line = head.data_line;
  layout->num_fields = num_fields_;
  layout->max_fields = MaxFields(head);
  layout->field_of = first_fields_;
  if (path_column_ >= 0) layout->field_of.push_back(-1);
  if (file == first_file_ || !head.has_header || options_.names.has_value()) return layout;
  ARROW_ASSIGN_OR_RAISE(const std::vector<int> place, MatchHeaders(header_names_, ColumnNamesOf(head.header), files_->file(first_file_).path,
                                                                   files_->file(file).path));
  for (int& field : layout->field_of) {
    if (field >= num_leading_) field = place[field - num_leading_] + num_leading_;
  }
  return layout;
}

}  // namespace cask
