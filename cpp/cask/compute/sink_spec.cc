#include "cask/compute/sink_spec.h"

namespace cask {
namespace {

struct Maker {
  const Schema& rows;
  const int64_t num_partitions;
  const std::shared_ptr<const void>& keep_alive;

  Result<std::shared_ptr<const Sink>> operator()(const CsvSinkSpec& spec) const {
    ARROW_RETURN_NOT_OK(CheckSpec(spec, rows, num_partitions));
    return MakeCsvSink(spec, rows, keep_alive);
  }
};

}  // namespace

Result<std::shared_ptr<const Sink>> MakeSink(const SinkSpec& spec, const Schema& rows, int64_t num_partitions, std::shared_ptr<const void> keep_alive) {
  return std::visit(Maker{rows, num_partitions, keep_alive}, spec);
}

}  // namespace cask
