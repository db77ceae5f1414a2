// Loops against plain C++ and known NumPy results, and every instruction set against the plain one, bit by bit.
#include "cask/compute/loops/loops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "cask/compute/loops/instruction_set.h"

namespace cask {
namespace {

constexpr Kind kKinds[] = {Kind::kBool,   Kind::kInt8,   Kind::kInt16,  Kind::kInt32,   Kind::kInt64,  Kind::kUInt8,
                           Kind::kUInt16, Kind::kUInt32, Kind::kUInt64, Kind::kFloat32, Kind::kFloat64};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

template <typename T>
std::vector<T> Binary(Operation operation, Kind kind, std::vector<T> a, std::vector<T> b) {
  Kind out;
  const BinaryLoop loop = FindBinaryLoop(operation, kind, &out);
  EXPECT_NE(loop, nullptr) << OperationName(operation);
  EXPECT_EQ(out, kind);
  std::vector<T> result(std::max(a.size(), b.size()));
  loop(a.data(), a.size() == 1 ? 0 : 1, b.data(), b.size() == 1 ? 0 : 1, result.data(), static_cast<int64_t>(result.size()));
  return result;
}

template <typename T>
std::vector<T> Unary(Operation operation, Kind kind, std::vector<T> in) {
  Kind out;
  const UnaryLoop loop = FindUnaryLoop(operation, kind, &out);
  EXPECT_NE(loop, nullptr) << OperationName(operation);
  std::vector<T> result(in.size());
  loop(in.data(), result.data(), static_cast<int64_t>(in.size()));
  return result;
}

// NaN equals NaN here, and 0 differs from -0.
void ExpectSame(const std::vector<double>& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(actual[i])) << "at " << i << ": " << actual[i];
    } else {
      EXPECT_EQ(actual[i], expected[i]) << "at " << i;
      EXPECT_EQ(std::signbit(actual[i]), std::signbit(expected[i])) << "at " << i;
    }
  }
}

TEST(Loops, IntegerDivisionFollowsNumPy) {
  const std::vector<int64_t> a = {7, -7, 7, -7, 5, 0, std::numeric_limits<int64_t>::min()};
  const std::vector<int64_t> b = {2, 2, -2, -2, 0, 0, -1};
  EXPECT_EQ(Binary<int64_t>(Operation::kFloorDivide, Kind::kInt64, a, b),
            (std::vector<int64_t>{3, -4, -4, 3, 0, 0, std::numeric_limits<int64_t>::min()}));
  EXPECT_EQ(Binary<int64_t>(Operation::kRemainder, Kind::kInt64, a, b), (std::vector<int64_t>{1, 1, -1, -1, 0, 0, 0}));
  EXPECT_EQ(Binary<int64_t>(Operation::kFmod, Kind::kInt64, a, b), (std::vector<int64_t>{1, -1, 1, -1, 0, 0, 0}));
  EXPECT_EQ(Binary<int8_t>(Operation::kFloorDivide, Kind::kInt8, {-128, 127}, {-1}), (std::vector<int8_t>{-128, -127}));
}

TEST(Loops, FloatDivisionFollowsPython) {
  ExpectSame(Binary<double>(Operation::kFloorDivide, Kind::kFloat64, {7.5, -7.5, 7.5, 1, 0, -0.0, kInf, 1}, {2, 2, -2, 0, 0, 3, 2, kInf}),
             {3, -4, -4, kInf, kNan, -0.0, kNan, 0});
  ExpectSame(Binary<double>(Operation::kRemainder, Kind::kFloat64, {7.5, -7.5, 7.5, 1, -0.0, 6}, {2, 2, -2, 0, 3, -3}),
             {1.5, 0.5, -0.5, kNan, 0.0, -0.0});
}

TEST(Loops, IntegersWrap) {
  EXPECT_EQ(Binary<int32_t>(Operation::kAdd, Kind::kInt32, {INT32_MAX}, {1}), (std::vector<int32_t>{INT32_MIN}));
  EXPECT_EQ(Binary<uint16_t>(Operation::kMultiply, Kind::kUInt16, {65535, 300}, {65535, 300}), (std::vector<uint16_t>{1, 24464}));
  EXPECT_EQ(Unary<int8_t>(Operation::kNegative, Kind::kInt8, {-128, 5}), (std::vector<int8_t>{-128, -5}));
  EXPECT_EQ(Unary<int64_t>(Operation::kAbsolute, Kind::kInt64, {INT64_MIN, -3}), (std::vector<int64_t>{INT64_MIN, 3}));
  EXPECT_EQ(Binary<int64_t>(Operation::kPower, Kind::kInt64, {3, -2, 0, 10}, {4, 3, 0, 19}),
            (std::vector<int64_t>{81, -8, 1, static_cast<int64_t>(10000000000000000000u)}));
}

