// Scheduler, workers and clients over real connections: results are those of the engine of one process, whatever happens to workers.

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "cask/cluster/cluster_collection.h"
#include "cask/cluster/test_cluster.h"
#include "cask/expr/breakers.h"
#include "cask/expr/csv_source_expr.h"
#include "cask/io/csv/dataset.h"
#include "cask/local/engine.h"
#include "cask/local/persisted_data.h"
#include "cask/plan/lower.h"

namespace cask {
namespace {

using RunPtr = std::shared_ptr<Run>;  // (testing::Test has a Run of its own)

constexpr int kFiles = 12, kRows = 20'000;

FramePtr Read(const std::string& folder) {
  CsvOptions options;
  options.block_size = 20'000;
  return CsvSourceExpr::Make(CsvDataset::Open(FileSet::Find({folder}, {}).ValueOrDie(), options).ValueOrDie(), nullptr);
}

// key: the sum of value; a merge tree, since there are many partitions.
Projection SumsByKey(const Projection& rows) {
  GroupBySpec spec;
  spec.keys = {0};
  spec.aggregates = {{.kind = AggregateKind::kSum, .column = 1, .name = "value"}};
  return Projection::All(BreakerExpr::Make(rows, spec, nullptr).ValueOrDie());
}

std::vector<int64_t> ValuesOf(const TaskPieces& pieces) {
  const auto& table = static_cast<const Table&>(*pieces.at(0));
  std::vector<int64_t> values;
  for (const Batch& batch : table.batches) {
    for (const Column& column : batch.columns) values.insert(values.end(), Values<int64_t>(column), Values<int64_t>(column) + batch.num_rows);
  }
  return values;
}

class ClusterTest : public testing::Test {
 protected:
  RunPtr Submit(ClusterClient& client) { return Submit(client, sums_); }
  static RunPtr Submit(ClusterClient& client, const Projection& output) {
    return client.Submit({output}, Lower({output}).ValueOrDie(), {.name = "test"}).ValueOrDie();
  }
  std::vector<int64_t> Expected() {
    LocalEngine engine;
    const auto run = engine.Submit(Lower({sums_}).ValueOrDie().plan);
    EXPECT_TRUE(run->Wait().ok());
    return ValuesOf(run->TakeOutputs().ValueOrDie()[0]);
  }
  int64_t NumTasks() const {
    int64_t tasks = 0;
    for (const Layer& layer : Lower({sums_}).ValueOrDie().plan.layers) tasks += layer.num_tasks;
    return tasks;
  }
  void ExpectRight(RunPtr::element_type& run) {
    ASSERT_TRUE(run.WaitFor(TestCluster::kPatienceSeconds));
    ASSERT_TRUE(run.Wait().ok()) << run.Wait();
    EXPECT_EQ(ValuesOf(run.TakeOutputs().ValueOrDie()[0]), Expected());
  }

