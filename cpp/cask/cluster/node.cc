#include "cask/cluster/node.h"

#include <signal.h>

#include <CLI/CLI.hpp>

#include "cask/base/log.h"
#include "cask/base/memory.h"
#include "cask/cluster/message_link.h"

namespace cask {

namespace {

constexpr int kWrongUse = 2;

// What is to be said of a memory limit; nothing if it is one.
std::string CheckMemoryLimit(const std::string& text) {
  const auto bytes = ParseBytes(text, AvailableMemory());
  if (!bytes.ok()) return bytes.status().message();
  return *bytes > 0 ? "" : "it must be more than 0";
}

}  // namespace

void BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int WaitForSignal(double seconds) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  timespec time{static_cast<time_t>(seconds), static_cast<long>((seconds - static_cast<double>(static_cast<time_t>(seconds))) * 1e9)};
  const int signal = sigtimedwait(&signals, nullptr, &time);
  return signal > 0 ? signal : 0;
}

Result<ConnectionFile> FindConnectionFile(const std::string& address_or_file) {
  if (address_or_file.ends_with(".json")) return ReadConnectionFile(address_or_file);
  ARROW_ASSIGN_OR_RAISE(const HostAndPort place, ParseAddress(address_or_file));
  ARROW_ASSIGN_OR_RAISE(const std::string folder, ClusterFolder());
  const std::string& host = place.host == "localhost" ? "127.0.0.1" : place.host;
  return ReadConnectionFile(ConnectionFilePath(folder, fmt::format("{}:{}", host, place.port)));
}

int NodeMain(int argc, char** argv) {
  CLI::App app("Processes of a Cask cluster", "cask");
  app.require_subcommand(1);
  SchedulerCommand scheduler;
  CLI::App* const schedule = app.add_subcommand("scheduler", "Run the scheduler of a cluster");
  schedule->add_option("--host", scheduler.host, "Address to listen at; others than 127.0.0.1 can be reached from other machines")->capture_default_str();
  schedule->add_option("--port", scheduler.port, "Port to listen at; 0: any free one")->capture_default_str()->check(CLI::Range(0, 65535));
  schedule->add_option("--worker-ttl", scheduler.death_timeout, "Seconds of silence after which a worker is taken for dead")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  WorkerCommand worker;
  CLI::App* const work = app.add_subcommand("worker", "Run a worker of a cluster");
  work->add_option("scheduler", worker.scheduler, "Address of the scheduler, or its connection file")->required();
  work->add_option("--host", worker.host, "Address at which other workers reach this one");
  work->add_option("--nthreads,--threads", worker.threads, "Threads; 0: as many as there are processors")->check(CLI::Range(0, 4096));
  work->add_option("--memory-limit", worker.memory_limit, "What is held before it is spilled: 8GB, 60%")->check(CheckMemoryLimit);
  work->add_option("--local-directory,--scratch", worker.scratch, "Folder for what is spilled");
  work->add_option("--name", worker.name, "Name, for people");
  work->add_option("--death-timeout", worker.death_timeout, "Seconds without a scheduler after which the worker ends")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUse;
  }
  LogAsService();
  BlockSignals();
  return schedule->parsed() ? RunScheduler(scheduler) : RunWorker(worker);
}

}  // namespace cask
