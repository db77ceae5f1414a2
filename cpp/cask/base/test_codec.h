// For tests of codecs: bytes of values, and bytes that went wrong.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cask/base/codec.h"
#include "cask/base/test_seeds.h"

namespace cask {

/// One seed for all tests of the process, printed before it is used.
inline uint64_t CodecTestSeed() {
  static const uint64_t kSeed = FirstTestSeed();
  return kSeed;
}

template <typename T>
std::string EncodedBytes(const T& value) {
  Encoder encoder;
  encoder.Add(value);
  return encoder.Take();
}

template <typename T>
bool DecodesTo(std::string_view bytes, T* value) {
  Decoder decoder(bytes);
  return decoder.Read(value) && decoder.is_at_end();
}

template <typename T>
void ExpectPrefixesRefused(const T& value) {
  const std::string bytes = EncodedBytes(value);
  for (size_t size = 0; size < bytes.size(); ++size) {
    T decoded;
    EXPECT_FALSE(DecodesTo(std::string_view(bytes).substr(0, size), &decoded)) << size << " bytes of " << bytes.size();
  }
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

/// Decodes `rounds` damaged forms of `value`. What still decodes has one encoding, the bytes that it came from.
template <typename T>
void ExpectDamageIsHarmless(const T& value, int rounds) {
  const std::string bytes = EncodedBytes(value);
  Random random(CodecTestSeed());
  for (int round = 0; round < rounds; ++round) {
    const std::string damaged = Damaged(bytes, &random);
    T decoded;
    if (!DecodesTo(damaged, &decoded)) continue;
    ASSERT_EQ(EncodedBytes(decoded), damaged);
  }
}

}  // namespace cask