TEST(Loops, ShiftsBeyondTheWidth) {
  EXPECT_EQ(Binary<int32_t>(Operation::kLeftShift, Kind::kInt32, {1, 1, 1}, {3, 32, 40}), (std::vector<int32_t>{8, 0, 0}));
  EXPECT_EQ(Binary<int8_t>(Operation::kRightShift, Kind::kInt8, {-8, -8, 8}, {1, 9, 9}), (std::vector<int8_t>{-4, -1, 0}));
}

TEST(Loops, MaximumHandsNanOnAndFmaxDoesNot) {
  ExpectSame(Binary<double>(Operation::kMaximum, Kind::kFloat64, {1, kNan, 3, kNan}, {2, 2, kNan, kNan}), {2, kNan, kNan, kNan});
  ExpectSame(Binary<double>(Operation::kMinimum, Kind::kFloat64, {1, kNan, 3}, {2, 2, kNan}), {1, kNan, kNan});
  ExpectSame(Binary<double>(Operation::kFmax, Kind::kFloat64, {1, kNan, 3, kNan}, {2, 2, kNan, kNan}), {2, 2, 3, kNan});
  ExpectSame(Binary<double>(Operation::kFmin, Kind::kFloat64, {1, kNan, 3}, {2, 2, kNan}), {1, 2, 3});
}

TEST(Loops, FloatFunctions) {
  ExpectSame(Unary<double>(Operation::kSign, Kind::kFloat64, {-2, -0.0, 0.0, 5, kNan}), {-1, 0, 0, 1, kNan});
  ExpectSame(Unary<double>(Operation::kRint, Kind::kFloat64, {0.5, 1.5, -0.5, 2.4}), {0, 2, -0.0, 2});
  ExpectSame(Unary<double>(Operation::kFloor, Kind::kFloat64, {-0.5, 1.5, kNan}), {-1, 1, kNan});
  ExpectSame(Unary<double>(Operation::kSqrt, Kind::kFloat64, {4, -1, -0.0}), {2, kNan, -0.0});
  ExpectSame(Binary<double>(Operation::kHeaviside, Kind::kFloat64, {-1, 0, 2, kNan}, {0.5}), {0, 0.5, 1, kNan});
  ExpectSame(Binary<double>(Operation::kPower, Kind::kFloat64, {3, -1.5, kNan}, {2}), {9, 2.25, kNan});
  Kind out;
  const std::vector<double> values = {kNan, kInf, -kInf, 1, -0.0};
  std::vector<uint8_t> truth(5);
  FindUnaryLoop(Operation::kIsnan, Kind::kFloat64, &out)(values.data(), truth.data(), 5);
  EXPECT_EQ(truth, (std::vector<uint8_t>{1, 0, 0, 0, 0}));
  FindUnaryLoop(Operation::kIsinf, Kind::kFloat64, &out)(values.data(), truth.data(), 5);
  EXPECT_EQ(truth, (std::vector<uint8_t>{0, 1, 1, 0, 0}));
  FindUnaryLoop(Operation::kIsfinite, Kind::kFloat64, &out)(values.data(), truth.data(), 5);
  EXPECT_EQ(truth, (std::vector<uint8_t>{0, 0, 0, 1, 1}));
  FindUnaryLoop(Operation::kSignbit, Kind::kFloat64, &out)(values.data(), truth.data(), 5);
  EXPECT_EQ(std::vector<uint8_t>(truth.begin() + 1, truth.end()), (std::vector<uint8_t>{0, 1, 0, 1}));
}

