#include "cask/compute/frame/quantile.h"

#include <cmath>
#include <limits>

#include "cask/base/check.h"
#include "cask/compute/frame/block_values.h"
#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/result_column.h"
#include "cask/compute/frame/slots.h"

namespace cask {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool IsExact(Interpolation interpolation) {
  return interpolation == Interpolation::kLower || interpolation == Interpolation::kHigher || interpolation == Interpolation::kNearest;
}

/// The values of one column that are not missing: doubles, or integers and ticks by their bits.
class Collector {
 public:
  Collector(const DType& type, arrow::MemoryPool* pool) : block_(type), values_(pool) {}

  Status AddRows(const Column& column, int64_t num_rows) {
    for (int64_t begin = 0; begin < num_rows; begin += kBlockRows) {
      block_.Reset(column, begin, std::min(kBlockRows, num_rows - begin), nullptr);
      if (block_.type().is_float()) {
        const auto rows = block_.Doubles();
        ARROW_RETURN_NOT_OK(Append(rows.values, rows.num_rows));
      } else {
        const auto rows = block_.Ints();
        ARROW_RETURN_NOT_OK(Append(rows.values, rows.num_rows));
      }
    }
    return Status::OK();
  }

  Status AddBlobs(const Column& column, int64_t num_rows) {
    const StringReader blobs(column);
    for (int64_t i = 0; i < num_rows; ++i) ARROW_RETURN_NOT_OK(Append(blobs[i].data(), static_cast<int64_t>(blobs[i].size() / 8)));
    return Status::OK();
  }

  int64_t size() const { return values_.size(); }
  template <typename T>
  std::span<T> values() { return {reinterpret_cast<T*>(values_.data()), static_cast<size_t>(values_.size())}; }

  Result<Column> Finish(arrow::MemoryPool* pool) {
    Slots<int64_t> offsets(pool);
    ARROW_RETURN_NOT_OK(offsets.Grow(2, 0));
    offsets[1] = values_.size() * 8;
    ARROW_RETURN_NOT_OK(values_.Grow(1, 0));
    return arrow::ArrayData::Make(DType(Kind::kString).arrow_type(), 1, {nullptr, offsets.ReleaseBuffer(), values_.ReleaseBuffer()}, 0);
  }

 private:
  Status Append(const void* values, int64_t n) {
    if (n == 0) return Status::OK();
    const int64_t size = values_.size();
    ARROW_RETURN_NOT_OK(values_.Grow(size + n, 0));
    std::memcpy(values_.data() + size, values, n * 8);
    return Status::OK();
  }

  BlockValues block_;
  Slots<uint64_t> values_;
};

/// Selects order statistics. Asked in ascending order of rank, it looks only at what lies above those it has found.
template <typename T>
class Selector {
 public:
  explicit Selector(std::span<T> values) : values_(values) {}

  T operator()(int64_t rank) {
    if (rank >= sorted_end_) {
      std::nth_element(values_.begin() + sorted_end_, values_.begin() + rank, values_.end());
      sorted_end_ = rank + 1;
    }
    return values_[rank];
  }

 private:
  std::span<T> values_;
  int64_t sorted_end_ = 0;  // values asked for below are in their places
};

/// The ranks between which quantile `q` of n values lies, and how far it is from the first to the second.
struct Place {
  int64_t low, high;
  double share;
};

Place PlaceOf(double q, int64_t n, Interpolation interpolation) {
  const double rank = static_cast<double>(n - 1) * (q * 100 / 100);  // as pandas, which goes by per cent
  const auto below = static_cast<int64_t>(std::floor(rank));
  const auto above = std::min(static_cast<int64_t>(std::ceil(rank)), n - 1);
  switch (interpolation) {
    case Interpolation::kLower: return {below, below, 0};
    case Interpolation::kHigher: return {above, above, 0};
    case Interpolation::kNearest: {
      const auto nearest = static_cast<int64_t>(std::nearbyint(rank));  // halves go to the even rank
      return {nearest, nearest, 0};
    }
    case Interpolation::kMidpoint: return {below, above, below == above ? 0 : 0.5};
    case Interpolation::kLinear: break;
  }
  return {below, above, rank - std::floor(rank)};
}

template <typename T>
double Interpolate(T low, T high, double share) {
  const auto a = static_cast<double>(low), b = static_cast<double>(high);
  // The difference of integers is taken before rounding: that of times close to each other is exact.
  const double difference = std::is_floating_point_v<T> ? b - a : static_cast<double>(static_cast<T>(high - low));
  return share >= 0.5 ? b - difference * (1 - share) : a + difference * share;
}

template <typename T>
Result<Column> Select(std::span<T> values, const QuantileSpec& spec, const DType& result, arrow::MemoryPool* pool) {
  const auto num_quantiles = static_cast<int64_t>(spec.quantiles.size());
  const auto n = static_cast<int64_t>(values.size());
  std::vector<double> doubles(num_quantiles, kNaN);
  std::vector<int64_t> exact(num_quantiles);
  if (n > 0) {
    std::vector<int64_t> order(num_quantiles);
    for (int64_t i = 0; i < num_quantiles; ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return spec.quantiles[a] < spec.quantiles[b]; });
    Selector<T> select(values);
    for (int64_t i : order) {
      const Place place = PlaceOf(spec.quantiles[i], n, spec.interpolation);
      const T low = select(place.low);
      const T high = select(place.high);
      doubles[i] = place.share == 0 ? static_cast<double>(low) : Interpolate(low, high, place.share);
      if constexpr (std::is_integral_v<T>) exact[i] = static_cast<int64_t>(low);
    }
  }
  if (std::is_integral_v<T> && IsExact(spec.interpolation)) {
    return IntsToColumn(result, exact.data(), std::vector<uint8_t>(num_quantiles, n == 0), num_quantiles, pool);
  }
  return DoublesToColumn(result, doubles.data(), {}, num_quantiles, pool);
}

