// SinkSpec: what becomes of the rows of an output, as plain data: it makes the sink, here or at a worker, and travels.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "cask/compute/sink_csv.h"

namespace cask {

/// New ones are added at the end.
using SinkSpec = std::variant<CsvSinkSpec>;
/// One for each output of a plan; where it is shorter, or there is none, rows are collected.
using SinkSpecs = std::vector<std::optional<SinkSpec>>;

/// The sink of rows with the columns `rows` in so many partitions, or ValueError where the spec is not of such. `keep_alive` lives as long as any
/// task of this process that may use the sink.
Result<std::shared_ptr<const Sink>> MakeSink(const SinkSpec& spec, const Schema& rows, int64_t num_partitions,
                                             std::shared_ptr<const void> keep_alive = nullptr);

}  // namespace cask
