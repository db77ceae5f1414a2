#include "cask/compute/frame/sort.h"

#include "cask/compute/frame/gather.h"
#include "cask/compute/frame/row_order.h"

namespace cask {
namespace {

class SortState final : public SinkState {
 public:
  SortState(const SortSpec& spec, arrow::MemoryPool* pool) : spec_(spec), pool_(pool) {}

  Result<SinkWants> Consume(Batch batch) override {
    batches_.push_back(std::move(batch));
    return SinkWants::kMore;
  }

  Result<Table> Finish() override {
    ARROW_ASSIGN_OR_RAISE(Batch whole, ConcatenateBatches(batches_, spec_.schema));
    batches_.clear();
    std::vector<OrderKey> keys;
    for (size_t k = 0; k < spec_.keys.size(); ++k) {
      keys.push_back({whole.columns[spec_.keys[k]], spec_.schema.field(spec_.keys[k]).type, spec_.ascending[k], spec_.missing});
    }
    std::vector<uint32_t> rows = AllRows(whole.num_rows);
    ARROW_RETURN_NOT_OK(SortRows(keys, &rows));
    keys.clear();
    // Column by column, so that each can go as soon as it is copied.
    Batch sorted;
    sorted.num_rows = whole.num_rows;
    for (int i = 0; i < spec_.schema.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Column column, GatherColumn(whole.columns[i], spec_.schema.field(i).type, rows, pool_));
      whole.columns[i].reset();
      sorted.columns.push_back(std::move(column));
    }
    return MakeTable(spec_.schema, std::move(sorted));
  }

 private:
  const SortSpec& spec_;
  arrow::MemoryPool* pool_;
  std::vector<Batch> batches_;
};

class SortSink final : public Sink {
 public:
  SortSink(SortSpec spec, bool merges) : spec_(std::move(spec)), merges_(merges) {}

  Result<std::unique_ptr<SinkState>> Open(TaskContext& context) const override {
    return std::make_unique<SortState>(spec_, context.pool());
  }
  const Schema& schema() const override { return spec_.schema; }
  std::string Describe() const override {
    std::string text = merges_ ? "merge sorted by" : "sort by";
    for (size_t k = 0; k < spec_.keys.size(); ++k) {
      text += fmt::format("{} {}{}", k == 0 ? "" : ",", spec_.schema.field(spec_.keys[k]).name, spec_.ascending[k] ? "" : " descending");
    }
    return text;
  }

 private:
  SortSpec spec_;
  bool merges_;
};

}  // namespace

std::shared_ptr<const Sink> MakeSort(SortSpec spec) { return std::make_shared<SortSink>(std::move(spec), false); }

// Sorting is stable and takes the tables in partition order, so sorting anew what is sorted in parts is merging it; by radix that costs
// less than comparing.
std::shared_ptr<const Sink> MakeMergeSorted(SortSpec spec) { return std::make_shared<SortSink>(std::move(spec), true); }

}  // namespace cask
