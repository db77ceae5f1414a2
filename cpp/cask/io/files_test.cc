#include "cask/io/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cask/io/byte_reader.h"
#include "cask/io/glob.h"

namespace cask {
namespace {

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("cask_files_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "sub" / "deep");
    for (const char* name : {"b.csv", "a.csv", "c.txt", "_hidden.csv", "sub/d.csv", "sub/deep/e.csv"}) {
      std::ofstream(folder_ / name) << name;
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // The names found, relative to the folder, or the error.
  std::vector<std::string> Find(const std::vector<std::string>& inputs) {
    std::vector<std::string> paths;
    for (const std::string& input : inputs) paths.push_back(folder_ / input);
    auto found = FileSet::Find(paths);
    if (!found.ok()) return {std::string(ExceptionName(KindOf(found.status())))};
    std::vector<std::string> names;
    for (const InputFile& file : (*found)->files()) names.push_back(std::filesystem::relative(file.path, folder_));
    return names;
  }

  std::filesystem::path folder_;
};

using Names = std::vector<std::string>;

TEST_F(FilesTest, FindsByPathGlobAndFolder) {
  EXPECT_EQ(Find({"b.csv", "a.csv"}), (Names{"b.csv", "a.csv"}));
  EXPECT_EQ(Find({"[ab].csv"}), (Names{"a.csv", "b.csv"}));
  EXPECT_EQ(Find({"?.txt"}), (Names{"c.txt"}));
  EXPECT_EQ(Find({"*/*.csv"}), (Names{"sub/d.csv"}));
  EXPECT_EQ(Find({"sub/**/*.csv"}), (Names{"sub/d.csv", "sub/deep/e.csv"}));
  EXPECT_EQ(Find({"sub"}), (Names{"sub/d.csv", "sub/deep/e.csv"}));
  EXPECT_EQ(Find({"*.parquet"}), (Names{"OSError"}));
  EXPECT_EQ(Find({"none.csv"}), (Names{"FileNotFoundError"}));
}

TEST_F(FilesTest, FilesThatWereFoundElsewhereAreTakenAsTheyAre) {
  const auto found = FileSet::Find({folder_ / "*.csv"}).ValueOrDie();
  const auto same = FileSet::Of(found->files(), {{"key", "k"}}).ValueOrDie();
  EXPECT_EQ(same->files(), found->files());
  EXPECT_EQ(same->options().at("key"), "k");
  EXPECT_TRUE(same->Open(0).ok());
  EXPECT_EQ(same->LookAt(1).ValueOrDie(), found->file(1));
  const auto gone = FileSet::Of({{folder_ / "gone.csv", 3, 0}}, {}).ValueOrDie();
  EXPECT_EQ(KindOf(gone->LookAt(0).status()), ErrorKind::kFileNotFound);
  const auto folder = FileSet::Of({{folder_ / "sub", 3, 0}}, {}).ValueOrDie();
  EXPECT_EQ(KindOf(folder->LookAt(0).status()), ErrorKind::kOS);
}

TEST(FileSet, FilesThatNobodyFindsAreRefused) {
  EXPECT_FALSE(FileSet::Of({}, {}).ok());
  EXPECT_FALSE(FileSet::Of({{"/a", -1, 0}}, {}).ok());
  EXPECT_FALSE(FileSet::Of({{"/a", INT64_MAX, 0}, {"/b", 1, 0}}, {}).ok());
  EXPECT_FALSE(FileSet::Of({{"/a", 1, 0}, {"s3://b/c", 1, 0}}, {}).ok());
}

TEST(Glob, Matches) {
  EXPECT_TRUE(GlobMatches("/a/*.csv", "/a/x.csv"));
  EXPECT_FALSE(GlobMatches("/a/*.csv", "/a/b/x.csv"));
  EXPECT_TRUE(GlobMatches("/a/**/x.csv", "/a/x.csv"));
  EXPECT_TRUE(GlobMatches("/a/**/x.csv", "/a/b/c/x.csv"));
  EXPECT_TRUE(GlobMatches("/a/[!b]?", "/a/cd"));
  EXPECT_FALSE(GlobMatches("/a/[b-d]", "/a/e"));
  EXPECT_EQ(GlobRoot("/data/2015-*/x.csv"), "/data");
}

TEST_F(FilesTest, AFileThatShrinksIsAnError) {
  const std::string path = folder_ / "large.csv";
  std::ofstream(path) << std::string(1 << 20, 'x');
  auto reader = MakeMappedReader(path, 1 << 20, 0).ValueOrDie();
  std::filesystem::resize_file(path, 4096);
  int64_t sum = 0;
  for (int64_t i = 0; i < reader->size(); i += 4096) sum += reader->data()[i];
  EXPECT_GT(sum, 0);
  EXPECT_EQ(KindOf(reader->Check()), ErrorKind::kOS);
  EXPECT_EQ(KindOf(MakeMappedReader(path, 1 << 20, 0).status()), ErrorKind::kOS);
}

}  // namespace
}  // namespace cask
