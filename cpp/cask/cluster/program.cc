#include "cask/cluster/program.h"

#include <set>

#include "cask/base/codec.h"
#include "cask/expr/array_codec.h"
#include "cask/expr/expression_codec.h"
#include "cask/expr/visit_columns.h"
#include "cask/local/persisted_source.h"
#include "cask/plan/lower.h"
#include "cask/plan/lower_array.h"

namespace cask {
namespace {

// The first byte.
enum class Purpose : char { kCompute, kLoad, kComputeArrays, kCall };

constexpr size_t kShortProgramBytes = 16 << 10;

std::string WithPurpose(Purpose purpose, std::string_view expressions) {
  std::string program(1, static_cast<char>(purpose));
  program += expressions;
  return program;
}

// A persisted collection as its expression needs it, over what this worker holds.
class HeldCollection final : public PersistedData {
 public:
  HeldCollection(Identity identity, std::shared_ptr<PersistedCache> cache) : identity_(identity), cache_(std::move(cache)) {}

  Result<std::shared_ptr<const Source>> MakeSource(const Projection& input, const std::vector<int>& columns, int64_t first_partition) override {
    return MakePersistedSource(cache_, input, columns, identity_.generation, first_partition);
  }
  void OnContradiction() override {}  // the client tells
  std::optional<Identity> identity() const override { return identity_; }

  const std::shared_ptr<PersistedCache>& cache() const { return cache_; }

 private:
  const Identity identity_;
  const std::shared_ptr<PersistedCache> cache_;
};

Result<Plan> MakeLoadPlan(const std::vector<Projection>& outputs) {
  const auto* persisted = outputs.size() == 1 ? dynamic_cast<const PersistedExpr*>(outputs[0].root.get()) : nullptr;
  const auto* held = persisted == nullptr ? nullptr : dynamic_cast<const HeldCollection*>(persisted->data().get());
  if (held == nullptr) return ValueError("a program to load a collection is of none");
  return LoadPlan(held->cache(), persisted->input(), held->identity()->generation);
}

Result<Plan> MakeComputePlan(const std::vector<Projection>& outputs, const SinkSpecs& specs) {
  if (specs.size() > outputs.size()) return ValueError("a program has {} sinks for {} outputs", specs.size(), outputs.size());
  std::vector<std::shared_ptr<const Sink>> sinks(specs.size());
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!specs[i]) continue;
    ARROW_ASSIGN_OR_RAISE(sinks[i], MakeSink(*specs[i], outputs[i].schema(), outputs[i].root->num_partitions()));
  }
  ARROW_ASSIGN_OR_RAISE(LoweredPlan lowered, Lower(outputs, sinks));
  return std::move(lowered.plan);
}

Result<std::shared_ptr<const ProgramPlan>> MakeArrayPlan(std::string_view expressions) {
  ARROW_ASSIGN_OR_RAISE(const auto arrays, DecodeArrays(expressions));
  auto runnable = std::make_shared<ProgramPlan>();
  ARROW_RETURN_NOT_OK(LowerArrays(arrays, {}, &runnable->plan));
  return runnable;
}

Result<std::shared_ptr<const ProgramPlan>> MakeCallPlanOf(std::string_view bytes, std::vector<TaskId> imports) {
  Decoder decoder(bytes);
  CallProgram program;
  if (!decoder.Read(&program) || !decoder.is_at_end()) return ValueError("a program of calls does not decode");
  const auto num_calls = static_cast<int64_t>(program.calls.arguments.size());
  if (program.num_imports != static_cast<int64_t>(imports.size())) return ValueError("a program of calls has other imports than its plan");
  if (program.num_imports > 0 && !Fits(program.inputs, num_calls, program.num_imports)) return ValueError("calls need imports that there are not");
  auto runnable = std::make_shared<ProgramPlan>();
  runnable->plan = MakeCallPlan(program);
  runnable->plan.imports = std::move(imports);
  runnable->are_calls = true;
  return runnable;
}

}  // namespace

std::string EncodeCallProgram(const CallProgram& program) { return WithPurpose(Purpose::kCall, ToBytes(program)); }

bool IsShortCallProgram(std::string_view program) {
  return !program.empty() && program[0] == static_cast<char>(Purpose::kCall) && program.size() <= kShortProgramBytes;
}

