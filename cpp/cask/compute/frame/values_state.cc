// Every value of each group, for medians.
#include "cask/compute/frame/blobs.h"
#include "cask/compute/frame/state.h"

namespace cask {
namespace {

template <typename T>
class ValuesState final : public AggregateState {
 public:
  explicit ValuesState(arrow::MemoryPool* pool) : pool_(pool), values_(pool), groups_(pool) {}

  Status Grow(int64_t num_groups) override {
    num_groups_ = num_groups;
    return Status::OK();
  }

  Status Update(BlockValues& block) override {
    const T* values;
    if constexpr (std::is_same_v<T, double>) {
      values = block.AllDoubles();
    } else {
      values = block.AllInts();
    }
    return Append(values, block.ValidIds(), block.num_rows());
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const StringReader blobs(columns[0], begin);
    for (int64_t i = 0; i < num_rows; ++i) {
      const auto n = static_cast<int64_t>(blobs[i].size() / sizeof(T));
      const int64_t size = values_.size();
      ARROW_RETURN_NOT_OK(values_.Grow(size + n, 0));
      ARROW_RETURN_NOT_OK(groups_.Grow(size + n, 0));
      if (n > 0) std::memcpy(values_.data() + size, blobs[i].data(), n * sizeof(T));
      std::fill(groups_.data() + size, groups_.data() + size + n, ids[i]);
    }
    return Status::OK();
  }

  Result<std::vector<Column>> Finish() override {
    ARROW_ASSIGN_OR_RAISE(Column blobs, GatherBlobs(groups_.data(), values_.data(), sizeof(T), values_.size(), num_groups_, pool_));
    return std::vector<Column>{std::move(blobs)};
  }

 private:
  Status Append(const T* values, const uint32_t* groups, int64_t n) {
    const int64_t size = values_.size();
    ARROW_RETURN_NOT_OK(values_.Grow(size + n, 0));
    ARROW_RETURN_NOT_OK(groups_.Grow(size + n, 0));
    std::copy(values, values + n, values_.data() + size);
    std::copy(groups, groups + n, groups_.data() + size);
    return Status::OK();
  }

  arrow::MemoryPool* pool_;
  Slots<T> values_;
  Slots<uint32_t> groups_;  // of each value
  int64_t num_groups_ = 0;
};

}  // namespace

std::unique_ptr<AggregateState> MakeValuesState(const DType& type, arrow::MemoryPool* pool) {
  if (type.is_temporal()) return std::make_unique<ValuesState<int64_t>>(pool);
  return std::make_unique<ValuesState<double>>(pool);
}

}  // namespace cask
