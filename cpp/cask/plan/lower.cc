#include "cask/plan/lower.h"

#include <map>
#include <numeric>

#include "cask/base/check.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/plan/assemble_body.h"
#include "cask/plan/stream.h"

namespace cask {
namespace {

// Where a result of the plan is: output `output` of the `num_tasks` tasks of layer `layer`.
struct Place {
  int layer = -1;
  int output = -1;
  int64_t num_tasks = 0;
};

// One use of a base's rows: the branch that it becomes.
struct Use {
  Token token;  // of the projection, of its partitions, and of what is done with them
  Stream stream;
  std::shared_ptr<const Sink> sink;
  std::string name;
  PartitionRange range = {};  // of the base's partitions
};

// Everything that reads the same partitions of one base.
struct Scan {
  FramePtr base;
  PartitionRange range;
  std::vector<Use> uses;
};

class Lowering {
 public:
  Result<LoweredPlan> Run(const std::vector<Projection>& outputs, const std::vector<std::shared_ptr<const Sink>>& sinks) {
    const auto sink_of = [&](size_t i) { return i < sinks.size() ? sinks[i] : nullptr; };
    FindNeeded(outputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      Visit(UseOf(outputs[i], sink_of(i)));
    }
    ARROW_RETURN_NOT_OK(LowerSources());
    for (size_t i = 0; i < outputs.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const Place place, LowerUse(UseOf(outputs[i], sink_of(i))));
      lowered_.plan.outputs.push_back({place.layer, place.output});
    }
    return std::move(lowered_);
  }

 private:
  // Rows given to a sink of one's own, or collected where there is none.
  static Use UseOf(const Projection& output, std::shared_ptr<const Sink> sink) {
    if (sink == nullptr) return CollectOf(output);
    const Token token = Tokenizer("sink").Add(reinterpret_cast<int64_t>(sink.get())).Add(output.token()).Finish();
    return {token, Stream::Of(output), std::move(sink), ""};
  }

  static Use CollectOf(const Projection& projection, PartitionRange range = {}) {
    const Token token = Ranged("collect", projection.token(), range);
    return {token, Stream::Of(projection), MakeCollectSink(projection.schema()), "", range};
  }

  static Use UseOf(const BreakerExpr& breaker) {
    return {breaker.token(), Stream::Of(breaker.input()), breaker.sinks().partial, std::string(breaker.name()), breaker.breaker().partitions()};
  }

  // Names what is made of some partitions of something.
  static Token Ranged(const char* what, const Token& token, PartitionRange range) {
    return Tokenizer(what).Add(token).Add(range.count).Add(int64_t{range.from_end}).Finish();
  }

  static std::vector<Projection> InputsOf(const FrameExpr& frame) {
    switch (frame.node()) {
      case FrameExpr::Node::kMapPartitions: return {static_cast<const MapPartitionsExpr&>(frame).input()};
      case FrameExpr::Node::kBreaker: return {static_cast<const BreakerExpr&>(frame).input()};
      case FrameExpr::Node::kAssemble: return static_cast<const AssembleExpr&>(frame).inputs();
      default: return {};
    }
  }

  // Finds which columns of maps anything needs: of those that pass by a function the others are not read. Consumers come before what they consume.
  void FindNeeded(const std::vector<Projection>& outputs) {
    std::vector<FramePtr> order;
    std::map<Token, bool> seen;
    for (const Projection& output : outputs) AddInOrder(Stream::Of(output).base, &seen, &order);
    for (const Projection& output : outputs) AddNeeded(output);
    for (auto frame = order.rbegin(); frame != order.rend(); ++frame) {
      if ((*frame)->node() == FrameExpr::Node::kMapPartitions) {
        AddNeeded(Narrowed(static_cast<const MapPartitionsExpr&>(**frame)));
      } else {
        for (const Projection& input : InputsOf(**frame)) AddNeeded(input);
      }
    }
  }

  static void AddInOrder(const FramePtr& frame, std::map<Token, bool>* seen, std::vector<FramePtr>* order) {
    if (!seen->emplace(frame->token(), true).second) return;
    for (const Projection& input : InputsOf(*frame)) AddInOrder(Stream::Of(input).base, seen, order);
    order->push_back(frame);
  }

  void AddNeeded(const Projection& projection) {
    const Stream stream = Stream::Of(projection);
    if (stream.base->node() != FrameExpr::Node::kMapPartitions) return;
    const std::vector<bool> by_use = stream.NeededColumns();
    std::vector<bool>& needed = needed_[stream.base->token()];
    needed.resize(by_use.size(), false);
    for (size_t i = 0; i < by_use.size(); ++i) needed[i] = needed[i] || by_use[i];
  }

