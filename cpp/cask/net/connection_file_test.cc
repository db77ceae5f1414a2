#include "cask/net/connection_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cask {
namespace {

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

class ConnectionFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "cask_net_test_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    home_ = name;
    folder_ = home_ + "/deep/clusters";
    const auto authority = ClusterAuthority::Make().ValueOrDie();
    file_ = {"node7:8786", authority.Issue(Role::kWorker).ValueOrDie(), authority.Issue(Role::kClient).ValueOrDie()};
    path_ = ConnectionFilePath(folder_, file_.address);
  }
  void TearDown() override { std::filesystem::remove_all(home_); }

  std::string home_, folder_, path_;
  ConnectionFile file_;
};

TEST_F(ConnectionFiles, AreReadAsTheyWereWrittenAndForTheOwnerOnly) {
  const mode_t old_mask = ::umask(0);
  ASSERT_TRUE(WriteConnectionFile(folder_, file_).ok()) << WriteConnectionFile(folder_, file_);
  ::umask(old_mask);
  EXPECT_EQ(ModeOf(folder_), 0700u);
  EXPECT_EQ(ModeOf(path_), 0600u);
  const ConnectionFile read = ReadConnectionFile(path_).ValueOrDie();
  EXPECT_EQ(read.address, file_.address);
  EXPECT_EQ(read.worker.key, file_.worker.key);
  EXPECT_EQ(read.worker.certificate, file_.worker.certificate);
  EXPECT_EQ(read.client.key, file_.client.key);
  EXPECT_EQ(read.client.authority, file_.client.authority);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing unfinished is left";
}

TEST_F(ConnectionFiles, AreReplaced) {
  ASSERT_TRUE(WriteConnectionFile(folder_, file_).ok());
  std::ofstream(path_ + ".new") << "what a writer left that was killed";
  file_.client.key = "another";
  ASSERT_TRUE(WriteConnectionFile(folder_, file_).ok());
  EXPECT_EQ(ReadConnectionFile(path_).ValueOrDie().client.key, "another");
}

TEST_F(ConnectionFiles, ThatOthersMayReadAreRefused) {
  ASSERT_TRUE(WriteConnectionFile(folder_, file_).ok());
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(ReadConnectionFile(path_).status().message(), path_ + " holds the keys of a cluster, and others may read it: chmod 600 " + path_);
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  EXPECT_EQ(KindOf(WriteConnectionFile(folder_, file_)), ErrorKind::kPermission);
}

TEST_F(ConnectionFiles, ThatAreNoneAreNamed) {
  EXPECT_EQ(KindOf(ReadConnectionFile(path_).status()), ErrorKind::kFileNotFound);
  ASSERT_TRUE(WriteConnectionFile(folder_, file_).ok());
  const auto size = std::filesystem::file_size(path_);
  for (const auto left : {uintmax_t{0}, size / 2, size - 3}) {
    std::filesystem::resize_file(path_, left);
    EXPECT_EQ(KindOf(ReadConnectionFile(path_).status()), ErrorKind::kValue) << left << " bytes";
  }
  for (const char* text : {"[]", "3", "{\"address\": 3}", "{\"address\": \"a:1\", \"worker\": {}, \"client\": []}"}) {
    std::ofstream(path_, std::ios::trunc) << text;
    EXPECT_EQ(KindOf(ReadConnectionFile(path_).status()), ErrorKind::kValue) << text;
  }
}

TEST_F(ConnectionFiles, LieWhereTheUserSays) {
  ASSERT_EQ(::setenv("CASK_CLUSTERS", "/somewhere/else", 1), 0);
  EXPECT_EQ(ClusterFolder().ValueOrDie(), "/somewhere/else");
  ASSERT_EQ(::unsetenv("CASK_CLUSTERS"), 0);
  EXPECT_TRUE(ClusterFolder().ValueOrDie().ends_with("/.cask/clusters"));
  EXPECT_EQ(ConnectionFilePath("/f", "../etc:1"), "/f/.._etc:1.json");
}

}  // namespace
}  // namespace cask