  TestCsvFiles files_{kFiles, kRows};
  FramePtr rows_ = Read(files_.path());
  Projection sums_ = SumsByKey(Projection::All(rows_));
  TestCluster cluster_;
};

TEST_F(ClusterTest, ComputesWhatOneProcessDoes) {
  cluster_.AddWorker();
  cluster_.AddWorker(2);
  const auto client = cluster_.Connect();
  const auto run = Submit(*client);
  ExpectRight(*run);
  EXPECT_EQ(run->TakeEvidence().size(), static_cast<size_t>(Lower({sums_}).ValueOrDie().plan.layers[0].num_tasks)) << "one for each partition";
  for (const LayerProgress& layer : run->Progress()) EXPECT_EQ(layer.done, layer.total) << layer.name;
}

TEST_F(ClusterTest, APlanWaitsForWorkers) {
  const auto client = cluster_.Connect();
  const auto run = Submit(*client);
  EXPECT_FALSE(run->WaitFor(0.2));
  cluster_.AddWorker();
  ExpectRight(*run);
}

TEST_F(ClusterTest, WhatIsLostWithWorkersIsComputedAgain) {
  const auto client = cluster_.Connect();
  cluster_.AddWorker();
  WorkerServer* lost = cluster_.AddWorker();
  std::vector<RunPtr> runs;
  for (int round = 0; round < 5; ++round) {
    runs.push_back(Submit(*client));
    runs.back()->WaitFor(0.01 * round);
    cluster_.LoseWorker(lost);
    lost = cluster_.AddWorker();
  }
  for (const auto& run : runs) ExpectRight(*run);
}

TEST_F(ClusterTest, ResultsLostBeforeTheyWereFetchedAreComputedAgain) {
  const auto client = cluster_.Connect();
  WorkerServer* only = cluster_.AddWorker();
  for (int round = 0; round < 3; ++round) {
    const auto run = Submit(*client);
    while (run->Progress().back().done == 0 && !run->done()) std::this_thread::yield();
    cluster_.LoseWorker(only);
    only = cluster_.AddWorker();
    ExpectRight(*run);
  }
}

TEST_F(ClusterTest, PlansOutliveTheirScheduler) {
  const auto client = cluster_.Connect();
  cluster_.AddWorker();
  cluster_.AddWorker();
  const int64_t tasks_of_a_run = NumTasks();
  std::vector<RunPtr> runs;
  constexpr int kRestarts = 6;
  for (int round = 0; round < kRestarts; ++round) {
    runs.push_back(Submit(*client));
    runs.back()->WaitFor(0.008 * round);
    cluster_.StopScheduler();
    runs.push_back(Submit(*client));  // while there is none
    cluster_.StartScheduler();
  }
  for (const RunPtr& run : runs) {
    ExpectRight(*run);
    EXPECT_GE(run->TakeEvidence().size(), static_cast<size_t>(Lower({sums_}).ValueOrDie().plan.layers[0].num_tasks));
  }
  // What was under way when a scheduler was lost may have run twice: on each of two threads, and what waited in two more slots.
  EXPECT_LE(cluster_.NumTasksEnded(), static_cast<int64_t>(runs.size()) * tasks_of_a_run + kRestarts * 4);
}

TEST_F(ClusterTest, WorkersAndSchedulerMayBeLostAtOnce) {
  const auto client = cluster_.Connect();
  cluster_.AddWorker();
  WorkerServer* lost = cluster_.AddWorker();
  std::vector<RunPtr> runs;
  for (int round = 0; round < 5; ++round) {
    runs.push_back(Submit(*client));
    runs.back()->WaitFor(0.01 * round);
    cluster_.StopScheduler();
    cluster_.LoseWorker(lost);
    cluster_.StartScheduler();
    lost = cluster_.AddWorker();
  }
  for (const RunPtr& run : runs) ExpectRight(*run);
}

TEST_F(ClusterTest, ACancelledRunEndsAndLeavesNothing) {
  const auto client = cluster_.Connect();
  const auto run = Submit(*client);  // there is nobody to compute it
  run->Cancel();
  ASSERT_TRUE(run->WaitFor(TestCluster::kPatienceSeconds));
  EXPECT_EQ(KindOf(run->Wait()), ErrorKind::kCancelled);
  cluster_.AddWorker();
  ExpectRight(*Submit(*client));
}

TEST_F(ClusterTest, AFileThatChangedIsAnErrorThatNamesIt) {
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  std::ofstream(files_.path() + "/0.csv", std::ios::app) << "1,2\n";
  const auto run = Submit(*client);
  const Status status = run->Wait();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(Describe(status).find("0.csv"), std::string::npos) << Describe(status);
}

TEST_F(ClusterTest, WorkersAreKnownByNameAndThreads) {
  const auto client = cluster_.Connect();
  cluster_.AddWorker(1);
  cluster_.AddWorker(3);
  const auto workers = client->AskWorkers(TestCluster::kPatienceSeconds).ValueOrDie();
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_EQ(workers[0].name, "worker 0");
  EXPECT_EQ(workers[1].threads, 3);
}

TEST_F(ClusterTest, RunsOfAClientThatHasGoneAreForgottenAndOthersGoOn) {
  cluster_.AddWorker();
  const auto stays = cluster_.Connect();
  const auto run = Submit(*stays);
  {
    const auto goes = cluster_.Connect();
    Submit(*goes);
    goes->Close();
  }
  ExpectRight(*run);
}

TEST_F(ClusterTest, AClosedClientSaysSo) {
  const auto client = cluster_.Connect();
  const auto run = Submit(*client);
  client->Close();
  EXPECT_EQ(run->Wait().message(), "the client was closed");
  EXPECT_EQ(client->Submit({sums_}, Lower({sums_}).ValueOrDie(), {}).status().message(), "the client was closed");
}

TEST_F(ClusterTest, ACallThatNeedsAWiderTypeIsKnownToTheClient) {
  const ColumnExprPtr value = ColumnExpr::Reference(1, rows_->schema().field(1).type);
  const ColumnExprPtr quotient = ColumnExpr::Call("floordiv", {value, ColumnExpr::Reference(0, rows_->schema().field(0).type)}).ValueOrDie();
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const Projection output{rows_, {{"quotient", quotient}}};
  EXPECT_EQ(KindOf(Submit(*client, output)->Wait()), ErrorKind::kNeedsWiderType) << "the first key is 0";
  const Projection rebound = Rebinder().Rebind(output).ValueOrDie();
  EXPECT_EQ(rebound.schema().field(0).type, DType(Kind::kFloat64));
  const auto run = Submit(*client, rebound);
  EXPECT_TRUE(run->Wait().ok()) << run->Wait();
}

// -- Persisted collections.

class PersistedTest : public ClusterTest {
 protected:
  // What nobody answers for: that others have let go of something.
  static bool ComesTrue(const std::function<bool()>& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return condition();
  }
  std::shared_ptr<PersistedData> Persist(const std::shared_ptr<ClusterClient>& client) {
    return ClusterCollection::Start(Projection::All(rows_), client).ValueOrDie();
  }
  Projection Persisted(const std::shared_ptr<PersistedData>& data) const {
    return SumsByKey(Projection::All(PersistedExpr::Make(Projection::All(rows_), data, nullptr)));
  }
};

TEST_F(PersistedTest, CollectionsAreHeldByWorkersAndGoWhenTheyAreNotNeeded) {
  cluster_.AddWorker();
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  auto data = Persist(client);
  ASSERT_TRUE(data->WaitUntilLoaded(TestCluster::kPatienceSeconds).ValueOrDie());
  for (const int64_t bytes : cluster_.HeldBytes()) EXPECT_GT(bytes, 0) << "both hold a part";
  for (int i = 0; i < 3; ++i) ExpectRight(*Submit(*client, Persisted(data)));
  data.reset();
  EXPECT_TRUE(ComesTrue([&] { return cluster_.HeldBytes() == std::vector<int64_t>{0, 0}; }));
}

TEST_F(PersistedTest, WhatIsReadAgainIsReadWhereItIsHeld) {
  cluster_.AddWorker();
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const auto data = Persist(client);
  ASSERT_TRUE(data->WaitUntilLoaded(TestCluster::kPatienceSeconds).ValueOrDie());
  const auto before = cluster_.HeldBytes();
  for (int i = 0; i < 5; ++i) ExpectRight(*Submit(*client, Persisted(data)));
  EXPECT_EQ(cluster_.HeldBytes(), before) << "elsewhere it would have been loaded, and kept, once more";
}

TEST_F(PersistedTest, ComputationsNeedNotWaitForLoading) {
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const auto data = Persist(client);
  ExpectRight(*Submit(*client, Persisted(data)));
}

TEST_F(PersistedTest, WhatIsLostWithAWorkerIsLoadedAgain) {
  WorkerServer* lost = cluster_.AddWorker();
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const auto data = Persist(client);
  ASSERT_TRUE(data->WaitUntilLoaded(TestCluster::kPatienceSeconds).ValueOrDie());
  cluster_.LoseWorker(lost);
  ExpectRight(*Submit(*client, Persisted(data)));
  cluster_.AddWorker();
  ExpectRight(*Submit(*client, Persisted(data)));
}

TEST_F(PersistedTest, CollectionsOutliveTheirScheduler) {
  cluster_.AddWorker();
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const auto data = Persist(client);
  ASSERT_TRUE(data->WaitUntilLoaded(TestCluster::kPatienceSeconds).ValueOrDie());
  const auto before = cluster_.HeldBytes();
  cluster_.StopScheduler();
  cluster_.StartScheduler();
  for (int i = 0; i < 3; ++i) ExpectRight(*Submit(*client, Persisted(data)));
  EXPECT_EQ(cluster_.HeldBytes(), before) << "each partition is read where it is held";
}

TEST_F(PersistedTest, CollectionsOfAClientThatHasGoneAreDropped) {
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const auto data = Persist(client);
  ASSERT_TRUE(data->WaitUntilLoaded(TestCluster::kPatienceSeconds).ValueOrDie());
  ASSERT_GT(cluster_.HeldBytes().at(0), 0);
  client->Close();
  EXPECT_TRUE(ComesTrue([&] { return cluster_.HeldBytes().at(0) == 0; }));
}

TEST_F(PersistedTest, ACollectionOfThisProcessIsNoCollectionOfACluster) {
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  LocalEngine engine;
  const Projection output = Persisted(PersistedColumns::Start(Projection::All(rows_), engine));
  const Status status = client->Submit({output}, Lower({output}).ValueOrDie(), {}).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kNotImplemented);
}

// -- What peers may not do.

class PeerTest : public ClusterTest {
 protected:
  // What becomes of a connection over which a peer of that role sends these frames: the last thing it hears.
  std::string LastHeard(Role role, const std::vector<std::pair<FrameKind, std::string>>& frames) {
    const auto transport = cluster_.MakeTransport(role);
    std::promise<void> closed;
    std::string heard;
    const HostAndPort place = ParseAddress(cluster_.address()).ValueOrDie();
    transport->Connect(place.host, place.port, Role::kScheduler,
                       {[&](Frame frame) { heard = frame.body; }, [&](const Status&) { closed.set_value(); }},
                       [&](Result<std::shared_ptr<Connection>> connection) {
                         for (const auto& [kind, body] : frames) connection.ValueOrDie()->Send(kind, body);
                       });
    EXPECT_EQ(closed.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready) << "it was not ended";
    return heard;
  }
  static std::string ReasonOf(const std::string& greeting) {
    return std::get<Refusal>(Decode<Greeting>(greeting).ValueOrDie()).reason.message();
  }
};

TEST_F(PeerTest, MustGreetFirstAndAsWhatTheyAre) {
  EXPECT_EQ(ReasonOf(LastHeard(Role::kClient, {{FrameKind::kMessage, "hello"}})), "the peer did not greet");
  EXPECT_EQ(ReasonOf(LastHeard(Role::kClient, {{FrameKind::kGreeting, "hello"}})), "there is no message 25960");
  EXPECT_EQ(ReasonOf(LastHeard(Role::kClient, {{FrameKind::kGreeting, Encode(Greeting(WorkerGreeting{.address = "127.0.0.1:1"}))}})),
            "a client may not greet a scheduler as it did");
  EXPECT_EQ(ReasonOf(LastHeard(Role::kWorker, {{FrameKind::kGreeting, Encode(Greeting(ClientGreeting{}))}})),
            "a worker may not greet a scheduler as it did");
  EXPECT_NE(ReasonOf(LastHeard(Role::kClient, {{FrameKind::kGreeting, Encode(Greeting(ClientGreeting{.protocol = 99}))}})).find("version"), std::string::npos);
}

TEST_F(PeerTest, AreEndedAtTheFirstMessageThatIsNone) {
  const std::string greeting = Encode(Greeting(ClientGreeting{}));
  for (const std::string& message : {std::string("nonsense"), Encode(FromClient(Submission{.shape = {"no shape"}})), std::string()}) {
    LastHeard(Role::kClient, {{FrameKind::kGreeting, greeting}, {FrameKind::kMessage, message}});
  }
  const auto client = cluster_.Connect();
  cluster_.AddWorker();
  ExpectRight(*Submit(*client));
}

}  // namespace
}  // namespace cask
