// From the states of groups to the results of aggregates.
#include <cmath>
#include <limits>

#include "cask/base/check.h"
#include "cask/compute/column/cast.h"
#include "cask/compute/column/category_values.h"
#include "cask/compute/frame/aggregate_plan.h"
#include "cask/compute/frame/compensated.h"
#include "cask/compute/frame/result_column.h"
#include "cask/compute/frame/strings.h"

namespace cask {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The count and the rows that follow the first state's columns, where the plan asked for them.
struct Counts {
  const int64_t* count = nullptr;  // values that are not missing
  const int64_t* rows = nullptr;

  bool has_missing(int64_t g) const { return rows != nullptr && count[g] < rows[g]; }
};

/// Which results are missing for want of values.
std::vector<uint8_t> FindMissing(const Aggregate& aggregate, const Counts& counts, int64_t min_count, int64_t n) {
  std::vector<uint8_t> missing;
  if (counts.count == nullptr) return missing;
  missing.resize(n);
  for (int64_t g = 0; g < n; ++g) missing[g] = counts.count[g] < min_count || (!aggregate.skipna && counts.has_missing(g));
  return missing;
}

Result<Column> FinishText(const DType& result, const Column& texts, const std::vector<uint8_t>& missing, bool empty_is_value,
                                  int64_t n, arrow::MemoryPool* pool) {
  // A sum without texts is the empty one; a least, greatest, first or last text without any is missing.
  Column column = texts->Copy();
  column->type = result.arrow_type();
  if (empty_is_value && missing.empty()) {
    column->buffers[0] = nullptr;
    column->null_count = 0;
  } else if (!missing.empty()) {
    ARROW_ASSIGN_OR_RAISE(column->buffers[0], arrow::AllocateEmptyBitmap(n + column->offset, pool));
    const ValidityReader validity(texts);
    for (int64_t i = 0; i < n; ++i) {
      const bool valid = !missing[i] && (empty_is_value || validity.IsValid(i));
      arrow::bit_util::SetBitTo(column->buffers[0]->mutable_data(), column->offset + i, valid);
    }
    column->null_count = arrow::kUnknownNullCount;
  }
  return column;
}

/// Texts of the input's type as the type of the result, which for categories is the same or, where all rows are one group, the type of their values.
Result<Column> FinishChosenText(const DType& input, const DType& result, const Column& texts, const std::vector<uint8_t>& missing, int64_t n,
                                arrow::MemoryPool* pool) {
  if (input.kind() != Kind::kCategory) return FinishText(result, texts, missing, false, n, pool);
  ARROW_ASSIGN_OR_RAISE(const Column chosen, FinishText(Kind::kString, texts, missing, false, n, pool));
  if (result.kind() != Kind::kCategory) return chosen->GetNullCount() == n ? MissingRows(result, n, pool) : CategoryValues(chosen, result, pool);
  ARROW_ASSIGN_OR_RAISE(const Column categories, TextToCategories(chosen, result, pool));
  return WithCategoriesInOrder(categories, result, pool);
}

Result<Column> FinishSum(const Aggregate& aggregate, const DType& input, const DType& result,
                                 const std::vector<Column>& states, const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const std::vector<uint8_t> missing = FindMissing(aggregate, counts, aggregate.min_count, n);
  if (result.kind() == Kind::kString) return FinishText(result, states[0], missing, true, n, pool);
  if (input.is_float()) {
    std::vector<double> sums(n);
    const double* sum = Values<double>(states[0]);
    const double* compensation = aggregate.kind == AggregateKind::kSum ? Values<double>(states[1]) : nullptr;
    for (int64_t g = 0; g < n; ++g) sums[g] = compensation != nullptr ? CompensatedSum(sum[g], compensation[g]) : sum[g];
    return DoublesToColumn(result, sums.data(), missing, n, pool);
  }
  return IntsToColumn(result, Values<int64_t>(states[0]), missing, n, pool);
}

Result<Column> FinishExtremum(const Aggregate& aggregate, const DType& input, const DType& result,
                                      const std::vector<Column>& states, const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const std::vector<uint8_t> missing = FindMissing(aggregate, counts, std::max<int64_t>(1, aggregate.min_count), n);
  if (IsHeldAsText(input)) return FinishChosenText(input, result, states[0], missing, n, pool);
  if (input.is_float()) return DoublesToColumn(result, Values<double>(states[0]), missing, n, pool);
  return IntsToColumn(result, Values<int64_t>(states[0]), missing, n, pool);
}

Result<Column> FinishMean(const Aggregate& aggregate, const DType& result, const std::vector<Column>& states,
                                  const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const std::vector<uint8_t> missing = FindMissing(aggregate, counts, 1, n);
  if (result.is_temporal()) {
    std::vector<int64_t> means(n);
    const int64_t* highs = Values<int64_t>(states[0]);
    const int64_t* lows = Values<int64_t>(states[1]);
    for (int64_t g = 0; g < n; ++g) {
      const __int128 sum = (static_cast<__int128>(highs[g]) << 32) + lows[g];
      means[g] = static_cast<int64_t>(sum / std::max<int64_t>(counts.count[g], 1));
    }
    return IntsToColumn(result, means.data(), missing, n, pool);
  }
  std::vector<double> means(n);
  for (int64_t g = 0; g < n; ++g) {
    const double sum = CompensatedSum(Values<double>(states[0])[g], Values<double>(states[1])[g]);
    means[g] = sum / static_cast<double>(counts.count[g]);
  }
  return DoublesToColumn(result, means.data(), missing, n, pool);
}

Result<Column> FinishVariance(const Aggregate& aggregate, const DType& result, const std::vector<Column>& states,
                                      const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const int64_t* count = Values<int64_t>(states[0]);
  const double* deviations = Values<double>(states[3]);
  std::vector<double> results(n, kNaN);
  for (int64_t g = 0; g < n; ++g) {
    if (count[g] <= aggregate.ddof || (!aggregate.skipna && counts.has_missing(g))) continue;
    const double variance = deviations[g] / static_cast<double>(count[g] - aggregate.ddof);
    switch (aggregate.kind) {
      case AggregateKind::kVar: results[g] = variance; break;
      case AggregateKind::kStd: results[g] = std::sqrt(variance); break;
      default: results[g] = std::sqrt(variance) / std::sqrt(static_cast<double>(count[g])); break;
    }
  }
  return DoublesToColumn(result, results.data(), {}, n, pool);
}

template <typename T>
double Median(std::string_view blob, std::vector<T>* values) {
  values->resize(blob.size() / sizeof(T));
  if (values->empty()) return kNaN;
  std::memcpy(values->data(), blob.data(), blob.size());
  const auto middle = values->begin() + static_cast<int64_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  if (values->size() % 2 == 1) return static_cast<double>(*middle);
  return (static_cast<double>(*std::max_element(values->begin(), middle)) + static_cast<double>(*middle)) / 2;
}

Result<Column> FinishMedian(const Aggregate& aggregate, const DType& result, const std::vector<Column>& states,
                                    const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const StringReader blobs(states[0]);
  std::vector<double> medians(n);
  std::vector<int64_t> ticks;
  std::vector<double> values;
  for (int64_t g = 0; g < n; ++g) medians[g] = result.is_temporal() ? Median(blobs[g], &ticks) : Median(blobs[g], &values);
  return DoublesToColumn(result, medians.data(), FindMissing(aggregate, counts, 0, n), n, pool);
}

Result<Column> FinishNunique(const DType& input, const DType& result, const std::vector<Column>& states, const Counts& counts,
                                     int64_t n, arrow::MemoryPool* pool) {
  const StringReader blobs(states[0]);
  std::vector<int64_t> results(n);
  for (int64_t g = 0; g < n; ++g) {
    results[g] = CountDistinctInBlob(input, blobs[g]) + counts.has_missing(g);
  }
  return IntsToColumn(result, results.data(), {}, n, pool);
}

Result<Column> FinishPosition(const Aggregate& aggregate, const DType& input, const DType& result,
                                      const std::vector<Column>& states, const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const uint8_t* presences = Values<uint8_t>(states[1]);
  std::vector<uint8_t> missing(n);
  for (int64_t g = 0; g < n; ++g) {
    missing[g] = presences[g] != kValue || (counts.count != nullptr && counts.count[g] < aggregate.min_count);
  }
  if (IsHeldAsText(input)) return FinishChosenText(input, result, states[0], missing, n, pool);
  if (input.is_float()) return DoublesToColumn(result, Values<double>(states[0]), missing, n, pool);
  return IntsToColumn(result, Values<int64_t>(states[0]), missing, n, pool);
}

/// With skipna=false a missing value is true, but in nullable columns, where it leaves open what it does not decide.
Result<Column> FinishTruth(const Aggregate& aggregate, const DType& result, const std::vector<Column>& states,
                                   const Counts& counts, int64_t n, arrow::MemoryPool* pool) {
  const bool any = aggregate.kind == AggregateKind::kAny;
  const uint8_t* truths = Values<uint8_t>(states[0]);
  std::vector<int64_t> results(truths, truths + n);
  std::vector<uint8_t> missing(n);
  for (int64_t g = 0; g < n; ++g) {
    if (aggregate.skipna || !counts.has_missing(g)) continue;
    if (result.nullable()) {
      missing[g] = results[g] != any;
    } else if (any) {
      results[g] = 1;
    }
  }
  return IntsToColumn(result, results.data(), missing, n, pool);
}

}  // namespace

