#include "cask/store/store.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "cask/base/random.h"
#include "cask/store/scratch.h"
#include "cask/store/spill_file.h"

namespace cask {
namespace {

namespace fs = std::filesystem;

struct TestPiece final : Piece {
  explicit TestPiece(int64_t bytes) : bytes(bytes) {}
  int64_t num_bytes() const override { return bytes; }
  int64_t bytes;
};

// In memory of its own rather than of Arrow's pool, which the thread sanitizer does not see into.
Column Integers(int64_t first, int64_t count) {
  std::vector<int64_t> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), first);
  return arrow::ArrayData::Make(arrow::int64(), count, {nullptr, arrow::Buffer::FromVector(std::move(values))}, 0);
}

Column Strings(const std::vector<std::string>& values) {
  arrow::LargeStringBuilder builder;
  for (const auto& value : values) EXPECT_TRUE((value == "null" ? builder.AppendNull() : builder.Append(value)).ok());
  return builder.Finish().ValueOrDie()->data();
}

void ExpectEqual(const std::vector<Column>& actual, const std::vector<Column>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    const auto a = arrow::MakeArray(actual[i]), b = arrow::MakeArray(expected[i]);
    EXPECT_TRUE(a->Equals(b)) << a->ToString() << " is not " << b->ToString();
    EXPECT_TRUE(a->ValidateFull().ok());
  }
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cask-store-test-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  StoreOptions Options(int64_t limit) const { return {limit, root_}; }
  std::vector<fs::path> SpillFiles() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file() && entry.path().filename() != "lock") files.push_back(entry.path());
    }
    return files;
  }

  std::string root_;
};

TEST_F(StoreTest, HoldsResultsUntilTheyAreTaken) {
  Store store(Options(1000));
  const TaskId id{PlanId{1}, 2, 3};
  EXPECT_EQ(store.GetResult(id, 0), nullptr);
  const auto piece = std::make_shared<TestPiece>(40), other = std::make_shared<TestPiece>(2);
  store.PutResult(id, {piece, other});
  EXPECT_EQ(store.GetResult(id, 1), other);
  EXPECT_EQ(store.memory_bytes(), 42);
  store.PutResult(id, {piece});
  EXPECT_EQ(store.memory_bytes(), 40);
  EXPECT_EQ(store.TakeResult(id).size(), 1u);
  EXPECT_EQ(store.memory_bytes(), 0);
  EXPECT_TRUE(store.TakeResult(id).empty());
}

TEST_F(StoreTest, KeepsColumnsInMemoryWhileTheyFit) {
  Store store(Options(1 << 20));
  const CollectionId id = store.NewCollection();
  const std::vector<Column> chunks{Integers(0, 10), Integers(10, 5)};
  ASSERT_TRUE(store.PutColumn({id, 0, 3}, chunks).ok());
  EXPECT_TRUE(store.HasColumn({id, 0, 3}));
  EXPECT_FALSE(store.HasColumn({id, 1, 3}));
  EXPECT_EQ(store.GetColumn({id, 0, 3}).ValueOrDie()[0], chunks[0]);
  EXPECT_TRUE(store.GetColumn({id, 1, 3}).status().IsKeyError());
  store.DropCollection(id);
  EXPECT_FALSE(store.HasColumn({id, 0, 3}));
  EXPECT_EQ(store.memory_bytes(), 0);
  ASSERT_TRUE(store.PutColumn({id, 0, 3}, chunks).ok());
  EXPECT_FALSE(store.HasColumn({id, 0, 3})) << "the collection was dropped";
}

