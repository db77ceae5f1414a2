#include "cask/net/frame.h"

#include <gtest/gtest.h>

#include <deque>

#include "cask/base/test_seeds.h"

namespace cask {
namespace {

TEST(Frames, ArriveWholeHoweverTheirBytesDo) {
  const uint64_t first_seed = FirstTestSeed();
  for (uint64_t seed = first_seed; seed < first_seed + kTestSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    std::deque<Frame> sent;
    std::string bytes;
    for (int i = 0; i < 20; ++i) {
      const auto kind = static_cast<FrameKind>(random.Below(kNumFrameKinds));
      sent.push_back({kind, std::string(random.Below(random.Percent(20) ? 4000 : 20), static_cast<char>('a' + i))});
      AppendFrame(kind, sent.back().body, &bytes);
    }
    FrameReader reader;
    for (size_t at = 0; at < bytes.size();) {
      const size_t size = std::min<size_t>(bytes.size() - at, random.Below(random.Percent(50) ? 10 : 5000) + 1);
      reader.Append(std::string_view(bytes).substr(at, size));
      at += size;
      for (;;) {
        const auto frame = reader.Next().ValueOrDie();
        if (!frame) break;
        ASSERT_FALSE(sent.empty());
        EXPECT_EQ(frame->kind, sent.front().kind);
        EXPECT_EQ(frame->body, sent.front().body);
        sent.pop_front();
      }
      EXPECT_EQ(reader.is_between_frames(), at == bytes.size() || reader.is_between_frames());
    }
    EXPECT_TRUE(sent.empty());
    EXPECT_TRUE(reader.is_between_frames());
  }
}

std::string ErrorOf(std::string_view bytes) {
  FrameReader reader;
  reader.Append(bytes);
  return reader.Next().status().message();
}

TEST(Frames, AreRefusedBeforeTheirBodiesAreThere) {
  EXPECT_EQ(ErrorOf("GET / HTTP/1.1\r\n"), "the peer sent what is no frame");
  EXPECT_EQ(ErrorOf(std::string("\1\0\0\0\3\0\0\0", 8)), "the peer sent what is no frame");
  EXPECT_EQ(ErrorOf(std::string("\1\0\0\0\1\0\0\1", 8)), "the peer sent what is no frame");
  EXPECT_EQ(ErrorOf(std::string("\1\0\2\0\0\0\0\0", 8)), "the peer sent a frame of 131073 bytes; those of its kind have 131072 at most");
  EXPECT_EQ(ErrorOf(std::string("\0\0\2\0\0\0\0\0", 8)), "");
}

}  // namespace
}  // namespace cask