Result<Column> FinishAggregate(const Aggregate& aggregate, const DType& input, const DType& result,
                                       const std::vector<Column>& states, int64_t n, arrow::MemoryPool* pool) {
  const size_t width = MainStateWidth(aggregate, input);
  Counts counts;
  if (states.size() > width) counts.count = Values<int64_t>(states[width]);
  if (states.size() > width + 1) counts.rows = Values<int64_t>(states[width + 1]);
  switch (aggregate.kind) {
    case AggregateKind::kSize:
    case AggregateKind::kCount: return IntsToColumn(result, Values<int64_t>(states[0]), {}, n, pool);
    case AggregateKind::kSum:
    case AggregateKind::kProd: return FinishSum(aggregate, input, result, states, counts, n, pool);
    case AggregateKind::kMin:
    case AggregateKind::kMax: return FinishExtremum(aggregate, input, result, states, counts, n, pool);
    case AggregateKind::kMean: return FinishMean(aggregate, result, states, counts, n, pool);
    case AggregateKind::kVar:
    case AggregateKind::kStd:
    case AggregateKind::kSem: return FinishVariance(aggregate, result, states, counts, n, pool);
    case AggregateKind::kMedian: return FinishMedian(aggregate, result, states, counts, n, pool);
    case AggregateKind::kNunique: return FinishNunique(input, result, states, counts, n, pool);
    case AggregateKind::kFirst:
    case AggregateKind::kLast: return FinishPosition(aggregate, input, result, states, counts, n, pool);
    case AggregateKind::kAny:
    case AggregateKind::kAll: return FinishTruth(aggregate, result, states, counts, n, pool);
  }
  return InternalError("an aggregate of no known kind");
}

}  // namespace cask
