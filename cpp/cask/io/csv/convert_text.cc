#include <arrow/array/data.h>
#include <arrow/type.h>

#include "cask/io/csv/converter.h"
#include "cask/io/csv/utf8.h"
#include "cask/io/csv/value_buffer.h"

namespace cask {
namespace {

constexpr int64_t kShort = 16;  // texts up to this size are copied as one block of it

class TextConverter final : public CsvConverter {
 public:
  TextConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch, arrow::MemoryPool* pool)
      : rules_(rules),
        type_(knowledge.type),
        is_integer_(knowledge.type.kind() == Kind::kObjectInt),
        missing_is_text_(knowledge.missing_is_text),
        offsets_(rows_per_batch + 1, pool),
        text_(rows_per_batch * 8, pool),
        validity_(pool) {}

  Result<int64_t> Append(const CsvFieldColumn& fields, int64_t num_rows) override {
    ARROW_RETURN_NOT_OK(offsets_.Reserve(num_rows + 1));
    ARROW_RETURN_NOT_OK(ReserveText(fields, num_rows));
    any_row_ |= num_rows > 0;
    const int64_t first = offsets_.size();
    int64_t* ends = offsets_.end();
    for (int64_t row = 0; row < num_rows; ++row) {
      const std::string_view text = fields[row];
      if (!missing_is_text_ && rules_.missing.Contains(text)) {
        ARROW_RETURN_NOT_OK(validity_.SetMissing(first + row));
      } else if (is_integer_) {
        if (!ParsePythonInt(text, &digits_)) {
          offsets_.Advance(row);
          return row;
        }
        ARROW_RETURN_NOT_OK(text_.Reserve(static_cast<int64_t>(digits_.size()) + kShort));
        Copy(digits_);
      } else if (rules_.is_latin1 && !IsAscii(text)) {
        digits_ = Utf8FromLatin1(text);
        ARROW_RETURN_NOT_OK(text_.Reserve(static_cast<int64_t>(digits_.size() + text.size()) + kShort));
        std::memcpy(text_.end(), digits_.data(), digits_.size());
        text_.Advance(static_cast<int64_t>(digits_.size()));
        ARROW_RETURN_NOT_OK(ReserveText(fields, num_rows));
      } else {
        Copy(text);
      }
      ends[row] = text_.size();
    }
    offsets_.Advance(num_rows);
    return num_rows;
  }

  Result<Column> Finish() override {
    const int64_t length = offsets_.size();
    ARROW_RETURN_NOT_OK(offsets_.Reserve(1));
    ARROW_RETURN_NOT_OK(text_.Reserve(kShort));
    // The ends become offsets with a 0 before them.
    int64_t* offsets = offsets_.data();
    std::memmove(offsets + 1, offsets, length * sizeof(int64_t));
    offsets[0] = 0;
    offsets_.Advance(1);
    if (rules_.check_utf8) ARROW_RETURN_NOT_OK(CheckText(length));
    const int64_t null_count = validity_.null_count();
    ARROW_ASSIGN_OR_RAISE(auto validity, validity_.Finish(length));
    ARROW_ASSIGN_OR_RAISE(auto offset_buffer, offsets_.Finish());
    ARROW_ASSIGN_OR_RAISE(auto text_buffer, text_.Finish());
    return arrow::ArrayData::Make(type_.arrow_type(), length, {std::move(validity), std::move(offset_buffer), std::move(text_buffer)},
                                  null_count);
  }

  CsvColumnEvidence seen() const override {
    CsvColumnEvidence seen;
    seen.any_row = any_row_;
    return seen;
  }

 private:
  void Copy(std::string_view text) {
    const auto size = static_cast<int64_t>(text.size());
    if (size <= kShort) {
      std::memcpy(text_.end(), text.data(), kShort);
    } else {
      std::memcpy(text_.end(), text.data(), size);
    }
    text_.Advance(size);
  }

  Status ReserveText(const CsvFieldColumn& fields, int64_t num_rows) {
    int64_t bytes = 0;
    for (int64_t row = 0; row < num_rows; ++row) bytes += fields.ends[row * fields.stride] - fields.begins[row * fields.stride];
    return text_.Reserve(bytes + kShort);
  }

  Status CheckText(int64_t length) {
    const char* text = text_.data();
    if (IsAscii({text, static_cast<size_t>(text_.size())})) return Status::OK();
    const int64_t* offsets = offsets_.data();
    for (int64_t row = 0; row < length; ++row) {
      const std::string_view value{text + offsets[row], static_cast<size_t>(offsets[row + 1] - offsets[row])};
      const int64_t bad = FindInvalidUtf8(value);
      if (bad < 0) continue;
      return UnicodeError("'utf-8' codec can't decode byte 0x{:02x} in position {} of a value of column '{}': {}",
                          static_cast<uint8_t>(value[bad]), bad, rules_.name, "invalid start or continuation byte");
    }
    return Status::OK();
  }

  const CsvColumnRules& rules_;
  DType type_;
  bool is_integer_;
  bool missing_is_text_;
  CsvValueBuffer<int64_t> offsets_;  // where each row's text ends
  CsvValueBuffer<char> text_;
  CsvValidity validity_;
  std::string digits_;
  bool any_row_ = false;
};

}  // namespace

std::unique_ptr<CsvConverter> MakeTextConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                                arrow::MemoryPool* pool) {
  return std::make_unique<TextConverter>(rules, knowledge, rows_per_batch, pool);
}

}  // namespace cask
