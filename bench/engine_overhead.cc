// Runs plans of tasks that do nothing through the local engine and prints microseconds a task.
//
//   engine_overhead [tasks]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cask/base/check.h"
#include "cask/base/clock.h"
#include "cask/local/engine.h"

namespace cask {
namespace {

struct Nothing final : Piece {
  int64_t num_bytes() const override { return 0; }
};

class NoOperation final : public TaskBody {
 public:
  int num_outputs() const override { return 1; }
  Result<TaskPieces> Run(TaskContext&) const override { return TaskPieces{std::make_shared<Nothing>()}; }
  std::string Describe() const override { return "nothing"; }
};

Plan Independent(int64_t n) { return {{{"source", n, std::make_shared<NoOperation>(), {}}}, {{0, 0}}}; }

Plan TreeOver(int64_t n, int64_t fan_in) {
  Plan plan{{{"source", n, std::make_shared<NoOperation>(), {}}}, {}};
  while (n > 1) {
    const int64_t parents = (n + fan_in - 1) / fan_in;
    plan.layers.push_back({"merge", parents, std::make_shared<NoOperation>(), {{static_cast<int>(plan.layers.size()) - 1, 0, Tree(n, fan_in)}}});
    n = parents;
  }
  plan.outputs = {{static_cast<int>(plan.layers.size()) - 1, 0}};
  return plan;
}

void Report(const std::string& name, LocalEngine& engine, const Plan& plan) {
  int64_t tasks = 0;
  for (const Layer& layer : plan.layers) tasks += layer.num_tasks;
  std::vector<double> seconds;
  for (int round = 0; round < 5; ++round) {
    const int64_t begin = SystemClock().MonotonicNanoseconds();
    const auto run = engine.Submit(plan);
    CASK_CHECK_OK(run->Wait());
    CASK_CHECK(run->TakeOutputs().ok());
    seconds.push_back(static_cast<double>(SystemClock().MonotonicNanoseconds() - begin) * 1e-9);
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("%-28s %8lld tasks  %d threads  median %6.3f us/task  worst %6.3f us/task\n", name.c_str(), static_cast<long long>(tasks), engine.num_threads(),
              seconds[2] / static_cast<double>(tasks) * 1e6, seconds[4] / static_cast<double>(tasks) * 1e6);
}

}  // namespace
}  // namespace cask

int main(int argc, char** argv) {
  const int64_t n = argc > 1 ? std::atoll(argv[1]) : 200'000;
  for (int threads : {1, 2}) {
    cask::LocalEngine engine({.num_threads = threads, .store = {}});
    cask::Report("independent", engine, cask::Independent(n));
    cask::Report("tree reduction, fan-in 16", engine, cask::TreeOver(n, 16));
    cask::Report("one task", engine, cask::Independent(1));
  }
}
