// Numbers and truth values converted to each other.
#include <arrow/buffer.h>

#include <cmath>

#include "cask/compute/column/cast.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/type_rules.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

// The values of a float column, whatever its width, in float64.
Result<std::shared_ptr<arrow::Buffer>> AsDoubles(const Column& column, const DType& from, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto doubles, NewResult(8, column->length, pool));
  FindCastLoop(StorageKind(from), Kind::kFloat64)(column->buffers[1]->data() + column->offset * from.width(), doubles->mutable_data(), column->length);
  return doubles;
}

Status CheckNothingMissing(const Validity& validity, const DType& from, const DType& to) {
  if (validity.null_count == 0) return Status::OK();
  if (from.kind() == Kind::kObjectBool) {
    return TypeError("int() argument must be a string, a bytes-like object or a real number, not 'NoneType'");
  }
  if (to.is_bool()) return ValueError("cannot convert float NaN to bool");
  return ValueError("cannot convert NA to integer");
}

// Floats that become plain integers must be finite, and not negative where there is no sign.
Status CheckFloatsToIntegers(const double* values, int64_t n, const DType& from, const DType& to) {
  bool finite = true, negative = false;
  for (int64_t i = 0; i < n; ++i) {
    finite &= values[i] - values[i] == 0;
    negative |= values[i] < 0;
  }
  if (!finite) {
    return ValueError("Cannot convert non-finite values (NA or inf) to integer. Replace or remove non-finite values or cast to an integer "
                      "type that supports these values (e.g. 'Int64')");
  }
  if (negative && to.is_unsigned()) return ValueError("Cannot losslessly cast from {} to {}", from.ToString(), to.ToString());
  return Status::OK();
}

// What becomes nullable integers must be whole and within their range, what becomes nullable bools 0 or 1.
Status CheckEquivalent(const double* values, const uint8_t* valid, int64_t n, const DType& from, const DType& to) {
  // Bounds that a float64 holds exactly: the integers lie in [lowest, beyond).
  const int bits = 8 * to.width() - (to.is_signed() ? 1 : 0);
  const double beyond = std::ldexp(1.0, bits), lowest = to.is_signed() ? -beyond : 0;
  bool whole = true, truths = true;
  for (int64_t i = 0; i < n; ++i) {
    if (!valid[i]) continue;
    whole &= std::trunc(values[i]) == values[i] && values[i] >= lowest && values[i] < beyond;
    truths &= values[i] == 0 || values[i] == 1;
  }
  if (to.is_bool() && !truths) return TypeError("Need to pass bool-like values");
  if (to.is_integer() && !whole) return TypeError("cannot safely cast non-equivalent {} to {}", from.ToString(), DType(to.kind()).ToString());
  return Status::OK();
}

}  // namespace

Result<Column> CastNumbers(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool) {
  const int64_t n = column->length;
  const Kind held = StorageKind(from), wanted = StorageKind(to);
  Validity validity;
  if (from.has_bitmap() || to.has_bitmap()) {
    ARROW_ASSIGN_OR_RAISE(validity, ValidityOf(column, from, pool));
  }
  const bool drops_missing = from.has_bitmap() && !to.has_bitmap();
  if (drops_missing && (to.is_integer() || (to.is_bool() && from.nullable()))) ARROW_RETURN_NOT_OK(CheckNothingMissing(validity, from, to));
  if (from.is_float() && !from.nullable() && to.is_integer() && !to.nullable()) {
    ARROW_ASSIGN_OR_RAISE(auto doubles, AsDoubles(column, from, pool));
    ARROW_RETURN_NOT_OK(CheckFloatsToIntegers(reinterpret_cast<const double*>(doubles->data()), n, from, to));
  }
  const bool narrows = from.is_float() || (from.is_integer() && PromoteKinds(held, wanted) != wanted);
  const bool must_match = to.nullable() && !from.nullable() && ((to.is_integer() && narrows) || (to.is_bool() && from.is_numeric()));
  if (must_match) {
    ARROW_ASSIGN_OR_RAISE(auto doubles, AsDoubles(column, from, pool));
    ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(column, from, n, valid->mutable_data()));
    ARROW_RETURN_NOT_OK(CheckEquivalent(reinterpret_cast<const double*>(doubles->data()), valid->data(), n, from, to));
  }

  const void* values = column->buffers[1]->data() + column->offset * from.width();
  ARROW_ASSIGN_OR_RAISE(auto out, NewResult(to.width(), n, pool));
  FindCastLoop(held, wanted)(values, out->mutable_data(), n);
  if (drops_missing && validity.null_count > 0) {
    // The only types left that hold nothing else for a missing value: floats, which have NaN, and bools, for which it is false.
    ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, n, pool));
    ARROW_RETURN_NOT_OK(WriteValidBytes(column, from, n, valid->mutable_data()));
    uint64_t missing = 0;
    StoreLiteral(to.is_float() ? Literal() : Literal::Bool(false), wanted, &missing);
    FindSelectLoop(to.width())(valid->data(), out->data(), 1, &missing, 0, out->mutable_data(), n);
  }
  if (!to.has_bitmap()) validity = {};
  return MakeFixedColumn(to, n, std::move(out), std::move(validity.bitmap), validity.null_count);
}

}  // namespace cask