TEST(Loops, CastsFollowNumPy) {
  const std::vector<double> values = {300.7, -1.5, kNan, 3e9, 1e19};
  std::vector<int32_t> as_int(5);
  FindCastLoop(Kind::kFloat64, Kind::kInt32)(values.data(), as_int.data(), 5);
  EXPECT_EQ(as_int[0], 300);
  EXPECT_EQ(as_int[1], -1);
  std::vector<uint64_t> as_unsigned(5);
  FindCastLoop(Kind::kFloat64, Kind::kUInt64)(values.data(), as_unsigned.data(), 5);
  EXPECT_EQ(as_unsigned[4], 10000000000000000000u);
  EXPECT_EQ(as_unsigned[1], std::numeric_limits<uint64_t>::max());
  std::vector<uint8_t> as_bool(5);
  FindCastLoop(Kind::kFloat64, Kind::kBool)(values.data(), as_bool.data(), 5);
  EXPECT_EQ(as_bool, (std::vector<uint8_t>{1, 1, 1, 1, 1}));
}

TEST(Loops, PromotionFollowsNumPy) {
  EXPECT_EQ(PromoteKinds(Kind::kInt8, Kind::kUInt8), Kind::kInt16);
  EXPECT_EQ(PromoteKinds(Kind::kInt64, Kind::kUInt64), Kind::kFloat64);
  EXPECT_EQ(PromoteKinds(Kind::kInt16, Kind::kFloat32), Kind::kFloat32);
  EXPECT_EQ(PromoteKinds(Kind::kInt32, Kind::kFloat32), Kind::kFloat64);
  EXPECT_EQ(PromoteKinds(Kind::kBool, Kind::kUInt8), Kind::kUInt8);
  EXPECT_EQ(PromoteKinds(Kind::kUInt32, Kind::kInt64), Kind::kInt64);
  EXPECT_EQ(PromoteWithWeak(Kind::kInt8, Kind::kInt64), Kind::kInt8);
  EXPECT_EQ(PromoteWithWeak(Kind::kInt8, Kind::kFloat64), Kind::kFloat64);
  EXPECT_EQ(PromoteWithWeak(Kind::kFloat32, Kind::kFloat64), Kind::kFloat32);
  EXPECT_EQ(PromoteWithWeak(Kind::kBool, Kind::kInt64), Kind::kInt64);
  EXPECT_EQ(LoopKind(Operation::kSqrt, Kind::kInt32), Kind::kFloat64);
  EXPECT_EQ(LoopKind(Operation::kDivide, Kind::kInt8), Kind::kFloat64);
  EXPECT_EQ(LoopKind(Operation::kSubtract, Kind::kBool), Kind::kNull);
  EXPECT_EQ(LoopKind(Operation::kBitwiseAnd, Kind::kFloat64), Kind::kNull);
}

TEST(Loops, EveryKindThatHasALoopKindHasTheLoop) {
  Kind out;
  for (int i = 0; i <= static_cast<int>(Operation::kInvert); ++i) {
    const auto operation = static_cast<Operation>(i);
    EXPECT_EQ(FindOperation(OperationName(operation)), operation);
    for (Kind kind : kKinds) {
      const Kind in = LoopKind(operation, kind);
      if (in == Kind::kNull) continue;
      const bool found = IsBinary(operation) ? FindBinaryLoop(operation, in, &out) != nullptr : FindUnaryLoop(operation, in, &out) != nullptr;
      EXPECT_TRUE(found) << OperationName(operation) << " of " << DType(in).ToString();
    }
  }
}

TEST(Loops, SelectCompressGatherFill) {
  std::mt19937 random(7);
  for (int width : {1, 2, 4, 8}) {
    for (int64_t n : {0, 1, 7, 64, 1000}) {
      std::vector<uint8_t> in(n * width), other(n * width), mask(n), out(n * width + 8), expected;
      for (auto& byte : in) byte = static_cast<uint8_t>(random());
      for (auto& byte : other) byte = static_cast<uint8_t>(random());
      for (auto& byte : mask) byte = random() % 3 == 0;
      for (int64_t i = 0; i < n; ++i) {
        if (mask[i]) expected.insert(expected.end(), in.begin() + i * width, in.begin() + (i + 1) * width);
      }
      const int64_t kept = FindCompressLoop(width)(in.data(), mask.data(), out.data(), n);
      EXPECT_EQ(kept * width, static_cast<int64_t>(expected.size()));
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), out.begin()));
      FindSelectLoop(width)(mask.data(), in.data(), 1, other.data(), 1, out.data(), n);
      for (int64_t i = 0; i < n * width; ++i) EXPECT_EQ(out[i], mask[i / width] ? in[i] : other[i]);
      std::vector<int32_t> backwards(n);
      for (int64_t i = 0; i < n; ++i) backwards[i] = static_cast<int32_t>(n - 1 - i);
      FindGatherLoop(width)(in.data(), backwards.data(), out.data(), n);
      for (int64_t i = 0; i < n * width; ++i) EXPECT_EQ(out[i], in[(n - 1 - i / width) * width + i % width]);
      if (n == 0) continue;
      FillValues(in.data(), width, out.data(), n);
      for (int64_t i = 0; i < n * width; ++i) EXPECT_EQ(out[i], in[i % width]);
    }
  }
}

