#include "cask/api/write_csv.h"

#include <filesystem>

#include "cask/api/staged_files.h"
#include "cask/compute/sink_spec.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/source_expr.h"

namespace cask {
namespace {

// The number of a partition among so many, with zeros in front: of a hundred partitions the last is 99, of a hundred and one 100.
std::string NumberOf(int64_t partition, int64_t num_partitions) {
  const size_t width = std::to_string(std::max<int64_t>(num_partitions - 1, 0)).size();
  return fmt::format("{:0{}}", partition, width);
}

bool IsRemote(const std::string& path) { return path.find("://") != std::string::npos; }

// How many rows each partition of `frame` has; runs it unless there is no need.
Result<std::vector<int64_t>> PartitionRows(const FramePtr& frame, const ComputeOptions& options) {
  if (frame->num_partitions() <= 1) return std::vector<int64_t>(1, 0);
  if (frame->node() == FrameExpr::Node::kSource) {
    std::vector<int64_t> known = static_cast<const SourceExpr&>(*frame).KnownPartitionRows();
    if (static_cast<int64_t>(known.size()) == frame->num_partitions()) return known;
  }
  const Collection rows{Collection::Shape::kFrame, {frame, {}}, 0};
  ARROW_ASSIGN_OR_RAISE(const auto pieces, ComputeInto(rows, {}, options));
  std::vector<int64_t> counts;
  for (const auto& piece : pieces) counts.push_back(static_cast<const Table&>(*piece).num_rows());
  return counts;
}

Result<std::vector<int64_t>> PartitionOffsets(const FramePtr& frame, const ComputeOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const auto rows, PartitionRows(frame, options));
  std::vector<int64_t> offsets = {0};
  for (int64_t count : rows) offsets.push_back(offsets.back() + count);
  return offsets;
}

// What the positions of the default index count: the rows of the source, also where some of them were filtered out since.
Result<std::vector<int64_t>> OffsetsFor(const Collection& collection, const ComputeOptions& options) {
  if (RowIdColumnOf(collection.data) < 0) return PartitionOffsets(collection.data.root, options);
  const FrameExpr* source = SourceOfRows(*collection.data.root);
  if (source == nullptr) return std::vector<int64_t>{0};
  return PartitionOffsets(std::static_pointer_cast<const FrameExpr>(source->shared_from_this()), options);
}

std::vector<std::string> HeaderNames(const Collection& collection) {
  std::vector<std::string> names;
  for (const NamedColumn& column : collection.value_columns()) {
    const bool is_unnamed = IsNoLabel(column.name);
    names.push_back(!is_unnamed ? PrintLabel(column.name) : collection.shape == Collection::Shape::kFrame ? "" : "0");
  }
  return names;
}

std::vector<std::string> IndexLabels(const Collection& collection) {
  std::vector<std::string> labels;
  for (const NamedColumn& column : collection.index_columns()) labels.push_back(IsNoLabel(column.name) ? "" : PrintLabel(column.name));
  if (labels.empty()) labels.emplace_back();
  return labels;
}

Collection WithoutIndex(const Collection& collection) {
  return {collection.shape, {collection.data.root, collection.value_columns()}, 0};
}

// The description of the sink, apart from where it writes.
Result<CsvSinkSpec> SinkSpecFor(const Collection& collection, const WriteCsvRequest& request, const ComputeOptions& options) {
  CsvSinkSpec sink;
  sink.num_partitions = collection.num_partitions();
  sink.options = request.options;
  sink.options.header = request.header;
  sink.options.header_names = request.header_names.value_or(HeaderNames(collection));
  if (static_cast<int>(sink.options.header_names.size()) != collection.num_columns()) {
    return ValueError("Writing {} cols but got {} aliases", collection.num_columns(), sink.options.header_names.size());
  }
  sink.is_joined = request.single_file;
  sink.header_first_only = request.header_first_partition_only || request.single_file;
  if (!request.index) {
    sink.options.num_index_columns = 0;
    return sink;
  }
  sink.options.num_index_columns = std::max(collection.num_index, 1);
  sink.options.index_labels = request.index_labels.value_or(IndexLabels(collection));
  if (static_cast<int>(sink.options.index_labels.size()) != sink.options.num_index_columns) {
    return ValueError("{} index labels for an index of {} levels", sink.options.index_labels.size(), sink.options.num_index_columns);
  }
  if (collection.num_index == 0) sink.index = CsvSinkSpec::Index::kRange;
  if (RowIdColumnOf(collection.data) >= 0) sink.index = CsvSinkSpec::Index::kRowIds;
  if (sink.index != CsvSinkSpec::Index::kColumns) {
    ARROW_ASSIGN_OR_RAISE(sink.offsets, OffsetsFor(collection, options));
  }
  return sink;
}

// Compression goes by the name that the file will have.
CsvCompression CompressionOf(const WriteCsvRequest& request, const std::string& path) {
  if (request.options.compression != CsvCompression::kInfer) return request.options.compression;
  if (path.ends_with(".gz")) return CsvCompression::kGzip;
  if (path.ends_with(".bz2")) return CsvCompression::kBz2;
  if (path.ends_with(".zst")) return CsvCompression::kZstd;
  return path.ends_with(".xz") ? CsvCompression::kXz : CsvCompression::kNone;
}

// The files of all runs of one plan, taken away at the end whatever they came to.
struct StagedRuns {
  std::vector<std::shared_ptr<StagedFiles>> runs;
  ~StagedRuns() {
    for (const auto& staged : runs) staged->Discard();
  }
};

Status CheckNoneExists(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return OSError("File exists: '{}'", path);
  }
  return Status::OK();
}

}  // namespace