TEST_F(StoreTest, SpillsWhatWasNotUsedForTheLongestTime) {
  Store store(Options(250'000));
  const CollectionId id = store.NewCollection();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.PutColumn({id, i, 0}, {Integers(i * 10'000, 10'000)}).ok());
  EXPECT_EQ(SpillFiles().size(), 0u);
  EXPECT_TRUE(store.GetColumn({id, 0, 0}).ok());
  ASSERT_TRUE(store.PutColumn({id, 3, 0}, {Integers(30'000, 10'000)}).ok());
  EXPECT_EQ(SpillFiles().size(), 1u);
  EXPECT_LE(store.memory_bytes(), 250'000);
  EXPECT_GT(store.counts().total_spilled_bytes, 80'000);
  for (int i = 0; i < 4; ++i) ExpectEqual(store.GetColumn({id, i, 0}).ValueOrDie(), {Integers(i * 10'000, 10'000)});
  EXPECT_GT(store.counts().total_restored_bytes, 80'000);
  EXPECT_LE(store.memory_bytes(), 250'000);
  store.DropCollection(id);
  EXPECT_EQ(SpillFiles().size(), 0u);
  EXPECT_EQ(store.counts().spilled_bytes, 0);
}

TEST_F(StoreTest, SpilledColumnsComeBackAsTheyWere) {
  Store store(Options(1));
  const CollectionId id = store.NewCollection();
  const std::vector<std::vector<Column>> columns{
      {Strings({"a", "null", "", "\xc3\xa9"}), Strings({}), Strings({"b"})},
      {Integers(5, 100)},
      {SliceColumn(Integers(0, 1000), 17, 300), SliceColumn(Integers(0, 9), 9, 0)},
      {SliceColumn(Strings({"x", "null", "yy", "null", "zzz"}), 1, 3)},
      {},
  };
  for (int i = 0; i < static_cast<int>(columns.size()); ++i) ASSERT_TRUE(store.PutColumn({id, 0, i}, columns[i]).ok());
  for (int i = 0; i < static_cast<int>(columns.size()); ++i) ExpectEqual(store.GetColumn({id, 0, i}).ValueOrDie(), columns[i]);
}

TEST_F(StoreTest, ADamagedFileIsAnError) {
  for (const char* how : {"bit", "short", "long", "gone"}) {
    SCOPED_TRACE(how);
    Store store(Options(1));
    const CollectionId id = store.NewCollection();
    ASSERT_TRUE(store.PutColumn({id, 0, 0}, {Integers(0, 1000)}).ok());
    ASSERT_EQ(SpillFiles().size(), 1u);
    const fs::path path = SpillFiles()[0];
    const auto size = fs::file_size(path);
    if (std::string(how) == "bit") {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(3000);
      const char byte = static_cast<char>(file.get() ^ 4);
      file.seekp(3000);
      file.put(byte);
    }
    if (std::string(how) == "short") fs::resize_file(path, size - 5);
    if (std::string(how) == "long") fs::resize_file(path, size + 1);
    if (std::string(how) == "gone") fs::remove(path);
    const Status status = store.GetColumn({id, 0, 0}).status();
    EXPECT_EQ(KindOf(status), ErrorKind::kOS) << status.ToString();
    EXPECT_NE(status.message().find(path.string()), std::string::npos) << status.message();
  }
}

TEST_F(StoreTest, AnUnwritableScratchIsAnErrorAndNothingIsLost) {
  Store store({1, root_ + "/missing"});
  const CollectionId id = store.NewCollection();
  const Status status = store.PutColumn({id, 0, 0}, {Integers(0, 10)});
  EXPECT_EQ(KindOf(status), ErrorKind::kOS) << status.ToString();
  EXPECT_NE(status.message().find("CASK_SCRATCH"), std::string::npos) << status.message();
  ExpectEqual(store.GetColumn({id, 0, 0}).ValueOrDie(), {Integers(0, 10)});
}

TEST_F(StoreTest, ManyThreadsPutGetAndDrop) {
  const uint64_t seed = FreshSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  // Arrow makes some singletons on first use, which the thread sanitizer does not see into: here, before there are threads.
  Integers(0, 1);
  Store store(Options(100'000));
  std::vector<CollectionId> collections;
  for (int i = 0; i < 3; ++i) collections.push_back(store.NewCollection());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Random random(seed + t);
      for (int step = 0; step < 300; ++step) {
        const ColumnKey key{collections[random.Below(2)], random.Below(4), static_cast<int>(random.Below(3))};
        if (random.Percent(40)) {
          ASSERT_TRUE(store.PutColumn(key, {Integers(key.partition * 100 + key.column, 3000)}).ok());
        } else if (const auto column = store.GetColumn(key); column.ok()) {
          ExpectEqual(*column, {Integers(key.partition * 100 + key.column, 3000)});
        } else {
          ASSERT_TRUE(column.status().IsKeyError()) << column.status().ToString();
        }
        if (step == 200 && t == 0) store.DropCollection(collections[1]);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(store.memory_bytes(), 100'000);
  for (const CollectionId id : collections) store.DropCollection(id);
  EXPECT_EQ(store.memory_bytes(), 0);
  EXPECT_EQ(SpillFiles().size(), 0u);
}

TEST_F(StoreTest, TheScratchFolderIsPrivateAndGoesWithTheStore) {
  {
    Store store(Options(1));
    const CollectionId id = store.NewCollection();
    ASSERT_TRUE(store.PutColumn({id, 0, 0}, {Integers(0, 10)}).ok());
    struct stat info;
    ASSERT_EQ(stat(SpillFiles()[0].parent_path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
  }
  for (const auto& entry : fs::directory_iterator(root_)) EXPECT_TRUE(fs::is_empty(entry.path()));
}

TEST_F(StoreTest, FilesCanBeRemovedWhileTheStoreLives) {
  Store store(Options(1));
  ASSERT_TRUE(store.PutColumn({store.NewCollection(), 0, 0}, {Integers(0, 10)}).ok());
  ASSERT_EQ(SpillFiles().size(), 1u);
  store.RemoveFiles();
  for (const auto& entry : fs::directory_iterator(root_)) EXPECT_TRUE(fs::is_empty(entry.path()));
}

TEST_F(StoreTest, WhatDeadProcessesLeftIsRemovedAndWhatLivesIsKept) {
  const auto alive = ScratchDirectory::Make(root_).ValueOrDie();
  const pid_t child = fork();
  if (child == 0) {
    auto made = ScratchDirectory::Make(root_);
    if (!made.ok()) _exit(1);
    std::ofstream((*made)->NewPath()) << "left";
    made->release();  // dies without cleaning up
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(SpillFiles().size(), 1u);
  RemoveDeadScratch(root_);
  EXPECT_EQ(SpillFiles().size(), 0u);
  EXPECT_TRUE(fs::exists(alive->path()));
}

TEST_F(StoreTest, AScratchFolderOfOthersIsRefused) {
  const std::string folder = root_ + "/cask-scratch-" + std::to_string(geteuid());
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
  EXPECT_EQ(KindOf(ScratchDirectory::Make(root_).status()), ErrorKind::kPermission);
}

}  // namespace
}  // namespace cask
