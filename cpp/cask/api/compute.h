// Running collections: optimize, plan, run on the local engine, check what was assumed, and gather the results.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cask/api/collection.h"
#include "cask/base/priority.h"
#include "cask/compute/sink_spec.h"
#include "cask/data/batch.h"

namespace cask {

/// A collection's values: the rows of all partitions in order, one array a column.
struct Computed {
  Collection::Shape shape = Collection::Shape::kFrame;
  Table table;        // one batch; index columns first, their names are labels
  int num_index = 0;  // none, in a frame or series: the default index 0, 1, ...
  /// The index is the default one and goes from `range_start` on without a gap.
  std::optional<int64_t> range_start;
};

struct ComputeOptions {
  Priority priority = Priority::kNormal;
  /// Called several times a second on the waiting thread; an error cancels the computation.
  std::function<Status()> check_interrupt;
};

/// The values of several collections in one plan: what they have in common is done once.
Result<std::vector<Computed>> Compute(const std::vector<Collection>& collections, const ComputeOptions& options = {});

/// What a collection's rows are given to, partition by partition: by tasks of this process, or by workers of a cluster.
struct OutputSink {
  SinkSpec spec;
  std::shared_ptr<const void> keep_alive;  // lives as long as any task of this process that uses the sink
};
/// Says what that is; called for each run, with the collection as it is by then.
using SinkMaker = std::function<Result<OutputSink>(const Collection&)>;
/// Gives a collection's rows to sinks. What the sinks of the run that counts gave, a table a partition: where a run turns out to have
/// assumed other than the data says, another one follows, so a sink must not do what cannot be done again.
Result<std::vector<std::shared_ptr<const Piece>>> ComputeInto(const Collection& collection, const SinkMaker& make_sink,
                                                              const ComputeOptions& options);

/// The collections with their columns kept in memory once computed. Loading starts in the background; what is asked for goes first.
/// A collection that is not over a source directly (an aggregate, a sorted frame) is computed before this returns.
Result<std::vector<Collection>> Persist(const std::vector<Collection>& collections, const ComputeOptions& options, Origin origin);

/// Waits until a persisted collection is loaded; false if it is not after `seconds`. True at once for others.
Result<bool> WaitUntilLoaded(const Collection& collection, double seconds);
/// Stops loading in the background.
void CancelLoading(const Collection& collection);

/// The optimized plan as text: the expressions, then the layers of tasks and what each source reads.
Result<std::string> Explain(const std::vector<Collection>& collections);

}  // namespace cask