enum class Step : uint8_t { kPartial, kMerge, kFinal };

class QuantileState final : public SinkState {
 public:
  QuantileState(const QuantileSpec& spec, const Schema& schema, Step step, arrow::MemoryPool* pool)
      : spec_(spec), schema_(schema), step_(step), pool_(pool) {
    for (int column : spec.columns) collectors_.push_back(std::make_unique<Collector>(spec.input.field(column).type, pool));
  }

  Result<SinkWants> Consume(Batch batch) override {
    for (size_t i = 0; i < collectors_.size(); ++i) {
      ARROW_RETURN_NOT_OK(step_ == Step::kPartial ? collectors_[i]->AddRows(batch.columns[spec_.columns[i]], batch.num_rows)
                                                  : collectors_[i]->AddBlobs(batch.columns[i], batch.num_rows));
    }
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    Batch batch;
    batch.num_rows = step_ == Step::kFinal ? static_cast<int64_t>(spec_.quantiles.size()) : 1;
    for (size_t i = 0; i < collectors_.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Column column, step_ == Step::kFinal ? FinishColumn(static_cast<int>(i)) : collectors_[i]->Finish(pool_));
      batch.columns.push_back(std::move(column));
    }
    return MakeTable(schema_, std::move(batch));
  }

 private:
  Result<Column> FinishColumn(int i) {
    const DType& type = spec_.input.field(spec_.columns[i]).type;
    const DType& result = schema_.field(i).type;
    Collector& collector = *collectors_[i];
    if (type.is_float()) return Select(collector.values<double>(), spec_, result, pool_);
    if (type.kind() == Kind::kUInt64) return Select(collector.values<uint64_t>(), spec_, result, pool_);
    return Select(collector.values<int64_t>(), spec_, result, pool_);
  }

  const QuantileSpec& spec_;
  const Schema& schema_;
  Step step_;
  arrow::MemoryPool* pool_;
  std::vector<std::unique_ptr<Collector>> collectors_;
};

class QuantileSink final : public Sink {
 public:
  QuantileSink(QuantileSpec spec, Schema schema, Step step) : spec_(std::move(spec)), schema_(std::move(schema)), step_(step) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    return std::make_unique<QuantileState>(spec_, schema_, step_, context.pool());
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override {
    return step_ == Step::kPartial ? "collect values for quantiles" : step_ == Step::kMerge ? "merge collected values" : "select quantiles";
  }

 private:
  QuantileSpec spec_;
  Schema schema_;
  Step step_;
};

Result<std::shared_ptr<const Sink>> MakeSink(const QuantileSpec& spec, Step step) {
  Schema results;
  for (int column : spec.columns) {
    const Field& field = spec.input.field(column);
    ARROW_ASSIGN_OR_RAISE(DType type, QuantileType(field.type, spec.interpolation));
    results.Add({field.name, std::move(type)});
  }
  for (double q : spec.quantiles) {
    if (!(q >= 0 && q <= 1)) return ValueError("percentiles should all be in the interval [0, 1]");
  }
  Schema schema = step == Step::kFinal ? std::move(results) : QuantileStateSchema(spec);
  return std::make_shared<const QuantileSink>(spec, std::move(schema), step);
}

}  // namespace

Result<Interpolation> ParseInterpolation(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"linear", "lower", "higher", "midpoint", "nearest"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Interpolation>(i);
  }
  return ValueError("'{}' is not a valid method. Use one of: linear, lower, higher, midpoint, nearest", name);
}

Result<DType> QuantileType(const DType& type, Interpolation interpolation) {
  if (type.is_bool() && !type.nullable()) {
    if (IsExact(interpolation)) return type;
    return TypeError(
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the logical_xor function "
        "instead.");
  }
  if (!type.is_numeric() && !type.is_temporal()) return TypeError("dtype '{}' does not support operation 'quantile'", type.ToString());
  // Between two values there are numbers that integers and float32 do not hold.
  if (!type.is_numeric() || IsExact(interpolation)) return type;
  return type.nullable() ? DType::Nullable(Kind::kFloat64) : DType(Kind::kFloat64);
}

Result<std::shared_ptr<const Sink>> MakePartialQuantile(const QuantileSpec& spec) { return MakeSink(spec, Step::kPartial); }
Result<std::shared_ptr<const Sink>> MakeMergeQuantile(const QuantileSpec& spec) { return MakeSink(spec, Step::kMerge); }
Result<std::shared_ptr<const Sink>> MakeFinalQuantile(const QuantileSpec& spec) { return MakeSink(spec, Step::kFinal); }

Schema QuantileStateSchema(const QuantileSpec& spec) {
  Schema schema;
  for (int column : spec.columns) schema.Add({spec.input.field(column).name, Kind::kString});
  return schema;
}

}  // namespace cask
