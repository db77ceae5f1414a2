#include "cask/data/type_codec.h"

#include <arrow/buffer.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cask/base/test_codec.h"
#include "cask/data/batch.h"
#include "cask/data/categories.h"
#include "cask/data/label.h"
#include "cask/data/test_columns.h"

namespace cask {
namespace {

using test::Texts;

DType CategoriesOf(DType values, bool is_ordered, std::shared_ptr<arrow::ArrayData> texts) {
  return DType::Categorical(std::make_shared<const Categories>(Categories{std::move(values), is_ordered, std::move(texts)}));
}

std::vector<DType> AllTypes() {
  std::vector<DType> types;
  for (int kind = 0; kind < kNumEnumerators<Kind>; ++kind) types.emplace_back(static_cast<Kind>(kind));
  for (int kind = static_cast<int>(Kind::kBool); kind <= static_cast<int>(Kind::kFloat64); ++kind) {
    types.push_back(DType::Nullable(static_cast<Kind>(kind)));
    types.push_back(DType::ArrowBacked(static_cast<Kind>(kind)));
  }
  types.push_back(DType::Nullable(Kind::kString));
  for (TimeUnit unit : {TimeUnit::kSecond, TimeUnit::kMilli, TimeUnit::kMicro, TimeUnit::kNano}) {
    types.push_back(DType::Timestamp(unit));
    types.push_back(DType::Timestamp(unit, "Europe/Paris"));
    types.push_back(DType::Duration(unit));
  }
  const Column texts = Texts({"b", "", "a", "Ärger"});
  for (const Column& known : {Column(), texts, Texts({}), EmptyColumn(Kind::kString), SliceColumn(texts, 1, 2), SliceColumn(texts, 4, 0)}) {
    types.push_back(CategoriesOf(Kind::kString, false, known));
    types.push_back(CategoriesOf(DType::Timestamp(TimeUnit::kNano), true, known));
    types.push_back(CategoriesOf(DType::Nullable(Kind::kInt64), true, known));
  }
  return types;
}

std::vector<Literal> AllLiterals() {
  return {Literal(),
          Literal(std::monostate(), DType::Timestamp(TimeUnit::kMilli, "UTC")),
          Literal::Bool(true),
          Literal::Int(INT64_MIN),
          Literal({uint64_t{UINT64_MAX}, Kind::kUInt64}),
          Literal::Float(-0.0),
          Literal({std::numeric_limits<double>::infinity(), Kind::kFloat32, false}),
          Literal::String(""),
          Literal::String(std::string("a\0b", 3)),
          Literal::String(std::string(200'000, 'x')),
          Literal({Ticks{kNaT}, DType::Duration(TimeUnit::kSecond)})};
}

Schema ExampleSchema() {
  return Schema({{"x", Kind::kInt64},
                 {"", DType::Nullable(Kind::kBool)},
                 {NoLabel(), Kind::kString},
                 {std::string(100'000, 'n'), DType::Timestamp(TimeUnit::kSecond, "+01:00")},
                 {"x", CategoriesOf(Kind::kInt64, true, Texts({"2", "10"}))}});
}

TEST(TypeCodec, EveryTypeComesBack) {
  for (const DType& type : AllTypes()) {
    const std::string bytes = ToBytes(type);
    DType decoded;
    ASSERT_TRUE(DecodesTo(bytes, &decoded)) << type.ToToken();
    EXPECT_EQ(decoded, type) << type.ToToken();
    EXPECT_EQ(ToBytes(decoded), bytes) << type.ToToken();
    EXPECT_TRUE(decoded.arrow_type()->Equals(*type.arrow_type()));
    ExpectPrefixesRefused(type);
  }
}

TEST(TypeCodec, AllTypesDifferInTheirBytes) {
  std::map<std::string, DType> types;
  for (const DType& type : AllTypes()) {
    const auto [entry, is_new] = types.emplace(ToBytes(type), type);
    EXPECT_EQ(entry->second, type);
  }
}

TEST(TypeCodec, SchemasWithNamesOfAnyKindComeBack) {
  for (const Schema& schema : {Schema(), ExampleSchema()}) {
    Schema decoded;
    ASSERT_TRUE(DecodesTo(ToBytes(schema), &decoded));
    EXPECT_EQ(decoded, schema);
  }
  Schema short_names = ExampleSchema();
  ExpectPrefixesRefused(Schema({short_names.field(0), short_names.field(1), short_names.field(4)}));
}

TEST(TypeCodec, EveryLiteralComesBack) {
  for (const Literal& literal : AllLiterals()) {
    const std::string bytes = ToBytes(literal);
    Literal decoded;
    ASSERT_TRUE(DecodesTo(bytes, &decoded)) << literal.ToString().substr(0, 50);
    EXPECT_EQ(decoded, literal);
    EXPECT_EQ(ToBytes(decoded), bytes);
    if (bytes.size() < 1000) ExpectPrefixesRefused(literal);
  }
  Literal decoded;
  ASSERT_TRUE(DecodesTo(ToBytes(Literal::Float(std::nan(""))), &decoded));
  EXPECT_TRUE(std::isnan(std::get<double>(decoded.value())));
}

TEST(TypeCodec, WhatNoFactoryMakesIsRefused) {
  enum Form : uint8_t { kPlain, kNullable, kArrowBacked, kTimestamp, kDuration, kCategorical, kNone };
  DType type;
  const auto reads = [&](Form form, Kind kind) { return DecodesTo(ToBytes(std::pair(form, kind)), &type); };
  EXPECT_TRUE(reads(kNullable, Kind::kString));
  EXPECT_FALSE(reads(kArrowBacked, Kind::kString));
  EXPECT_FALSE(reads(kNullable, Kind::kTimestamp));
  EXPECT_FALSE(reads(kNullable, Kind::kCategory));
  EXPECT_FALSE(reads(kPlain, Kind::kTimestamp)) << "times have a unit";
  EXPECT_FALSE(reads(kPlain, static_cast<Kind>(kNumEnumerators<Kind>)));
  EXPECT_FALSE(reads(kNone, Kind::kInt64));
  EXPECT_FALSE(DecodesTo(ToBytes(std::pair(kDuration, TimeUnit(4))), &type));
}

TEST(TypeCodec, CategoriesOfCategoriesAreRefusedHoweverDeepTheyAre) {
  const std::string categorical = ToBytes(CategoriesOf(Kind::kString, false, nullptr)).substr(0, 1);
  std::string bytes;
  for (int i = 0; i < 1'000'000; ++i) bytes += categorical;
  DType type;
  EXPECT_FALSE(DecodesTo(bytes, &type));
  EXPECT_FALSE(DecodesTo(ToBytes(CategoriesOf(Kind::kCategory, false, nullptr)), &type));
}

TEST(TypeCodec, OffsetsOfCategoriesAscendAndStayInside) {
  const DType type = CategoriesOf(Kind::kString, false, Texts({"ab", "c"}));
  std::string bytes = ToBytes(type);
  const size_t ends = bytes.size() - 3 - 2 * sizeof(int64_t);
  for (const auto& [first, second] : std::vector<std::pair<int, int>>{{2, 4}, {3, 2}, {-1, 3}, {4, 3}}) {
    const std::string changed = bytes.substr(0, ends) + ToBytes(std::pair<int64_t, int64_t>(first, second)) + bytes.substr(bytes.size() - 3);
    DType decoded;
    EXPECT_FALSE(DecodesTo(changed, &decoded)) << first << ", " << second;
  }
}

TEST(TypeCodec, DamagedBytesAreRefusedOrAreThoseOfAnotherValue) {
  ExpectDamageIsHarmless(Schema({{"x", Kind::kInt64}, {"y", AllTypes().back()}, {"z", DType::Timestamp(TimeUnit::kNano, "UTC")}}), 3000);
  for (const DType& type : AllTypes()) ExpectDamageIsHarmless(type, 50);
  for (const Literal& literal : AllLiterals()) ExpectDamageIsHarmless(literal, 50);
}

}  // namespace
}  // namespace cask
