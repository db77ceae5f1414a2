#include <gtest/gtest.h>

#include "cask/base/test_seeds.h"
#include "cask/wire/client_messages.h"
#include "cask/wire/greeting.h"
#include "cask/wire/transfer_messages.h"
#include "cask/wire/worker_messages.h"

namespace cask {
namespace {

// Any value of any field.
class Filler {
 public:
  explicit Filler(Random* random) : random_(random) {}

  template <typename T>
  void Fill(T* value) {
    if constexpr (std::is_same_v<T, bool>) {
      *value = random_->Percent(50);
    } else if constexpr (std::is_enum_v<T>) {
      *value = static_cast<T>(kNumEnumerators<T> > 0 ? random_->Below(kNumEnumerators<T>) : static_cast<int64_t>(random_->Next()));
    } else if constexpr (std::is_integral_v<T>) {
      *value = static_cast<T>(random_->Next());
    } else {
      std::apply([&](auto... members) { (Fill(&(value->*members)), ...); }, FieldsOf(std::type_identity<T>()));
    }
  }
  void Fill(std::string* text) { *text = std::string(random_->Below(20), static_cast<char>(random_->Below(128))); }
  void Fill(Blob* blob) { Fill(&blob->bytes); }
  void Fill(Status* status) { *status = random_->Percent(30) ? Status::OK() : WithNote(ValueError("a {} b", random_->Next()), "while trying"); }
  template <typename T>
  void Fill(std::optional<T>* value) {
    if (random_->Percent(50)) Fill(&value->emplace());
  }
  template <typename T>
  void Fill(std::vector<T>* items) {
    items->resize(random_->Below(5));
    for (T& item : *items) Fill(&item);
  }

 private:
  Random* random_;
};

template <typename Variant, size_t... kNumbers>
std::vector<std::string> EncodeOneOfEach(Random* random, std::index_sequence<kNumbers...>) {
  Filler filler(random);
  const auto encode = [&]<size_t kNumber>() {
    std::variant_alternative_t<kNumber, Variant> message;
    filler.Fill(&message);
    return Encode(Variant(std::in_place_index<kNumber>, message));
  };
  return {encode.template operator()<kNumbers>()...};
}

template <typename Variant>
std::vector<std::string> EncodeOneOfEach(Random* random) {
  return EncodeOneOfEach<Variant>(random, std::make_index_sequence<std::variant_size_v<Variant>>());
}

// What decodes is what encodes to these bytes, whatever was done to them.
template <typename Variant>
void CheckIsCanonical(const std::string& bytes) {
  const auto message = Decode<Variant>(bytes);
  if (!message.ok()) return;
  EXPECT_EQ(Encode(*message), bytes);
}

template <typename Variant>
void CheckEachByte(const std::string& bytes, Random* random) {
  ASSERT_TRUE(Decode<Variant>(bytes).ok());
  EXPECT_EQ(Encode(*Decode<Variant>(bytes)), bytes);
  EXPECT_FALSE(Decode<Variant>(bytes + '\0').ok()) << "a byte is left over";
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Decode<Variant>(bytes.substr(0, size)).ok()) << "a part of a message";
    std::string changed = bytes;
    changed[size] = static_cast<char>(random->Next());
    CheckIsCanonical<Variant>(changed);
  }
}

template <typename Variant>
void CheckOneOfEach(Random* random) {
  for (const std::string& bytes : EncodeOneOfEach<Variant>(random)) CheckEachByte<Variant>(bytes, random);
}

template <typename Variant>
class MessagesOf : public testing::Test {};
using AllMessages = testing::Types<ToWorker, ToScheduler, FromClient, ToClient, ToHolder, FromHolder, Greeting>;
TYPED_TEST_SUITE(MessagesOf, AllMessages);

TYPED_TEST(MessagesOf, DecodeToWhatWasEncodedAndNothingElseDecodes) {
  const uint64_t first_seed = FirstTestSeed();
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    CheckOneOfEach<TypeParam>(&random);
  }
}

TYPED_TEST(MessagesOf, AnyBytesAreRefusedOrCanonical) {
  const uint64_t first_seed = FirstTestSeed();
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    for (int i = 0; i < 100; ++i) {
      std::string bytes(random.Below(100), '\0');
      for (char& byte : bytes) byte = static_cast<char>(random.Percent(50) ? random.Below(4) : random.Next());
      CheckIsCanonical<TypeParam>(bytes);
    }
  }
}

TEST(Messages, SayWhatIsWrong) {
  EXPECT_EQ(Decode<ToWorker>("").status().message(), "a message of 0 bytes has no number");
  EXPECT_EQ(Decode<ToWorker>(ToBytes(uint16_t{77})).status().message(), "there is no message 77");
  EXPECT_EQ(Decode<ToWorker>(ToBytes(std::pair(uint16_t{1}, TaskId{}))).status().message(), "message 1 is malformed");
}

TEST(Decoder, RefusesWhatIsOutOfBounds) {
  Priority priority;
  EXPECT_TRUE(Decoder(ToBytes(uint8_t{2})).Read(&priority));
  EXPECT_FALSE(Decoder(ToBytes(uint8_t{3})).Read(&priority));
  bool truth;
  EXPECT_TRUE(Decoder(ToBytes(uint8_t{1})).Read(&truth));
  EXPECT_FALSE(Decoder(ToBytes(uint8_t{2})).Read(&truth));
  std::string text;
  EXPECT_TRUE(Decoder(ToBytes(std::string(kMaxTextBytes, 'x'))).Read(&text));
  EXPECT_FALSE(Decoder(ToBytes(std::string(kMaxTextBytes + 1, 'x'))).Read(&text));
  std::vector<uint8_t> items;
  EXPECT_TRUE(Decoder(ToBytes(std::vector<uint8_t>(kMaxListItems))).Read(&items));
  EXPECT_FALSE(Decoder(ToBytes(std::vector<uint8_t>(kMaxListItems + 1))).Read(&items));
  std::vector<RemoteInput> inputs;
  EXPECT_FALSE(Decoder(ToBytes(uint32_t{60'000})).Read(&inputs));
  EXPECT_TRUE(inputs.empty()) << "memory is taken only for what may be there";
}

}  // namespace
}  // namespace cask
