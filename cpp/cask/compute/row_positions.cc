#include "cask/compute/row_positions.h"

#include <arrow/buffer.h>

#include "cask/base/pool.h"
#include "cask/data/row_id.h"

namespace cask {

Result<Column> PositionsOfRowIds(const Column& row_ids, const std::vector<int64_t>& offsets) {
  const int64_t length = row_ids->length;
  const int64_t* ids = Values<int64_t>(row_ids);
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(length * sizeof(int64_t), BufferPool()));
  auto* positions = reinterpret_cast<int64_t*>(buffer->mutable_data());
  for (int64_t i = 0; i < length; ++i) {
    const auto partition = static_cast<uint64_t>(PartitionOfRowId(ids[i]));
    const int64_t offset = partition < offsets.size() ? offsets[partition] : 0;
    positions[i] = offset + RowOfRowId(ids[i]);
  }
  return MakeFixedColumn(Kind::kInt64, length, std::move(buffer));
}

}  // namespace cask
