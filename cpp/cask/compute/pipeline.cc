#include "cask/compute/pipeline.h"

#include "cask/base/check.h"

namespace cask {
namespace {

// One branch of a running fragment.
struct OpenBranch {
  const Branch* description;
  std::unique_ptr<SinkState> sink;
  bool wants_more = true;

  Status Consume(Batch batch, TaskContext& context) {
    for (const auto& transform : description->transforms) {
      ARROW_ASSIGN_OR_RAISE(batch, transform->Apply(std::move(batch), context));
    }
    // An empty batch still says which columns there are, but no sink needs to be told.
    if (batch.num_rows == 0) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const SinkWants wants, sink->Consume(std::move(batch)));
    wants_more = wants == SinkWants::kMore;
    return Status::OK();
  }
};

Status FeedBranches(BatchReader& reader, std::vector<OpenBranch>& branches, TaskContext& context) {
  int open = static_cast<int>(branches.size());
  while (open > 0) {
    ARROW_RETURN_NOT_OK(context.Breathe());
    ARROW_ASSIGN_OR_RAISE(std::optional<Batch> batch, reader.Next());
    if (!batch) return Status::OK();
    for (OpenBranch& branch : branches) {
      if (!branch.wants_more) continue;
      ARROW_RETURN_NOT_OK(branch.Consume(*batch, context));
      open -= branch.wants_more ? 0 : 1;
    }
  }
  return Status::OK();
}

class InputReader final : public BatchReader {
 public:
  explicit InputReader(std::vector<std::shared_ptr<const Piece>> pieces) : pieces_(std::move(pieces)) {}

  Result<std::optional<Batch>> Next() override {
    while (piece_ < pieces_.size()) {
      const auto& table = static_cast<const Table&>(*pieces_[piece_]);
      if (batch_ < table.batches.size()) return table.batches[batch_++];
      pieces_[piece_++].reset();  // read to its end: its memory can go
      batch_ = 0;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::shared_ptr<const Piece>> pieces_;
  size_t piece_ = 0;
  size_t batch_ = 0;
};

class InputSource final : public Source {
 public:
  InputSource(int group, Schema schema) : group_(group), schema_(std::move(schema)) {}

  Result<std::unique_ptr<BatchReader>> Open(TaskContext& context) const override {
    CASK_CHECK_LT(static_cast<size_t>(group_), context.inputs().size());
    return std::make_unique<InputReader>(context.inputs()[group_]);
  }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override { return "the results of the layer before"; }

 private:
  int group_;
  Schema schema_;
};

class CollectState final : public SinkState {
 public:
  explicit CollectState(const Schema& schema) { table_.schema = schema; }

  Result<SinkWants> Consume(Batch batch) override {
    table_.batches.push_back(std::move(batch));
    return SinkWants::kMore;
  }
  Result<Table> Finish() override { return std::move(table_); }

 private:
  Table table_;
};

class CollectSink final : public Sink {
 public:
  explicit CollectSink(Schema schema) : schema_(std::move(schema)) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext&) const override { return std::make_unique<CollectState>(schema_); }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override { return "collect"; }

 private:
  Schema schema_;
};

}  // namespace

Result<std::vector<std::shared_ptr<const Piece>>> Fragment::Run(TaskContext& context) const {
  std::vector<OpenBranch> branches;
  for (const Branch& branch : branches_) {
    ARROW_ASSIGN_OR_RAISE(auto sink, branch.sink->Open(context));
    branches.push_back({&branch, std::move(sink)});
  }
  ARROW_ASSIGN_OR_RAISE(auto reader, source_->Open(context));
  ARROW_RETURN_NOT_OK(FeedBranches(*reader, branches, context));
  reader.reset();  // a source gives its evidence when it is closed
  std::vector<std::shared_ptr<const Piece>> pieces;
  for (OpenBranch& branch : branches) {
    ARROW_ASSIGN_OR_RAISE(Table table, branch.sink->Finish());
    pieces.push_back(std::make_shared<const Table>(std::move(table)));
  }
  return pieces;
}

std::string Fragment::Describe() const {
  std::string text = source_->Describe();
  for (const Branch& branch : branches_) {
    for (const auto& transform : branch.transforms) text += "\n" + transform->Describe();
    text += "\n" + branch.sink->Describe();
  }
  return text;
}

std::shared_ptr<const Source> MakeInputSource(int group, Schema schema) {
  return std::make_shared<InputSource>(group, std::move(schema));
}

std::shared_ptr<const Sink> MakeCollectSink(Schema schema) { return std::make_shared<CollectSink>(std::move(schema)); }

}  // namespace cask
