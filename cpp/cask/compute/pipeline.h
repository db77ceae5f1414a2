// The execution protocol of one task: a source gives batches, transforms change them, a sink makes the task's result.
//
// A fragment is one source and any number of branches over it (transforms, then a sink), so that several results can share one scan.
// Sources, transforms and sinks are descriptions: immutable, shared by all tasks of a layer and by all threads. What changes
// while a task runs lives in the reader, transform state and sink state that they open for that task; those are used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cask/compute/task_body.h"
#include "cask/compute/task_context.h"
#include "cask/data/batch.h"

namespace cask {

/// Gives the batches of one partition, in order. `Next` returns nothing at the end. A batch is tens of thousands of rows at most.
class BatchReader {
 public:
  virtual ~BatchReader() = default;
  virtual Result<std::optional<Batch>> Next() = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual Result<std::unique_ptr<BatchReader>> Open(TaskContext& context) const = 0;
  /// What a batch of this source holds.
  virtual const Schema& schema() const = 0;
  /// One line for `explain()`, e.g. "read_csv(/data/*.csv) columns: payment_type".
  virtual std::string Describe() const = 0;
};

/// Changes one batch into another; may drop rows. Stateless between batches.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual Result<Batch> Apply(Batch batch, TaskContext& context) const = 0;
  virtual std::string Describe() const = 0;
};

/// Takes the batches of one task and gives its result. `Consume` answers whether it wants more.
enum class SinkWants : uint8_t {
  kMore,     // go on
  kNothing,  // the result is complete (head has its rows): stop reading
};

class SinkState {
 public:
  virtual ~SinkState() = default;
  virtual Result<SinkWants> Consume(Batch batch) = 0;
  virtual Result<Table> Finish() = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const = 0;
  /// What the result holds.
  virtual const Schema& schema() const = 0;
  virtual std::string Describe() const = 0;
};

struct Branch {
  std::vector<std::shared_ptr<const Transform>> transforms;
  std::shared_ptr<const Sink> sink;
};

/// A task of a frame: runs its source through its branches, batch by batch. Between batches it asks the context whether the task
/// is cancelled, and gives way to more urgent work.
class Fragment final : public TaskBody {
 public:
  Fragment(std::shared_ptr<const Source> source, std::vector<Branch> branches)
      : source_(std::move(source)), branches_(std::move(branches)) {}

  const Source& source() const { return *source_; }
  const std::vector<Branch>& branches() const { return branches_; }

  int num_outputs() const override { return static_cast<int>(branches_.size()); }
  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override;
  std::string Describe() const override;

 private:
  std::shared_ptr<const Source> source_;
  std::vector<Branch> branches_;
};

/// A source over the tables that the task's inputs hold: all of input group `group`, in order.
std::shared_ptr<const Source> MakeInputSource(int group, Schema schema);

/// A sink that keeps every row.
std::shared_ptr<const Sink> MakeCollectSink(Schema schema);

}  // namespace cask
