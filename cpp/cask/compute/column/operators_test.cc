// Arithmetic, comparison and logic. What is expected is what pandas 3.1 gives for the same Series.
#include "cask/compute/column/test_columns.h"

namespace cask::column_test {
namespace {

const Literal kMissing;

TEST(Arithmetic, Numbers) {
  EXPECT_EQ(Show(Function("add", {Ints({1, 2}), Ints({10, 20})})), "int64 [11, 22]");
  EXPECT_EQ(Show(Function("add", {Fixed<int8_t>(Kind::kInt8, {1, 2}), Ints({10, 20})})), "int64 [11, 22]");
  EXPECT_EQ(Show(Function("add", {Fixed<int8_t>(Kind::kInt8, {127}), Literal::Int(1)})), "int8 [-128]");
  EXPECT_EQ(Show(Function("multiply", {Fixed<float>(Kind::kFloat32, {1.5f}), Literal::Float(2.5)})), "float32 [3.75]");
  EXPECT_EQ(Show(Function("divide", {Ints({1, -1, 0}), Ints({0, 0, 0})})), "float64 [inf, -inf, NA]");
  EXPECT_EQ(Show(Function("subtract", {Literal::Float(0.5), Ints({1})})), "float64 [-0.5]");
  EXPECT_EQ(Show(Function("add", {Bools({1, 0}), Bools({1, 0})})), "bool [True, False]");
  EXPECT_EQ(Show(Function("add", {Fixed<uint64_t>(Kind::kUInt64, {1}), Ints({-3})})), "float64 [-2]");
  EXPECT_EQ(ErrorOf("add", {Fixed<int8_t>(Kind::kInt8, {1}), Literal::Int(300)}), "OverflowError: Python integer 300 out of bounds for int8");
  EXPECT_EQ(ErrorOf("divide", {Bools({1}), Bools({1})}), "NotImplementedError: operator 'truediv' not implemented for bool dtypes");
  EXPECT_EQ(ErrorOf("pow", {Ints({2}), Literal::Int(-1)}), "ValueError: Integers to negative integer powers are not allowed.");
  EXPECT_EQ(ErrorOf("pow", {Ints({2}), Ints({-1})}), "ValueError: Integers to negative integer powers are not allowed.");
}

TEST(Arithmetic, IntegerDivisionByZeroNeedsFloats) {
  EXPECT_EQ(Show(Function("floordiv", {Ints({7, -7, 0}), Literal::Int(2)})), "int64 [3, -4, 0]");
  EXPECT_EQ(Show(Function("floordiv", {Ints({7, -7, 0}), Literal::Int(0)})), "float64 [inf, -inf, NA]");
  const auto narrow = TryFunction("floordiv", {Ints({7, -7, 0}), Ints({1, 0, 0})});
  ASSERT_FALSE(narrow.ok());
  EXPECT_EQ(KindOf(narrow.status()), ErrorKind::kNeedsWiderType);
  FunctionOptions widened;
  widened.number = kWidened;
  EXPECT_EQ(Show(Function("floordiv", {Ints({7, -7, 0}), Ints({1, 0, 0})}, widened)), "float64 [7, -inf, NA]");
  EXPECT_EQ(Show(Function("mod", {Ints({7, -7}), Ints({0, 4})}, widened)), "float64 [NA, 1]");
}

TEST(Arithmetic, NullableNumbersPropagateMissing) {
  const TestColumn numbers = Nullable<int64_t>(DType::Nullable(Kind::kInt64), {1, std::nullopt, 0});
  EXPECT_EQ(Show(Function("add", {numbers, Literal::Int(1)})), "Int64 [2, NA, 1]");
  EXPECT_EQ(Show(Function("divide", {numbers, numbers})), "Float64 [1, NA, NA]");
  EXPECT_EQ(Show(Function("add", {numbers, Floats({0.5, 1, kNan})})), "Float64 [1.5, NA, NA]");
  EXPECT_EQ(Show(Function("pow", {Literal::Int(1), numbers})), "Int64 [1, 1, 1]");
  EXPECT_EQ(Show(Function("multiply", {numbers, kMissing})), "Int64 [NA, NA, NA]");
}

TEST(Arithmetic, Times) {
  const TestColumn times = Micros({1000, kNaT, 5}), spans = Spans({1, 1, kNaT});
  EXPECT_EQ(Show(Function("add", {times, spans})), "datetime64[us] [1001, NA, NA]");
  EXPECT_EQ(Show(Function("subtract", {times, times})), "timedelta64[us] [0, NA, 0]");
  const TestColumn seconds = Fixed<int64_t>(DType::Timestamp(TimeUnit::kSecond), {1, 2, 3});
  EXPECT_EQ(Show(Function("subtract", {seconds, times})), "timedelta64[us] [999000, NA, 2999995]");
  EXPECT_EQ(Show(Function("multiply", {Spans({3, kNaT}), Literal::Float(1.5)})), "timedelta64[us] [4, NA]");
  EXPECT_EQ(Show(Function("divide", {Spans({7, kNaT}), Spans({2, 2})})), "float64 [3.5, NA]");
  EXPECT_EQ(Show(Function("mod", {Spans({-7, 7}), Spans({4, 0})})), "timedelta64[us] [1, 7]");
  EXPECT_EQ(ErrorOf("add", {times, times}), "TypeError: cannot add DatetimeArray and DatetimeArray");
  EXPECT_EQ(ErrorOf("add", {Micros({INT64_MAX}), Spans({1})}), "OverflowError: Overflow in int64 addition");
}

TEST(Arithmetic, Text) {
  const TestColumn texts = Texts({"a", std::nullopt, "c"});
  EXPECT_EQ(Show(Function("add", {texts, texts})), "str [aa, NA, cc]");
  EXPECT_EQ(Show(Function("add", {Literal::String("<"), texts})), "str [<a, NA, <c]");
  EXPECT_EQ(Show(Function("multiply", {texts, Ints({2, 1, -1})})), "str [aa, NA, ]");
  EXPECT_EQ(ErrorOf("add", {texts, Literal::Int(1)}), "TypeError: operation 'add' not supported for dtype 'str' with object of type <class 'int'>");
  EXPECT_EQ(ErrorOf("subtract", {texts, Ints({1, 2, 3})}), "TypeError: operation 'sub' not supported for dtype 'str' with dtype 'int64'");
}

TEST(Comparison, Numbers) {
  EXPECT_EQ(Show(Function("lt", {Ints({1, 2, 3}), Floats({1.5, kNan, 2})})), "bool [True, False, False]");
  EXPECT_EQ(Show(Function("ne", {Floats({kNan, 1}), Floats({kNan, 1})})), "bool [True, False]");
  EXPECT_EQ(Show(Function("lt", {Fixed<int8_t>(Kind::kInt8, {1, -5}), Literal::Int(300)})), "bool [True, True]");
  EXPECT_EQ(Show(Function("gt", {Ints({-1, 5}), Fixed<uint64_t>(Kind::kUInt64, {1, 4})})), "bool [False, True]");
  EXPECT_EQ(Show(Function("eq", {Ints({INT64_MAX}), Fixed<uint64_t>(Kind::kUInt64, {uint64_t{1} << 63})})), "bool [False]");
  EXPECT_EQ(Show(Function("ge", {Nullable<int64_t>(DType::Nullable(Kind::kInt64), {1, std::nullopt}), Literal::Int(1)})), "boolean [True, NA]");
  EXPECT_EQ(Show(Function("eq", {Ints({1, 2}), kMissing})), "bool [False, False]");
}

TEST(Comparison, AcrossTypes) {
  EXPECT_EQ(Show(Function("eq", {Ints({1}), Literal::String("1")})), "bool [False]");
  EXPECT_EQ(Show(Function("ne", {Texts({"1", std::nullopt}), Ints({1, 2})})), "bool [True, True]");
  EXPECT_EQ(ErrorOf("lt", {Ints({1}), Literal::String("a")}), "TypeError: Invalid comparison between dtype=int64 and str");
  EXPECT_EQ(ErrorOf("lt", {Texts({"a"}), Literal::Int(1)}), "TypeError: Invalid comparison between dtype=str and int");
}

TEST(Comparison, Text) {
  const TestColumn texts = Texts({"b", std::nullopt, "é"});
  EXPECT_EQ(Show(Function("ge", {texts, Literal::String("b")})), "bool [True, False, True]");
  EXPECT_EQ(Show(Function("ne", {texts, Literal::String("b")})), "bool [False, True, True]");
  EXPECT_EQ(Show(Function("gt", {Literal::String("c"), texts})), "bool [True, False, False]");
  FunctionOptions to_category;
  to_category.type = Kind::kCategory;
  const TestColumn categories = Function("cast", {Texts({"x", std::nullopt, "y"})}, to_category);
  EXPECT_EQ(Show(Function("eq", {categories, Literal::String("y")})), "bool [False, False, True]");
  EXPECT_EQ(Show(Function("ne", {categories, Literal::String("q")})), "bool [True, True, True]");
  EXPECT_EQ(ErrorOf("lt", {categories, Literal::String("y")}), "TypeError: Unordered Categoricals can only compare equality or not");
}

TEST(Comparison, TimesAndTextThatIsOne) {
  const int64_t day = 86400000000;
  const TestColumn times = Micros({18262 * day, 18262 * day + 1, kNaT});  // 2020-01-01
  EXPECT_EQ(Show(Function("eq", {times, Literal::String("2020-01-01")})), "bool [True, False, False]");
  EXPECT_EQ(Show(Function("ne", {times, Literal::String("2020-01-01")})), "bool [False, True, True]");
  EXPECT_EQ(Show(Function("le", {times, Literal::String("2020-01-01 00:00:00.000000500")})), "bool [True, False, False]");
  EXPECT_EQ(Show(Function("lt", {Literal::String("2019"), times})), "bool [True, True, False]");
  EXPECT_EQ(Show(Function("eq", {times, Literal::String("no date")})), "bool [False, False, False]");
  EXPECT_EQ(ErrorOf("lt", {times, Literal::String("no date")}), "TypeError: Invalid comparison between dtype=datetime64[us] and str");
  EXPECT_EQ(Show(Function("lt", {times, Fixed<int64_t>(DType::Timestamp(TimeUnit::kSecond), {1577836801, 1577836800, 0})})), "bool [True, False, False]");
}

TEST(Logic, BoolsAndIntegers) {
  EXPECT_EQ(Show(Function("and", {Bools({1, 1, 0}), Bools({1, 0, 0})})), "bool [True, False, False]");
  EXPECT_EQ(Show(Function("xor", {Ints({7, -7}), Literal::Int(1)})), "int64 [6, -8]");
  EXPECT_EQ(Show(Function("or", {Ints({0, 2}), Bools({0, 0})})), "bool [False, True]");
  EXPECT_EQ(Show(Function("invert", {Bools({1, 0})})), "bool [False, True]");
  EXPECT_EQ(ErrorOf("and", {Floats({1}), Floats({1})}), "TypeError: unsupported operand type(s) for &: 'float' and 'float'");
}

TEST(Logic, ThreeValues) {
  const TestColumn truth = Nullable<uint8_t>(DType::Nullable(Kind::kBool), {1, std::nullopt, 0});
  EXPECT_EQ(Show(Function("and", {truth, Literal::Bool(false)})), "boolean [False, False, False]");
  EXPECT_EQ(Show(Function("or", {truth, Bools({0, 1, 0})})), "boolean [True, True, False]");
  EXPECT_EQ(Show(Function("xor", {truth, Bools({1, 1, 1})})), "boolean [False, NA, True]");
  EXPECT_EQ(Show(Function("or", {truth, kMissing})), "boolean [True, NA, NA]");
  const TestColumn objects = Nullable<uint8_t>(Kind::kObjectBool, {1, std::nullopt, 0});
  EXPECT_EQ(Show(Function("or", {Bools({0, 0, 1}), objects})), "bool [True, False, True]");
}

TEST(Unary, SignsAndFunctions) {
  EXPECT_EQ(Show(Function("neg", {Spans({5, kNaT})})), "timedelta64[us] [-5, NA]");
  EXPECT_EQ(Show(Function("abs", {Floats({-1.5, kNan})})), "float64 [1.5, NA]");
  EXPECT_EQ(Show(Function("neg", {Bools({1, 0})})), "bool [False, True]");
  EXPECT_EQ(Show(Function("sqrt", {Ints({4, 9})})), "float64 [2, 3]");
  EXPECT_EQ(Show(Function("isnan", {Floats({kNan, 1})})), "bool [True, False]");
  EXPECT_EQ(ErrorOf("invert", {Texts({"a"})}), "TypeError: __invert__ is not supported for string dtypes");
  FunctionOptions options;
  options.number = 1;
  EXPECT_EQ(Show(Function("round", {Floats({1.25, 2.35, kNan})}, options)), "float64 [1.2, 2.4, NA]");
  options.number = -1;
  EXPECT_EQ(Show(Function("round", {Ints({15, 25, -15, 14})}, options)), "int64 [20, 20, -20, 10]");
}

}  // namespace
}  // namespace cask::column_test
