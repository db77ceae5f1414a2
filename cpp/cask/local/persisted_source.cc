#include "cask/local/persisted_source.h"

#include <numeric>

#include "cask/expr/source_expr.h"
#include "cask/plan/stream.h"
#include "cask/store/packed_column.h"

namespace cask {
namespace {

using Chunks = std::vector<Column>;  // packed, as the store holds them

Projection Select(const Projection& input, const std::vector<int>& columns) {
  Projection selected{input.root, {}};
  for (int column : columns) selected.columns.push_back(input.columns[column]);
  return selected;
}

std::vector<int> PositionsOfTrue(const std::vector<bool>& flags) {
  std::vector<int> positions;
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) positions.push_back(static_cast<int>(i));
  }
  return positions;
}

// The columns of one partition, computed from the source: a list of chunks each. Nothing where the source contradicted what was
// assumed of it. What was seen stays in the context.
Result<std::optional<std::vector<Chunks>>> ComputeColumns(const Projection& wanted, TaskContext& context) {
  const Stream stream = Stream::Of(wanted);
  const std::vector<int> read = PositionsOfTrue(stream.NeededColumns());
  ARROW_ASSIGN_OR_RAISE(auto source, static_cast<const SourceExpr&>(*stream.base).MakeSource(read, 0));
  const auto transforms = stream.MakeTransforms(read);
  ARROW_ASSIGN_OR_RAISE(auto reader, source->Open(context));
  std::vector<Chunks> columns(wanted.columns.size());
  ColumnPacker packer;
  while (true) {
    ARROW_RETURN_NOT_OK(context.Breathe());
    ARROW_ASSIGN_OR_RAISE(std::optional<Batch> batch, reader->Next());
    if (!batch) break;
    for (const auto& transform : transforms) {
      ARROW_ASSIGN_OR_RAISE(*batch, transform->Apply(std::move(*batch), context));
    }
    for (size_t i = 0; i < columns.size() && batch->num_rows > 0; ++i) {
      ARROW_ASSIGN_OR_RAISE(Column packed, packer.Pack(std::move(batch->columns[i]), wanted.columns[i].value->type()));
      columns[i].push_back(std::move(packed));
    }
  }
  reader.reset();  // a source gives its evidence when it is closed
  for (const auto& evidence : context.evidence()) {
    if (evidence->is_void()) return std::nullopt;
  }
  return columns;
}

// Everything wanted of one partition: from the store, or computed now and kept. Nothing where it would be void.
Result<std::optional<std::vector<Chunks>>> FetchColumns(PersistedCache& cache, const Projection& input, const std::vector<int>& columns,
                                                        int64_t generation, TaskContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto held, cache.Find(generation, context.partition(), columns, input.schema()));
  std::vector<int> missing;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!held.chunks[i]) missing.push_back(columns[i]);
  }
  std::vector<Chunks> fetched(columns.size());
  if (!missing.empty()) {
    ARROW_ASSIGN_OR_RAISE(auto computed, ComputeColumns(Select(input, missing), context));
    cache.KeepEvidence(generation, context.partition(), context.evidence());
    if (!computed) return std::nullopt;
    for (size_t i = 0, next = 0; i < columns.size(); ++i) {
      if (held.chunks[i]) continue;
      fetched[i] = std::move((*computed)[next++]);
      const DType& type = input.columns[columns[i]].value->type();
      ARROW_RETURN_NOT_OK(cache.Keep(generation, context.partition(), columns[i], type, fetched[i]));
    }
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (held.chunks[i]) fetched[i] = std::move(*held.chunks[i]);
  }
  for (auto& evidence : held.evidence) context.AddEvidence(std::move(evidence));
  return fetched;
}

// Gives columns whose chunks need not lie alike: they were loaded by different passes over the partition. Of what was fetched the first `num_given`.
class ChunkReader final : public BatchReader {
 public:
  ChunkReader(std::vector<Chunks> columns, const Schema& schema, size_t num_given, arrow::MemoryPool* pool) : pool_(pool), num_given_(num_given) {
    for (size_t i = 0; i < columns.size(); ++i) cursors_.push_back({std::move(columns[i]), schema.field(static_cast<int>(i)).type});
  }

