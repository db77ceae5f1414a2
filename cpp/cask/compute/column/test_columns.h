// Columns and calls for tests, made from values as they would be written down. In a namespace of its own: one binary holds all tests.
#pragma once

#include <arrow/builder.h>
#include <arrow/memory_pool.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>

#include "cask/compute/column/function.h"
#include "cask/compute/column/loop_input.h"

namespace cask::column_test {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();

/// A column and its type.
struct TestColumn {
  DType type;
  Column column;
};

/// Fixed-width values. They lie behind one that does not belong to the column, so that offsets count.
template <typename T>
TestColumn Fixed(const DType& type, std::vector<T> values) {
  values.insert(values.begin(), T(99));
  auto buffer = arrow::Buffer::FromVector(std::move(values));
  const int64_t n = buffer->size() / static_cast<int64_t>(sizeof(T));
  return {type, SliceColumn(MakeFixedColumn(type, n, std::move(buffer)), 1, n - 1)};
}

template <typename T>
TestColumn Nullable(const DType& type, std::vector<std::optional<T>> values) {
  std::vector<T> plain;
  std::vector<uint8_t> valid;
  for (const auto& value : values) {
    plain.push_back(value.value_or(T(0)));
    valid.push_back(value.has_value());
  }
  TestColumn column = Fixed(type, plain);
  auto validity = ValidityFromBytes(valid.data(), static_cast<int64_t>(valid.size()), arrow::default_memory_pool()).ValueOrDie();
  auto buffer = arrow::SliceBuffer(column.column->buffers[1], sizeof(T));
  return {type, MakeFixedColumn(type, static_cast<int64_t>(valid.size()), buffer, validity.bitmap, validity.null_count)};
}

inline TestColumn Ints(std::vector<int64_t> values) { return Fixed<int64_t>(Kind::kInt64, std::move(values)); }
inline TestColumn Floats(std::vector<double> values) { return Fixed<double>(Kind::kFloat64, std::move(values)); }
inline TestColumn Bools(std::vector<uint8_t> values) { return Fixed<uint8_t>(Kind::kBool, std::move(values)); }
inline TestColumn Micros(std::vector<int64_t> ticks) { return Fixed<int64_t>(DType::Timestamp(TimeUnit::kMicro), std::move(ticks)); }
inline TestColumn Spans(std::vector<int64_t> ticks) { return Fixed<int64_t>(DType::Duration(TimeUnit::kMicro), std::move(ticks)); }

inline TestColumn Texts(const std::vector<std::optional<std::string>>& values, bool nullable = false) {
  arrow::LargeStringBuilder builder;
  EXPECT_TRUE(builder.Append("before").ok());
  for (const auto& value : values) EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  const DType type = nullable ? DType::Nullable(Kind::kString) : DType(Kind::kString);
  return {type, SliceColumn((*builder.Finish())->data(), 1, static_cast<int64_t>(values.size()))};
}

using TestArgument = std::variant<TestColumn, Literal>;

/// Types and runs a call as a program would.
inline Result<TestColumn> TryFunction(std::string_view name, const std::vector<TestArgument>& given, const FunctionOptions& options = {}) {
  const ColumnFunction* function = FindColumnFunction(name);
  EXPECT_NE(function, nullptr) << name;
  std::vector<Argument> arguments;
  std::vector<DType> types;
  std::vector<ArgumentType> known;
  int64_t num_rows = 0;
  for (const TestArgument& argument : given) {
    if (const auto* column = std::get_if<TestColumn>(&argument)) {
      arguments.emplace_back(column->column);
      types.push_back(column->type);
      known.push_back({column->type, nullptr});
      num_rows = column->column->length;
    } else {
      const Literal& literal = std::get<Literal>(argument);
      arguments.emplace_back(literal);
      types.push_back(literal.type());
      known.push_back({literal.type(), &literal});
    }
  }
  ARROW_ASSIGN_OR_RAISE(const DType type, function->InferType(known, options));
  ARROW_ASSIGN_OR_RAISE(Column result, function->Execute(arguments, types, type, options, num_rows, arrow::default_memory_pool()));
  EXPECT_TRUE(result->type->Equals(*type.arrow_type())) << name << " gave " << result->type->ToString() << " for " << type.ToString();
  EXPECT_EQ(result->length, num_rows);
  return TestColumn{type, std::move(result)};
}

inline TestColumn Function(std::string_view name, const std::vector<TestArgument>& given, const FunctionOptions& options = {}) {
  auto result = TryFunction(name, given, options);
  EXPECT_TRUE(result.ok()) << name << ": " << result.status().ToString();
  return result.ok() ? *result : TestColumn{};
}

/// The column as text, a row each, so that a failure shows what differs: "[1, NaN, NA]".
inline std::string Show(const TestColumn& column) {
  std::string text = column.type.ToString() + " [";
  for (int64_t i = 0; i < column.column->length; ++i) {
    if (i > 0) text += ", ";
    if (IsMissing(column.column, column.type, i)) {
      text += "NA";
      continue;
    }
    switch (StorageKind(column.type)) {
      case Kind::kBool: text += Values<uint8_t>(column.column)[i] ? "True" : "False"; break;
      case Kind::kInt8: text += std::to_string(Values<int8_t>(column.column)[i]); break;
      case Kind::kInt16: text += std::to_string(Values<int16_t>(column.column)[i]); break;
      case Kind::kInt32: text += std::to_string(Values<int32_t>(column.column)[i]); break;
      case Kind::kInt64: text += std::to_string(Values<int64_t>(column.column)[i]); break;
      case Kind::kUInt8: text += std::to_string(Values<uint8_t>(column.column)[i]); break;
      case Kind::kUInt64: text += std::to_string(Values<uint64_t>(column.column)[i]); break;
      case Kind::kFloat32: text += fmt::format("{}", Values<float>(column.column)[i]); break;
      case Kind::kFloat64: text += fmt::format("{}", Values<double>(column.column)[i]); break;
      case Kind::kString: {
        const int64_t* offsets = column.column->GetValues<int64_t>(1);
        text.append(reinterpret_cast<const char*>(column.column->buffers[2]->data()) + offsets[i], offsets[i + 1] - offsets[i]);
        break;
      }
      default: text += "?";
    }
  }
  return text + "]";
}

inline std::string ErrorOf(std::string_view name, const std::vector<TestArgument>& given, const FunctionOptions& options = {}) {
  const auto result = TryFunction(name, given, options);
  if (result.ok()) return "no error: " + Show(*result);
  return std::string(ExceptionName(KindOf(result.status()))) + ": " + result.status().message();
}

}  // namespace cask::column_test
