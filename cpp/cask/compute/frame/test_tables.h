// What the tests of frames' sinks share: columns from values, tables as text, and sinks run over partitions.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cask/compute/pipeline.h"

namespace cask::test {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A fixed-width column; `valid` has an entry a value, or is empty.
template <typename T>
Column Numbers(const DType& type, std::vector<T> values, std::vector<bool> valid = {}) {
  std::shared_ptr<arrow::Buffer> bitmap;
  int64_t num_missing = 0;
  if (!valid.empty()) {
    std::vector<uint8_t> bits((valid.size() + 7) / 8);
    for (size_t i = 0; i < valid.size(); ++i) {
      if (valid[i]) bits[i / 8] |= 1 << i % 8;
      num_missing += !valid[i];
    }
    bitmap = arrow::Buffer::FromVector(std::move(bits));
  }
  const auto n = static_cast<int64_t>(values.size());
  return MakeFixedColumn(type, n, arrow::Buffer::FromVector(std::move(values)), bitmap, num_missing);
}

inline Column Ints(std::vector<int64_t> values) { return Numbers<int64_t>(Kind::kInt64, std::move(values)); }
inline Column Floats(std::vector<double> values) { return Numbers<double>(Kind::kFloat64, std::move(values)); }
inline Column Bools(std::vector<uint8_t> values) { return Numbers<uint8_t>(Kind::kBool, std::move(values)); }
Column Texts(const std::vector<std::optional<std::string>>& values, const DType& type = Kind::kString);
/// `codes` are positions in `categories`, -1 for missing.
Column CategoryColumn(const std::vector<std::string>& categories, const std::vector<int32_t>& codes);

Batch MakeBatch(std::vector<Column> columns);
Table OneBatch(Schema schema, Batch batch);

/// A value as text; floats with 12 digits, missing values as "NA".
std::string ValueText(const Column& column, const DType& type, int64_t row);
/// A line for each row, values separated by a space.
std::vector<std::string> Lines(const Table& table);

/// Feeds one sink with the tables as a task's inputs.
Result<Table> RunSink(const std::shared_ptr<const Sink>& sink, const Schema& input, const std::vector<Table>& tables);

struct Steps {
  std::shared_ptr<const Sink> partial;
  std::shared_ptr<const Sink> merge;
  std::shared_ptr<const Sink> final;
};

/// Runs the steps over partitions, merged by threes until three or fewer are left.
Result<Table> RunSteps(const Steps& steps, const Schema& input, const std::vector<Table>& partitions);

/// Cuts a batch into partitions of batches, at places that depend on `seed` alone.
std::vector<Table> CutUp(const Schema& schema, const Batch& batch, uint64_t seed, int max_partitions, int max_batches);

}  // namespace cask::test