  // The columns of a map that there are: all results, and of those that pass by its function the needed ones.
  std::vector<int> ColumnsOf(const MapPartitionsExpr& map) const {
    const std::vector<bool>& needed = needed_.at(map.token());
    std::vector<int> columns;
    for (int i = 0; i < map.schema().size(); ++i) {
      if (i < map.function().schema.size() || needed[i]) columns.push_back(i);
    }
    return columns;
  }

  // A map's input without columns that pass by its function for nobody.
  Projection Narrowed(const MapPartitionsExpr& map) const {
    const Projection& input = map.input();
    Projection narrowed{input.root, {input.columns.begin(), input.columns.begin() + map.num_given()}};
    const int num_results = map.function().schema.size();
    for (const int column : ColumnsOf(map)) {
      if (column >= num_results) narrowed.columns.push_back(input.columns[map.num_given() + column - num_results]);
    }
    return narrowed;
  }

  // Finds every use of every source below, so that each source becomes one scan.
  void Visit(Use use) {
    if (use.stream.base->node() == FrameExpr::Node::kSource) {
      AddUse(std::move(use));
    } else {
      VisitInputs(*use.stream.base, use.range);
    }
  }

  void VisitInputs(const FrameExpr& frame, PartitionRange range) {
    const bool is_map = frame.node() == FrameExpr::Node::kMapPartitions;
    if (!visited_.emplace(is_map ? Ranged("map", frame.token(), range) : frame.token(), true).second) return;
    if (is_map) {
      Visit(CollectOf(Narrowed(static_cast<const MapPartitionsExpr&>(frame)), range));
    } else if (frame.node() == FrameExpr::Node::kBreaker) {
      Visit(UseOf(static_cast<const BreakerExpr&>(frame)));
    } else {
      for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) Visit(CollectOf(input));
    }
  }

  void AddUse(Use use) {
    for (Scan& scan : scans_) {
      if (scan.base->token() != use.stream.base->token() || scan.range != use.range) continue;
      for (const Use& other : scan.uses) {
        if (other.token == use.token) return;
      }
      scan.uses.push_back(std::move(use));
      return;
    }
    FramePtr base = use.stream.base;
    Scan scan{std::move(base), use.range, {}};
    scan.uses.push_back(std::move(use));
    scans_.push_back(std::move(scan));
  }

  Status LowerSources() {
    for (const Scan& scan : scans_) {
      const auto source = std::static_pointer_cast<const SourceExpr>(scan.base);
      const auto [first, count] = PartitionsOf(*source, scan.range);
      const std::vector<int> read = ColumnsRead(scan);
      ARROW_ASSIGN_OR_RAISE(auto reader, source->MakeSource(read, first));
      lowered_.scans.push_back({AddScanLayer(scan, read, std::move(reader), count, {}), source, first, count});
    }
    return Status::OK();
  }

  // The first of the partitions of a range, and how many they are.
  static std::pair<int64_t, int64_t> PartitionsOf(const FrameExpr& frame, PartitionRange range) {
    const int64_t all = frame.num_partitions();
    const int64_t count = range.count == PartitionRange::kAll ? all : std::min(all, range.count);
    return {range.from_end ? all - count : 0, count};
  }

  static std::vector<int> ColumnsRead(const Scan& scan) {
    std::vector<bool> needed(scan.base->schema().size(), false);
    for (const Use& use : scan.uses) {
      const std::vector<bool> by_use = use.stream.NeededColumns();
      for (size_t i = 0; i < needed.size(); ++i) needed[i] = needed[i] || by_use[i];
    }
    std::vector<int> read;
    for (size_t i = 0; i < needed.size(); ++i) {
      if (needed[i]) read.push_back(static_cast<int>(i));
    }
    return read;
  }

  int AddScanLayer(const Scan& scan, const std::vector<int>& read, std::shared_ptr<const Source> source, int64_t num_tasks,
                   std::vector<LayerInput> inputs) {
    const int layer = static_cast<int>(lowered_.plan.layers.size());
    std::string name(scan.base->name());
    std::vector<Branch> branches;
    for (const Use& use : scan.uses) {
      places_[use.token] = {layer, static_cast<int>(branches.size()), num_tasks};
      branches.push_back({use.stream.MakeTransforms(read), use.sink});
      if (!use.name.empty() && name.find(use.name) == std::string::npos) name += "-" + use.name;
    }
    lowered_.plan.layers.push_back(
        {std::move(name), num_tasks, std::make_shared<Fragment>(std::move(source), std::move(branches)), std::move(inputs)});
    return layer;
  }

  // Which columns the result of a frame has.
  std::vector<int> ColumnsThere(const FrameExpr& frame) const {
    if (frame.node() == FrameExpr::Node::kMapPartitions) return ColumnsOf(static_cast<const MapPartitionsExpr&>(frame));
    std::vector<int> all(frame.schema().size());
    std::iota(all.begin(), all.end(), 0);
    return all;
  }

