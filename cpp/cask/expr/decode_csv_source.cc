#include "cask/expr/decode_csv_source.h"

#include <algorithm>

#include "cask/expr/csv_source_expr.h"

namespace cask {
namespace {

constexpr int64_t kMinutesADay = 24 * 60;

// The first file that has bytes is the one that a dataset's columns come from.
int FirstWithBytes(const FileSet& files) {
  for (int i = 0; i < files.size(); ++i) {
    if (files.file(i).size > 0) return i;
  }
  return 0;
}

Status CheckIsUnchanged(const FileSet& files, int i) {
  const InputFile& found = files.file(i);
  ARROW_ASSIGN_OR_RAISE(const InputFile now, files.LookAt(i));
  if (now.size != found.size) {
    return OSError("the files of read_csv are not the same at this process: where they were found {} had {} bytes, here it has {}", found.path,
                   found.size, now.size);
  }
  if (now.mtime_ns == found.mtime_ns || now.mtime_ns == 0 || found.mtime_ns == 0) return Status::OK();
  return OSError("the files of read_csv are not the same at this process: {} was changed at another time than where they were found", found.path);
}

Result<std::shared_ptr<const CsvDataset>> OpenUnchanged(CsvSourceRecord* record) {
  ARROW_ASSIGN_OR_RAISE(const auto files, FileSet::Of(std::move(record->files), std::move(record->storage_options)));
  const int first = FirstWithBytes(*files);
  ARROW_RETURN_NOT_OK(CheckIsUnchanged(*files, first));
  ARROW_ASSIGN_OR_RAISE(auto dataset, CsvDataset::Open(files, std::move(record->options)));
  if (CsvIdentity(*dataset) == record->identity) return dataset;
  return OSError("the files of read_csv are not the same at this process: {} gives other columns than where they were found",
                 files->file(first).path);
}

Status CheckStarts(const CsvDataset& dataset, const std::map<int64_t, int64_t>& starts) {
  for (const auto& [partition, start] : starts) {
    if (partition < 0 || partition >= dataset.num_partitions()) return MalformedExpression("a start of a partition that there is not");
    const int64_t size = dataset.files().file(dataset.partition(partition).file).size;
    if (start < 0 || start > size) return MalformedExpression("a partition that starts outside of its file");
  }
  return Status::OK();
}

}  // namespace

Result<FramePtr> DecodeCsvSource(CsvSourceRecord record, Origin origin) {
  auto opened = OpenUnchanged(&record);
  if (!opened.ok()) return WithNote(opened.status(), origin ? "for read_csv of line " + DescribeOrigin(origin) : "for read_csv");
  const std::shared_ptr<const CsvDataset> dataset = *std::move(opened);
  if (static_cast<int>(record.seen.size()) != dataset->num_columns()) return MalformedExpression("columns of which nothing is known");
  for (const CsvColumnEvidence& seen : record.seen) {
    if (seen.utc_offset_minutes <= -kMinutesADay || seen.utc_offset_minutes >= kMinutesADay) return MalformedExpression("a day's offset to UTC");
  }
  ARROW_RETURN_NOT_OK(CheckStarts(*dataset, record.exact_starts));
  auto knowledge = std::make_shared<CsvKnowledge>(DecideColumns(*dataset, record.seen));
  knowledge->exact_starts = std::move(record.exact_starts);
  return CsvSourceExpr::Assuming(dataset, std::move(knowledge), std::move(origin));
}

}  // namespace cask