  Result<std::optional<Batch>> Next() override {
    if (cursors_.empty()) return std::nullopt;
    int64_t rows = kMaxRows;
    for (Cursor& cursor : cursors_) {
      ARROW_ASSIGN_OR_RAISE(const bool has_rows, FindRows(&cursor));
      if (!has_rows) return std::nullopt;
      rows = std::min(rows, cursor.chunk->length - cursor.row);
    }
    Batch batch{rows, {}};
    for (Cursor& cursor : cursors_) {
      if (batch.columns.size() < num_given_) batch.columns.push_back(SliceColumn(cursor.chunk, cursor.row, rows));
      cursor.row += rows;
    }
    return batch;
  }

 private:
  static constexpr int64_t kMaxRows = 32 * 1024;
  struct Cursor {
    Chunks chunks;
    DType type;
    size_t next = 0;  // chunk
    Column chunk;     // the one before that, unpacked
    int64_t row = 0;  // in it
  };

  // Whether there are rows left; if so, the current chunk has one.
  Result<bool> FindRows(Cursor* cursor) {
    while (cursor->chunk == nullptr || cursor->row == cursor->chunk->length) {
      cursor->chunk.reset();
      if (cursor->next == cursor->chunks.size()) return false;
      const Column packed = std::move(cursor->chunks[cursor->next++]);
      ARROW_ASSIGN_OR_RAISE(cursor->chunk, UnpackColumn(packed, cursor->type, pool_));
      cursor->row = 0;
    }
    return true;
  }

  arrow::MemoryPool* pool_;
  const size_t num_given_;
  std::vector<Cursor> cursors_;
};

class PersistedSource final : public Source {
 public:
  PersistedSource(std::shared_ptr<PersistedCache> cache, Projection input, std::vector<int> columns, int64_t generation,
                  int64_t first_partition)
      : cache_(std::move(cache)),
        input_(std::move(input)),
        columns_(std::move(columns)),
        generation_(generation),
        first_partition_(first_partition),
        schema_(Select(input_, columns_).schema()) {
    if (columns_.empty()) columns_.push_back(0);  // read, not given: the number of rows is that of any column
  }

  Result<std::unique_ptr<BatchReader>> Open(TaskContext& context) const override {
    context.set_partition(context.partition() + first_partition_);
    ARROW_ASSIGN_OR_RAISE(auto fetched, FetchColumns(*cache_, input_, columns_, generation_, context));
    const Schema read = Select(input_, columns_).schema();
    return std::make_unique<ChunkReader>(fetched ? std::move(*fetched) : std::vector<Chunks>(), read, schema_.fields().size(), context.pool());
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override {
    std::string text = "persisted, columns:";
    for (const Field& field : schema_.fields()) text += " " + field.name;
    return text;
  }

 private:
  std::shared_ptr<PersistedCache> cache_;
  Projection input_;
  std::vector<int> columns_;  // that are read
  int64_t generation_;
  int64_t first_partition_;
  Schema schema_;
};

class LoadBody final : public TaskBody {
 public:
  LoadBody(std::weak_ptr<PersistedCache> cache, Projection input, int64_t generation)
      : cache_(std::move(cache)), input_(std::move(input)), columns_(input_.columns.size()), generation_(generation) {
    std::iota(columns_.begin(), columns_.end(), 0);
  }

  int num_outputs() const override { return 1; }
  std::string Describe() const override { return fmt::format("load {} columns", columns_.size()); }

  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override {
    if (auto cache = cache_.lock()) ARROW_RETURN_NOT_OK(FetchColumns(*cache, input_, columns_, generation_, context).status());
    return std::vector<std::shared_ptr<const Piece>>{std::make_shared<const Table>()};
  }

 private:
  std::weak_ptr<PersistedCache> cache_;
  Projection input_;
  std::vector<int> columns_;
  int64_t generation_;
};

}  // namespace

std::shared_ptr<const Source> MakePersistedSource(std::shared_ptr<PersistedCache> cache, Projection input, std::vector<int> columns,
                                                  int64_t generation, int64_t first_partition) {
  return std::make_shared<PersistedSource>(std::move(cache), std::move(input), std::move(columns), generation, first_partition);
}

Plan LoadPlan(std::weak_ptr<PersistedCache> cache, const Projection& input, int64_t generation) {
  Plan plan;
  plan.layers.push_back({"persist", input.root->num_partitions(), std::make_shared<LoadBody>(std::move(cache), input, generation), {}});
  plan.outputs.push_back({0, 0});
  return plan;
}

}  // namespace cask
