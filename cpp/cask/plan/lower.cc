#include "cask/plan/lower.h"

#include <map>

#include "cask/base/check.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
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
  Token token;  // of the projection and of what is done with it
  Stream stream;
  std::shared_ptr<const Sink> sink;
  std::string name;
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
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Use use = UseOf(outputs[i], sink_of(i));
      Visit(outputs[i], use.token, use.sink, {}, "");
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
    if (sink == nullptr) return {CollectToken(output), Stream::Of(output), MakeCollectSink(output.schema()), ""};
    const Token token = Tokenizer("sink").Add(reinterpret_cast<int64_t>(sink.get())).Add(output.token()).Finish();
    return {token, Stream::Of(output), std::move(sink), ""};
  }

  static Token CollectToken(const Projection& projection) { return Tokenizer("collect").Add(projection.token()).Finish(); }

  // Finds every use of every source below `projection`, so that each source becomes one scan.
  void Visit(const Projection& projection, Token token, std::shared_ptr<const Sink> sink, PartitionRange range, std::string name) {
    Stream stream = Stream::Of(projection);
    if (stream.base->node() == FrameExpr::Node::kSource) {
      AddUse({token, std::move(stream), std::move(sink), std::move(name)}, range);
    } else {
      VisitInputs(*stream.base);
    }
  }

  void VisitInputs(const FrameExpr& frame) {
    if (!visited_.emplace(frame.token(), true).second) return;
    if (frame.node() == FrameExpr::Node::kBreaker) {
      const auto& breaker = static_cast<const BreakerExpr&>(frame);
      Visit(breaker.input(), breaker.token(), breaker.sinks().partial, breaker.breaker().partitions(), std::string(breaker.name()));
    } else {
      for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) {
        Visit(input, CollectToken(input), MakeCollectSink(input.schema()), {}, "");
      }
    }
  }

  void AddUse(Use use, PartitionRange range) {
    for (Scan& scan : scans_) {
      if (scan.base->token() != use.stream.base->token() || scan.range != range) continue;
      for (const Use& other : scan.uses) {
        if (other.token == use.token) return;
      }
      scan.uses.push_back(std::move(use));
      return;
    }
    FramePtr base = use.stream.base;
    Scan scan{std::move(base), range, {}};
    scan.uses.push_back(std::move(use));
    scans_.push_back(std::move(scan));
  }

  Status LowerSources() {
    for (const Scan& scan : scans_) {
      const auto source = std::static_pointer_cast<const SourceExpr>(scan.base);
      const int64_t all = source->num_partitions();
      const int64_t count = scan.range.count == PartitionRange::kAll ? all : std::min(all, scan.range.count);
      const int64_t first = scan.range.from_end ? all - count : 0;
      const std::vector<int> read = ColumnsRead(scan);
      ARROW_ASSIGN_OR_RAISE(auto reader, source->MakeSource(read, first));
      lowered_.scans.push_back({AddScanLayer(scan, read, std::move(reader), count, {}), source, first, count});
    }
    return Status::OK();
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

  // The place of a use's rows; those over a source are there already, those over another result become a task of their own.
  Result<Place> LowerUse(Use use) {
    const auto found = places_.find(use.token);
    if (found != places_.end()) return found->second;
    ARROW_ASSIGN_OR_RAISE(const Place base, LowerFrame(*use.stream.base));
    CASK_CHECK_EQ(base.num_tasks, 1);
    const Token token = use.token;
    Scan scan{use.stream.base, {}, {}};
    scan.uses.push_back(std::move(use));
    std::vector<int> read(scan.base->schema().size());
    for (size_t i = 0; i < read.size(); ++i) read[i] = static_cast<int>(i);
    AddScanLayer(scan, read, MakeInputSource(0, scan.base->schema()), 1, {{base.layer, base.output, OneToOne()}});
    return places_[token];
  }

  Result<Place> LowerFrame(const FrameExpr& frame) {
    const Token token = Tokenizer("result").Add(frame.token()).Finish();
    const auto found = places_.find(token);
    if (found != places_.end()) return found->second;
    ARROW_ASSIGN_OR_RAISE(const Place place, frame.node() == FrameExpr::Node::kBreaker
                                                 ? LowerBreaker(static_cast<const BreakerExpr&>(frame))
                                                 : LowerAssembly(static_cast<const AssembleExpr&>(frame)));
    places_[token] = place;
    return place;
  }

  Result<Place> LowerBreaker(const BreakerExpr& breaker) {
    const BreakerSinks& sinks = breaker.sinks();
    ARROW_ASSIGN_OR_RAISE(Place place, LowerUse({breaker.token(), Stream::Of(breaker.input()), sinks.partial, std::string(breaker.name())}));
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
      ARROW_ASSIGN_OR_RAISE(const Place place, LowerUse(UseOf(input, nullptr)));
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
};

}  // namespace

Result<LoweredPlan> Lower(const std::vector<Projection>& outputs, const std::vector<std::shared_ptr<const Sink>>& sinks) {
  return Lowering().Run(outputs, sinks);
}

}  // namespace cask
