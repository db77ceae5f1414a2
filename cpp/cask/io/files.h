// FileSet: the input files of one read: found once, in order, with what identifies their contents (size, time of change).
// Immutable; any thread may open its files.
#pragma once

#include <arrow/type_fwd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cask/base/codec.h"
#include "cask/base/error.h"

namespace arrow::fs {
class FileSystem;
}
namespace arrow::io {
class RandomAccessFile;
}

namespace cask {

/// How to reach a remote store: key, secret, token, anon, region, endpoint_url, client_kwargs.endpoint_url, ... as s3fs and Dask name them.
using StorageOptions = std::map<std::string, std::string>;

struct InputFile {
  std::string path;      // as users see it: a plain path for local files, with its scheme ("s3://...") for others
  int64_t size = 0;      // bytes
  int64_t mtime_ns = 0;  // since 1970; 0 where the store does not tell
  bool operator==(const InputFile&) const = default;
};
constexpr auto FieldsOf(std::type_identity<InputFile>) { return std::tuple(&InputFile::path, &InputFile::size, &InputFile::mtime_ns); }

class FileSet {
 public:
  /// Finds the files that `inputs` name: paths, URIs (s3, gs, gcs, hdfs, abfs, abfss, file), globs (*, ?, [..], **) and folders.
  /// Matches of a glob come in the order of their names; a list keeps its own order.
  static Result<std::shared_ptr<const FileSet>> Find(const std::vector<std::string>& inputs, const StorageOptions& options = {});

  /// Files that another process has found with these options; they are not looked at.
  static Result<std::shared_ptr<const FileSet>> Of(std::vector<InputFile> files, StorageOptions options);

  const StorageOptions& options() const { return options_; }
  const std::vector<InputFile>& files() const { return files_; }
  const InputFile& file(int i) const { return files_[i]; }
  int size() const { return static_cast<int>(files_.size()); }
  int64_t total_bytes() const;
  bool is_local() const { return filesystem_ == nullptr; }

  /// File `i` as it is now.
  Result<InputFile> LookAt(int i) const;
  /// Opens file `i` through its file system. A file that changed size since it was found is an error that says so.
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> Open(int i) const;

  /// Use Find or Of.
  FileSet() = default;

 private:
  StorageOptions options_;
  std::vector<InputFile> files_;
  std::vector<std::string> store_paths_;                // as the file system names them; empty for local files
  std::shared_ptr<arrow::fs::FileSystem> filesystem_;  // null: the local one
};

}  // namespace cask
