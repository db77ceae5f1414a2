#include "cask/io/csv/converter.h"

#include <arrow/array/data.h>
#include <arrow/memory_pool.h>

namespace cask {
namespace {

// For columns of which no row is known: the first one says what they are.
class EmptyConverter final : public CsvConverter {
 public:
  explicit EmptyConverter(DType type) : type_(std::move(type)) {}
  Result<int64_t> Append(const CsvFieldColumn&, int64_t) override { return 0; }
  Result<Column> Finish() override { return EmptyColumn(type_); }
  CsvColumnEvidence seen() const override { return {}; }

 private:
  DType type_;
};

// For columns whose type a value may change although the type could hold it: each value is looked at for what it says of the type.
class WatchingConverter final : public CsvConverter {
 public:
  WatchingConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, std::unique_ptr<CsvConverter> converter)
      : rules_(rules), knowledge_(knowledge), converter_(std::move(converter)) {}

  Result<int64_t> Append(const CsvFieldColumn& fields, int64_t num_rows) override {
    int64_t row = 0;
    while (row < num_rows && StaysSame(fields[row])) ++row;
    return converter_->Append(fields, row);
  }

  Result<Column> Finish() override { return converter_->Finish(); }
  CsvColumnEvidence seen() const override { return seen_; }

 private:
  bool StaysSame(std::string_view text) {
    bool changed = !seen_.any_row;
    seen_.any_row = true;
    if (rules_.missing.Contains(text)) {
      changed |= !seen_.any_missing;
      seen_.any_missing = true;
    } else {
      changed |= Observe(text, rules_, &seen_);
    }
    if (!changed) return true;
    const CsvColumnKnowledge now = Decide(rules_, Join(knowledge_.seen, seen_));
    return now.type == knowledge_.type && now.missing_is_text == knowledge_.missing_is_text;
  }

  const CsvColumnRules& rules_;
  CsvColumnKnowledge knowledge_;
  std::unique_ptr<CsvConverter> converter_;
  CsvColumnEvidence seen_;
};

std::unique_ptr<CsvConverter> MakePlain(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                        arrow::MemoryPool* pool) {
  switch (knowledge.type.kind()) {
    case Kind::kNull: return std::make_unique<EmptyConverter>(knowledge.type);
    case Kind::kString:
    case Kind::kObjectInt: return MakeTextConverter(rules, knowledge, rows_per_batch, pool);
    case Kind::kCategory: return MakeCategoryConverter(rules, rows_per_batch, pool);
    case Kind::kTimestamp:
    case Kind::kDuration: return MakeDateConverter(rules, knowledge, rows_per_batch, pool);
    default: return MakeNumberConverter(rules, knowledge, rows_per_batch, pool);
  }
}

}  // namespace

std::unique_ptr<CsvConverter> MakeConverter(const CsvColumnRules& rules, const CsvColumnKnowledge& knowledge, int64_t rows_per_batch,
                                            arrow::MemoryPool* pool) {
  if (pool == nullptr) pool = arrow::default_memory_pool();
  std::unique_ptr<CsvConverter> converter = MakePlain(rules, knowledge, rows_per_batch, pool);
  if (knowledge.type.kind() == Kind::kNull || IsSettled(rules, knowledge)) return converter;
  return std::make_unique<WatchingConverter>(rules, knowledge, std::move(converter));
}

}  // namespace cask
