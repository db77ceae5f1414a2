#include "cask/store/packed_column.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/memory_pool.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"

namespace cask {
namespace {

template <typename T>
Column ColumnOf(const DType& type, std::vector<T> values) {
  const auto length = static_cast<int64_t>(values.size());
  return arrow::ArrayData::Make(type.arrow_type(), length, {nullptr, arrow::Buffer::FromVector(std::move(values))}, 0);
}

Column Texts(const std::vector<std::optional<std::string>>& values) {
  arrow::LargeStringBuilder builder;
  for (const auto& value : values) EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  return builder.Finish().ValueOrDie()->data();
}

// Packs and unpacks, and sees that every value that is not missing comes back with the same bits. The packed size.
int64_t RoundTrip(const Column& column, const DType& type) {
  ColumnPacker packer;
  const Column packed = packer.Pack(column, type).ValueOrDie();
  EXPECT_LE(packed->length, NumBytes(column) + 128);
  const Column again = UnpackColumn(packed, type, arrow::default_memory_pool()).ValueOrDie();
  EXPECT_EQ(again->length, column->length);
  EXPECT_EQ(again->GetNullCount(), column->GetNullCount());
  for (int64_t i = 0; i < column->length; ++i) {
    EXPECT_EQ(again->IsValid(i), column->IsValid(i)) << i;
    if (!column->IsValid(i)) continue;
    if (type.kind() == Kind::kString) {
      const auto text = [i](const Column& data) {
        const auto* offsets = data->GetValues<int64_t>(1);
        return std::string(reinterpret_cast<const char*>(data->buffers[2]->data()) + offsets[i], offsets[i + 1] - offsets[i]);
      };
      EXPECT_EQ(text(again), text(column)) << i;
    } else {
      EXPECT_EQ(Values<uint64_t>(again)[i], Values<uint64_t>(column)[i]) << i;
    }
  }
  return packed->length;
}

constexpr int64_t kHeader = 64;

TEST(PackedColumn, SmallIntegersTakeAByte) {
  std::vector<int64_t> values;
  for (int i = 0; i < 1000; ++i) values.push_back(1'000'000'000'000 + i % 200);
  EXPECT_EQ(RoundTrip(ColumnOf(Kind::kInt64, values), Kind::kInt64), kHeader + 1000);
  EXPECT_EQ(RoundTrip(ColumnOf(Kind::kInt64, std::vector<int64_t>(1000, -7)), Kind::kInt64), kHeader);
}

TEST(PackedColumn, WholeSecondsHeldAsMicrosecondsTakeFourBytesOrLess) {
  const DType type = DType::Timestamp(TimeUnit::kMicro);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 1000; ++i) values.push_back((1'420'000'000 + i * i * 37) * 1'000'000);
  values[123] = kNaT;
  EXPECT_LT(RoundTrip(ColumnOf(type, values), type), kHeader + 4 * 1001 + 16);
}

TEST(PackedColumn, SteadyTimesTakeTheirNumber) {
  const DType type = DType::Timestamp(TimeUnit::kNano);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 60'000; ++i) values.push_back(1'420'000'000'123'456'789 + i * 60'000'000'000);
  EXPECT_EQ(RoundTrip(ColumnOf(type, values), type), kHeader + 2 * 60'000);
}

TEST(PackedColumn, DecimalsTakeWhatTheirDigitsTake) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back((i * 7 % 250) / 100.0 - 1.17);
  for (int i = 0; i < 1000; ++i) values[i] = std::round(values[i] * 100) / 100;
  EXPECT_EQ(RoundTrip(ColumnOf(Kind::kFloat64, values), Kind::kFloat64), kHeader + 1000);
  values[1] = std::numeric_limits<double>::quiet_NaN();
  values[2] = -0.0;
  values[3] = std::numeric_limits<double>::infinity();
  values[4] = 1e300;
  EXPECT_EQ(RoundTrip(ColumnOf(Kind::kFloat64, values), Kind::kFloat64), kHeader + 1000 + 4 * 12);
}

TEST(PackedColumn, NumbersThatWereFloatsTakeFourBytes) {
  Random random(1);
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(-73.9 + static_cast<double>(random.Next() % 1000003) * 1e-7));
  EXPECT_EQ(RoundTrip(ColumnOf(Kind::kFloat64, values), Kind::kFloat64), kHeader + 4000);
}

TEST(PackedColumn, ExtremesComeBack) {
  const int64_t min = std::numeric_limits<int64_t>::min(), max = std::numeric_limits<int64_t>::max();
  RoundTrip(ColumnOf(Kind::kInt64, std::vector<int64_t>{min, max, 0, -1, 1}), Kind::kInt64);
  RoundTrip(ColumnOf(Kind::kInt64, std::vector<int64_t>{max, min, max, max, max, max}), Kind::kInt64);
  RoundTrip(ColumnOf(Kind::kInt64, std::vector<int64_t>{max, max - 4'294'967'295, max, max}), Kind::kInt64);
  RoundTrip(ColumnOf(Kind::kUInt64, std::vector<uint64_t>{~uint64_t{0}, 0, uint64_t{1} << 63}), Kind::kUInt64);
  RoundTrip(ColumnOf(Kind::kInt64, std::vector<int64_t>{}), Kind::kInt64);
  RoundTrip(ColumnOf(Kind::kFloat64, std::vector<double>{}), Kind::kFloat64);
  RoundTrip(ColumnOf(DType::Timestamp(TimeUnit::kNano), std::vector<int64_t>(50, kNaT)), DType::Timestamp(TimeUnit::kNano));
  const std::vector<double> bounds{2147483647.0, -2147483648.0, -2147483647.0, 4294967295.0, 1e-310, 5e-324, 1.7e308};
  RoundTrip(ColumnOf(Kind::kFloat64, bounds), Kind::kFloat64);
}

TEST(PackedColumn, TextOfOneLengthTakesNoLengths) {
  EXPECT_EQ(RoundTrip(Texts(std::vector<std::optional<std::string>>(800, "N")), Kind::kString), kHeader + 800);
  RoundTrip(Texts({"a", std::nullopt, "", std::string(300, 'x'), "z"}), Kind::kString);
  RoundTrip(Texts({}), Kind::kString);
}

TEST(PackedColumn, SlicesPackOnlyTheirRows) {
  const Column numbers = ColumnOf(Kind::kInt64, std::vector<int64_t>{1, 2, 3, 1'000'000'000'000, 5});
  RoundTrip(SliceColumn(numbers, 1, 2), Kind::kInt64);
  RoundTrip(SliceColumn(Texts({"abc", std::nullopt, "de", "", "f"}), 1, 3), Kind::kString);
}

std::vector<double> RandomDoubles(Random* random) {
  std::vector<double> values(random->Next() % 3000);
  const int kind = static_cast<int>(random->Next() % 4);
  const uint64_t odd_every = random->Next() % 3 == 0 ? 1 + random->Next() % 100 : 0;
  const double power = std::pow(10, static_cast<double>(random->Next() % 12));
  for (double& value : values) {
    const uint64_t bits = random->Next();
    if (kind == 0) value = static_cast<double>(static_cast<int64_t>(bits % 200'000) - 100'000) / power;
    if (kind == 1) value = static_cast<float>(bits) / 3.0f;
    if (kind == 2) std::memcpy(&value, &bits, 8);
    if (kind == 3) value = static_cast<double>(static_cast<int32_t>(bits)) / power;
    if (odd_every != 0 && bits % odd_every == 0) value = bits & 1 ? std::nan("") : -0.0;
  }
  return values;
}

std::vector<int64_t> RandomIntegers(Random* random) {
  std::vector<int64_t> values(random->Next() % 3000);
  const auto base = static_cast<int64_t>(random->Next());
  const uint64_t step = random->Next() % 2 == 0 ? 1 : 1 + random->Next() % 1'000'000'000;
  const uint64_t span = uint64_t{1} << random->Next() % 50;
  const uint64_t odd_every = random->Next() % 3 == 0 ? 1 + random->Next() % 100 : 0;
  for (int64_t& value : values) {
    value = static_cast<int64_t>(static_cast<uint64_t>(base) + step * (random->Next() % span));
    if (odd_every != 0 && random->Next() % odd_every == 0) value = kNaT;
  }
  return values;
}

// Whatever the values, they come back; and all instruction sets pack them to the same bytes.
TEST(PackedColumn, AllInstructionSetsAgree) {
  const auto seed = FreshSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  const int64_t supported = hwy::SupportedTargets();
  for (int round = 0; round < 300; ++round) {
    const bool is_float = round % 2 == 0;
    const DType type = is_float ? Kind::kFloat64 : Kind::kInt64;
    const Column column = is_float ? ColumnOf(type, RandomDoubles(&random)) : ColumnOf(type, RandomIntegers(&random));
    std::string first;
    for (int64_t targets = supported; targets != 0; targets &= targets - 1) {
      hwy::SetSupportedTargetsForTest(targets & -targets);
      RoundTrip(column, type);
      ColumnPacker packer;
      const Column packed = packer.Pack(column, type).ValueOrDie();
      const std::string bytes(reinterpret_cast<const char*>(Values<uint8_t>(packed)), packed->length);
      if (first.empty()) first = bytes;
      ASSERT_EQ(bytes == first, true) << "round " << round;
    }
    hwy::SetSupportedTargetsForTest(0);
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

}  // namespace
}  // namespace cask
