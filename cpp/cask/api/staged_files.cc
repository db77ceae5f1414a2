#include "cask/api/staged_files.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>

#include "cask/base/descriptor.h"
#include "cask/base/random.h"
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
  const fs::path folder = FolderOf(targets[0]) / fmt::format(".cask-{:016x}", FreshSeed());
  ARROW_RETURN_NOT_OK(MakeFolder(folder));
  return std::shared_ptr<StagedFiles>(new StagedFiles(folder.string(), std::move(targets)));
}

StagedFiles::~StagedFiles() { Discard(); }

void StagedFiles::Discard() const {
  // A late task may write between the look into the folder and its removal. Each writes one file, so few rounds are enough; nothing can be done
  // here about a folder that cannot be removed.
  std::error_code error;
  for (int round = 0; round < 100; ++round) {
    fs::remove_all(folder_, error);
    if (!error) return;
  }
}

std::string StagedFiles::Path(int64_t i) const { return fmt::format("{}/{}", folder_, i); }

std::vector<std::string> StagedFiles::Paths(int64_t count) const {
  std::vector<std::string> paths;
  for (int64_t i = 0; i < count; ++i) paths.push_back(Path(i));
  return paths;
}

Status StagedFiles::MoveEach() const {
  for (size_t i = 0; i < targets_.size(); ++i) ARROW_RETURN_NOT_OK(Move(Path(static_cast<int64_t>(i)), targets_[i]));
  return Status::OK();
}

Status StagedFiles::JoinAll(int64_t count) const {
  const std::string whole = folder_ + "/whole";
  ARROW_RETURN_NOT_OK(Join(Paths(count), whole));
  return Move(whole, Path(0));
}

Status StagedFiles::PrependTargets() const {
  const std::string joined = folder_ + "/joined";
  for (size_t i = 0; i < targets_.size(); ++i) {
    std::error_code error;
    if (!fs::exists(targets_[i], error)) continue;
    const std::string path = Path(static_cast<int64_t>(i));
    const std::string before = folder_ + "/before";
    fs::copy_file(targets_[i], before, fs::copy_options::overwrite_existing, error);
    if (error) return ErrorOfOS(error.value(), "cannot read", targets_[i]);
    ARROW_RETURN_NOT_OK(Join({before, path}, joined));
    ARROW_RETURN_NOT_OK(Move(joined, path));
  }
  return Status::OK();
}

}  // namespace cask
