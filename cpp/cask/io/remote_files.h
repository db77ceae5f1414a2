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

}  // namespace cask
