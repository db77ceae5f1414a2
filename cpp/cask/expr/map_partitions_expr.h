// MapPartitionsExpr: what a user's Python function makes of each partition by itself. As many partitions as its input has.
//
// The function is opaque: it gets all columns of its input, so nothing that follows it (a filter, a choice of columns) may move before it.
// Columns may pass by it, though: the last `num_passed` ones of its input follow its results. Then the function must keep the rows, which each call
// checks; so its results are columns beside those of the rows that it was made for (api/align_rows.h).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cask/compute/map_partitions_body.h"
#include "cask/expr/frame_expr.h"

namespace cask {

class MapPartitionsExpr final : public FrameExpr {
 public:
  /// Makes the function anew for an input of other types, which sources turned out to have, or for results of other types: `found` is what its calls
  /// said of theirs, one text a call.
  using Remake = std::function<Result<PartitionFunction>(const Schema& input, const std::vector<std::string>& found)>;

  /// `remake` is null where only this function will do, as in a process that others sent it to. InternalError where row ids are to be
  /// counted but are not there.
  static Result<FramePtr> Make(Projection input, PartitionFunction function, Remake remake, Origin origin, int num_passed = 0);
  /// The same function over another input, whose last `num_passed` columns pass by it.
  Result<FramePtr> Over(Projection input, int num_passed) const;

  /// Takes in what a call said of the types of its result: rebinding makes an expression that knows of it. Thread-safe.
  void Learn(const std::string& found) const;

  std::string_view name() const override { return "map_partitions"; }
  std::string Describe() const override { return function_.name; }
  int row_id_column() const override;
  DType FittingType(int column) const override;
  const Projection& input() const { return input_; }
  const PartitionFunction& function() const { return function_; }
  int num_passed() const { return num_passed_; }
  /// How many of the input's columns the function gets.
  int num_given() const { return static_cast<int>(input_.columns.size()) - num_passed_; }

 private:
  // What is known of the results by now, shared by all expressions made over one map_partitions.
  struct Learned {
    std::mutex mutex;
    std::vector<std::string> found;
  };

  MapPartitionsExpr(Projection input, int num_passed, Schema schema, PartitionFunction function, Remake remake, std::shared_ptr<Learned> learned,
                    size_t num_known, Token token, Origin origin)
      : FrameExpr(Node::kMapPartitions, std::move(schema), input.root->num_partitions(), token, std::move(origin)),
        input_(std::move(input)),
        num_passed_(num_passed),
        function_(std::move(function)),
        remake_(std::move(remake)),
        learned_(std::move(learned)),
        num_known_(num_known) {}
  static Result<FramePtr> MakeWith(Projection input, int num_passed, PartitionFunction function, Remake remake, std::shared_ptr<Learned> learned,
                                   size_t num_known, Origin origin);
  Result<FramePtr> RebindInputs(Rebinder& rebinder) const override;

  Projection input_;
  int num_passed_;
  PartitionFunction function_;
  Remake remake_;
  std::shared_ptr<Learned> learned_;
  size_t num_known_;  // how much of what is learned the function was made with
};

}  // namespace cask
