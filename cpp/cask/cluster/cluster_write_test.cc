// Workers that write files: what is there in the end is what one process writes, whatever happens to workers.

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <tuple>

#include "cask/base/test_codec.h"
#include "cask/cluster/program.h"
#include "cask/cluster/test_cluster.h"
#include "cask/expr/csv_source_expr.h"
#include "cask/io/csv/dataset.h"
#include "cask/local/engine.h"
#include "cask/plan/lower.h"

namespace cask {
namespace {

namespace fs = std::filesystem;

using RunPtr = std::shared_ptr<Run>;  // (testing::Test has a Run of its own)
using Files = std::map<std::string, std::string>;

Projection ReadRows(const std::string& folder) {
  CsvOptions options;
  options.block_size = 20'000;
  return Projection::All(CsvSourceExpr::Make(CsvDataset::Open(FileSet::Find({folder}, {}).ValueOrDie(), options).ValueOrDie(), nullptr));
}

// Names and texts of all that is in a folder.
Files FilesOf(const std::string& folder) {
  Files files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().filename().string()] = text.str();
  }
  return files;
}

class ClusterWriteTest : public testing::Test {
 protected:
  std::string MakeFolder(const std::string& name) const {
    const std::string folder = out_.path() + "/" + name;
    fs::create_directories(folder);
    return folder;
  }
  SinkSpec SpecFor(const std::string& folder) const {
    CsvSinkSpec spec;
    spec.folder = folder;
    spec.num_partitions = num_partitions();
    spec.options.compression = CsvCompression::kGzip;
    return spec;
  }
  LoweredPlan LowerFor(const SinkSpec& spec) const {
    return Lower({rows_}, {MakeSink(spec, rows_.schema(), num_partitions()).ValueOrDie()}).ValueOrDie();
  }
  RunPtr Submit(ClusterClient& client, const std::string& folder) const {
    const SinkSpec spec = SpecFor(folder);
    return client.Submit({rows_}, LowerFor(spec), {.name = "write"}, {spec}).ValueOrDie();
  }
  Files Expected() const {
    const std::string folder = MakeFolder("expected");
    LocalEngine engine;
    EXPECT_TRUE(engine.Submit(LowerFor(SpecFor(folder)).plan)->Wait().ok());
    return FilesOf(folder);
  }
  int64_t num_partitions() const { return rows_.root->num_partitions(); }

  TestCsvFiles in_{12, 20'000};
  TestCsvFiles out_{0, 0};
  Projection rows_ = ReadRows(in_.path());
  TestCluster cluster_;
};

TEST_F(ClusterWriteTest, AFileForEachPartitionAsOneProcessWritesIt) {
  cluster_.AddWorker();
  cluster_.AddWorker(2);
  const std::string folder = MakeFolder("cluster");
  const auto client = cluster_.Connect();
  const auto run = Submit(*client, folder);
  ASSERT_TRUE(run->WaitFor(TestCluster::kPatienceSeconds));
  ASSERT_TRUE(run->Wait().ok()) << run->Wait();
  const TaskPieces pieces = run->TakeOutputs().ValueOrDie()[0];
  EXPECT_EQ(static_cast<int64_t>(pieces.size()), num_partitions());
  for (const auto& piece : pieces) EXPECT_EQ(static_cast<const Table&>(*piece).num_rows(), 0);
  const Files files = FilesOf(folder);
  EXPECT_EQ(static_cast<int64_t>(files.size()), num_partitions()) << "and nothing else";
  EXPECT_TRUE(files == Expected());
}

TEST_F(ClusterWriteTest, FilesAreWholeHoweverOftenTheyAreWritten) {
  const Files expected = Expected();
  const auto client = cluster_.Connect();
  cluster_.AddWorker();
  WorkerServer* lost = cluster_.AddWorker();
  for (int round = 0; round < 5; ++round) {
    const std::string folder = MakeFolder("cluster" + std::to_string(round));
    const auto run = Submit(*client, folder);
    run->WaitFor(0.01 * round);
    cluster_.LoseWorker(lost);
    lost = cluster_.AddWorker();
    ASSERT_TRUE(run->WaitFor(TestCluster::kPatienceSeconds));
    ASSERT_TRUE(run->Wait().ok()) << run->Wait();
    EXPECT_TRUE(FilesOf(folder) == expected);
  }
}

TEST_F(ClusterWriteTest, AFolderThatWorkersDoNotSeeIsNamed) {
  cluster_.AddWorker();
  const auto client = cluster_.Connect();
  const std::string folder = out_.path() + "/nowhere";
  const Status status = Submit(*client, folder)->Wait();
  EXPECT_EQ(KindOf(status), ErrorKind::kFileNotFound);
  EXPECT_NE(Describe(status).find(folder), std::string::npos) << Describe(status);
  EXPECT_FALSE(fs::exists(folder)) << "a folder that was discarded must not come back";
}

TEST_F(ClusterWriteTest, ARunThatIsCancelledBringsNoFolderBack) {
  WorkerServer* const worker = cluster_.AddWorker(2);
  const auto client = cluster_.Connect();
  const std::string folder = MakeFolder("cancelled");
  const auto run = Submit(*client, folder);
  while (FilesOf(folder).empty() && !run->done()) std::this_thread::yield();
  run->Cancel();
  std::ignore = run->Wait();
  while (fs::exists(folder)) {
    std::error_code again;  // a worker may be about to write
    fs::remove_all(folder, again);
  }
  cluster_.LoseWorker(worker);  // which ends when its tasks have
  EXPECT_FALSE(fs::exists(folder));
}

// -- Programs.

class ProgramSinksTest : public ClusterWriteTest {
 protected:
  ProgramSinksTest() {
    program_ = EncodeProgram({rows_}).ValueOrDie();
    expressions_ = program_.substr(1 + ToBytes(SinkSpecs()).size());
  }
  Result<std::shared_ptr<const ProgramPlan>> PlanWith(const std::string& sinks) {
    PersistedCaches caches(store_);
    return MakePlanOf(program_.substr(0, 1) + sinks + expressions_, {}, caches);
  }

  Store store_{StoreOptions()};
  std::string program_, expressions_;
};

TEST_F(ProgramSinksTest, AreOfTheirOutputs) {
  EXPECT_TRUE(PlanWith(ToBytes(SinkSpecs())).ok());
  EXPECT_TRUE(PlanWith(ToBytes(SinkSpecs{SpecFor("/out")})).ok());
  EXPECT_TRUE(PlanWith(ToBytes(SinkSpecs{std::nullopt})).ok());
  EXPECT_EQ(KindOf(PlanWith(ToBytes(SinkSpecs{std::nullopt, std::nullopt})).status()), ErrorKind::kValue);
  SinkSpec other = SpecFor("/out");
  ++std::get<CsvSinkSpec>(other).num_partitions;
  EXPECT_EQ(KindOf(PlanWith(ToBytes(SinkSpecs{other})).status()), ErrorKind::kValue);
}

TEST_F(ProgramSinksTest, AreRefusedWhereTheyAreDamaged) {
  const std::string bytes = ToBytes(SinkSpecs{SpecFor("/out")});
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(PlanWith(bytes.substr(0, size)).ok()) << size;
  Random random(CodecTestSeed());
  for (int round = 0; round < 300; ++round) {
    const auto plan = PlanWith(Damaged(bytes, &random));
    EXPECT_EQ(plan.ok() ? (*plan)->plan.layers.size() : 1u, 1u);
  }
}

}  // namespace
}  // namespace cask
