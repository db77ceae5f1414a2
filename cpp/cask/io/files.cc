#include "cask/io/files.h"

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/file.h>

#include <algorithm>

#include "cask/io/local_files.h"
#include "cask/io/remote_files.h"

namespace cask {
namespace {

std::string Shown(const std::vector<std::string>& inputs) {
  if (inputs.size() == 1) return inputs[0];
  std::string text = "[";
  for (size_t i = 0; i < inputs.size() && i < 5; ++i) text += (i > 0 ? ", " : "") + inputs[i];
  return text + (inputs.size() > 5 ? ", ...]" : "]");
}

constexpr std::string_view kFileScheme = "file://";

Result<bool> AreRemote(const std::vector<std::string>& inputs) {
  const auto num_remote = std::count_if(inputs.begin(), inputs.end(), IsRemote);
  if (num_remote == 0 || num_remote == static_cast<int64_t>(inputs.size())) return num_remote > 0;
  return ValueError("local and remote files cannot be read together: {}", Shown(inputs));
}

}  // namespace

Result<std::shared_ptr<const FileSet>> FileSet::Find(const std::vector<std::string>& inputs, const StorageOptions& options) {
  auto set = std::make_shared<FileSet>();
  set->options_ = options;
  ARROW_ASSIGN_OR_RAISE(const bool are_remote, AreRemote(inputs));
  if (are_remote) {
    ARROW_ASSIGN_OR_RAISE(RemoteFiles found, FindRemoteFiles(inputs, options));
    set->files_ = std::move(found.files);
    set->store_paths_ = std::move(found.store_paths);
    set->filesystem_ = std::move(found.filesystem);
  } else {
    for (const std::string& input : inputs) {
      const bool has_scheme = input.compare(0, kFileScheme.size(), kFileScheme) == 0;
      ARROW_ASSIGN_OR_RAISE(std::vector<InputFile> found, FindLocalFiles(has_scheme ? input.substr(kFileScheme.size()) : input));
      std::move(found.begin(), found.end(), std::back_inserter(set->files_));
    }
  }
  if (set->files_.empty()) return OSError("{} resolved to no files", Shown(inputs));
  return set;
}

Result<std::shared_ptr<const FileSet>> FileSet::Of(std::vector<InputFile> files, StorageOptions options) {
  if (files.empty()) return ValueError("a set of files has no file");
  auto set = std::make_shared<FileSet>();
  std::vector<std::string> paths;
  int64_t total = 0;
  for (const InputFile& file : files) {
    if (file.size < 0 || __builtin_add_overflow(total, file.size, &total)) return ValueError("{} cannot have {} bytes", file.path, file.size);
    paths.push_back(file.path);
  }
  ARROW_ASSIGN_OR_RAISE(const bool are_remote, AreRemote(paths));
  if (are_remote) {
    ARROW_ASSIGN_OR_RAISE(RemoteFiles remote, RemoteFilesOf(std::move(files), options));
    set->files_ = std::move(remote.files);
    set->store_paths_ = std::move(remote.store_paths);
    set->filesystem_ = std::move(remote.filesystem);
  } else {
    set->files_ = std::move(files);
  }
  set->options_ = std::move(options);
  return set;
}

Result<InputFile> FileSet::LookAt(int i) const {
  return is_local() ? LookAtLocalFile(files_[i].path) : LookAtRemoteFile(filesystem_.get(), files_[i].path, store_paths_[i]);
}

int64_t FileSet::total_bytes() const {
  int64_t total = 0;
  for (const InputFile& file : files_) total += file.size;
  return total;
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> FileSet::Open(int i) const {
  std::shared_ptr<arrow::io::RandomAccessFile> opened;
  if (is_local()) {
    ARROW_ASSIGN_OR_RAISE(opened, OpenLocalFile(files_[i].path));
  } else {
    ARROW_ASSIGN_OR_RAISE(opened, filesystem_->OpenInputFile(store_paths_[i]));
  }
  ARROW_ASSIGN_OR_RAISE(const int64_t size, opened->GetSize());
  if (size == files_[i].size) return opened;
  return OSError("the file changed after it was found: it had {} bytes and now has {}: {}", files_[i].size, size, files_[i].path);
}

}  // namespace cask
