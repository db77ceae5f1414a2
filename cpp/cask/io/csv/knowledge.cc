#include "cask/io/csv/knowledge.h"

#include "cask/io/csv/dataset.h"
#include "cask/io/csv/inference.h"
#include "cask/io/csv/record_starts.h"

namespace cask {
namespace {

using EvidenceList = std::vector<const CsvEvidence*>;

// Evidence may come from elsewhere, and may be of another dataset.
Status CheckPlaces(const CsvDataset& dataset, const EvidenceList& evidence) {
  for (const CsvEvidence* one : evidence) {
    const auto is_column = [&](int column) { return column >= 0 && column < dataset.num_columns(); };
    const bool fits = one->partition >= 0 && one->partition < dataset.num_partitions() && one->columns.size() == one->seen.size() &&
                      std::all_of(one->columns.begin(), one->columns.end(), is_column);
    if (fits) continue;
    return ValueError("what was seen of partition {} is not of this CSV dataset of {} partitions", one->partition, dataset.num_partitions());
  }
  return Status::OK();
}

// The files of which some partition ended elsewhere than the next one began.
std::vector<int> FindBrokenFiles(const CsvDataset& dataset, const EvidenceList& evidence) {
  std::vector<int> files;
  for (size_t i = 1; i < evidence.size(); ++i) {
    const CsvEvidence& before = *evidence[i - 1];
    const CsvEvidence& after = *evidence[i];
    const int file = dataset.partition(after.partition).file;
    const bool is_neighbour = after.partition == before.partition + 1 && dataset.partition(before.partition).file == file;
    const bool is_misplaced = !before.is_complete && !before.all_fit;  // gave up on what it met, because it started in the wrong place
    if (is_neighbour && (is_misplaced || (before.is_complete && before.end != after.begin)) && (files.empty() || files.back() != file)) {
      files.push_back(file);
    }
  }
  for (const CsvEvidence* one : evidence) {
    const int file = dataset.partition(one->partition).file;
    if (!one->is_complete && !one->all_fit && std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  return files;
}

Status FixStarts(const CsvDataset& dataset, int file, CsvKnowledge* knowledge) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<int64_t> starts, FindPartitionStarts(dataset, file));
  const int64_t first = FirstPartitionOf(dataset, file);
  for (size_t i = 0; i < starts.size(); ++i) knowledge->exact_starts[first + static_cast<int64_t>(i)] = starts[i];
  return Status::OK();
}

}  // namespace

Schema CsvKnowledge::schema(const CsvDataset& dataset) const {
  Schema schema;
  for (size_t i = 0; i < columns.size(); ++i) schema.Add({dataset.names()[i], columns[i].type});
  return schema;
}

CsvKnowledge DecideColumns(const CsvDataset& dataset, const std::vector<CsvColumnEvidence>& seen) {
  CsvKnowledge knowledge;
  for (int column = 0; column < dataset.num_columns(); ++column) {
    const bool is_path = column == dataset.path_column();
    knowledge.columns.push_back(is_path ? CsvColumnKnowledge{Kind::kCategory, false, {}} : Decide(dataset.rules(column), seen[column]));
  }
  return knowledge;
}

Result<std::optional<CsvKnowledge>> CheckEvidence(const CsvDataset& dataset, const CsvKnowledge& knowledge, const EvidenceList& evidence) {
  ARROW_RETURN_NOT_OK(CheckPlaces(dataset, evidence));
  EvidenceList sorted = evidence;
  std::stable_sort(sorted.begin(), sorted.end(), [](const CsvEvidence* a, const CsvEvidence* b) { return a->partition < b->partition; });
  CsvKnowledge corrected = knowledge;
  // Rows that were cut wrongly say nothing of types; the next run will.
  const std::vector<int> broken = FindBrokenFiles(dataset, sorted);
  for (int file : broken) ARROW_RETURN_NOT_OK(FixStarts(dataset, file, &corrected));
  if (!broken.empty()) return std::optional<CsvKnowledge>(std::move(corrected));

  std::map<int, CsvColumnEvidence> seen;
  bool all_fit = true;
  for (const CsvEvidence* one : sorted) {
    all_fit &= one->all_fit;
    for (size_t i = 0; i < one->columns.size(); ++i) {
      const int column = one->columns[i];
      const auto [entry, is_new] = seen.try_emplace(column, knowledge.columns[column].seen);
      entry->second = Join(entry->second, one->seen[i]);
    }
  }
  bool changed = false;
  for (const auto& [column, all] : seen) {
    CsvColumnKnowledge decided = Decide(dataset.rules(column), all);
    const CsvColumnKnowledge& assumed = knowledge.columns[column];
    const bool is_as_assumed = decided.type == assumed.type && decided.missing_is_text == assumed.missing_is_text;
    // A partition that knows only the head and its own rows may take a value for a misfit that is none after the rows between.
    // Knowing all of them, the next run will not.
    if (is_as_assumed && (all_fit || decided.seen == assumed.seen)) continue;
    corrected.columns[column] = std::move(decided);
    changed = true;
  }
  if (changed) return std::optional<CsvKnowledge>(std::move(corrected));
  if (!all_fit) return InternalError("a CSV value did not fit its type, but what was seen leads to the same type");
  return std::optional<CsvKnowledge>();
}

}  // namespace cask
