#include "cask/io/csv/format_value.h"

#include <fmt/format.h>

#include <arrow/array/data.h>

#include <charconv>
#include <cstdio>

namespace cask {
namespace {

// What most kinds share: a missing value is na_rep, and everything else is written to `text_`.
class ValueText : public CsvColumnText {
 public:
  ValueText(const Column& column, const DType& type, const CsvWriteOptions& options) : column_(column), type_(type), options_(options) {}

  std::string_view Text(int64_t row) override {
    is_missing_ = IsMissing(column_, type_, row);
    if (is_missing_) return options_.na_rep;
    text_.clear();
    Write(row);
    return text_;
  }

 protected:
  virtual void Write(int64_t row) = 0;

  const Column column_;
  const DType type_;
  const CsvWriteOptions& options_;
  std::string text_;
  bool is_missing_ = false;
};

template <typename T>
class IntegerText final : public ValueText {
 public:
  using ValueText::ValueText;
  bool is_number() const override { return !is_missing_; }

 private:
  void Write(int64_t row) override { fmt::format_to(std::back_inserter(text_), "{}", Values<T>(column_)[row]); }
};

template <typename T>
class FloatText final : public ValueText {
 public:
  using ValueText::ValueText;
  bool is_number() const override { return !is_missing_ && options_.float_format.empty() && options_.decimal == '.'; }

 private:
  void Write(int64_t row) override {
    const T value = Values<T>(column_)[row];
    if (options_.float_format.empty()) {
      AppendFloat(value, &text_);
    } else {
      Print(value);
    }
    if (options_.decimal == '.') return;
    const size_t point = text_.find('.');
    if (point != std::string::npos) text_[point] = options_.decimal;
  }

  void Print(double value) {
    const char* format = options_.float_format.c_str();
    const auto print = [&] { return static_cast<size_t>(std::max(0, std::snprintf(text_.data(), text_.size() + 1, format, value))); };
    text_.resize(64);
    const size_t size = print();
    const bool is_cut = size > text_.size();
    text_.resize(size);
    if (is_cut) print();
  }
};

class BoolText final : public ValueText {
 public:
  using ValueText::ValueText;
  bool is_number() const override { return !is_missing_; }

 private:
  void Write(int64_t row) override { text_ = Values<uint8_t>(column_)[row] != 0 ? "True" : "False"; }
};

class StringText final : public ValueText {
 public:
  using ValueText::ValueText;
  bool is_number() const override { return !is_missing_ && type_.kind() == Kind::kObjectInt; }

 private:
  void Write(int64_t row) override {
    const int64_t* offsets = Values<int64_t>(column_);
    const auto* bytes = reinterpret_cast<const char*>(column_->buffers[2] != nullptr ? column_->buffers[2]->data() : nullptr);
    text_.assign(bytes + offsets[row], offsets[row + 1] - offsets[row]);
  }
};

class CategoryText final : public ValueText {
 public:
  CategoryText(const Column& column, const DType& type, const CsvWriteOptions& options)
      : ValueText(column, type, options), dictionary_(column->dictionary, Kind::kString, options) {}
  bool is_number() const override { return false; }

 private:
  void Write(int64_t row) override { text_ = dictionary_.Text(Values<int32_t>(column_)[row]); }

  StringText dictionary_;
};

class NothingText final : public CsvColumnText {
 public:
  explicit NothingText(const CsvWriteOptions& options) : options_(options) {}
  std::string_view Text(int64_t) override { return options_.na_rep; }
  bool is_number() const override { return false; }

 private:
  const CsvWriteOptions& options_;
};

}  // namespace

Result<std::unique_ptr<CsvColumnText>> MakeColumnText(const Column& column, const DType& type, const CsvWriteOptions& options) {
  switch (type.kind()) {
    case Kind::kNull: return std::make_unique<NothingText>(options);
    case Kind::kBool:
    case Kind::kObjectBool: return std::make_unique<BoolText>(column, type, options);
    case Kind::kInt8: return std::make_unique<IntegerText<int8_t>>(column, type, options);
    case Kind::kInt16: return std::make_unique<IntegerText<int16_t>>(column, type, options);
    case Kind::kInt32: return std::make_unique<IntegerText<int32_t>>(column, type, options);
    case Kind::kInt64: return std::make_unique<IntegerText<int64_t>>(column, type, options);
    case Kind::kUInt8: return std::make_unique<IntegerText<uint8_t>>(column, type, options);
    case Kind::kUInt16: return std::make_unique<IntegerText<uint16_t>>(column, type, options);
    case Kind::kUInt32: return std::make_unique<IntegerText<uint32_t>>(column, type, options);
    case Kind::kUInt64: return std::make_unique<IntegerText<uint64_t>>(column, type, options);
    case Kind::kFloat32: return std::make_unique<FloatText<float>>(column, type, options);
    case Kind::kFloat64: return std::make_unique<FloatText<double>>(column, type, options);
    case Kind::kString:
    case Kind::kObjectInt: return std::make_unique<StringText>(column, type, options);
    case Kind::kCategory: return std::make_unique<CategoryText>(column, type, options);
    case Kind::kTimestamp:
    case Kind::kDuration: return MakeTimeText(column, type, options);
  }
  return InternalError("no text for columns of type {}", type.ToString());
}

}  // namespace cask