template <typename In, typename Out>
Out Reduce(Reduction reduction, Kind kind, const std::vector<In>& values) {
  Kind out;
  const ReduceLoop loop = FindReduceLoop(reduction, kind, &out);
  alignas(8) uint8_t result[8] = {};
  loop(values.data(), static_cast<int64_t>(values.size()), result);
  EXPECT_EQ(DType(out).width(), static_cast<int>(sizeof(Out)));
  Out typed;
  std::memcpy(&typed, result, sizeof(Out));
  return typed;
}

TEST(Loops, Reductions) {
  std::vector<double> values(10007);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 0.1 * static_cast<double>(i);
  EXPECT_NEAR((Reduce<double, double>(Reduction::kSum, Kind::kFloat64, values)), 0.1 * 10006 * 10007 / 2, 1e-6);
  EXPECT_EQ((Reduce<double, double>(Reduction::kMaximum, Kind::kFloat64, values)), values.back());
  values[5000] = kNan;
  EXPECT_TRUE(std::isnan(Reduce<double, double>(Reduction::kSum, Kind::kFloat64, values)));
  EXPECT_TRUE(std::isnan(Reduce<double, double>(Reduction::kMinimum, Kind::kFloat64, values)));
  EXPECT_EQ((Reduce<double, double>(Reduction::kNanMinimum, Kind::kFloat64, values)), 0);
  EXPECT_NEAR((Reduce<double, double>(Reduction::kNanSum, Kind::kFloat64, values)), 0.1 * 10006 * 10007 / 2 - 500, 1e-6);
  EXPECT_EQ((Reduce<double, int64_t>(Reduction::kCountNotNan, Kind::kFloat64, values)), 10006);
  EXPECT_TRUE(std::isnan(Reduce<double, double>(Reduction::kNanMaximum, Kind::kFloat64, {kNan, kNan})));
  EXPECT_EQ((Reduce<double, double>(Reduction::kNanMaximum, Kind::kFloat64, {kNan, -kInf})), -kInf);
  EXPECT_EQ((Reduce<int8_t, int64_t>(Reduction::kSum, Kind::kInt8, std::vector<int8_t>(3000, -100))), -300000);
  EXPECT_EQ((Reduce<uint8_t, int64_t>(Reduction::kSum, Kind::kBool, std::vector<uint8_t>(3000, 1))), 3000);
  EXPECT_EQ((Reduce<uint8_t, uint8_t>(Reduction::kAll, Kind::kBool, {1, 1, 0})), 0);
  EXPECT_EQ((Reduce<uint8_t, uint8_t>(Reduction::kAny, Kind::kBool, {0, 0, 1})), 1);
  EXPECT_NEAR(SquaredDeviations(Kind::kInt32, std::vector<int32_t>{1, 2, 3, 4}.data(), 4, 2.5, false), 5.0, 1e-12);
}

// Random bytes are all values there are, NaN with payloads included; sums are also tried on ordinary numbers.
class AllSets : public ::testing::Test {
 protected:
  static constexpr int64_t kCount = 5003;
  void SetUp() override {
    std::random_device device;
    seed_ = device();
    RecordProperty("seed", static_cast<int>(seed_));
    std::mt19937_64 random(seed_);
    for (auto* buffer : {&a_, &b_}) {
      buffer->resize(kCount);
      for (auto& word : *buffer) word = random() % 4 == 0 ? random() % 100 : random();
    }
    numbers_.resize(kCount);
    std::normal_distribution<double> normal(10, 100);
    for (auto& number : numbers_) number = normal(random);
    mask_.resize(kCount);
    for (auto& byte : mask_) byte = random() % 2;
  }
  void TearDown() override { ChooseInstructionSetForTest(SupportedInstructionSets().back()); }

