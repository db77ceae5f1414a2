// Comparisons of times and of spans of time, also with text that stands for one.
#include <arrow/buffer.h>

#include "cask/compute/column/comparison.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/time_zone.h"
#include "cask/compute/column/type_rules.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// A literal that its column's unit cannot hold exactly is compared in its own.
Result<TimeUnit> UnitToCompareIn(const DType& column, const DType& other, const Literal* literal) {
  if (literal == nullptr || other.unit() <= column.unit()) return FinerUnit(column.unit(), other.unit());
  const auto* ticks = std::get_if<Ticks>(&literal->value());
  const bool is_exact = ticks == nullptr || ticks->value % UnitRatio(column.unit(), other.unit()) == 0;
  return is_exact ? column.unit() : other.unit();
}

}  // namespace

std::optional<Literal> TimeFromText(const Literal& text, const DType& column_type) {
  const auto* characters = std::get_if<std::string>(&text.value());
  if (characters == nullptr || column_type.kind() != Kind::kTimestamp) return std::nullopt;
  const auto time = ParseIsoTime(*characters, column_type.unit());
  if (!time) return std::nullopt;
  int64_t ticks = time->ticks;
  if (!column_type.timezone().empty()) {
    const auto utc = LocalToUtc(ticks, time->unit, column_type.timezone());
    if (!utc.ok()) return std::nullopt;
    ticks = *utc;
  }
  return Literal(Ticks{ticks}, DType::Timestamp(time->unit, column_type.timezone()));
}

Result<TruthBytes> CompareTimes(Operation operation, const std::vector<Argument>& arguments, const std::vector<DType>& types, int64_t num_rows,
                                arrow::MemoryPool* pool) {
  const int column_at = LiteralOf(arguments[0]) != nullptr ? 1 : 0;
  const auto& column = std::get<Column>(arguments[column_at]);
  const DType& column_type = types[column_at];
  if (column_at == 1) operation = Exchanged(operation);
  const Argument& other = arguments[1 - column_at];
  DType other_type = types[1 - column_at];
  std::optional<Literal> literal;
  if (const Literal* given = LiteralOf(other)) {
    literal = IsText(other_type) ? TimeFromText(*given, column_type) : *given;
    other_type = literal->type();
  }
  ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitToCompareIn(column_type, other_type, literal ? &*literal : nullptr));

  std::shared_ptr<arrow::Buffer> converted, other_converted;
  const int64_t* a = Values<int64_t>(column);
  if (unit != column_type.unit()) {
    ARROW_ASSIGN_OR_RAISE(converted, ConvertTicks(column, column_type, unit, pool));
    a = reinterpret_cast<const int64_t*>(converted->data());
  }
  int64_t one = kNaT;
  const int64_t* b = &one;
  if (literal) {
    const auto* ticks = std::get_if<Ticks>(&literal->value());
    if (ticks != nullptr) {
      ARROW_ASSIGN_OR_RAISE(one, ConvertTick(ticks->value, other_type.unit(), unit));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(other_converted, ConvertTicks(std::get<Column>(other), other_type, unit, pool));
    b = reinterpret_cast<const int64_t*>(other_converted->data());
  }

  Kind kind;
  ARROW_ASSIGN_OR_RAISE(auto bytes, NewResult(1, num_rows, pool));
  FindBinaryLoop(operation, Kind::kInt64, &kind)(a, 1, b, literal ? 0 : 1, bytes->mutable_data(), num_rows);
  // NaT is the least integer, so > and >= with a column on the left are false for it by themselves; the rest is put right.
  uint8_t* truth = bytes->mutable_data();
  const uint8_t of_missing = operation == Operation::kNotEqual;
  const int64_t step = literal ? 0 : 1;
  for (int64_t i = 0; i < num_rows; ++i) truth[i] = (a[i] == kNaT) | (b[i * step] == kNaT) ? of_missing : truth[i];
  return bytes;
}

}  // namespace cask
