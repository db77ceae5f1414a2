// Literal: one value of a column's type outside of any column: a constant in an expression, a fill value, a result.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <variant>

#include "cask/data/dtype.h"

namespace cask {

/// A point in time or a span of it, in ticks of the literal's type.
struct Ticks {
  int64_t value;
  bool operator==(const Ticks&) const = default;
};
constexpr auto FieldsOf(std::type_identity<Ticks>) { return std::tuple(&Ticks::value); }

class Literal {
 public:
  using Value = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Ticks>;

  /// A missing value of no particular type.
  Literal() = default;
  /// `is_weak`: a Python bool, int or float, which takes the type of the column that it meets (NEP 50) rather than its own.
  Literal(Value value, DType type, bool is_weak = false) : value_(std::move(value)), type_(std::move(type)), is_weak_(is_weak) {}

  static Literal Bool(bool value) { return {value, Kind::kBool, true}; }
  static Literal Int(int64_t value) { return {value, Kind::kInt64, true}; }
  static Literal Float(double value) { return {value, Kind::kFloat64, true}; }
  static Literal String(std::string value) { return {std::move(value), Kind::kString}; }

  bool is_missing() const { return std::holds_alternative<std::monostate>(value_); }
  const Value& value() const { return value_; }
  const DType& type() const { return type_; }
  bool is_weak() const { return is_weak_; }

  /// As it would stand in a program: 1, 2.5, 'text', NaT.
  std::string ToString() const;
  bool operator==(const Literal&) const = default;

 private:
  Value value_;
  DType type_;
  bool is_weak_ = false;
};

}  // namespace cask
