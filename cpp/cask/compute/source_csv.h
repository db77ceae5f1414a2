// The source of fragments that read CSV: one task reads one partition, and reports CsvTaskEvidence when it is done.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "cask/compute/pipeline.h"
#include "cask/io/csv/reader.h"

namespace cask {

/// Evidence of one CSV partition. Several may come from one run, also for the same partition where two layers read it.
class CsvTaskEvidence final : public Evidence {
 public:
  CsvTaskEvidence(std::shared_ptr<const CsvDataset> dataset, std::shared_ptr<const CsvKnowledge> knowledge, CsvEvidence seen)
      : dataset_(std::move(dataset)), knowledge_(std::move(knowledge)), seen_(std::move(seen)) {}

  const std::shared_ptr<const CsvDataset>& dataset() const { return dataset_; }
  /// What was assumed while reading.
  const std::shared_ptr<const CsvKnowledge>& knowledge() const { return knowledge_; }
  const CsvEvidence& seen() const { return seen_; }
  bool is_void() const override { return !seen_.all_fit; }

 private:
  std::shared_ptr<const CsvDataset> dataset_;
  std::shared_ptr<const CsvKnowledge> knowledge_;
  CsvEvidence seen_;
};

/// Partition i of the task reads partition i of the dataset. Tasks of one run share `request.run`; make a new source for each run.
std::shared_ptr<const Source> MakeCsvSource(CsvReadRequest request);

}  // namespace cask
