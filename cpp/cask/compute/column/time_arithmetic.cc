// Arithmetic with times and spans of time: units are brought to the finer one, NaT stays NaT, overflow is an error.
#include <arrow/buffer.h>

#include <cmath>

#include "cask/compute/column/arithmetic.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/temporal.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

std::string_view ArrayName(const DType& type) { return type.kind() == Kind::kTimestamp ? "DatetimeArray" : "TimedeltaArray"; }

Result<DType> Reject(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b) {
  const ArgumentType& time = a.type.is_temporal() ? a : b;
  const ArgumentType& other = a.type.is_temporal() ? b : a;
  const bool adds = op.operation == Operation::kAdd || op.operation == Operation::kSubtract;
  if (adds && other.type.is_integer()) {
    return TypeError("Addition/subtraction of integers and integer-arrays with {} is no longer supported.  Instead of adding/subtracting "
                     "`n`, use `n * obj.freq`", ArrayName(time.type));
  }
  if (adds && a.type.is_temporal() && b.type.is_temporal()) {
    if (op.operation == Operation::kAdd) return TypeError("cannot add {} and {}", ArrayName(a.type), ArrayName(b.type));
    return TypeError("cannot subtract a datelike from a {}", ArrayName(a.type));
  }
  if (!adds && (a.type.kind() == Kind::kTimestamp || b.type.kind() == Kind::kTimestamp || op.operation == Operation::kPower)) {
    return TypeError("cannot perform __{}__ with this index type: {}", op.python_name,
                     ArrayName(a.type.kind() == Kind::kTimestamp || !b.type.is_temporal() ? a.type : b.type));
  }
  if (!adds && !a.type.is_temporal()) return TypeError("Cannot divide {} by TimedeltaArray", a.literal ? PythonTypeName(*a.literal) : "ndarray");
  return TypeError("unsupported operand type(s) for {}: '{}' and '{}'", op.symbol, a.type.is_temporal() ? std::string(ArrayName(a.type)) : ComparedName(a),
                   b.type.is_temporal() ? std::string(ArrayName(b.type)) : ComparedName(b));
}

Result<DType> InferScaling(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b) {
  const bool spans = a.type.kind() == Kind::kDuration && b.type.kind() == Kind::kDuration;
  switch (op.operation) {
    case Operation::kMultiply:
      if (a.type.kind() == Kind::kDuration && b.type.is_numeric()) return a.type;
      if (b.type.kind() == Kind::kDuration && a.type.is_numeric()) return b.type;
      break;
    case Operation::kDivide:
    case Operation::kFloorDivide:
      if (spans) return DType(Kind::kFloat64);
      if (a.type.kind() == Kind::kDuration && b.type.is_numeric()) return a.type;
      break;
    case Operation::kRemainder:
      if (spans) return DType::Duration(FinerUnit(a.type.unit(), b.type.unit()));
      if (a.type.kind() == Kind::kDuration && b.type.is_numeric()) return a.type;
      break;
    default: break;
  }
  return Reject(op, a, b);
}

// The ticks of an argument in `unit`, or its one tick.
class TickInput {
 public:
  Status Prepare(const Argument& argument, const DType& type, TimeUnit unit, arrow::MemoryPool* pool) {
    if (const Literal* literal = LiteralOf(argument)) {
      const auto* ticks = std::get_if<Ticks>(&literal->value());
      ARROW_ASSIGN_OR_RAISE(one_, ConvertTick(ticks != nullptr ? ticks->value : kNaT, type.unit(), unit));
      values_ = nullptr;
      return Status::OK();
    }
    const Column& column = std::get<Column>(argument);
    values_ = Values<int64_t>(column);
    if (unit != type.unit()) {
      ARROW_ASSIGN_OR_RAISE(converted_, ConvertTicks(column, type, unit, pool));
      values_ = reinterpret_cast<const int64_t*>(converted_->data());
    }
    return Status::OK();
  }
  int64_t operator[](int64_t i) const { return values_ != nullptr ? values_[i] : one_; }

 private:
  const int64_t* values_ = nullptr;
  int64_t one_ = 0;
  std::shared_ptr<arrow::Buffer> converted_;
};

Result<Column> AddTicks(bool subtract, const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                        int64_t num_rows, arrow::MemoryPool* pool) {
  TickInput a, b;
  ARROW_RETURN_NOT_OK(a.Prepare(arguments[0], types[0], result_type.unit(), pool));
  ARROW_RETURN_NOT_OK(b.Prepare(arguments[1], types[1], result_type.unit(), pool));
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
  auto* ticks = reinterpret_cast<int64_t*>(out->mutable_data());
  bool overflows = false;
  for (int64_t i = 0; i < num_rows; ++i) {
    const int64_t x = a[i], y = b[i];
    int64_t sum;
    const bool over = subtract ? __builtin_sub_overflow(x, y, &sum) : __builtin_add_overflow(x, y, &sum);
    const bool missing = (x == kNaT) | (y == kNaT);
    overflows |= over & !missing;
    ticks[i] = missing ? kNaT : sum;
  }
  if (overflows) return OverflowError("Overflow in int64 addition");
  return MakeFixedColumn(result_type, num_rows, std::move(out));
}

