// Drives the scheduler's state machine alone, on one thread, with tasks that do nothing, and prints tasks a second and bytes a task.
//
//   scheduler_machine [tasks]

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cask/base/clock.h"
#include "cask/scheduler/scheduler.h"

namespace cask {
namespace {

PlanShape Independent(int64_t n) { return {{{n, true, {}}}}; }

PlanShape ChainPairs(int64_t n) { return {{{n, false, {}}, {n, true, {{0, 0, OneToOne()}}}}}; }

PlanShape TreeOver(int64_t n, int64_t fan_in) {
  PlanShape shape{{{n, false, {}}}};
  while (n > 1) {
    const int64_t parents = (n + fan_in - 1) / fan_in;
    shape.layers.push_back({parents, false, {{static_cast<int>(shape.layers.size()) - 1, 0, Tree(n, fan_in)}}});
    n = parents;
  }
  shape.layers.back().is_output = true;
  return shape;
}

// A call of the result of a call of another plan, or of nothing.
PlanShape CallOf(std::optional<PlanId> other) {
  if (!other) return Independent(1);
  const int32_t output = Number(*other) == 0 ? 0 : 1;
  return {{{1, false, {}}, {1, true, {{0, 0, FromLists({0, 1}, {0}, 1)}}}}, {{*other, output, 0}}};
}

struct Figures {
  double seconds;
  int64_t tasks;
  int64_t bytes;  // of heap at the highest point seen
};

using Submit = std::function<std::vector<PlanId>(Scheduler&, SchedulerOutbox&)>;

Submit One(const PlanShape& shape) {
  return [shape](Scheduler& scheduler, SchedulerOutbox& outbox) { return std::vector{scheduler.OnSubmit(shape, {}, outbox)}; };
}

// Plans of one independent task each.
Submit Calls(int64_t n, bool are_chained) {
  return [=](Scheduler& scheduler, SchedulerOutbox& outbox) {
    std::vector<PlanId> plans;
    while (static_cast<int64_t>(plans.size()) < n) {
      const auto other = are_chained && !plans.empty() ? std::optional(plans.back()) : std::nullopt;
      plans.push_back(scheduler.OnSubmit(CallOf(other), {.independent = true}, outbox));
    }
    return plans;
  };
}

Figures RunOnce(const Submit& submit, int64_t num_tasks, int workers, int threads) {
  Scheduler scheduler;
  SchedulerOutbox outbox;
  Figures figures{0, num_tasks, 0};
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  const int64_t begin = SystemClock().MonotonicNanoseconds();
  for (int i = 0; i < workers; ++i) scheduler.OnWorkerJoined(threads, threads, outbox);
  const std::vector<PlanId> plans = submit(scheduler, outbox);
  std::deque<SchedulerAction> running;
  int64_t done = 0;
  while (true) {
    for (const SchedulerAction& action : outbox) {
      if (action.kind == SchedulerAction::Kind::kAssign) running.push_back(action);
    }
    outbox.clear();
    if (running.empty()) break;
    const SchedulerAction next = running.front();
    running.pop_front();
    scheduler.OnTaskDone(next.task, next.run, next.worker, 100, outbox);
    if (++done == figures.tasks / 2) figures.bytes = static_cast<int64_t>(mallinfo2().uordblks + mallinfo2().hblkhd - before);
  }
  const bool finished = scheduler.idle();
  for (const PlanId plan : plans) scheduler.OnRelease(plan, outbox);
  figures.seconds = static_cast<double>(SystemClock().MonotonicNanoseconds() - begin) * 1e-9;
  if (!finished) {
    std::fprintf(stderr, "the plan did not finish\n");
    std::exit(1);
  }
  return figures;
}

void Report(const std::string& name, const Submit& submit, int64_t num_tasks, int workers, int threads) {
  std::vector<double> seconds;
  Figures figures{};
  for (int round = 0; round < 5; ++round) {
    figures = RunOnce(submit, num_tasks, workers, threads);
    seconds.push_back(figures.seconds);
  }
  std::sort(seconds.begin(), seconds.end());
  const auto tasks = static_cast<double>(figures.tasks);
  std::printf("%-34s %9.0f tasks  %3d workers x %2d  median %.3f s  worst %.3f s  %6.2f M tasks/s  %4.0f bytes/task\n", name.c_str(), tasks, workers, threads,
              seconds[2], seconds[4], tasks / seconds[2] * 1e-6, static_cast<double>(figures.bytes) / tasks);
}

void Report(const std::string& name, const PlanShape& shape, int workers, int threads) {
  int64_t num_tasks = 0;
  for (const auto& layer : shape.layers) num_tasks += layer.num_tasks;
  Report(name, One(shape), num_tasks, workers, threads);
}

}  // namespace
}  // namespace cask

int main(int argc, char** argv) {
  const int64_t n = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  for (const auto& [workers, threads] : {std::pair{1, 2}, std::pair{100, 4}}) {
    cask::Report("independent", cask::Independent(n), workers, threads);
    cask::Report("tree reduction, fan-in 16", cask::TreeOver(n, 16), workers, threads);
    cask::Report("chain pairs", cask::ChainPairs(n), workers, threads);
    cask::Report("calls, a plan each", cask::Calls(n / 10, false), n / 10, workers, threads);
    cask::Report("calls, each of the one before", cask::Calls(n / 10, true), n / 10, workers, threads);
  }
}
