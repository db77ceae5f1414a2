#include "cask/api/staged_files.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

#include "cask/base/descriptor.h"
#include "cask/base/random.h"
#include "cask/compute/sink_csv.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

namespace fs = std::filesystem;

fs::path FolderOf(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  return error ? ErrorOfOS(error.value(), "cannot make the folder", folder.string()) : Status::OK();
}

constexpr const char* kHiddenPrefix = ".cask-";

// A late writer may make a file between the look into the folder and its removal, and where a network's file system keeps a file under another name
// until its last writer has closed it, that is waited for. Nothing can be done about a folder that cannot be removed.
void Remove(const fs::path& folder) {
  constexpr int kRounds = 100;
  constexpr auto kPause = std::chrono::milliseconds(10);
  std::error_code error;
  for (int round = 0; round < kRounds; ++round) {
    fs::remove_all(folder, error);
    if (!error) return;
    std::this_thread::sleep_for(kPause);
  }
}

// Removes what processes that were killed have left in `folder`.
void RemoveAbandoned(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kHiddenPrefix)) found.push_back(entry->path());
  }
  for (const fs::path& hidden : found) {
    if (FolderClaim::IsAbandoned(hidden.string())) Remove(hidden);
  }
}

Descriptor Open(const std::string& path, int flags) { return Descriptor(::open(path.c_str(), flags | O_CLOEXEC, 0666)); }

// Appends the bytes of file `from` to the open file `to`.
Status AppendFile(const std::string& from, const Descriptor& to, const std::string& to_path) {
  constexpr size_t kAtOnce = size_t{1} << 30;  // sendfile takes no more than 2 GiB
  const Descriptor input = Open(from, O_RDONLY);
  if (input.get() < 0) return ErrorOfOS(errno, "cannot read", from);
  while (true) {
    const ssize_t count = ::sendfile(to.get(), input.get(), nullptr, kAtOnce);
    if (count == 0) return Status::OK();
    if (count < 0 && errno != EINTR) return ErrorOfOS(errno, "cannot write", to_path);
  }
}

Status Join(const std::vector<std::string>& parts, const std::string& whole) {
  Descriptor output = Open(whole, O_WRONLY | O_CREAT | O_TRUNC);
  if (output.get() < 0) return ErrorOfOS(errno, "cannot write", whole);
  for (const std::string& part : parts) {
    ARROW_RETURN_NOT_OK(AppendFile(part, output, whole));
    ::unlink(part.c_str());
  }
  return output.Close() ? Status::OK() : ErrorOfOS(errno, "cannot write", whole);
}

Status Move(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? Status::OK() : ErrorOfOS(errno, "cannot write", to);
}

}  // namespace

Result<std::shared_ptr<StagedFiles>> StagedFiles::Make(std::vector<std::string> targets) {
  if (targets.empty()) return InternalError("no files to write");
  std::set<fs::path> folders;
  for (const std::string& target : targets) folders.insert(FolderOf(target));
  for (const fs::path& folder : folders) ARROW_RETURN_NOT_OK(MakeFolder(folder));
  const fs::path place = fs::absolute(FolderOf(targets[0]));
  RemoveAbandoned(place);
  const fs::path folder = place / fmt::format("{}{:016x}", kHiddenPrefix, FreshSeed());
  ARROW_RETURN_NOT_OK(MakeFolder(folder));
  return std::shared_ptr<StagedFiles>(new StagedFiles(folder.string(), std::move(targets)));
}

StagedFiles::StagedFiles(std::string folder, std::vector<std::string> targets)
    : folder_(std::move(folder)), targets_(std::move(targets)), claim_(folder_) {
  for (size_t i = 0; i < targets_.size(); ++i) files_.push_back(Path(static_cast<int64_t>(i)));
}

StagedFiles::~StagedFiles() { Discard(); }

void StagedFiles::Discard() const {
  // Under another name first, where no writer looks for it.
  const std::string discarded = folder_ + "-discarded";
  std::error_code error;
  fs::rename(folder_, discarded, error);
  Remove(error ? folder_ : discarded);
}

std::string StagedFiles::Path(int64_t i) const { return PartitionFile(folder_, i); }

Status StagedFiles::JoinAll(int64_t count) {
  std::vector<std::string> parts;
  for (int64_t i = 0; i < count; ++i) parts.push_back(Path(i));
  files_[0] = folder_ + "/whole";
  return Join(parts, files_[0]);
}

Status StagedFiles::PrependTargets() {
  for (size_t i = 0; i < targets_.size(); ++i) {
    std::error_code error;
    if (!fs::exists(targets_[i], error)) continue;
    const std::string before = folder_ + "/before";
    fs::copy_file(targets_[i], before, fs::copy_options::overwrite_existing, error);
    if (error) return ErrorOfOS(error.value(), "cannot read", targets_[i]);
    const std::string after = std::exchange(files_[i], fmt::format("{}/joined-{}", folder_, i));
    ARROW_RETURN_NOT_OK(Join({before, after}, files_[i]));
  }
  return Status::OK();
}

Status StagedFiles::MoveEach() const {
  for (size_t i = 0; i < targets_.size(); ++i) ARROW_RETURN_NOT_OK(Move(files_[i], targets_[i]));
  return Status::OK();
}

}  // namespace cask
