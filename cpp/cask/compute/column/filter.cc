// Filter: the rows of a batch for which a condition holds.
#include <arrow/array/array_base.h>
#include <arrow/util/bit_util.h>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/program.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// The kept rows of each kind of column. `mask` has one byte, 0 or 1, a row.
class RowKeeper {
 public:
  RowKeeper(const uint8_t* mask, int64_t num_rows, int64_t num_kept, arrow::MemoryPool* pool)
      : mask_(mask), num_rows_(num_rows), num_kept_(num_kept), pool_(pool) {}

  Result<Column> Keep(const Column& column, const DType& type) {
    if (num_kept_ == num_rows_) return column;
    if (num_kept_ == 0) {
      Column none = EmptyColumn(type);
      none->dictionary = column->dictionary;
      return none;
    }
    if (type.kind() == Kind::kNull) return SliceColumn(column, 0, num_kept_);
    Validity validity;
    if (column->buffers[0] && column->GetNullCount() > 0) {
      ARROW_ASSIGN_OR_RAISE(validity, KeepBits(column->buffers[0]->data(), column->offset));
    }
    if (!type.is_fixed_width()) return KeepStrings(column, std::move(validity));
    ARROW_ASSIGN_OR_RAISE(auto values, KeepFixed(column, type.width()));
    auto kept = arrow::ArrayData::Make(column->type, num_kept_, {std::move(validity.bitmap), std::move(values)}, validity.null_count);
    kept->dictionary = column->dictionary;
    return kept;
  }

 private:
  // Where few rows are kept, fetching them by position beats looking at every row.
  bool IsSparse() const { return num_kept_ * 16 < num_rows_; }

  Result<std::shared_ptr<arrow::Buffer>> KeepFixed(const Column& column, int width) {
    const uint8_t* values = column->buffers[1]->data() + column->offset * width;
    if (IsSparse()) {
      ARROW_RETURN_NOT_OK(FindPositions());
      ARROW_ASSIGN_OR_RAISE(auto kept, NewResult(width, num_kept_, pool_));
      FindGatherLoop(width)(values, positions(), kept->mutable_data(), num_kept_);
      return kept;
    }
    // The loop needs room for every row; what is left over goes back.
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::ResizableBuffer> kept, arrow::AllocateResizableBuffer(num_rows_ * width, pool_));
    FindCompressLoop(width)(values, mask_, kept->mutable_data(), num_rows_);
    ARROW_RETURN_NOT_OK(kept->Resize(num_kept_ * width, /*shrink_to_fit=*/num_kept_ * 2 < num_rows_));
    return std::shared_ptr<arrow::Buffer>(std::move(kept));
  }

  Result<Validity> KeepBits(const uint8_t* bits, int64_t offset) {
    ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(2 * num_rows_, pool_));
    uint8_t* all = bytes->mutable_data();
    UnpackBits(bits, offset, num_rows_, all);
    FindCompressLoop(1)(all, mask_, all + num_rows_, num_rows_);
    return ValidityFromBytes(all + num_rows_, num_kept_, pool_);
  }

  Result<Column> KeepStrings(const Column& column, Validity validity) {
    ARROW_RETURN_NOT_OK(FindPositions());
    const int64_t* in = column->GetValues<int64_t>(1);
    const uint8_t* characters = column->buffers[2] ? column->buffers[2]->data() : nullptr;
    ARROW_ASSIGN_OR_RAISE(auto offsets, NewResult(8, num_kept_ + 1, pool_));
    auto* out = reinterpret_cast<int64_t*>(offsets->mutable_data());
    out[0] = 0;
    for (int64_t k = 0; k < num_kept_; ++k) out[k + 1] = out[k] + in[positions()[k] + 1] - in[positions()[k]];
    ARROW_ASSIGN_OR_RAISE(auto text, NewResult(1, out[num_kept_], pool_));
    uint8_t* target = text->mutable_data();
    for (int64_t k = 0; k < num_kept_; ++k) {
      // Neighbouring rows are copied at once.
      const int64_t first = k;
      while (k + 1 < num_kept_ && positions()[k + 1] == positions()[k] + 1) ++k;
      const int64_t begin = in[positions()[first]], end = in[positions()[k] + 1];
      if (end > begin) std::memcpy(target + out[first], characters + begin, end - begin);
    }
    return arrow::ArrayData::Make(column->type, num_kept_, {std::move(validity.bitmap), std::move(offsets), std::move(text)}, validity.null_count);
  }

  Status FindPositions() {
    if (positions_) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(positions_, NewResult(4, num_kept_ + 1, pool_));
    auto* out = reinterpret_cast<int32_t*>(positions_->mutable_data());
    int64_t kept = 0;
    for (int64_t i = 0; i < num_rows_; ++i) {
      out[kept] = static_cast<int32_t>(i);
      kept += mask_[i];
    }
    return Status::OK();
  }
  const int32_t* positions() const { return reinterpret_cast<const int32_t*>(positions_->data()); }

  const uint8_t* mask_;
  int64_t num_rows_;
  int64_t num_kept_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::Buffer> positions_;
};

class Filter final : public Transform {
 public:
  Filter(Program program, std::vector<int> keep) : program_(std::move(program)), keep_(std::move(keep)) {}

  Result<Batch> Apply(Batch batch, TaskContext& context) const override {
    arrow::MemoryPool* pool = context.pool();
    ARROW_ASSIGN_OR_RAISE(auto conditions, program_.Evaluate(batch, pool));
    ARROW_ASSIGN_OR_RAISE(auto mask, TruthOf(conditions[0], batch.num_rows, pool));
    Kind out;
    Batch result;
    FindReduceLoop(Reduction::kCountNonzero, Kind::kBool, &out)(mask->data(), batch.num_rows, &result.num_rows);
    RowKeeper keeper(mask->data(), batch.num_rows, result.num_rows, pool);
    for (int index : keep_) {
      ARROW_ASSIGN_OR_RAISE(auto column, keeper.Keep(batch.columns[index], program_.input.field(index).type));
      result.columns.push_back(std::move(column));
    }
    return result;
  }

  std::string Describe() const override { return "filter"; }

 private:
  // One byte a row; missing is false.
  Result<std::shared_ptr<arrow::Buffer>> TruthOf(const Column& condition, int64_t num_rows, arrow::MemoryPool* pool) const {
    if (condition->offset == 0 && !condition->buffers[0]) return condition->buffers[1];
    ARROW_ASSIGN_OR_RAISE(auto mask, NewResult(1, num_rows, pool));
    const uint8_t* values = Values<uint8_t>(condition);
    if (!condition->buffers[0]) {
      std::memcpy(mask->mutable_data(), values, num_rows);
      return mask;
    }
    UnpackBits(condition->buffers[0]->data(), condition->offset, num_rows, mask->mutable_data());
    Kind out;
    FindBinaryLoop(Operation::kLogicalAnd, Kind::kBool, &out)(mask->data(), 1, values, 1, mask->mutable_data(), num_rows);
    return mask;
  }

  Program program_;
  std::vector<int> keep_;
};

}  // namespace

std::shared_ptr<const Transform> MakeFilter(Program program, std::vector<int> keep) {
  return std::make_shared<Filter>(std::move(program), std::move(keep));
}

}  // namespace cask
