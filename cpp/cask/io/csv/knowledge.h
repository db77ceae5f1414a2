// What is held to be true of a CSV dataset while it is read, and how that is checked.
//
// Types and where partitions start are assumed before the data is read. Each task reports what it found; CheckEvidence says
// whether all of it bears out what was assumed, and if not, what to assume for the next run. Results of a run count only if
// CheckEvidence finds nothing to correct.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "cask/base/error.h"
#include "cask/data/schema.h"
#include "cask/data/type_codec.h"
#include "cask/io/csv/column_evidence.h"

namespace cask {

class CsvDataset;

struct CsvColumnKnowledge {
  DType type;
  bool missing_is_text = false;  // values that mark missing ones are kept as text (pandas does so in columns of large integers)
  CsvColumnEvidence seen;        // of the rows that the type was decided by: a prefix of the data, or all of it

  bool operator==(const CsvColumnKnowledge&) const = default;
};
constexpr auto FieldsOf(std::type_identity<CsvColumnKnowledge>) {
  return std::tuple(&CsvColumnKnowledge::type, &CsvColumnKnowledge::missing_is_text, &CsvColumnKnowledge::seen);
}

/// Immutable once a run has started with it.
struct CsvKnowledge {
  std::vector<CsvColumnKnowledge> columns;     // one for each of the dataset's columns
  std::map<int64_t, int64_t> exact_starts;     // partition -> byte offset of its first record, where the assumption failed

  /// The types as they are assumed now.
  Schema schema(const CsvDataset& dataset) const;
  bool operator==(const CsvKnowledge&) const = default;
};
constexpr auto FieldsOf(std::type_identity<CsvKnowledge>) { return std::tuple(&CsvKnowledge::columns, &CsvKnowledge::exact_starts); }

/// What follows from what was seen of each of the dataset's columns; the path column's is not read.
CsvKnowledge DecideColumns(const CsvDataset& dataset, const std::vector<CsvColumnEvidence>& seen);

/// What all tasks of one run share: whether one of them has met a value that its assumed type cannot hold. From then on tasks
/// only observe, since the run's results will not count.
class CsvRunState {
 public:
  bool is_stale() const { return stale_.load(std::memory_order_relaxed); }
  void MarkStale() { stale_.store(true, std::memory_order_relaxed); }

 private:
  std::atomic<bool> stale_{false};
};

/// What one task saw of its partition.
struct CsvEvidence {
  int64_t partition = 0;
  int64_t begin = 0;  // byte offset of the first record
  int64_t end = 0;    // byte offset after the last record
  int64_t num_rows = 0;
  bool is_complete = true;            // false: reading stopped early (head), so there is nothing to say about rows not read
  bool all_fit = true;                // every value fitted its assumed type
  std::vector<int> columns;           // positions in the dataset, ascending
  std::vector<CsvColumnEvidence> seen;  // one for each of `columns`
  std::vector<std::string> warnings;  // lines skipped with on_bad_lines="warn"

  bool operator==(const CsvEvidence&) const = default;
};
constexpr auto FieldsOf(std::type_identity<CsvEvidence>) {
  return std::tuple(&CsvEvidence::partition, &CsvEvidence::begin, &CsvEvidence::end, &CsvEvidence::num_rows, &CsvEvidence::is_complete,
                    &CsvEvidence::all_fit, &CsvEvidence::columns, &CsvEvidence::seen, &CsvEvidence::warnings);
}

/// Nothing if the evidence bears out `knowledge`; else what to assume instead: for the columns that were read the types that
/// pandas would have given their whole data, and exact starts for files where a partition began elsewhere than the one before it
/// ended. `evidence` may come in any order and lack partitions that were not read; ValueError if it is of no such partitions or columns.
Result<std::optional<CsvKnowledge>> CheckEvidence(const CsvDataset& dataset, const CsvKnowledge& knowledge,
                                                  const std::vector<const CsvEvidence*>& evidence);

}  // namespace cask
