// SpillFile: the chunks of one column in a file: an Arrow IPC stream, then a trailer of its length and xxHash64.
// Immutable once written; the file is removed with the object. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/data/batch.h"

namespace cask {

class SpillFile {
 public:
  /// Writes a new file; nothing is left of it on an error.
  static Result<std::unique_ptr<SpillFile>> Write(std::string path, const std::vector<Column>& chunks);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// The chunks as they were written; OSError if the file is gone or a bit of it has changed.
  Result<std::vector<Column>> Read() const;

  int64_t num_bytes() const { return num_bytes_; }
  const std::string& path() const { return path_; }

 private:
  explicit SpillFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int64_t num_bytes_ = 0;
  int process_ = 0;  // that wrote it; a fork of it does not remove it
};

}  // namespace cask
