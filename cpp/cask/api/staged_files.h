// StagedFiles: files that are written in a hidden folder beside where they belong, and moved there together at the end.
//
// Whoever writes, another thread or a process of a cluster, writes Path(i) for partition i under a name of its own and renames it. A worker that
// is taken for dead may do so once more at any time, long after its successor has:
// 1. What Path(i) holds is whole and the same, whoever was last.
// 2. What is made of these files has names that no writer knows, so nobody writes over it.
// 3. The folder is made once. When it is gone, what is written fails, and nobody makes it anew.
//
// The folder and what is left in it go when they are discarded, or with the last reference: a task that ends late leaves nothing behind. Those of a
// process that was killed go when the next files are staged in the same place on the same machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/api/folder_claim.h"
#include "cask/base/error.h"

namespace cask {

class StagedFiles {
 public:
  /// `targets`: where the files belong; their folders are made if need be.
  static Result<std::shared_ptr<StagedFiles>> Make(std::vector<std::string> targets);
  ~StagedFiles();

  /// The hidden one; an absolute path.
  const std::string& folder() const { return folder_; }
  /// Where partition `i` is to be written: the file for target i, unless they are joined.
  std::string Path(int64_t i) const;

  // -- When all are written, in this order.
  /// Joins the first `count` files, in order, to the one for target 0.
  Status JoinAll(int64_t count);
  /// Puts what targets hold already in front of what will be moved there.
  Status PrependTargets();
  /// Moves each file to its target, over what is there.
  Status MoveEach() const;

  /// Takes the folder away. What is written later fails.
  void Discard() const;

 private:
  StagedFiles(std::string folder, std::vector<std::string> targets);

  const std::string folder_;
  const std::vector<std::string> targets_;
  FolderClaim claim_;
  std::vector<std::string> files_;  // what belongs to each target, as far as it is made
};

}  // namespace cask
