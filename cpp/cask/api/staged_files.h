// StagedFiles: files that are written in a hidden folder beside where they belong, and moved there together at the end.
//
// The folder and what is left in it go when they are discarded, or with the last reference: a task that ends late leaves nothing behind.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cask/base/error.h"

namespace cask {

class StagedFiles {
 public:
  /// `targets`: where the files belong; their folders are made if need be.
  static Result<std::shared_ptr<StagedFiles>> Make(std::vector<std::string> targets);
  ~StagedFiles();

  /// Where file `i` is to be written.
  std::string Path(int64_t i) const;
  std::vector<std::string> Paths(int64_t count) const;

  /// Moves file i to target i, over what is there.
  Status MoveEach() const;
  /// Joins the first `count` files, in order, to file 0.
  Status JoinAll(int64_t count) const;
  /// Takes the folder away. What is written later fails.
  void Discard() const;
  /// Puts what targets hold already in front of what will be moved there.
  Status PrependTargets() const;

 private:
  StagedFiles(std::string folder, std::vector<std::string> targets) : folder_(std::move(folder)), targets_(std::move(targets)) {}

  std::string folder_;
  std::vector<std::string> targets_;
};

}  // namespace cask
