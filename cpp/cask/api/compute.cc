#include "cask/api/compute.h"

#include <set>

#include "cask/api/default_cluster.h"
#include "cask/api/gather.h"
#include "cask/cluster/cluster_collection.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/persisted_expr.h"
#include "cask/expr/source_expr.h"
#include "cask/expr/table_source_expr.h"
#include "cask/expr/visit_columns.h"
#include "cask/local/engine.h"
#include "cask/local/persisted_data.h"
#include "cask/optimize/optimize.h"
#include "cask/plan/lower.h"
#include "cask/plan/stream.h"

namespace cask {
namespace {

Result<std::vector<Collection>> WithResultsComputed(std::vector<Collection> collections, const ComputeOptions& options);

// Types of the input can be wrong once, where the data shows others than the sample, starts of partitions once more, and each call
// whose result needs a wider type once. More runs than this mean that checking and correcting disagree.
constexpr int kMaxRuns = 32;

// Hands the sources what their tasks saw; whether all of it is there and bears out what was assumed. Some is missing where a cluster has lost a worker
// and its scheduler at once after a task's result was used: then nobody can say whether the result is right.
Result<bool> LearnFrom(const std::vector<ScanLayer>& scans, const std::vector<TaskEvidence>& evidence) {
  bool is_borne_out = true;
  for (const ScanLayer& scan : scans) {
    std::vector<std::shared_ptr<const Evidence>> seen;
    std::set<int64_t> tasks;
    for (const TaskEvidence& item : evidence) {
      if (item.layer != scan.layer) continue;
      seen.push_back(item.evidence);
      tasks.insert(item.task);
    }
    if (scan.source->gives_evidence() && static_cast<int64_t>(tasks.size()) < scan.num_tasks) return false;
    ARROW_ASSIGN_OR_RAISE(const bool ok, scan.source->Learn(seen));
    is_borne_out = is_borne_out && ok;
  }
  return is_borne_out;
}

// Whether what the tasks of a run that failed saw contradicts what was assumed. Then users' functions may have got what is not in the data.
Result<bool> IsContradicted(const std::vector<ScanLayer>& scans, const std::vector<TaskEvidence>& evidence) {
  bool is_contradicted = false;
  for (const ScanLayer& scan : scans) {
    std::vector<std::shared_ptr<const Evidence>> seen;
    for (const TaskEvidence& item : evidence) {
      if (item.layer == scan.layer) seen.push_back(item.evidence);
    }
    if (seen.empty()) continue;
    ARROW_ASSIGN_OR_RAISE(const bool ok, scan.source->Learn(seen));
    is_contradicted = is_contradicted || !ok;
  }
  return is_contradicted;
}

// Hands users' functions what their calls said of the types of their results.
void LearnResultTypes(const Status& status, const std::vector<Projection>& outputs) {
  for (const std::string& note : NotesOf(status)) {
    const auto found = OtherTypesOfNote(note);
    if (!found) continue;
    for (const Projection& output : outputs) {
      VisitFrames(output, [&](const FrameExpr& frame) {
        if (frame.node() != FrameExpr::Node::kMapPartitions) return;
        const auto& map = static_cast<const MapPartitionsExpr&>(frame);
        if (TokenOf(map.function()).ToString() == found->function) map.Learn(found->types);
      });
    }
  }
}

std::vector<Projection> ProjectionsOf(const std::vector<Collection>& collections) {
  std::vector<Projection> projections;
  for (const Collection& collection : collections) projections.push_back(collection.data);
  return projections;
}

std::string NameOf(const std::vector<Collection>& collections) {
  return collections.empty() ? "compute" : std::string(collections[0].data.root->name());
}

// The collections as they are to be computed now: over what is known of the sources.
Result<std::vector<Collection>> Optimized(const std::vector<Collection>& collections) {
  ARROW_ASSIGN_OR_RAISE(auto projections, Optimize(ProjectionsOf(collections)));
  std::vector<Collection> optimized = collections;
  for (size_t i = 0; i < optimized.size(); ++i) optimized[i].data = std::move(projections[i]);
  return optimized;
}

// `sinks`: those that `lowered` was made with.
Result<std::shared_ptr<Run>> Submit(const std::vector<Projection>& outputs, const SinkSpecs& sinks, LoweredPlan& lowered, SubmitOptions options) {
  if (const auto cluster = DefaultCluster()) return cluster->Submit(outputs, lowered, std::move(options), sinks);
  return LocalEngine::Default().Submit(std::move(lowered.plan), std::move(options));
}

// What one run gave: the pieces of each collection's partitions.
struct RunResult {
  std::vector<Collection> collections;  // as they were computed
  std::vector<TaskPieces> pieces;
};

// Nothing if the data contradicted what was assumed: then the sources know better now.
Result<std::optional<RunResult>> RunOnce(const std::vector<Collection>& collections, const SinkMaker& make_sink,
                                         const ComputeOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto optimized, Optimized(collections));
  SinkSpecs specs;
  std::vector<std::shared_ptr<const Sink>> sinks;
  for (size_t i = 0; make_sink && i < optimized.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(OutputSink sink, make_sink(optimized[i]));
    const Projection& rows = optimized[i].data;
    ARROW_ASSIGN_OR_RAISE(auto made, MakeSink(sink.spec, rows.schema(), rows.root->num_partitions(), std::move(sink.keep_alive)));
    specs.emplace_back(std::move(sink.spec));
    sinks.push_back(std::move(made));
  }
  ARROW_ASSIGN_OR_RAISE(LoweredPlan lowered, Lower(ProjectionsOf(optimized), sinks));
  SubmitOptions submit;
  submit.priority = options.priority;
  submit.name = NameOf(collections);
  ARROW_ASSIGN_OR_RAISE(const auto run, Submit(ProjectionsOf(optimized), specs, lowered, std::move(submit)));
  const Status status = run->Wait(options.check_interrupt);
  // Not the user's error: the call that met the values has noted it, and is made with the wider type in the next run.
  if (KindOf(status) == ErrorKind::kNeedsWiderType) {
    LearnResultTypes(status, ProjectionsOf(optimized));
    return std::nullopt;
  }
  if (KindOf(status) == ErrorKind::kPython) {
    ARROW_ASSIGN_OR_RAISE(const bool is_contradicted, IsContradicted(lowered.scans, run->TakeEvidence()));
    if (is_contradicted) return std::nullopt;
  }
  ARROW_RETURN_NOT_OK(status);
  ARROW_ASSIGN_OR_RAISE(const bool is_borne_out, LearnFrom(lowered.scans, run->TakeEvidence()));
  if (!is_borne_out) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(auto pieces, run->TakeOutputs());
  return RunResult{std::move(optimized), std::move(pieces)};
}

Result<RunResult> RunUntilBorneOut(const std::vector<Collection>& lazy, const SinkMaker& make_sink, const ComputeOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const auto collections, WithResultsComputed(lazy, options));
  for (int run = 0; run < kMaxRuns; ++run) {
    ARROW_ASSIGN_OR_RAISE(auto result, RunOnce(collections, make_sink, options));
    if (result) return std::move(*result);
  }
  return InternalError("what was learned of the input still contradicts it after {} runs; were its files changed meanwhile?", kMaxRuns);
}

