// The breakers of frames: what each does with its input is told in compute/frame; here they become expressions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/compute/frame/aggregate.h"
#include "cask/compute/frame/distinct.h"
#include "cask/compute/frame/quantile.h"
#include "cask/compute/frame/sort.h"
#include "cask/compute/frame/top_k.h"
#include "cask/compute/frame/value_counts.h"
#include "cask/expr/breaker_expr.h"

namespace cask {

/// Group-by, or a reduction where there are no keys. `spec.input` is not read: it is the schema of the rows it meets.
std::shared_ptr<const Breaker> AggregateBreaker(GroupBySpec spec);
std::shared_ptr<const Breaker> ValueCountsBreaker(std::vector<int> keys, bool dropna, ValueCountsOptions options);
std::shared_ptr<const Breaker> ModeBreaker(std::vector<int> keys, bool dropna);
std::shared_ptr<const Breaker> DistinctBreaker(std::vector<int> keys, KeepRow keep);
std::shared_ptr<const Breaker> SortBreaker(std::vector<int> keys, std::vector<bool> ascending, MissingPosition missing);
std::shared_ptr<const Breaker> TopKBreaker(std::vector<int> columns, int64_t n, bool largest, KeepTies keep);
/// The first `n` rows of the first `partitions` partitions, or of all (PartitionRange::kAll).
std::shared_ptr<const Breaker> HeadBreaker(int64_t n, int64_t partitions);
/// The last `n` rows of the last partition.
std::shared_ptr<const Breaker> TailBreaker(int64_t n);
std::shared_ptr<const Breaker> QuantileBreaker(std::vector<int> columns, std::vector<double> quantiles, Interpolation interpolation);

}  // namespace cask
