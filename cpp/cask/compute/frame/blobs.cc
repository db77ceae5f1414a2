#include "cask/compute/frame/blobs.h"

namespace cask {

Result<Column> GatherBlobs(const uint32_t* groups, const void* values, int width, int64_t num_values, int64_t num_groups,
                           arrow::MemoryPool* pool) {
  Slots<int64_t> offsets(pool);
  ARROW_RETURN_NOT_OK(offsets.Grow(num_groups + 2, 0));
  // Counts, shifted by two so that once they are summed, and the values put in place, offsets[g] is where group g + 1 begins.
  for (int64_t i = 0; i < num_values; ++i) {
    if (groups[i] != 0) offsets[groups[i] + 1] += width;
  }
  for (int64_t g = 1; g < num_groups + 2; ++g) offsets[g] += offsets[g - 1];
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(offsets[num_groups + 1], pool));
  const auto* in = static_cast<const uint8_t*>(values);
  for (int64_t i = 0; i < num_values; ++i) {
    if (groups[i] == 0) continue;
    std::memcpy(bytes->mutable_data() + offsets[groups[i]], in + i * width, width);
    offsets[groups[i]] += width;
  }
  return arrow::ArrayData::Make(DType(Kind::kString).arrow_type(), num_groups, {nullptr, offsets.ReleaseBuffer(), bytes}, 0);
}

}  // namespace cask