// What a persisted collection is made over: the source below filters, if there is one.
const FrameExpr& BaseOf(const Collection& collection) { return *Stream::Of(collection.data).base; }

// Where partitions begin in all of their rows.
std::vector<int64_t> BoundsOf(const TaskPieces& pieces) {
  std::vector<int64_t> bounds = {0};
  for (const auto& piece : pieces) bounds.push_back(bounds.back() + static_cast<const Table&>(*piece).num_rows());
  if (pieces.empty()) bounds.push_back(0);
  return bounds;
}

// An index is its index columns; what they are as values is for what is made of it.
Collection WithoutValuesOfIndex(Collection collection) {
  if (collection.shape == Collection::Shape::kIndex) collection.data.columns.resize(collection.num_index);
  return collection;
}

Result<Collection> PersistComputed(const Collection& collection, const ComputeOptions& options, const Origin& origin) {
  ARROW_ASSIGN_OR_RAISE(RunResult run, RunUntilBorneOut({WithoutValuesOfIndex(collection)}, {}, options));
  ARROW_ASSIGN_OR_RAISE(Computed computed, Gather(run.collections[0], run.pieces[0]));
  std::vector<int64_t> bounds = BoundsOf(run.pieces[0]);
  auto table = std::make_shared<const Table>(std::move(computed.table));
  const Token identity = Tokenizer("persisted result").Add(collection.data.token()).Finish();
  ARROW_ASSIGN_OR_RAISE(FramePtr root, TableSourceExpr::Make(std::move(table), std::move(bounds), {}, identity, origin));
  Collection result = collection;
  result.data = Projection::All(std::move(root));
  return result;
}

Result<Collection> PersistColumns(const Collection& collection, const ComputeOptions& options, const Origin& origin) {
  ARROW_ASSIGN_OR_RAISE(auto known, WithResultsComputed({collection}, options));
  ARROW_ASSIGN_OR_RAISE(const Collection current, known[0].Rebound());
  std::shared_ptr<PersistedData> data;
  if (auto cluster = DefaultCluster()) {
    ARROW_ASSIGN_OR_RAISE(data, ClusterCollection::Start(current.data, std::move(cluster)));
  } else {
    data = PersistedColumns::Start(current.data, LocalEngine::Default());
  }
  Collection result = collection;
  result.data = Projection::All(PersistedExpr::Make(current.data, std::move(data), origin));
  return result;
}

// What loads the rows of a persisted collection; null for others.
PersistedData* LoadingOf(const Collection& collection) {
  const FrameExpr* base = Stream::Of(collection.data).base.get();
  const auto* persisted = dynamic_cast<const PersistedExpr*>(base);
  return persisted == nullptr ? nullptr : persisted->data().get();
}

}  // namespace

