#include "cask/io/csv/writer.h"

#include <arrow/array/data.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cask/base/random.h"
#include "cask/io/csv/format_value.h"
#include "cask/io/decompress.h"
#include "cask/io/os_error.h"
#include "cask/io/transcode.h"

namespace cask {
namespace {

constexpr int64_t kChunkValues = 100'000;  // pandas formats rows in chunks of so many values; the layout of dates is that of a chunk

// Writes fields with the separators, quotes and escapes of Python's csv.writer.
class RowWriter {
 public:
  RowWriter(const CsvWriteOptions& options, std::string* text) : options_(options), text_(text) {
    for (unsigned char c : options.line_terminator) is_special_[c] = true;
    is_special_[static_cast<uint8_t>(options.separator)] = true;
    if (options.quote_char != 0) is_special_[static_cast<uint8_t>(options.quote_char)] = true;
    if (options.escape_char != 0) is_special_[static_cast<uint8_t>(options.escape_char)] = true;
  }

  Status Field(std::string_view field, bool is_number) {
    if (num_fields_ > 0) text_->push_back(options_.separator);
    ++num_fields_;
    bool is_quoted = options_.quoting == CsvQuoting::kAll || (options_.quoting == CsvQuoting::kNonNumeric && !is_number);
    body_.clear();
    for (char c : field) {
      if (is_special_[static_cast<uint8_t>(c)]) ARROW_RETURN_NOT_OK(Special(c, &is_quoted));
      body_.push_back(c);
    }
    if (is_quoted) text_->push_back(options_.quote_char);
    *text_ += body_;
    if (is_quoted) text_->push_back(options_.quote_char);
    is_row_empty_ &= body_.empty() && !is_quoted;
    return Status::OK();
  }

  Status EndRow() {
    // A row of one empty field would be a blank line.
    if (num_fields_ == 1 && is_row_empty_) {
      if (options_.quoting == CsvQuoting::kNone) return ValueError("single empty field record must be quoted");
      text_->push_back(options_.quote_char);
      text_->push_back(options_.quote_char);
    }
    *text_ += options_.line_terminator;
    num_fields_ = 0;
    is_row_empty_ = true;
    return Status::OK();
  }

 private:
  // What goes before a special character, and whether it calls for quotes.
  Status Special(char c, bool* is_quoted) {
    bool needs_escape = options_.quoting == CsvQuoting::kNone;
    if (!needs_escape && c == options_.quote_char) {
      if (options_.double_quote) {
        body_.push_back(c);
      } else {
        needs_escape = true;
      }
    } else if (!needs_escape && options_.escape_char != 0 && c == options_.escape_char) {
      needs_escape = true;
    }
    if (!needs_escape) {
      *is_quoted = true;
      return Status::OK();
    }
    if (options_.escape_char == 0) return ValueError("need to escape, but no escapechar set");
    body_.push_back(options_.escape_char);
    return Status::OK();
  }

  const CsvWriteOptions& options_;
  std::string* text_;
  bool is_special_[256] = {};
  std::string body_;
  int num_fields_ = 0;
  bool is_row_empty_ = true;
};

Status WriteHeader(const Table& table, const CsvWriteOptions& options, RowWriter* writer) {
  for (int i = 0; i < table.schema.size(); ++i) {
    std::string_view name = table.schema.field(i).name;
    if (i < options.num_index_columns && !options.has_index_labels) continue;
    if (i < options.num_index_columns) {
      name = i < static_cast<int>(options.index_labels.size()) ? std::string_view(options.index_labels[i]) : name;
    } else if (!options.header_names.empty()) {
      const size_t place = i - options.num_index_columns;
      if (place >= options.header_names.size()) {
        return ValueError("Writing {} cols but got {} aliases", table.schema.size() - options.num_index_columns, options.header_names.size());
      }
      name = options.header_names[place];
    }
    ARROW_RETURN_NOT_OK(writer->Field(name, false));
  }
  return writer->EndRow();
}

Status WriteChunk(const std::vector<Column>& columns, int64_t num_rows, const Table& table, const CsvWriteOptions& options,
                  RowWriter* writer) {
  std::vector<std::unique_ptr<CsvColumnText>> texts;
  for (size_t i = 0; i < columns.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto text, MakeColumnText(columns[i], table.schema.field(static_cast<int>(i)).type, options));
    texts.push_back(std::move(text));
  }
  for (int64_t row = 0; row < num_rows; ++row) {
    for (auto& text : texts) {
      const std::string_view value = text->Text(row);
      ARROW_RETURN_NOT_OK(writer->Field(value, text->is_number()));
    }
    ARROW_RETURN_NOT_OK(writer->EndRow());
  }
  return Status::OK();
}

Compression CompressionFor(const CsvWriteOptions& options, const std::string& path) {
  const auto ends_with = [&path](std::string_view end) {
    return path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0;
  };
  switch (options.compression) {
    case CsvCompression::kGzip: return Compression::kGzip;
    case CsvCompression::kBz2: return Compression::kBz2;
    case CsvCompression::kZstd: return Compression::kZstd;
    case CsvCompression::kXz: return Compression::kXz;
    case CsvCompression::kNone: return Compression::kNone;
    case CsvCompression::kInfer: break;
  }
  return ends_with(".gz") ? Compression::kGzip : ends_with(".bz2") ? Compression::kBz2 : ends_with(".zst") ? Compression::kZstd
       : ends_with(".xz") ? Compression::kXz : Compression::kNone;
}

Status WriteAll(int descriptor, const std::string& text, const std::string& path) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) return ErrorOfOS(errno, "cannot write", path);
    if (count > 0) done += count;
  }
  return Status::OK();
}