  // The place of a use's rows; those over a source are there already, those over another result become tasks of their own.
  Result<Place> LowerUse(Use use) {
    const auto found = places_.find(use.token);
    if (found != places_.end()) return found->second;
    ARROW_ASSIGN_OR_RAISE(const Place base, LowerFrame(*use.stream.base, use.range));
    const Token token = use.token;
    Scan scan{use.stream.base, {}, {}};
    scan.uses.push_back(std::move(use));
    const std::vector<int> read = ColumnsThere(*scan.base);
    Schema schema;
    for (const int column : read) schema.Add(scan.base->schema().field(column));
    AddScanLayer(scan, read, MakeInputSource(0, std::move(schema)), base.num_tasks, {{base.layer, base.output, OneToOne()}});
    return places_[token];
  }

  Result<Place> LowerFrame(const FrameExpr& frame, PartitionRange range) {
    const bool is_map = frame.node() == FrameExpr::Node::kMapPartitions;
    const Token token = is_map ? Ranged("result", frame.token(), range) : Tokenizer("result").Add(frame.token()).Finish();
    const auto found = places_.find(token);
    if (found != places_.end()) return found->second;
    ARROW_ASSIGN_OR_RAISE(const Place place, is_map ? LowerMap(static_cast<const MapPartitionsExpr&>(frame), range) : LowerWhole(frame));
    places_[token] = place;
    return place;
  }

  // What has one partition.
  Result<Place> LowerWhole(const FrameExpr& frame) {
    if (frame.node() == FrameExpr::Node::kBreaker) return LowerBreaker(static_cast<const BreakerExpr&>(frame));
    return LowerAssembly(static_cast<const AssembleExpr&>(frame));
  }

  Result<Place> LowerMap(const MapPartitionsExpr& map, PartitionRange range) {
    const Projection input = Narrowed(map);
    const int num_passed = static_cast<int>(input.columns.size()) - map.num_given();
    ARROW_ASSIGN_OR_RAISE(const Place rows, LowerUse(CollectOf(input, range)));
    const auto [first, count] = PartitionsOf(map, range);
    CASK_CHECK_EQ(rows.num_tasks, count);
    const int layer = static_cast<int>(lowered_.plan.layers.size());
    auto body = MakeMapPartitionsBody(map.function(), num_passed, first, map.num_partitions(), map.origin());
    lowered_.plan.layers.push_back({std::string(map.name()), count, std::move(body), {{rows.layer, rows.output, OneToOne()}}});
    return Place{layer, 0, count};
  }

  Result<Place> LowerBreaker(const BreakerExpr& breaker) {
    const BreakerSinks& sinks = breaker.sinks();
    ARROW_ASSIGN_OR_RAISE(Place place, LowerUse(UseOf(breaker)));
    while (place.num_tasks > kMergeFanIn) place = AddMergeLayer(breaker, place, sinks.partial->schema(), sinks.merge, "merge");
    return AddMergeLayer(breaker, place, sinks.partial->schema(), sinks.final, "final");
  }

  Place AddMergeLayer(const BreakerExpr& breaker, const Place& from, const Schema& states, std::shared_ptr<const Sink> sink,
                      const char* step) {
    const int layer = static_cast<int>(lowered_.plan.layers.size());
    const int64_t num_tasks = std::max<int64_t>(1, (from.num_tasks + kMergeFanIn - 1) / kMergeFanIn);
    auto body = std::make_shared<Fragment>(MakeInputSource(0, states), std::vector<Branch>{{{}, std::move(sink)}});
    lowered_.plan.layers.push_back({fmt::format("{}-{}", breaker.name(), step), num_tasks, std::move(body),
                                    {{from.layer, from.output, Tree(from.num_tasks, kMergeFanIn)}}});
    return {layer, 0, num_tasks};
  }

  Result<Place> LowerAssembly(const AssembleExpr& assembly) {
    std::vector<LayerInput> inputs;
    for (const Projection& input : assembly.inputs()) {
      ARROW_ASSIGN_OR_RAISE(const Place place, LowerUse(CollectOf(input)));
      inputs.push_back({place.layer, place.output, AllToAll(place.num_tasks, 1)});
    }
    const int layer = static_cast<int>(lowered_.plan.layers.size());
    lowered_.plan.layers.push_back({std::string(assembly.name()), 1, MakeAssembleBody(assembly.function()), std::move(inputs)});
    return Place{layer, 0, 1};
  }

  LoweredPlan lowered_;
  std::vector<Scan> scans_;
  std::map<Token, bool> visited_;
  std::map<Token, Place> places_;
  std::map<Token, std::vector<bool>> needed_;  // of each map, which of its columns
};

}  // namespace

Result<LoweredPlan> Lower(const std::vector<Projection>& outputs, const std::vector<std::shared_ptr<const Sink>>& sinks) {
  return Lowering().Run(outputs, sinks);
}

}  // namespace cask