namespace {

// The one value of a computed scalar, as a constant.
Result<Literal> LiteralOf(const Computed& scalar) {
  const DType& type = scalar.table.schema.field(0).type;
  const Column& column = scalar.table.batches[0].columns[0];
  if (column->length == 0 || IsMissing(column, type, 0)) return Literal(std::monostate(), type);
  switch (type.kind()) {
    case Kind::kBool: return Literal(Values<uint8_t>(column)[0] != 0, type);
    case Kind::kFloat32: return Literal(double{Values<float>(column)[0]}, type);
    case Kind::kFloat64: return Literal(Values<double>(column)[0], type);
    case Kind::kInt8: return Literal(int64_t{Values<int8_t>(column)[0]}, type);
    case Kind::kInt16: return Literal(int64_t{Values<int16_t>(column)[0]}, type);
    case Kind::kInt32: return Literal(int64_t{Values<int32_t>(column)[0]}, type);
    case Kind::kUInt8: return Literal(int64_t{Values<uint8_t>(column)[0]}, type);
    case Kind::kUInt16: return Literal(int64_t{Values<uint16_t>(column)[0]}, type);
    case Kind::kUInt32: return Literal(int64_t{Values<uint32_t>(column)[0]}, type);
    case Kind::kInt64: return Literal(Values<int64_t>(column)[0], type);
    case Kind::kUInt64: return Literal(Values<uint64_t>(column)[0], type);
    case Kind::kTimestamp:
    case Kind::kDuration: return Literal(Ticks{Values<int64_t>(column)[0]}, type);
    case Kind::kString: {
      const int64_t* offsets = Values<int64_t>(column);
      return Literal(std::string(reinterpret_cast<const char*>(column->buffers[2]->data()) + offsets[0], offsets[1] - offsets[0]), type);
    }
    default: return NotImplementedError("a lazy value of type {} cannot be combined with a column; compute() it first", type.ToString());
  }
}

// Computes the results of other computations that `collections` need, and puts them in as constants.
Result<std::vector<Collection>> WithResultsComputed(std::vector<Collection> collections, const ComputeOptions& options) {
  std::unordered_map<Token, Projection, TokenHash> needed;
  for (const Collection& collection : collections) CollectResults(collection.data, &needed);
  if (needed.empty()) return collections;
  std::vector<Collection> scalars;
  std::vector<Token> tokens;
  for (const auto& [token, projection] : needed) {
    tokens.push_back(token);
    scalars.push_back({Collection::Shape::kScalar, projection, 0});
  }
  ARROW_ASSIGN_OR_RAISE(auto computed, Compute(scalars, options));
  Rebinder::Values values;
  for (size_t i = 0; i < tokens.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Literal value, LiteralOf(computed[i]));
    values.emplace(tokens[i], std::move(value));
  }
  Rebinder rebinder(std::move(values));
  for (Collection& collection : collections) {
    ARROW_ASSIGN_OR_RAISE(collection.data, rebinder.Rebind(collection.data));
  }
  return collections;
}

}  // namespace

Result<std::vector<Computed>> Compute(const std::vector<Collection>& collections, const ComputeOptions& options) {
  std::vector<Collection> wanted;
  for (const Collection& collection : collections) wanted.push_back(WithoutValuesOfIndex(collection));
  ARROW_ASSIGN_OR_RAISE(RunResult run, RunUntilBorneOut(wanted, {}, options));
  std::vector<Computed> results;
  for (size_t i = 0; i < collections.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Computed result, Gather(run.collections[i], run.pieces[i]));
    run.pieces[i].clear();
    results.push_back(std::move(result));
  }
  return results;
}

Result<std::vector<std::shared_ptr<const Piece>>> ComputeInto(const Collection& collection, const SinkMaker& make_sink,
                                                              const ComputeOptions& options) {
  ARROW_ASSIGN_OR_RAISE(RunResult run, RunUntilBorneOut({collection}, make_sink, options));
  return std::move(run.pieces[0]);
}

Result<std::vector<Collection>> Persist(const std::vector<Collection>& collections, const ComputeOptions& options, Origin origin) {
  std::vector<Collection> persisted;
  for (const Collection& collection : collections) {
    const bool is_over_source = BaseOf(collection).node() == FrameExpr::Node::kSource;
    ARROW_ASSIGN_OR_RAISE(Collection result,
                          is_over_source ? PersistColumns(collection, options, origin) : PersistComputed(collection, options, origin));
    persisted.push_back(std::move(result));
  }
  return persisted;
}

Result<bool> WaitUntilLoaded(const Collection& collection, double seconds) {
  PersistedData* loading = LoadingOf(collection);
  if (loading == nullptr) return true;
  return loading->WaitUntilLoaded(seconds);
}

void CancelLoading(const Collection& collection) {
  if (PersistedData* loading = LoadingOf(collection)) loading->CancelLoading();
}

Result<std::string> Explain(const std::vector<Collection>& collections) {
  ARROW_ASSIGN_OR_RAISE(auto optimized, Optimized(collections));
  ARROW_ASSIGN_OR_RAISE(LoweredPlan lowered, Lower(ProjectionsOf(optimized)));
  return ExplainPlan(ProjectionsOf(optimized), lowered);
}

}  // namespace cask
