// Inner loops: one operation over contiguous values of one kind, for columns and arrays alike.
//
// A loop is a plain function, chosen once for the processor that runs it; safe to call from many threads.
//
// 1. Kinds are kBool (bytes 0 or 1), the integers and the floats. Loops know nothing of missing values except NaN: bitmaps and NaT are
//    the caller's.
// 2. Every instruction set gives the same bytes: nothing is contracted to fused multiply-adds, and sums have a fixed tree.
// 3. The meaning is NumPy's: integers wrap, integer division by zero gives 0, remainders take the sign of the divisor, maximum and
//    minimum hand NaN on.
// 4. `out` may be the very address of an operand of the same width; any other overlap is not allowed. No alignment is needed beyond a value's own.
#pragma once

#include <cstdint>

#include "cask/compute/loops/operation.h"
#include "cask/data/dtype.h"

namespace cask {

/// A stride is in elements: 1, or 0 for one value that meets all of the other operand's.
using BinaryLoop = void (*)(const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out, int64_t n);
using UnaryLoop = void (*)(const void* in, void* out, int64_t n);

/// The loop for two operands of kind `in`, and the kind of its result; null where there is none for that kind (see `LoopKind`).
/// kPower on integers takes exponents >= 0 only; a negative one is the caller's error to raise.
BinaryLoop FindBinaryLoop(Operation operation, Kind in, Kind* out);
UnaryLoop FindUnaryLoop(Operation operation, Kind in, Kind* out);

/// Converts values as NumPy's astype: floats are cut towards zero, integers wrap, anything but 0 (NaN too) is true.
/// Floats outside of the integer's range give an arbitrary value, the same one on every processor of a family. Never null.
UnaryLoop FindCastLoop(Kind from, Kind to);

/// The kind in which NumPy computes `operation` where the operands' common kind is `promoted`: sqrt of int64 is computed in float64,
/// add of bools in bool. kNull where NumPy raises (subtract of bools, bitwise_and of floats).
/// Small integers in floating-point operations, float16 in NumPy, are float32 here: there is no 16-bit float.
Kind LoopKind(Operation operation, Kind promoted);

/// The common kind of two arrays, NumPy's result_type.
Kind PromoteKinds(Kind a, Kind b);

/// The common kind of an array and a Python bool, int or float (`weak` is kBool, kInt64 or kFloat64), by NEP 50.
/// An integer that does not fit the array's kind is the caller's OverflowError.
Kind PromoteWithWeak(Kind array, Kind weak);

/// out[i] = mask[i] != 0 ? a[i] : b[i], for values of `width` bytes (1, 2, 4 or 8).
using SelectLoop = void (*)(const uint8_t* mask, const void* a, int64_t a_stride, const void* b, int64_t b_stride, void* out, int64_t n);
SelectLoop FindSelectLoop(int width);

/// Moves the values whose mask byte is 1 (never anything but 0 or 1) to the front of `out`, which has room for n values, and
/// returns how many there are. `out` must not overlap `in`.
using CompressLoop = int64_t (*)(const void* in, const uint8_t* mask, void* out, int64_t n);
CompressLoop FindCompressLoop(int width);

/// out[i] = in[indices[i]], for values of `width` bytes.
using GatherLoop = void (*)(const void* in, const int32_t* indices, void* out, int64_t n);
GatherLoop FindGatherLoop(int width);

/// Sets n values of `width` bytes (1, 2, 4 or 8) to the one at `value`.
void FillValues(const void* value, int width, void* out, int64_t n);

enum class Reduction : uint8_t {
  kSum,           // bool and signed: int64; unsigned: uint64 (both wrap); floats: float64
  kProduct,       // as kSum
  kMinimum,       // of its own kind; NaN if there is one; n >= 1
  kMaximum,
  kAny,           // bool: is any value not 0
  kAll,
  kCountNonzero,  // int64
  kNanSum,        // as kSum, without NaN
  kNanProduct,
  kNanMinimum,    // NaN if there is nothing else
  kNanMaximum,
  kCountNotNan,   // int64
};

/// Reduces n contiguous values to one of kind `*out`, written to `out`. Sums have this tree: a block of 2048 values in 32 lanes, the
/// lanes in pairs, the blocks in pairs; so a float32 sum, too, is exact to nearly the last bit of its float64.
using ReduceLoop = void (*)(const void* values, int64_t n, void* out);
ReduceLoop FindReduceLoop(Reduction reduction, Kind in, Kind* out);

/// The sum of (value - mean)^2 in float64, with the tree of kSum; values that are NaN are left out if `skip_nan`.
double SquaredDeviations(Kind kind, const void* values, int64_t n, double mean, bool skip_nan);

}  // namespace cask
