// Missing values, membership, casts, dates and text. What is expected is what pandas 3.1 gives for the same Series.
#include "cask/compute/column/test_columns.h"

namespace cask::column_test {
namespace {

const Literal kMissing;

FunctionOptions To(DType type) {
  FunctionOptions options;
  options.type = std::move(type);
  return options;
}

FunctionOptions Text(std::string text) {
  FunctionOptions options;
  options.text = std::move(text);
  return options;
}

TEST(Missing, FillAndChoose) {
  EXPECT_EQ(Show(Function("isna", {Floats({1, kNan})})), "bool [False, True]");
  EXPECT_EQ(Show(Function("notna", {Texts({"a", std::nullopt})})), "bool [True, False]");
  EXPECT_EQ(Show(Function("isna", {Micros({1, kNaT})})), "bool [False, True]");
  EXPECT_EQ(Show(Function("fillna", {Floats({1, kNan}), Literal::Int(7)})), "float64 [1, 7]");
  EXPECT_EQ(Show(Function("fillna", {Texts({"a", std::nullopt}), Literal::String("zz")})), "str [a, zz]");
  EXPECT_EQ(Show(Function("fillna", {Texts({"a", std::nullopt}), Texts({"b", "c"})})), "str [a, c]");
  EXPECT_EQ(Show(Function("fillna", {Ints({1}), Literal::Float(1.5)})), "int64 [1]");
  EXPECT_EQ(Show(Function("where", {Ints({1, 2}), Bools({1, 0}), kMissing})), "float64 [1, NA]");
  EXPECT_EQ(Show(Function("where", {Fixed<int8_t>(Kind::kInt8, {1, 2}), Bools({1, 0}), Literal::Int(300)})), "int16 [1, 300]");
  EXPECT_EQ(Show(Function("mask", {Bools({1, 0}), Bools({1, 0}), kMissing})), "object [NA, False]");
  EXPECT_EQ(Show(Function("where", {Micros({1, 2}), Bools({0, 1}), kMissing})), "datetime64[us] [NA, 2]");
  EXPECT_EQ(Show(Function("clip", {Floats({-1, 5, kNan}), Literal::Int(0), Literal::Int(1)})), "float64 [0, 1, NA]");
  EXPECT_EQ(Show(Function("clip", {Ints({7, -7}), kMissing, Literal::Float(0.5)})), "float64 [0.5, -7]");
  const TestColumn nullable = Nullable<int64_t>(DType::Nullable(Kind::kInt64), {1, std::nullopt});
  EXPECT_EQ(ErrorOf("fillna", {nullable, Literal::Float(1.5)}), "TypeError: Invalid value '1.5' for dtype 'Int64'");
  EXPECT_EQ(Show(Function("fillna", {nullable, Literal::Int(9)})), "Int64 [1, 9]");
}

TEST(Missing, CategoriesTakeOnlyTheirOwn) {
  const TestColumn categories = Function("cast", {Texts({"x", std::nullopt})}, To(Kind::kCategory));
  const TestColumn filled = Function("fillna", {categories, Literal::String("x")});
  EXPECT_EQ(Show(Function("cast", {filled}, To(Kind::kString))), "str [x, x]");
  EXPECT_EQ(ErrorOf("fillna", {categories, Literal::String("zz")}),
            "TypeError: Cannot setitem on a Categorical with a new category (zz), set the categories first");
}

TEST(Membership, IsIn) {
  FunctionOptions options;
  options.values = {Literal::Int(7), Literal::Float(1.5), Literal::Float(kNan)};
  EXPECT_EQ(Show(Function("isin", {Ints({7, 1})}, options)), "bool [True, False]");
  EXPECT_EQ(Show(Function("isin", {Floats({7, 1.5, kNan, 2})}, options)), "bool [True, True, True, False]");
  EXPECT_EQ(Show(Function("isin", {Texts({"7", std::nullopt})}, options)), "bool [False, True]");
  options.values = {Literal::String("a"), Literal::String("b")};
  EXPECT_EQ(Show(Function("isin", {Texts({"a", "c", std::nullopt})}, options)), "bool [True, False, False]");
  options.values.clear();
  for (int64_t i = 0; i < 100; ++i) options.values.push_back(Literal::Int(2 * i));
  EXPECT_EQ(Show(Function("isin", {Ints({4, 5, 198, 200})}, options)), "bool [True, False, True, False]");
}

TEST(Membership, Between) {
  EXPECT_EQ(Show(Function("between", {Ints({0, 1, 2}), Literal::Int(0), Literal::Int(2)})), "bool [True, True, True]");
  EXPECT_EQ(Show(Function("between", {Ints({0, 1, 2}), Literal::Int(0), Literal::Int(2)}, Text("neither"))), "bool [False, True, False]");
  EXPECT_EQ(Show(Function("between", {Ints({0, 1, 2}), Literal::Int(0), Literal::Int(2)}, Text("right"))), "bool [False, True, True]");
}

TEST(Cast, Numbers) {
  EXPECT_EQ(Show(Function("cast", {Floats({1.5, -2.7})}, To(Kind::kInt64))), "int64 [1, -2]");
  EXPECT_EQ(Show(Function("cast", {Ints({300, -1})}, To(Kind::kUInt8))), "uint8 [44, 255]");
  EXPECT_EQ(Show(Function("cast", {Floats({0, kNan, 2})}, To(Kind::kBool))), "bool [False, True, True]");
  EXPECT_NE(ErrorOf("cast", {Floats({kNan})}, To(Kind::kInt64)).find("Cannot convert non-finite values (NA or inf) to integer"), std::string::npos);
  EXPECT_EQ(ErrorOf("cast", {Floats({-1})}, To(Kind::kUInt8)), "ValueError: Cannot losslessly cast from float64 to uint8");
  EXPECT_EQ(Show(Function("cast", {Floats({1, kNan})}, To(DType::Nullable(Kind::kInt64)))), "Int64 [1, NA]");
  EXPECT_EQ(ErrorOf("cast", {Floats({1.5})}, To(DType::Nullable(Kind::kInt64))), "TypeError: cannot safely cast non-equivalent float64 to int64");
  const TestColumn nullable = Nullable<int64_t>(DType::Nullable(Kind::kInt64), {1, std::nullopt});
  EXPECT_EQ(ErrorOf("cast", {nullable}, To(Kind::kInt64)), "ValueError: cannot convert NA to integer");
  EXPECT_EQ(Show(Function("cast", {nullable}, To(Kind::kFloat64))), "float64 [1, NA]");
  EXPECT_EQ(ErrorOf("cast", {Ints({7})}, To(DType::Nullable(Kind::kBool))), "TypeError: Need to pass bool-like values");
}

TEST(Cast, Text) {
  EXPECT_EQ(Show(Function("cast", {Texts({" 1 ", "-3"})}, To(Kind::kInt64))), "int64 [1, -3]");
  EXPECT_EQ(ErrorOf("cast", {Texts({"1", "x"})}, To(Kind::kInt64)), "ValueError: invalid literal for int() with base 10: 'x'");
  EXPECT_EQ(ErrorOf("cast", {Texts({"1", std::nullopt})}, To(Kind::kInt64)), "ValueError: cannot convert float NaN to integer");
  EXPECT_EQ(ErrorOf("cast", {Texts({"300"})}, To(Kind::kUInt8)), "OverflowError: Python integer 300 out of bounds for uint8");
  EXPECT_EQ(Show(Function("cast", {Texts({"1.5", std::nullopt, "1e3", "inf"})}, To(Kind::kFloat64))), "float64 [1.5, NA, 1000, inf]");
  EXPECT_EQ(ErrorOf("cast", {Texts({"a"})}, To(Kind::kFloat64)), "ValueError: could not convert string to float: 'a'");
  EXPECT_EQ(Show(Function("cast", {Floats({1, 0.1, 1e16, 1e-5, kNan, kInf})}, To(Kind::kString))), "str [1.0, 0.1, 1e+16, 1e-05, NA, inf]");
  EXPECT_EQ(Show(Function("cast", {Bools({1, 0})}, To(Kind::kString))), "str [True, False]");
  EXPECT_EQ(Show(Function("cast", {Texts({"2020-01-01 10:00:00.25", std::nullopt})}, To(DType::Timestamp(TimeUnit::kMilli)))),
            "datetime64[ms] [1577872800250, NA]");
  EXPECT_EQ(ErrorOf("cast", {Texts({"a"})}, To(DType::Timestamp(TimeUnit::kMilli))), "ValueError: Given date string \"a\" not likely a datetime");
}

TEST(Cast, Times) {
  EXPECT_EQ(Show(Function("cast", {Micros({-1, kNaT})}, To(DType::Timestamp(TimeUnit::kSecond)))), "datetime64[s] [-1, NA]");
  EXPECT_EQ(Show(Function("cast", {Micros({1577872800250000})}, To(Kind::kString))), "str [2020-01-01 10:00:00.250]");
  EXPECT_EQ(Show(Function("cast", {Ints({5})}, To(DType::Duration(TimeUnit::kSecond)))), "timedelta64[s] [5]");
  EXPECT_EQ(ErrorOf("cast", {Micros({1})}, To(Kind::kFloat64)), "TypeError: Cannot cast DatetimeArray to dtype float64");
}

TEST(Dates, Fields) {
  const TestColumn times = Micros({1614515696789000, -1});  // 2021-02-28 12:34:56.789, 1969-12-31 23:59:59.999999
  EXPECT_EQ(Show(Function("dt.year", {times})), "int32 [2021, 1969]");
  EXPECT_EQ(Show(Function("dt.month", {times})), "int32 [2, 12]");
  EXPECT_EQ(Show(Function("dt.day", {times})), "int32 [28, 31]");
  EXPECT_EQ(Show(Function("dt.hour", {times})), "int32 [12, 23]");
  EXPECT_EQ(Show(Function("dt.minute", {times})), "int32 [34, 59]");
  EXPECT_EQ(Show(Function("dt.second", {times})), "int32 [56, 59]");
  EXPECT_EQ(Show(Function("dt.microsecond", {times})), "int32 [789000, 999999]");
  EXPECT_EQ(Show(Function("dt.dayofweek", {times})), "int32 [6, 2]");
  EXPECT_EQ(Show(Function("dt.dayofyear", {times})), "int32 [59, 365]");
  EXPECT_EQ(Show(Function("dt.is_month_end", {times})), "bool [True, True]");
  EXPECT_EQ(Show(Function("dt.is_quarter_end", {times})), "bool [False, True]");
  EXPECT_EQ(Show(Function("dt.day_name", {times})), "str [Sunday, Wednesday]");
  EXPECT_EQ(Show(Function("dt.days", {Spans({-1, 86400000000})})), "int64 [-1, 1]");
  EXPECT_EQ(Show(Function("dt.seconds", {Spans({-1500000, 1})})), "int32 [86398, 0]");
  EXPECT_EQ(Show(Function("dt.total_seconds", {Spans({-1500000, kNaT})})), "float64 [-1.5, NA]");
  EXPECT_EQ(ErrorOf("dt.year", {Ints({1})}), "AttributeError: Can only use .dt accessor with datetimelike values");
}

TEST(Dates, MissingFieldsNeedFloats) {
  EXPECT_EQ(KindOf(TryFunction("dt.hour", {Micros({0, kNaT})}).status()), ErrorKind::kNeedsWiderType);
  FunctionOptions widened;
  widened.number = kWidened;
  EXPECT_EQ(Show(Function("dt.hour", {Micros({3600000000, kNaT})}, widened)), "float64 [1, NA]");
  EXPECT_EQ(Show(Function("dt.is_leap_year", {Micros({kNaT})})), "bool [False]");
}

TEST(Dates, RoundingAndZones) {
  const int64_t half_hour = 1800000000;
  const TestColumn times = Micros({half_hour, 3 * half_hour, -1, kNaT});
  EXPECT_EQ(Show(Function("dt.floor", {times}, Text("h"))), "datetime64[us] [0, 3600000000, -3600000000, NA]");
  EXPECT_EQ(Show(Function("dt.ceil", {times}, Text("h"))), "datetime64[us] [3600000000, 7200000000, 0, NA]");
  EXPECT_EQ(Show(Function("dt.round", {times}, Text("h"))), "datetime64[us] [0, 7200000000, 0, NA]");
  EXPECT_EQ(Show(Function("dt.floor", {times}, Text("15min"))), "datetime64[us] [1800000000, 5400000000, -900000000, NA]");
  const TestColumn paris = Function("dt.tz_localize", {times}, Text("Europe/Paris"));
  EXPECT_EQ(Show(paris), "datetime64[us, Europe/Paris] [-1800000000, 1800000000, -3600000001, NA]");
  EXPECT_EQ(Show(Function("dt.is_year_start", {paris})), "bool [True, True, False, False]");
}

TEST(Strings, ByArrow) {
  const TestColumn texts = Texts({"Ab ", std::nullopt, "é€"});
  EXPECT_EQ(Show(Function("str.upper", {texts})), "str [AB , NA, É€]");
  EXPECT_EQ(Show(Function("str.strip", {texts})), "str [Ab, NA, é€]");
  EXPECT_EQ(Show(Function("str.contains", {texts, Literal::String("b")})), "bool [True, False, False]");
  EXPECT_EQ(Show(Function("str.contains", {texts, Literal::String("^A.")}, Text("regex"))), "bool [True, False, False]");
  EXPECT_EQ(Show(Function("str.startswith", {Texts({"ab", std::nullopt}, true), Literal::String("a")})), "boolean [True, NA]");
  EXPECT_EQ(Show(Function("str.replace", {texts, Literal::String("b"), Literal::String("--")})), "str [A-- , NA, é€]");
  EXPECT_EQ(Show(Function("str.slice", {texts, Literal::Int(1), kMissing})), "str [b , NA, €]");
  EXPECT_EQ(Show(Function("str.len", {Texts({"Ab ", "é€"})})), "int64 [3, 2]");
  EXPECT_EQ(KindOf(TryFunction("str.len", {texts}).status()), ErrorKind::kNeedsWiderType);
  EXPECT_EQ(ErrorOf("str.len", {Ints({1})}), "AttributeError: Can only use .str accessor with string values, not integer");
}

}  // namespace
}  // namespace cask::column_test