Plan MakeCallPlan(const CallProgram& program) {
  Plan plan;
  if (program.num_imports > 0) plan.layers.push_back({.name = "imports", .num_tasks = program.num_imports, .body = nullptr, .inputs = {}});
  Layer& calls = plan.layers.emplace_back();
  calls.name = program.calls.name;
  calls.num_tasks = static_cast<int64_t>(program.calls.arguments.size());
  calls.body = std::make_shared<CallBody>(program.calls);
  if (program.num_imports > 0) calls.inputs.push_back({0, 0, MakeDependency(program.inputs)});
  plan.outputs.push_back({static_cast<int>(plan.layers.size()) - 1, 0});
  return plan;
}

Result<std::string> EncodeProgram(const std::vector<Projection>& outputs, const SinkSpecs& sinks) {
  ARROW_ASSIGN_OR_RAISE(const std::string expressions, EncodeProjections(outputs));
  return WithPurpose(Purpose::kCompute, ToBytes(sinks) + expressions);
}

Result<std::string> EncodeArrayProgram(const std::vector<ArrayExprPtr>& arrays) {
  ARROW_ASSIGN_OR_RAISE(const std::string expressions, EncodeArrays(arrays));
  return WithPurpose(Purpose::kComputeArrays, expressions);
}

Result<std::string> EncodeLoadProgram(const Projection& persisted) {
  ARROW_ASSIGN_OR_RAISE(const std::string expressions, EncodeProjections({persisted}));
  return WithPurpose(Purpose::kLoad, expressions);
}

std::shared_ptr<PersistedCache> PersistedCaches::Find(const PersistedData::Identity& identity) {
  std::lock_guard lock(mutex_);
  auto& cache = caches_[identity.collection];
  if (cache == nullptr) cache = std::make_shared<PersistedCache>(store_, identity.generation);
  cache->BeginGeneration(identity.generation);
  return cache;
}

std::vector<HeldPartitions> PersistedCaches::Held() const {
  std::lock_guard lock(mutex_);
  std::vector<HeldPartitions> held;
  for (const auto& [id, cache] : caches_) held.push_back({id, cache->Partitions()});
  return held;
}

void PersistedCaches::Drop(CollectionId id) {
  decltype(caches_)::node_type dropped;
  std::lock_guard lock(mutex_);
  dropped = caches_.extract(id);
}

Result<std::shared_ptr<const ProgramPlan>> MakePlanOf(std::string_view program, std::vector<TaskId> imports, PersistedCaches& caches) {
  if (program.empty()) return ValueError("a program is empty");
  if (program[0] == static_cast<char>(Purpose::kCall)) return MakeCallPlanOf(program.substr(1), std::move(imports));
  if (!imports.empty()) return ValueError("a program of expressions has imports");
  if (program[0] == static_cast<char>(Purpose::kComputeArrays)) return MakeArrayPlan(program.substr(1));
  const auto find = [&](const PersistedData::Identity& identity) { return std::make_shared<HeldCollection>(identity, caches.Find(identity)); };
  const bool computes = program[0] == static_cast<char>(Purpose::kCompute);
  Decoder decoder(program.substr(1));
  SinkSpecs sinks;
  if (computes && !decoder.Read(&sinks)) return ValueError("what a program writes does not decode");
  auto runnable = std::make_shared<ProgramPlan>();
  ARROW_ASSIGN_OR_RAISE(runnable->outputs, DecodeProjections(program.substr(program.size() - decoder.num_left()), find));
  if (computes) {
    ARROW_ASSIGN_OR_RAISE(runnable->plan, MakeComputePlan(runnable->outputs, sinks));
  } else if (program[0] == static_cast<char>(Purpose::kLoad)) {
    ARROW_ASSIGN_OR_RAISE(runnable->plan, MakeLoadPlan(runnable->outputs));
  } else {
    return ValueError("a program has no purpose {}", static_cast<int>(program[0]));
  }
  return runnable;
}

Status ProgramPlan::WithWidenedCalls(const Status& status) const {
  if (KindOf(status) != ErrorKind::kNeedsWiderType) return status;
  Status noted = status;
  for (const Projection& output : outputs) {
    VisitColumns(output, [&](const ColumnExpr& column) {
      const bool is_widened = column.node() == ColumnExpr::Node::kCall && *column.widened() && column.options().number != kWidened;
      if (is_widened) noted = WithNote(noted, column.token().ToString());
    });
  }
  return noted;
}

void MarkWidenedCalls(const Status& status, const std::vector<Projection>& outputs) {
  if (KindOf(status) != ErrorKind::kNeedsWiderType) return;
  const std::set<std::string> notes(NotesOf(status).begin(), NotesOf(status).end());
  for (const Projection& output : outputs) {
    VisitColumns(output, [&](const ColumnExpr& column) {
      if (column.node() == ColumnExpr::Node::kCall && notes.contains(column.token().ToString())) *column.widened() = true;
    });
  }
}

}  // namespace cask
