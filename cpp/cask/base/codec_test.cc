#include "cask/base/codec.h"

#include <gtest/gtest.h>

#include "cask/base/test_codec.h"

namespace cask {
namespace {

class Celsius {
 public:
  explicit Celsius(double degrees = 0) : degrees_(degrees) {}
  double degrees() const { return degrees_; }
  bool operator==(const Celsius&) const = default;

 private:
  double degrees_;
};
void AddTo(Encoder* encoder, const Celsius& value) { encoder->Add(value.degrees()); }
bool ReadFrom(Decoder* decoder, Celsius* value) {
  double degrees;
  if (!decoder->Read(&degrees)) return false;
  *value = Celsius(degrees);
  return degrees >= -273.15;
}

struct Weather {
  std::optional<std::string> place;
  std::vector<bool> rain;
  std::map<std::string, Celsius> at;
  std::set<int64_t> days;
  std::variant<std::monostate, int, std::vector<double>> wind;
  std::pair<char, float> sky{};
  bool operator==(const Weather&) const = default;
};
constexpr auto FieldsOf(std::type_identity<Weather>) {
  return std::tuple(&Weather::place, &Weather::rain, &Weather::at, &Weather::days, &Weather::wind, &Weather::sky);
}

Weather Example() { return {"Oslo", {true, false, true}, {{"dawn", Celsius(-4)}, {"noon", Celsius(2.5)}}, {1, 5, 9}, std::vector{1.5, 2.0}, {'c', 0.5f}}; }

TEST(Codec, GivesBackWhatWasEncoded) {
  for (const Weather& weather : {Weather{}, Example()}) {
    Weather decoded = Example();
    ASSERT_TRUE(DecodesTo(ToBytes(weather), &decoded));
    EXPECT_EQ(decoded, weather);
  }
}

TEST(Codec, RefusesWhatIsCutShort) { ExpectPrefixesRefused(Example()); }

TEST(Codec, RefusesKeysThatDoNotAscend) {
  std::set<int64_t> days;
  EXPECT_FALSE(DecodesTo(ToBytes(std::vector<int64_t>{2, 1}), &days));
  EXPECT_FALSE(DecodesTo(ToBytes(std::vector<int64_t>{2, 2}), &days));
  EXPECT_TRUE(DecodesTo(ToBytes(std::vector<int64_t>{1, 2}), &days));
}

TEST(Codec, RefusesAnAlternativeThatThereIsNot) {
  std::variant<std::monostate, int> value;
  EXPECT_TRUE(DecodesTo(ToBytes(uint16_t{0}), &value));
  EXPECT_FALSE(DecodesTo(ToBytes(uint16_t{2}), &value));
}

TEST(Codec, AsksAClassWhetherItsValueIsOne) {
  Celsius value;
  EXPECT_TRUE(DecodesTo(ToBytes(-10.0), &value));
  EXPECT_FALSE(DecodesTo(ToBytes(-300.0), &value));
}

TEST(Codec, TakesNoMemoryForACountBeyondWhatIsLeft) {
  std::vector<int64_t> items;
  EXPECT_FALSE(DecodesTo(ToBytes(uint32_t{1000}), &items));
  EXPECT_EQ(items.capacity(), 0u);
}

}  // namespace
}  // namespace cask
