#include "cask/api/write_csv.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <tuple>

#include "cask/api/frame_operations.h"
#include "cask/api/staged_files.h"
#include "cask/api/test_files.h"

namespace cask {
namespace {

using Paths = std::vector<std::string>;

TEST(CsvPaths, NumbersSortAsText) {
  const WriteCsvRequest request{.path = "/out/part-*.csv"};
  EXPECT_EQ(CsvPaths(request, 1).ValueOrDie(), Paths{"/out/part-0.csv"});
  EXPECT_EQ(CsvPaths(request, 10).ValueOrDie().back(), "/out/part-9.csv");
  EXPECT_EQ(CsvPaths(request, 11).ValueOrDie().front(), "/out/part-00.csv");
  EXPECT_EQ(CsvPaths(request, 101).ValueOrDie().back(), "/out/part-100.csv");
  EXPECT_EQ(CsvPaths({.path = "/out"}, 2).ValueOrDie(), (Paths{"/out/0.part", "/out/1.part"}));
  EXPECT_EQ(CsvPaths({.path = "file:///out/a.csv", .single_file = true}, 7).ValueOrDie(), Paths{"/out/a.csv"});
  EXPECT_EQ(CsvPaths({.path = "/out/*", .partition_names = {"x", "y"}}, 2).ValueOrDie(), (Paths{"/out/x", "/out/y"}));
}

TEST(CsvPaths, RefusesWhatCannotBe) {
  EXPECT_EQ(KindOf(CsvPaths({.path = "*/*.csv"}, 2).status()), ErrorKind::kValue);
  EXPECT_EQ(KindOf(CsvPaths({.path = "s3://bucket/*.csv"}, 2).status()), ErrorKind::kNotImplemented);
  EXPECT_EQ(KindOf(CsvPaths({.path = "*.csv", .partition_names = {"x"}}, 2).status()), ErrorKind::kValue);
}

TEST(StagedFiles, AppearTogetherAndLeaveNothing) {
  const TestFolder folder;
  {
    auto staged = StagedFiles::Make({folder / "a", folder / "b/c"}).ValueOrDie();
    TestFolder::WriteAt(staged->Path(0), "first");
    EXPECT_EQ(folder.Names("b"), Paths{});
    EXPECT_FALSE(staged->MoveEach().ok());  // the second is not there
  }
  EXPECT_EQ(folder.Names(), (Paths{"a", "b"}));
}

TEST(StagedFiles, JoinsInOrderBehindWhatIsThere) {
  const TestFolder folder;
  folder.Write("a", "before ");
  auto staged = StagedFiles::Make({folder / "a"}).ValueOrDie();
  TestFolder::WriteAt(staged->Path(0), "one ");
  TestFolder::WriteAt(staged->Path(1), "two");
  ASSERT_TRUE(staged->JoinAll(2).ok());
  ASSERT_TRUE(staged->PrependTargets().ok());
  EXPECT_EQ(TestFolder::Read(folder / "a"), "before ");
  ASSERT_TRUE(staged->MoveEach().ok());
  staged->Discard();
  EXPECT_EQ(TestFolder::Read(folder / "a"), "before one two");
  EXPECT_EQ(folder.Names(), Paths{"a"});
}

// A worker that is taken for dead may write once more, with what its successor has written already, at any time.
TEST(StagedFiles, LateWritersChangeNothing) {
  const TestFolder folder;
  folder.Write("a", "before ");
  auto staged = StagedFiles::Make({folder / "a"}).ValueOrDie();
  const auto write_late = [&] { TestFolder::WriteAt(staged->Path(0), "one "); };
  write_late();
  TestFolder::WriteAt(staged->Path(1), "two");
  ASSERT_TRUE(staged->JoinAll(2).ok());
  write_late();
  ASSERT_TRUE(staged->PrependTargets().ok());
  write_late();
  ASSERT_TRUE(staged->MoveEach().ok());
  write_late();
  EXPECT_EQ(TestFolder::Read(folder / "a"), "before one two");
  staged->Discard();
  write_late();
  EXPECT_EQ(folder.Names(), Paths{"a"});
}

TEST(StagedFiles, DiscardedFilesAreGoneWhoeverStillWrites) {
  const TestFolder folder;
  Table table;
  table.schema.Add({"a", Kind::kInt64});
  for (int round = 0; round < 20; ++round) {
    const auto staged = StagedFiles::Make({folder / "a"}).ValueOrDie();
    std::atomic<bool> ends{false};
    std::atomic<int> written{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 3; ++i) {
      writers.emplace_back([&, i] {
        for (; !ends; ++written) std::ignore = WriteCsvFile(table, {}, staged->Path(i));
      });
    }
    while (written < 10) std::this_thread::yield();
    staged->Discard();
    EXPECT_EQ(folder.Names(), Paths{});
    ends = true;
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(folder.Names(), Paths{});
  }
}

TEST(StagedFiles, WhatAKilledProcessHasLeftGoesWithTheNextFiles) {
  const TestFolder folder;
  const auto mine = StagedFiles::Make({folder / "a"}).ValueOrDie();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto staged = StagedFiles::Make({folder / "b"}).ValueOrDie();
    TestFolder::WriteAt(staged->Path(0), "half of");
    ::raise(SIGKILL);
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(child, &ended, 0), child);
  ASSERT_TRUE(WIFSIGNALED(ended));
  EXPECT_EQ(folder.Names().size(), 2u);
  const auto next = StagedFiles::Make({folder / "c"}).ValueOrDie();
  EXPECT_EQ(folder.Names().size(), 2u);
  EXPECT_TRUE(std::filesystem::exists(mine->folder())) << "its process lives";
}

// What the first partitions show is wrong for the last: the run that finds out is done again, and only the last one counts.
TEST(WriteCsv, TypesAreThoseOfTheWholeData) {
  const TestFolder folder;
  std::string text = "a\n";
  for (int i = 0; i < 500; ++i) text += "1\n";
  const std::string path = folder.Write("in.csv", text + "1.5\n");
  ReadCsvRequest read;
  read.paths = {path};
  read.options.block_size = 100;
  const Collection frame = ReadCsv(read, nullptr).ValueOrDie();
  ASSERT_GT(frame.num_partitions(), 5);
  const WriteCsvRequest request{.path = folder / "out.csv", .single_file = true, .index = false};
  ASSERT_EQ(WriteCsv(frame, request).ValueOrDie(), Paths{folder / "out.csv"});
  std::string expected = "a\n";
  for (int i = 0; i < 500; ++i) expected += "1.0\n";
  EXPECT_EQ(TestFolder::Read(folder / "out.csv"), expected + "1.5\n");
  EXPECT_EQ(folder.Names(), (Paths{"in.csv", "out.csv"}));
}

TEST(WriteCsv, RefusesToWriteOverFilesWhenAskedTo) {
  const TestFolder folder;
  const Collection frame = ReadCsv({{folder.Write("in.csv", "a\n1\n")}, {}, {}}, nullptr).ValueOrDie();
  const WriteCsvRequest request{.path = folder / "in.csv", .single_file = true, .mode = WriteCsvRequest::Mode::kCreate};
  EXPECT_EQ(KindOf(WriteCsv(frame, request).status()), ErrorKind::kOS);
  EXPECT_EQ(TestFolder::Read(folder / "in.csv"), "a\n1\n");
}

}  // namespace
}  // namespace cask
