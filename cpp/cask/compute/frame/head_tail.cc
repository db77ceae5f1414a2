// The first and the last rows.
#include <deque>

#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/top_k.h"

namespace cask {
namespace {

class HeadState final : public SinkState {
 public:
  HeadState(const Schema& schema, int64_t n) : wanted_(n) { table_.schema = schema; }

  Result<SinkWants> Consume(Batch batch) override {
    const int64_t n = std::min(wanted_, batch.num_rows);
    if (n > 0) table_.batches.push_back(SliceBatch(batch, 0, n));
    wanted_ -= n;
    return wanted_ > 0 ? SinkWants::kMore : SinkWants::kNothing;
  }
  Result<Table> Finish() override { return std::move(table_); }

 private:
  int64_t wanted_;
  Table table_;
};

class TailState final : public SinkState {
 public:
  TailState(const Schema& schema, int64_t n) : schema_(schema), wanted_(n) {}

  Result<SinkWants> Consume(Batch batch) override {
    num_rows_ += batch.num_rows;
    batches_.push_back(std::move(batch));
    while (!batches_.empty() && num_rows_ - batches_.front().num_rows >= wanted_) {
      num_rows_ -= batches_.front().num_rows;
      batches_.pop_front();
    }
    return SinkWants::kMore;
  }
  Result<Table> Finish() override {
    Table table;
    table.schema = schema_;
    for (Batch& batch : batches_) {
      const int64_t extra = std::max<int64_t>(num_rows_ - wanted_, 0);  // only the first batch can have more than is wanted
      num_rows_ -= extra;
      table.batches.push_back(SliceBatch(batch, extra, batch.num_rows - extra));
    }
    return table;
  }

 private:
  Schema schema_;
  int64_t wanted_;
  int64_t num_rows_ = 0;  // of batches_
  std::deque<Batch> batches_;
};

template <typename State>
class LimitSink final : public Sink {
 public:
  LimitSink(Schema schema, int64_t n, std::string_view what) : schema_(std::move(schema)), n_(n), what_(what) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext&) const override { return std::make_unique<State>(schema_, n_); }
  const Schema& schema() const override { return schema_; }
  std::string Describe() const override { return fmt::format("the {} {} rows", what_, n_); }

 private:
  Schema schema_;
  int64_t n_;
  std::string_view what_;
};

}  // namespace

std::shared_ptr<const Sink> MakeHead(Schema schema, int64_t n) {
  return std::make_shared<LimitSink<HeadState>>(std::move(schema), n, "first");
}

std::shared_ptr<const Sink> MakeTail(Schema schema, int64_t n) {
  return std::make_shared<LimitSink<TailState>>(std::move(schema), n, "last");
}

}  // namespace cask
