// Finding files in remote stores, through Arrow's file systems.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/io/files.h"

namespace cask {

struct RemoteFiles {
  std::shared_ptr<arrow::fs::FileSystem> filesystem;
  std::vector<InputFile> files;
  std::vector<std::string> store_paths;  // as the file system names them
};

/// Whether a path has the scheme of a remote store.
bool IsRemote(const std::string& path);

/// Finds files as FileSet::Find does. All inputs must be in one store.
Result<RemoteFiles> FindRemoteFiles(const std::vector<std::string>& inputs, const StorageOptions& options);

/// Files that FindRemoteFiles has found elsewhere.
Result<RemoteFiles> RemoteFilesOf(std::vector<InputFile> files, const StorageOptions& options);

/// A file as it is now. `path`: as users see it.
Result<InputFile> LookAtRemoteFile(arrow::fs::FileSystem* filesystem, const std::string& path, const std::string& store_path);

}  // namespace cask
