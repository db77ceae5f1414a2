// For tests of codecs: bytes that are cut short or damaged, and what must come of them. A decoder that is a parameter gives a Result.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cask/base/codec.h"
#include "cask/base/error.h"
#include "cask/base/test_seeds.h"

namespace cask {

/// One seed for all tests of the process, printed before it is used.
inline uint64_t CodecTestSeed() {
  static const uint64_t kSeed = FirstTestSeed();
  return kSeed;
}

template <typename T>
bool DecodesTo(std::string_view bytes, T* value) {
  Decoder decoder(bytes);
  return decoder.Read(value) && decoder.is_at_end();
}

template <typename T>
void ExpectPrefixesRefused(const T& value) {
  const std::string bytes = ToBytes(value);
  for (size_t size = 0; size < bytes.size(); ++size) {
    T decoded;
    EXPECT_FALSE(DecodesTo(std::string_view(bytes).substr(0, size), &decoded)) << size << " bytes of " << bytes.size();
  }
}

/// Neither a part of `bytes` nor more than they are is a value.
template <typename Decode>
void ExpectOnlyWholeDecodes(const std::string& bytes, const Decode& decode) {
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(KindOf(decode(std::string_view(bytes).substr(0, size)).status()), ErrorKind::kValue) << size << " bytes of " << bytes.size();
  }
  EXPECT_FALSE(decode(bytes + '\0').ok()) << "a byte is left over";
}

/// `bytes` with a few of them changed: to others, to the ends of their range, to copies of other places, or cut off.
inline std::string Damaged(std::string bytes, Random* random) {
  for (int64_t changes = random->Between(1, 4); changes > 0 && !bytes.empty(); --changes) {
    const auto at = static_cast<size_t>(random->Below(static_cast<int64_t>(bytes.size())));
    const auto width = std::min(size_t{1} << random->Below(4), bytes.size() - at);
    switch (random->Below(6)) {
      case 0: bytes[at] = static_cast<char>(random->Next()); break;
      case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random->Below(8))); break;
      case 2: bytes.replace(at, width, width, random->Percent(50) ? '\xff' : '\0'); break;
      case 3: bytes[at + width - 1] = random->Percent(50) ? '\x7f' : '\x80'; break;
      case 4: {
        const auto other = static_cast<size_t>(random->Below(static_cast<int64_t>(bytes.size() - width + 1)));
        bytes.replace(at, width, bytes.substr(other, width));
        break;
      }
      default: bytes[at] = static_cast<char>(bytes[at] + static_cast<char>(random->Between(-2, 2))); break;
    }
  }
  if (random->Percent(5)) bytes.resize(static_cast<size_t>(random->Below(static_cast<int64_t>(bytes.size() + 1))));
  return bytes;
}

/// Decodes `rounds` damaged forms of `bytes`; gives how many of them are still values. Each such value and its bytes go to `check`.
template <typename Decode, typename Check>
int CheckDamaged(const std::string& bytes, int rounds, Random* random, const Decode& decode, const Check& check) {
  int num_decoded = 0;
  for (int round = 0; round < rounds && !testing::Test::HasFatalFailure(); ++round) {
    const std::string damaged = Damaged(bytes, random);
    const auto decoded = decode(damaged);
    if (!decoded.ok()) continue;
    ++num_decoded;
    check(*decoded, damaged);
  }
  return num_decoded;
}

/// Decodes `rounds` damaged forms of `value`. What still decodes has one encoding, the bytes that it came from.
template <typename T>
void ExpectDamageIsHarmless(const T& value, int rounds) {
  const std::string bytes = ToBytes(value);
  Random random(CodecTestSeed());
  for (int round = 0; round < rounds; ++round) {
    const std::string damaged = Damaged(bytes, &random);
    T decoded;
    if (!DecodesTo(damaged, &decoded)) continue;
    ASSERT_EQ(ToBytes(decoded), damaged);
  }
}

}  // namespace cask