// A span times or by a number. Times an integer is exact; otherwise the result is cut towards zero, as NumPy does, by // as well as by /.
Result<Column> ScaleSpan(const ArithmeticOperator& op, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                         const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  const int span = types[0].kind() == Kind::kDuration ? 0 : 1;
  const DType& number_type = types[1 - span];
  TickInput ticks;
  ARROW_RETURN_NOT_OK(ticks.Prepare(arguments[span], types[span], result_type.unit(), pool));
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
  auto* result = reinterpret_cast<int64_t*>(out->mutable_data());
  LoopInput number;
  if (number_type.is_integer()) {
    ARROW_RETURN_NOT_OK(number.Prepare(arguments[1 - span], number_type, Kind::kInt64, num_rows, pool));
    const auto* values = static_cast<const int64_t*>(number.values());
    for (int64_t i = 0; i < num_rows; ++i) {
      const int64_t x = ticks[i], y = values[i * number.stride()];
      if (op.operation == Operation::kMultiply) {
        result[i] = x == kNaT ? kNaT : static_cast<int64_t>(static_cast<uint64_t>(x) * static_cast<uint64_t>(y));
      } else if (x == kNaT || y == 0) {
        result[i] = kNaT;
      } else {
        result[i] = y == -1 ? -x : x / y;
      }
    }
  } else {
    ARROW_RETURN_NOT_OK(number.Prepare(arguments[1 - span], number_type, Kind::kFloat64, num_rows, pool));
    const auto* values = static_cast<const double*>(number.values());
    for (int64_t i = 0; i < num_rows; ++i) {
      const double x = static_cast<double>(ticks[i]), y = values[i * number.stride()];
      const double scaled = op.operation == Operation::kMultiply ? x * y : x / y;
      result[i] = ticks[i] == kNaT || !(std::fabs(scaled) < 9.2233720368547758e18) ? kNaT : static_cast<int64_t>(scaled);
    }
  }
  // A missing number gives a missing span.
  const auto* numbers = std::get_if<Column>(&arguments[1 - span]);
  if (numbers != nullptr && number_type.nullable() && (*numbers)->buffers[0]) {
    for (int64_t i = 0; i < num_rows; ++i) {
      if (IsMissing(*numbers, number_type, i)) result[i] = kNaT;
    }
  }
  if (op.operation != Operation::kRemainder) return MakeFixedColumn(result_type, num_rows, std::move(out));
  // What is left: the span less the whole quotients times the number.
  const std::vector<DType> whole_types = {result_type, number_type};
  const Column quotients = MakeFixedColumn(result_type, num_rows, std::move(out));
  ARROW_ASSIGN_OR_RAISE(auto wholes, ScaleSpan({"multiply", Operation::kMultiply, "mul", "*"}, {quotients, arguments[1 - span]}, whole_types, result_type, num_rows, pool));
  return AddTicks(/*subtract=*/true, {arguments[span], std::move(wholes)}, {types[span], result_type}, result_type, num_rows, pool);
}

Result<Column> DivideSpans(const ArithmeticOperator& op, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                           const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  const TimeUnit unit = FinerUnit(types[0].unit(), types[1].unit());
  TickInput a, b;
  ARROW_RETURN_NOT_OK(a.Prepare(arguments[0], types[0], unit, pool));
  ARROW_RETURN_NOT_OK(b.Prepare(arguments[1], types[1], unit, pool));
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
  auto* numbers = reinterpret_cast<double*>(out->mutable_data());
  auto* ticks = reinterpret_cast<int64_t*>(out->mutable_data());
  for (int64_t i = 0; i < num_rows; ++i) {
    const int64_t x = a[i], y = b[i];
    const bool missing = x == kNaT || y == kNaT;
    if (op.operation == Operation::kRemainder) {
      // Nothing goes into an empty span, so all of it is left.
      const int64_t rest = missing || y == -1 ? 0 : y == 0 ? x : x % y;
      ticks[i] = missing ? kNaT : y != 0 && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    } else if (op.operation == Operation::kDivide) {
      numbers[i] = missing ? std::nan("") : static_cast<double>(x) / static_cast<double>(y);
    } else {
      // By an empty span NumPy gives 0.
      const int64_t whole = missing || y == 0 ? 0 : x / y - (x % y != 0 && (x < 0) != (y < 0));
      numbers[i] = missing ? std::nan("") : static_cast<double>(whole);
    }
  }
  return MakeFixedColumn(result_type, num_rows, std::move(out));
}

}  // namespace

Result<DType> InferTimeArithmetic(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b) {
  const bool subtract = op.operation == Operation::kSubtract;
  if (!subtract && op.operation != Operation::kAdd) return InferScaling(op, a, b);
  if (!a.type.is_temporal() || !b.type.is_temporal()) {
    // A missing literal stands for NaT.
    if (a.type.is_temporal() && b.literal != nullptr && b.literal->is_missing()) return a.type;
    return Reject(op, a, b);
  }
  const TimeUnit unit = FinerUnit(a.type.unit(), b.type.unit());
  const bool a_is_time = a.type.kind() == Kind::kTimestamp, b_is_time = b.type.kind() == Kind::kTimestamp;
  if (a_is_time && b_is_time) {
    if (!subtract) return Reject(op, a, b);
    if (a.type.timezone().empty() != b.type.timezone().empty()) return TypeError("Cannot subtract tz-naive and tz-aware datetime-like objects.");
    return DType::Duration(unit);
  }
  if (a_is_time) return DType::Timestamp(unit, a.type.timezone());
  if (b_is_time) return subtract ? Reject(op, a, b) : Result<DType>(DType::Timestamp(unit, b.type.timezone()));
  return DType::Duration(unit);
}

Result<Column> TimeArithmetic(const ArithmeticOperator& op, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                              const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  if (op.operation == Operation::kAdd || op.operation == Operation::kSubtract) {
    return AddTicks(op.operation == Operation::kSubtract, arguments, types, result_type, num_rows, pool);
  }
  if (types[0].is_temporal() && types[1].is_temporal()) return DivideSpans(op, arguments, types, result_type, num_rows, pool);
  return ScaleSpan(op, arguments, types, result_type, num_rows, pool);
}

}  // namespace cask
