#include "cask/api/gather.h"

#include <utility>

#include "cask/base/pool.h"
#include "cask/compute/column/category_values.h"
#include "cask/compute/row_positions.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/source_expr.h"

namespace cask {
namespace {

// Where each partition's rows begin in the whole, as far as the partitions before it have been counted.
std::vector<int64_t> PartitionOffsets(const FrameExpr& root) {
  const FrameExpr* source = SourceOfRows(root);
  std::vector<int64_t> offsets = {0};
  if (source == nullptr) return offsets;
  for (int64_t rows : static_cast<const SourceExpr*>(source)->KnownPartitionRows()) offsets.push_back(offsets.back() + rows);
  return offsets;
}

std::optional<int64_t> RangeStart(const Column& positions) {
  const int64_t* values = Values<int64_t>(positions);
  if (positions->length == 0) return 0;
  for (int64_t i = 1; i < positions->length; ++i) {
    if (values[i] != values[0] + i) return std::nullopt;
  }
  return values[0];
}

template <typename T>
bool AllFit(const Column& column) {
  const int64_t* values = Values<int64_t>(column);
  return std::all_of(values, values + column->length, [](int64_t value) { return std::in_range<T>(value); });
}

bool FitsKind(const Column& column, Kind kind) {
  // Sums of unsigned integers that do not fit int64 read as negative numbers here, and fit nothing unsigned.
  switch (kind) {
    case Kind::kInt8: return AllFit<int8_t>(column);
    case Kind::kInt16: return AllFit<int16_t>(column);
    case Kind::kInt32: return AllFit<int32_t>(column);
    case Kind::kUInt8: return AllFit<uint8_t>(column);
    case Kind::kUInt16: return AllFit<uint16_t>(column);
    case Kind::kUInt32: return AllFit<uint32_t>(column);
    default: return false;
  }
}

// Brings a column to the type that pandas gives it where its values fit.
Status NarrowIfItFits(const Projection& data, int i, Column* column, Schema* schema) {
  const ColumnExpr& value = *data.columns[i].value;
  if (value.node() != ColumnExpr::Node::kReference) return Status::OK();
  const DType type = schema->field(i).type, narrow = data.root->FittingType(value.index());
  const bool is_missing_marked = (*column)->buffers[0] != nullptr && (*column)->GetNullCount() > 0;
  if (type == narrow || (is_missing_marked && !type.nullable()) || !FitsKind(*column, narrow.kind())) return Status::OK();
  FunctionOptions options;
  options.type = narrow;
  ARROW_ASSIGN_OR_RAISE(*column, FindColumnFunction("cast")->Execute({*column}, {type}, narrow, options, (*column)->length, BufferPool()));
  std::vector<Field> fields = schema->fields();
  fields[i].type = narrow;
  *schema = Schema(std::move(fields));
  return Status::OK();
}

}  // namespace

Result<Computed> Gather(const Collection& collection, const std::vector<std::shared_ptr<const Piece>>& pieces) {
  Table whole;
  whole.schema = collection.data.schema();
  for (const auto& piece : pieces) {
    const auto& table = static_cast<const Table&>(*piece);
    whole.batches.insert(whole.batches.end(), table.batches.begin(), table.batches.end());
  }
  const int row_ids = RowIdColumnOf(collection.data);
  Computed result{collection.shape, {}, collection.num_index, std::nullopt};
  result.table.schema = whole.schema;
  Batch batch{whole.num_rows(), {}};
  for (int i = 0; i < whole.schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(whole, i));
    if (i == row_ids) {
      ARROW_ASSIGN_OR_RAISE(column, PositionsOfRowIds(column, PartitionOffsets(*collection.data.root)));
      if (i == 0 && collection.num_index == 1) result.range_start = RangeStart(column);
    }
    ARROW_RETURN_NOT_OK(NarrowIfItFits(collection.data, i, &column, &result.table.schema));
    if (whole.schema.field(i).type.kind() == Kind::kCategory) {
      ARROW_ASSIGN_OR_RAISE(column, WithCategoriesInOrder(column, whole.schema.field(i).type, BufferPool()));
    }
    batch.columns.push_back(std::move(column));
  }
  result.table.batches.push_back(std::move(batch));
  return result;
}

}  // namespace cask