Status WriteFile(const std::string& text, const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return ErrorOfOS(errno, "cannot write", path);
  const Status status = WriteAll(descriptor, text, path);
  if (::close(descriptor) != 0 && status.ok()) return ErrorOfOS(errno, "cannot write", path);
  return status;
}

// Moves `*at` from the "%" of the conversion of a floating-point number, such as "%-8.3f", behind it; false if it is of anything else.
bool SkipConversion(const std::string& format, size_t* at) {
  constexpr int kMaxDigits = 3;
  const auto skip_digits = [&] {
    int count = 0;
    for (; *at < format.size() && format[*at] >= '0' && format[*at] <= '9'; ++*at) ++count;
    return count <= kMaxDigits;
  };
  *at = std::min(format.find_first_not_of("-+ #0", *at + 1), format.size());
  if (!skip_digits()) return false;
  if (*at < format.size() && format[*at] == '.') {
    ++*at;
    if (!skip_digits()) return false;
  }
  return *at < format.size() && std::string_view("eEfFgG").find(format[(*at)++]) != std::string_view::npos;
}

bool IsFormatOfOneFloat(const std::string& format) {
  int num_conversions = 0;
  for (size_t i = 0; i < format.size();) {
    if (format[i] == '\0') return false;
    if (format[i] != '%') {
      ++i;
    } else if (format.compare(i, 2, "%%") == 0) {
      i += 2;
    } else if (SkipConversion(format, &i)) {
      ++num_conversions;
    } else {
      return false;
    }
  }
  return num_conversions == 1;
}

}  // namespace

Status Validate(const CsvWriteOptions& options) {
  if (options.float_format.empty() || IsFormatOfOneFloat(options.float_format)) return Status::OK();
  return ValueError("float_format must be the format of one number, such as '%.3f', not '{}'", options.float_format);
}

Status AppendCsv(const Table& table, const CsvWriteOptions& options, std::string* text) {
  RowWriter writer(options, text);
  if (options.header) ARROW_RETURN_NOT_OK(WriteHeader(table, options, &writer));
  const int64_t num_data_columns = std::max<int64_t>(1, table.schema.size() - options.num_index_columns);
  const int64_t chunk_rows = std::max<int64_t>(1, kChunkValues / num_data_columns);
  std::vector<Column> columns;
  for (int i = 0; i < table.schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(table, i));
    columns.push_back(std::move(column));
  }
  const int64_t num_rows = table.num_rows();
  for (int64_t first = 0; first < num_rows; first += chunk_rows) {
    const int64_t count = std::min(chunk_rows, num_rows - first);
    std::vector<Column> chunk;
    for (const Column& column : columns) chunk.push_back(SliceColumn(column, first, count));
    ARROW_RETURN_NOT_OK(WriteChunk(chunk, count, table, options, &writer));
  }
  return Status::OK();
}

Status WriteCsvFile(const Table& table, const CsvWriteOptions& options, const std::string& path, bool append) {
  std::string text;
  ARROW_RETURN_NOT_OK(AppendCsv(table, options, &text));
  if (CanonicalEncoding(options.encoding) != "utf-8") {
    ARROW_ASSIGN_OR_RAISE(text, EncodeText(text, options.encoding));
  }
  ARROW_ASSIGN_OR_RAISE(text, Compress(text, CompressionFor(options, path)));
  if (append) return WriteFile(text, path, O_APPEND);
  // Random, since processes of several machines may have the same id.
  const std::string temporary = fmt::format("{}.{:016x}.part", path, FreshSeed());
  Status status = WriteFile(text, temporary, O_TRUNC | O_EXCL);
  if (status.ok() && std::rename(temporary.c_str(), path.c_str()) != 0) status = ErrorOfOS(errno, "cannot write", path);
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

}  // namespace cask
