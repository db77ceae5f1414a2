// Which family has the loop of an operation, and in which kind an operation is computed.
#include "cask/compute/loops/families.h"

namespace cask {
namespace {

bool GivesTruth(Operation operation) {
  switch (operation) {
    case Operation::kEqual:
    case Operation::kNotEqual:
    case Operation::kLess:
    case Operation::kLessEqual:
    case Operation::kGreater:
    case Operation::kGreaterEqual:
    case Operation::kLogicalAnd:
    case Operation::kLogicalOr:
    case Operation::kLogicalXor:
    case Operation::kLogicalNot:
    case Operation::kIsnan:
    case Operation::kIsfinite:
    case Operation::kIsinf:
    case Operation::kSignbit: return true;
    default: return false;
  }
}

/// Which kinds an operation has loops for.
enum class Domain : uint8_t { kTruth, kAll, kBoolOrInteger, kInteger, kNumber, kNumberOfBool, kFloat, kFloat64OfIntegers };

Domain DomainOf(Operation operation) {
  switch (operation) {
    case Operation::kLogicalAnd:
    case Operation::kLogicalOr:
    case Operation::kLogicalXor:
    case Operation::kLogicalNot: return Domain::kTruth;
    case Operation::kAdd:
    case Operation::kMultiply:
    case Operation::kMaximum:
    case Operation::kMinimum:
    case Operation::kFmax:
    case Operation::kFmin:
    case Operation::kEqual:
    case Operation::kNotEqual:
    case Operation::kLess:
    case Operation::kLessEqual:
    case Operation::kGreater:
    case Operation::kGreaterEqual:
    case Operation::kAbsolute:
    case Operation::kFloor:
    case Operation::kCeil:
    case Operation::kTrunc: return Domain::kAll;
    case Operation::kBitwiseAnd:
    case Operation::kBitwiseOr:
    case Operation::kBitwiseXor:
    case Operation::kInvert: return Domain::kBoolOrInteger;
    case Operation::kLeftShift:
    case Operation::kRightShift:
    case Operation::kGcd:
    case Operation::kLcm: return Domain::kInteger;
    case Operation::kSubtract:
    case Operation::kNegative:
    case Operation::kPositive:
    case Operation::kSign: return Domain::kNumber;
    case Operation::kFloorDivide:
    case Operation::kRemainder:
    case Operation::kFmod:
    case Operation::kPower:
    case Operation::kSquare:
    case Operation::kReciprocal: return Domain::kNumberOfBool;
    case Operation::kDivide:
    case Operation::kIsnan:
    case Operation::kIsfinite:
    case Operation::kIsinf: return Domain::kFloat64OfIntegers;
    default: return Domain::kFloat;
  }
}

/// The smallest float that NumPy computes a kind's floating-point functions in, float16 aside.
Kind FloatFor(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUInt8:
    case Kind::kInt16:
    case Kind::kUInt16:
    case Kind::kFloat32: return Kind::kFloat32;
    default: return Kind::kFloat64;
  }
}

}  // namespace

Kind LoopKind(Operation operation, Kind promoted) {
  const DType type(promoted);
  if (!type.is_numeric() && !type.is_bool()) return Kind::kNull;
  switch (DomainOf(operation)) {
    case Domain::kTruth: return Kind::kBool;
    case Domain::kAll: return promoted;
    case Domain::kBoolOrInteger: return type.is_float() ? Kind::kNull : promoted;
    case Domain::kInteger: return type.is_float() ? Kind::kNull : type.is_bool() ? Kind::kInt8 : promoted;
    case Domain::kNumber: return type.is_bool() ? Kind::kNull : promoted;
    case Domain::kNumberOfBool: return type.is_bool() ? Kind::kInt8 : promoted;
    case Domain::kFloat: return FloatFor(promoted);
    case Domain::kFloat64OfIntegers: return type.is_float() ? promoted : Kind::kFloat64;
  }
  return Kind::kNull;
}

BinaryLoop FindBinaryLoop(Operation operation, Kind in, Kind* out) {
  *out = GivesTruth(operation) ? Kind::kBool : in;
  using Family = BinaryLoop (*)(Operation, Kind);
  for (Family family : {&ArithmeticLoop, &DivisionLoop, &ComparisonLoop, &ExtremumLoop, &BitwiseLoop, &FloatBitsLoop, &TranscendentalLoop}) {
    if (BinaryLoop loop = family(operation, in)) return loop;
  }
  return nullptr;
}

UnaryLoop FindUnaryLoop(Operation operation, Kind in, Kind* out) {
  *out = GivesTruth(operation) ? Kind::kBool : in;
  if (operation == Operation::kInvert) return InvertLoop(in);
  if (operation == Operation::kReciprocal) return ReciprocalLoop(in);
  using Family = UnaryLoop (*)(Operation, Kind);
  for (Family family : {&UnaryArithmeticLoop, &RoundingLoop, &UnaryTranscendentalLoop}) {
    if (UnaryLoop loop = family(operation, in)) return loop;
  }
  return nullptr;
}

Kind PromoteKinds(Kind a, Kind b) {
  if (a == b) return a;
  const DType x(a), y(b);
  if (x.is_bool()) return b;
  if (y.is_bool()) return a;
  if (x.is_float() && y.is_float()) return Kind::kFloat64;
  if (x.is_float() || y.is_float()) {
    // float32 holds integers of up to 16 bits.
    const DType& number = x.is_float() ? x : y;
    const DType& integer = x.is_float() ? y : x;
    return number.kind() == Kind::kFloat32 && integer.width() <= 2 ? Kind::kFloat32 : Kind::kFloat64;
  }
  if (x.is_signed() == y.is_signed()) return x.width() >= y.width() ? a : b;
  const DType& with_sign = x.is_signed() ? x : y;
  const DType& without = x.is_signed() ? y : x;
  if (with_sign.width() > without.width()) return with_sign.kind();
  switch (without.width()) {
    case 1: return Kind::kInt16;
    case 2: return Kind::kInt32;
    case 4: return Kind::kInt64;
    default: return Kind::kFloat64;
  }
}

Kind PromoteWithWeak(Kind array, Kind weak) {
  const DType type(array);
  if (weak == Kind::kBool) return array;
  if (weak == Kind::kInt64) return type.is_bool() ? Kind::kInt64 : array;
  return type.is_float() ? array : Kind::kFloat64;
}

}  // namespace cask
