// cask::Array: lazy n-d arrays with NumPy's meaning, cut into chunks, computed in parallel.
//
//   std::vector<double> numbers = ...;
//   cask::Array x = cask::Array::FromBuffer(numbers.data(), {1000, 1000});
//   double total = ((x + 1) * 2 - Sqrt(x)).Sum().Value<double>();
//
// An array is a value: immutable, cheap to copy, usable from any thread. Errors are thrown as cask::Error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "cask/error.h"

namespace cask {

class ArrayExpr;

enum class ElementType : uint8_t { kBool, kInt8, kInt16, kInt32, kInt64, kUInt8, kUInt16, kUInt32, kUInt64, kFloat32, kFloat64 };

template <typename T>
constexpr ElementType ElementTypeOf() {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "arrays hold bools, integers, floats and doubles");
  if constexpr (std::is_same_v<T, bool>) return ElementType::kBool;
  if constexpr (std::is_floating_point_v<T>) return sizeof(T) == 4 ? ElementType::kFloat32 : ElementType::kFloat64;
  constexpr int kSize = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return static_cast<ElementType>((std::is_signed_v<T> ? 1 : 5) + kSize);
}

/// A slice of one axis, as Python's start:stop:step.
struct Slice {
  static constexpr int64_t kEnd = INT64_MAX;
  int64_t start = 0;
  int64_t stop = kEnd;
  int64_t step = 1;
};

class Array {
 public:
  /// A number, which takes the type of the arrays that it meets.
  Array(double value);
  Array(int value) : Array(static_cast<int64_t>(value)) {}
  Array(int64_t value);

  /// Over memory in row-major order that must outlive the array and not change meanwhile. Chunks are of 128 MiB unless their sizes
  /// along each axis are given.
  template <typename T>
  static Array FromBuffer(const T* data, std::vector<int64_t> shape, std::vector<int64_t> chunks = {}) {
    return FromMemory(data, ElementTypeOf<T>(), std::move(shape), std::move(chunks));
  }
  static Array Zeros(std::vector<int64_t> shape, std::vector<int64_t> chunks = {});
  static Array Ones(std::vector<int64_t> shape, std::vector<int64_t> chunks = {});
  static Array Arange(int64_t start, int64_t stop, int64_t step = 1, int64_t chunk = 0);

  const std::vector<int64_t>& shape() const;
  ElementType type() const;

  // Over all axes, or over those given.
  Array Sum(const std::vector<int64_t>& axes = {}) const { return Reduce("sum", axes); }
  Array Mean(const std::vector<int64_t>& axes = {}) const { return Reduce("mean", axes); }
  Array Min(const std::vector<int64_t>& axes = {}) const { return Reduce("min", axes); }
  Array Max(const std::vector<int64_t>& axes = {}) const { return Reduce("max", axes); }
  Array Std(const std::vector<int64_t>& axes = {}) const { return Reduce("std", axes); }
  /// The reduction of NumPy's name: "prod", "any", "nanmean", "argmin", ...
  Array Reduce(const std::string& name, const std::vector<int64_t>& axes = {}) const;

  Array Transpose() const;
  Array Reshape(std::vector<int64_t> shape) const;
  Array Rechunk(std::vector<int64_t> chunks) const;
  /// One slice an axis, from the first on.
  Array operator[](const std::vector<Slice>& slices) const;
  Array As(ElementType type) const;

  /// Computes the elements, in row-major order, converted to T.
  template <typename T>
  std::vector<T> Compute() const {
    std::vector<T> values(static_cast<size_t>(size()));
    As(ElementTypeOf<T>()).ComputeInto(values.data());
    return values;
  }
  /// Computes the only element.
  template <typename T>
  T Value() const {
    if (size() != 1) throw Error("TypeError", "only an array of one element has a value", {}, "only an array of one element has a value");
    T value;
    As(ElementTypeOf<T>()).ComputeInto(&value);
    return value;
  }
  /// Computes the chunks and keeps them in memory.
  Array Persist() const;

  int64_t size() const;

  /// The ufunc of NumPy's name, of one or two arrays.
  static Array Call(const std::string& ufunc, const std::vector<Array>& operands);

  friend Array operator+(const Array& a, const Array& b) { return Call("add", {a, b}); }
  friend Array operator-(const Array& a, const Array& b) { return Call("subtract", {a, b}); }
  friend Array operator*(const Array& a, const Array& b) { return Call("multiply", {a, b}); }
  friend Array operator/(const Array& a, const Array& b) { return Call("divide", {a, b}); }
  friend Array operator-(const Array& a) { return Call("negative", {a}); }
  friend Array operator<(const Array& a, const Array& b) { return Call("less", {a, b}); }
  friend Array operator>(const Array& a, const Array& b) { return Call("greater", {a, b}); }
  friend Array Sqrt(const Array& a) { return Call("sqrt", {a}); }
  friend Array Exp(const Array& a) { return Call("exp", {a}); }
  friend Array Log(const Array& a) { return Call("log", {a}); }
  friend Array Abs(const Array& a) { return Call("absolute", {a}); }
  /// The product of matrices or vectors.
  friend Array Matmul(const Array& a, const Array& b);
  /// Elements of `then` where `condition` holds, else of `otherwise`.
  friend Array Where(const Array& condition, const Array& then, const Array& otherwise);

 private:
  struct Number {
    bool is_integer = false;
    int64_t integer = 0;
    double real = 0;
  };
  struct Access;

  explicit Array(std::shared_ptr<const ArrayExpr> expr) : expr_(std::move(expr)) {}
  static Array FromMemory(const void* data, ElementType type, std::vector<int64_t> shape, std::vector<int64_t> chunks);
  void ComputeInto(void* out) const;

  std::shared_ptr<const ArrayExpr> expr_;  // also of a number: an array of shape ()
  std::shared_ptr<const Number> number_;   // null where it is an array
};

Array Matmul(const Array& a, const Array& b);
Array Where(const Array& condition, const Array& then, const Array& otherwise);

}  // namespace cask