  // Calls `run` once for each instruction set with a cleared result, and compares the results.
  template <typename Run>
  void ExpectSameBytes(const std::string& what, const Run& run) {
    std::vector<uint64_t> expected;
    for (InstructionSet set : SupportedInstructionSets()) {
      ChooseInstructionSetForTest(set);
      std::vector<uint64_t> out(kCount + 8);
      run(out.data());
      if (expected.empty()) expected = out;
      EXPECT_EQ(std::memcmp(expected.data(), out.data(), kCount * 8), 0)
          << what << " differs between plain and " << InstructionSetName(set) << ", seed " << seed_;
    }
  }
  // Which NaN comes out of two is the processor's choice, even between two plain builds; it is no part of a value.
  static void UnifyNan(Kind kind, void* values, int64_t n) {
    if (kind == Kind::kFloat64) {
      for (double* x = static_cast<double*>(values); x != static_cast<double*>(values) + n; ++x) {
        if (*x != *x) *x = kNan;
      }
    } else if (kind == Kind::kFloat32) {
      for (float* x = static_cast<float*>(values); x != static_cast<float*>(values) + n; ++x) {
        if (*x != *x) *x = std::numeric_limits<float>::quiet_NaN();
      }
    }
  }

  unsigned seed_ = 0;
  std::vector<uint64_t> a_, b_;
  std::vector<double> numbers_;
  std::vector<uint8_t> mask_;
};

TEST_F(AllSets, GiveTheSameBytesElementwise) {
  for (int i = 0; i <= static_cast<int>(Operation::kInvert); ++i) {
    const auto operation = static_cast<Operation>(i);
    for (Kind kind : kKinds) {
      if (LoopKind(operation, kind) != kind) continue;
      const std::string what(OperationName(operation));
      for (int variant = 0; variant < (IsBinary(operation) ? 3 : 1); ++variant) {
        ExpectSameBytes(what + " " + DType(kind).ToString(), [&](void* out) {
          Kind result;
          const void* a = kind == Kind::kBool ? static_cast<const void*>(mask_.data()) : a_.data();
          const void* b = kind == Kind::kBool ? static_cast<const void*>(mask_.data() + 1) : b_.data();
          const int64_t n = kCount - 1;
          if (IsBinary(operation)) {
            FindBinaryLoop(operation, kind, &result)(a, variant != 1, b, variant != 2, out, n);
          } else {
            FindUnaryLoop(operation, kind, &result)(a, out, n);
          }
          UnifyNan(result, out, n);
        });
      }
    }
  }
}

TEST_F(AllSets, GiveTheSameBytesInCasts) {
  for (Kind from : kKinds) {
    for (Kind to : kKinds) {
      ExpectSameBytes("cast " + DType(from).ToString() + " to " + DType(to).ToString(), [&](void* out) {
        FindCastLoop(from, to)(from == Kind::kBool ? static_cast<const void*>(mask_.data()) : a_.data(), out, kCount);
        UnifyNan(to, out, kCount);
      });
    }
  }
}

TEST_F(AllSets, GiveTheSameBytesInReductions) {
  std::vector<float> small(numbers_.begin(), numbers_.end());
  for (int i = 0; i <= static_cast<int>(Reduction::kCountNotNan); ++i) {
    for (Kind kind : kKinds) {
      ExpectSameBytes(fmt::format("reduction {} of {}", i, DType(kind).ToString()), [&](void* out) {
        Kind result;
        const void* in = kind == Kind::kBool ? static_cast<const void*>(mask_.data())
                         : kind == Kind::kFloat64 ? numbers_.data()
                         : kind == Kind::kFloat32 ? static_cast<const void*>(small.data()) : a_.data();
        FindReduceLoop(static_cast<Reduction>(i), kind, &result)(in, kCount, out);
      });
    }
  }
  ExpectSameBytes("deviations", [&](void* out) {
    *static_cast<double*>(out) = SquaredDeviations(Kind::kFloat64, numbers_.data(), kCount, 9.9, false);
  });
}

TEST_F(AllSets, GiveTheSameBytesInSelections) {
  for (int width : {1, 2, 4, 8}) {
    ExpectSameBytes("select", [&](void* out) { FindSelectLoop(width)(mask_.data(), a_.data(), 1, b_.data(), 1, out, kCount); });
    ExpectSameBytes("compress", [&](uint64_t* out) {
      const int64_t kept = FindCompressLoop(width)(a_.data(), mask_.data(), out, kCount);
      std::memset(reinterpret_cast<uint8_t*>(out) + kept * width, 0, kCount * 8 - kept * width);
    });
  }
}

}  // namespace
}  // namespace cask
