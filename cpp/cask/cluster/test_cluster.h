// For tests: a scheduler and workers in this process, joined by real connections over the loopback.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cask/cluster/cluster_client.h"
#include "cask/cluster/scheduler_server.h"
#include "cask/cluster/worker_server.h"

namespace cask {

class TestCluster {
 public:
  explicit TestCluster(SchedulerServerOptions options = {}) : options_(options), authority_(ClusterAuthority::Make().ValueOrDie()) {
    ::setenv("CASK_LOG", "off", 1);  // workers are lost all the time
    StartScheduler();
  }
  ~TestCluster() {
    ends_.store(true);
    workers_.clear();
    StopScheduler();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_.load()); }
  std::unique_ptr<Transport> MakeTransport(Role role) const { return Transport::Make(authority_.Issue(role).ValueOrDie()).ValueOrDie(); }

  /// Returns when the worker has joined.
  WorkerServer* AddWorker(int threads = 1) {
    WorkerServerOptions options;
    options.name = "worker " + std::to_string(workers_.size());
    options.executor.num_threads = threads;
    options.executor.store.memory_limit_bytes = int64_t{1} << 30;
    workers_.push_back(std::make_unique<WorkerServer>(std::move(options), MakeTransport(Role::kWorker)));
    WorkerServer* worker = workers_.back().get();
    EXPECT_TRUE(worker->Start().ok());
    Join(worker);
    for (int i = 0; i < 500 && !worker->has_joined(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(worker->has_joined());
    return worker;
  }
  /// As if it were killed: its connections break.
  void LoseWorker(WorkerServer* worker) {
    std::erase_if(workers_, [&](const auto& other) { return other.get() == worker; });
  }

  /// As if it were killed: nothing of it stays but the port.
  void StopScheduler() {
    transport_->Stop();
    transport_.reset();
    server_.reset();
  }
  /// At the same place as before.
  void StartScheduler() {
    server_ = std::make_unique<SchedulerServer>(SystemClock(), options_, [] {});
    transport_ = MakeTransport(Role::kScheduler);
    port_ = transport_->Listen("127.0.0.1", port_, [this](auto connection) { return server_->OnAccept(std::move(connection)); }).ValueOrDie();
    options_.recovery_seconds = 0.3;  // of the next one
    Tick();
  }

  std::shared_ptr<ClusterClient> Connect() const {
    return ClusterClient::Connect(address(), MakeTransport(Role::kClient), {.answer_seconds = kPatienceSeconds}).ValueOrDie();
  }
  /// Bytes of persisted columns, of each worker.
  std::vector<int64_t> HeldBytes() const {
    std::vector<int64_t> bytes;
    for (const auto& worker : workers_) bytes.push_back(worker->held().column_bytes);
    return bytes;
  }
  int64_t NumTasksEnded() const {
    int64_t tasks = 0;
    for (const auto& worker : workers_) tasks += worker->num_ended();
    return tasks;
  }

  static constexpr double kPatienceSeconds = 60;

 private:
  void Join(WorkerServer* worker) {
    worker->Join({"127.0.0.1", port_.load()}, [this, worker](const Status& status) {
      if (!ends_.load() && !status.ok()) worker->PostAfter(0.02, [this, worker] { Join(worker); });
    });
  }
  void Tick() {
    transport_->PostAfter(0.02, [this] {
      server_->OnTick();
      Tick();
    });
  }

  SchedulerServerOptions options_;
  ClusterAuthority authority_;
  std::atomic<bool> ends_{false};
  std::unique_ptr<SchedulerServer> server_;
  std::unique_ptr<Transport> transport_;
  std::atomic<int> port_{0};
  std::vector<std::unique_ptr<WorkerServer>> workers_;
};

/// A folder of CSV files with columns key and value: row i has i % 7 and i.
class TestCsvFiles {
 public:
  TestCsvFiles(int num_files, int rows_per_file) {
    std::string pattern = (std::filesystem::temp_directory_path() / "cask_cluster_test_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    int row = 0;
    for (int file = 0; file < num_files; ++file) {
      std::ofstream out(path_ + "/" + std::to_string(file) + ".csv");
      out << "key,value\n";
      for (int i = 0; i < rows_per_file; ++i, ++row) out << row % 7 << ',' << row << '\n';
    }
  }
  ~TestCsvFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace cask
