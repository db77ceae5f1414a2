// Drives the scheduler's state machine alone, on one thread, with tasks that do nothing, and prints tasks a second and bytes a task.
//
//   scheduler_machine [tasks]

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
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

struct Figures {
  double seconds;
  int64_t tasks;
  int64_t bytes;  // of heap at the highest point seen
};

Figures RunOnce(const PlanShape& shape, int workers, int threads) {
  Scheduler scheduler;
  SchedulerOutbox outbox;
  Figures figures{0, 0, 0};
  for (const auto& layer : shape.layers) figures.tasks += layer.num_tasks;
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  const int64_t begin = SystemClock().MonotonicNanoseconds();
  for (int i = 0; i < workers; ++i) scheduler.OnWorkerJoined(threads, threads, outbox);
  const PlanId plan = scheduler.OnSubmit(shape, {}, outbox);
  std::deque<SchedulerAction> running;
  bool finished = false;
  int64_t done = 0;
  while (true) {
    for (const SchedulerAction& action : outbox) {
      if (action.kind == SchedulerAction::Kind::kAssign) running.push_back(action);
      if (action.kind == SchedulerAction::Kind::kPlanFinished) finished = true;
    }
    outbox.clear();
    if (running.empty()) break;
    const SchedulerAction next = running.front();
    running.pop_front();
    scheduler.OnTaskDone(next.task, next.run, next.worker, 100, outbox);
    if (++done == figures.tasks / 2) figures.bytes = static_cast<int64_t>(mallinfo2().uordblks + mallinfo2().hblkhd - before);
  }
  scheduler.OnRelease(plan, outbox);
  figures.seconds = static_cast<double>(SystemClock().MonotonicNanoseconds() - begin) * 1e-9;
  if (!finished) {
    std::fprintf(stderr, "the plan did not finish\n");
    std::exit(1);
  }
  return figures;
}

void Report(const std::string& name, const PlanShape& shape, int workers, int threads) {
  std::vector<double> seconds;
  Figures figures{};
  for (int round = 0; round < 5; ++round) {
    figures = RunOnce(shape, workers, threads);
    seconds.push_back(figures.seconds);
  }
  std::sort(seconds.begin(), seconds.end());
  const auto tasks = static_cast<double>(figures.tasks);
  std::printf("%-34s %9.0f tasks  %3d workers x %2d  median %.3f s  worst %.3f s  %6.2f M tasks/s  %4.0f bytes/task\n", name.c_str(), tasks, workers, threads,
              seconds[2], seconds[4], tasks / seconds[2] * 1e-6, static_cast<double>(figures.bytes) / tasks);
}

}  // namespace
}  // namespace cask

int main(int argc, char** argv) {
  const int64_t n = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  for (const auto& [workers, threads] : {std::pair{1, 2}, std::pair{100, 4}}) {
    cask::Report("independent", cask::Independent(n), workers, threads);
    cask::Report("tree reduction, fan-in 16", cask::TreeOver(n, 16), workers, threads);
    cask::Report("chain pairs", cask::ChainPairs(n), workers, threads);
  }
}
