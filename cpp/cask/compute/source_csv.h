// The source of fragments that read CSV: one task reads one partition, and reports CsvTaskEvidence when it is done.
#pragma once

#include <memory>
#include <utility>

#include "cask/compute/pipeline.h"
#include "cask/io/csv/reader.h"

namespace cask {

/// Evidence of one CSV partition, for the dataset whose partition it is. Several may come from one run, also for the same partition where two
/// layers read it.
class CsvTaskEvidence final : public Evidence {
 public:
  explicit CsvTaskEvidence(CsvEvidence seen) : seen_(std::move(seen)) {}

  const CsvEvidence& seen() const { return seen_; }
  bool is_void() const override { return !seen_.all_fit; }

 private:
  CsvEvidence seen_;
};

/// Partition i of the task reads partition i of the dataset. Tasks of one run share `request.run`; make a new source for each run.
std::shared_ptr<const Source> MakeCsvSource(CsvReadRequest request);

}  // namespace cask
