// States of text: the least, the greatest, the first, the last, all of them joined, whether any is not empty.
#include "cask/base/check.h"
#include "cask/compute/frame/state.h"
#include "cask/compute/frame/string_builder.h"
#include "cask/compute/frame/text_order.h"

namespace cask {
namespace {

/// The strings of a string or category column.
class TextReader {
 public:
  TextReader(const Column& column, int64_t begin)
      : indices_(column->dictionary ? Values<int32_t>(column) + begin : nullptr),
        strings_(column->dictionary ? Column(column->dictionary) : column, column->dictionary ? 0 : begin) {}
  std::string_view operator[](int64_t i) const { return strings_[indices_ != nullptr ? indices_[i] : i]; }

 private:
  const int32_t* indices_;
  StringReader strings_;
};

/// One text a group, chosen from its rows or joined of them.
class TextState final : public AggregateState {
 public:
  TextState(StateKind kind, const DType& type, arrow::MemoryPool* pool)
      : kind_(kind), by_row_(kind == StateKind::kFirstRow || kind == StateKind::kLastRow), order_(type), pool_(pool), presences_(pool) {}

  Status Grow(int64_t num_groups) override {
    if (static_cast<int64_t>(texts_.size()) <= num_groups) texts_.resize(num_groups + 1);
    return presences_.Grow(num_groups + 1, kNoRow);
  }

  Status Update(BlockValues& block) override {
    const TextReader texts(block.column(), block.begin());
    const uint32_t* valid_ids = block.ValidIds();
    const uint32_t* ids = by_row_ ? block.AllIds() : valid_ids;
    for (int64_t i = 0; i < block.num_rows(); ++i) {
      if (ids[i] == 0) continue;
      if (valid_ids[i] != 0) {
        Take(ids[i], texts[i], kValue);
      } else {
        Take(ids[i], {}, kMissingValue);
      }
    }
    return Status::OK();
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const StringReader texts(columns[0], begin);
    const ValidityReader validity(columns[0], begin);
    const uint8_t* presences = has_presence() ? Values<uint8_t>(columns[1]) + begin : nullptr;
    for (int64_t i = 0; i < num_rows; ++i) {
      const uint8_t stored = validity.IsValid(i) ? uint8_t{kValue} : uint8_t{kNoRow};
      const uint8_t presence = presences != nullptr ? presences[i] : stored;
      if (presence != kNoRow) Take(ids[i], texts[i], presence);
    }
    return Status::OK();
  }

  Result<std::vector<Column>> Finish() override {
    StringBuilder builder(pool_);
    for (int64_t slot = 1; slot < presences_.size(); ++slot) {
      const bool is_valid = presences_[slot] == kValue;
      ARROW_RETURN_NOT_OK(is_valid ? builder.Append(texts_[slot]) : builder.AppendMissing());
    }
    std::vector<Column> columns(1);
    ARROW_ASSIGN_OR_RAISE(columns[0], builder.Finish(Kind::kString));
    if (has_presence()) columns.push_back(presences_.Release(Kind::kUInt8, 1));
    return columns;
  }

 private:
  bool has_presence() const {
    return by_row_ || kind_ == StateKind::kFirst || kind_ == StateKind::kLast;
  }

  void Take(uint32_t slot, std::string_view text, uint8_t presence) {
    std::string& kept = texts_[slot];
    if (kind_ == StateKind::kConcatenation) {
      kept.append(text);
    } else if (presences_[slot] == kNoRow || IsBetter(text, kept)) {
      kept.assign(text);
    } else {
      return;
    }
    presences_[slot] = presence;
  }

  bool IsBetter(std::string_view text, std::string_view kept) const {
    switch (kind_) {
      case StateKind::kTextMin: return order_.IsLess(text, kept);
      case StateKind::kTextMax: return order_.IsLess(kept, text);
      case StateKind::kLast:
      case StateKind::kLastRow: return true;
      default: return false;
    }
  }

  StateKind kind_;
  bool by_row_;
  TextOrder order_;
  arrow::MemoryPool* pool_;
  std::vector<std::string> texts_;
  Slots<uint8_t> presences_;
};

/// Whether any (all) of the texts that are not missing are true: not empty; of Python integers, not 0.
class TextTruthState final : public AggregateState {
 public:
  TextTruthState(bool any, const DType& type, arrow::MemoryPool* pool) : any_(any), type_(type), slots_(pool) {}

  Status Grow(int64_t num_groups) override { return slots_.Grow(num_groups + 1, any_ ? 0 : 1); }

  Status Update(BlockValues& block) override {
    const TextReader texts(block.column(), block.begin());
    const uint32_t* ids = block.ValidIds();
    for (int64_t i = 0; i < block.num_rows(); ++i) {
      if (ids[i] == 0) continue;
      const bool is_true = type_.kind() == Kind::kObjectInt ? texts[i] != "0" : !texts[i].empty();
      Take(ids[i], is_true);
    }
    return Status::OK();
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    const uint8_t* truths = Values<uint8_t>(columns[0]) + begin;
    for (int64_t i = 0; i < num_rows; ++i) Take(ids[i], truths[i] != 0);
    return Status::OK();
  }

  Result<std::vector<Column>> Finish() override { return std::vector<Column>{slots_.Release(Kind::kBool, 1)}; }

 private:
  void Take(uint32_t slot, bool is_true) { slots_[slot] = any_ ? slots_[slot] | is_true : slots_[slot] & is_true; }

  bool any_;
  DType type_;
  Slots<uint8_t> slots_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeTextState(StateKind kind, const DType& type, arrow::MemoryPool* pool) {
  if (kind == StateKind::kAny || kind == StateKind::kAll) {
    return std::make_unique<TextTruthState>(kind == StateKind::kAny, type, pool);
  }
  return std::make_unique<TextState>(kind, type, pool);
}

}  // namespace cask