Result<std::vector<std::string>> CsvPaths(const WriteCsvRequest& request, int64_t num_partitions) {
  std::string pattern = request.path;
  if (pattern.starts_with("file://")) pattern = pattern.substr(7);
  if (IsRemote(pattern)) return NotImplementedError("to_csv writes local files, not {}", request.path);
  if (request.single_file) return std::vector<std::string>{pattern};
  const auto num_stars = std::count(pattern.begin(), pattern.end(), '*');
  if (num_stars > 1) return ValueError("Output path spec must contain exactly one '*'.");
  if (num_stars == 0) pattern = (std::filesystem::path(pattern) / "*.part").string();
  if (!request.partition_names.empty() && static_cast<int64_t>(request.partition_names.size()) != num_partitions) {
    return ValueError("{} names for {} partitions", request.partition_names.size(), num_partitions);
  }
  std::vector<std::string> paths;
  const size_t star = pattern.find('*');
  for (int64_t i = 0; i < num_partitions; ++i) {
    const std::string name = request.partition_names.empty() ? NumberOf(i, num_partitions) : request.partition_names[i];
    paths.push_back(pattern.substr(0, star) + name + pattern.substr(star + 1));
  }
  return paths;
}

Result<std::vector<std::string>> WriteCsv(const Collection& whole, const WriteCsvRequest& request, const ComputeOptions& options) {
  const Collection collection = request.index ? whole : WithoutIndex(whole);
  const int64_t num_partitions = collection.num_partitions();
  ARROW_ASSIGN_OR_RAISE(const auto paths, CsvPaths(request, num_partitions));
  if (paths.empty()) return paths;
  if (request.mode == WriteCsvRequest::Mode::kCreate) ARROW_RETURN_NOT_OK(CheckNoneExists(paths));
  ARROW_ASSIGN_OR_RAISE(CsvSinkSpec sink, SinkSpecFor(collection, request, options));
  sink.options.compression = CompressionOf(request, paths[0]);
  StagedRuns staged_runs;
  // Each run has files of its own: a task of a run that does not count may still write when the next one begins.
  const auto make_sink = [&](const Collection& current) -> Result<OutputSink> {
    ARROW_ASSIGN_OR_RAISE(const auto staged, StagedFiles::Make(paths));
    staged_runs.runs.push_back(staged);
    sink.folder = staged->folder();
    if (sink.index == CsvSinkSpec::Index::kRowIds) sink.row_ids = RowIdColumnOf(current.data);
    return OutputSink{sink, staged};
  };
  ARROW_RETURN_NOT_OK(ComputeInto(collection, make_sink, options).status());
  const auto& staged = staged_runs.runs.back();
  if (request.single_file) ARROW_RETURN_NOT_OK(staged->JoinAll(num_partitions));
  if (request.mode == WriteCsvRequest::Mode::kAppend) ARROW_RETURN_NOT_OK(staged->PrependTargets());
  ARROW_RETURN_NOT_OK(staged->MoveEach());
  return paths;
}

}  // namespace cask
