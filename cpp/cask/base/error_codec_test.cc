#include "cask/base/error_codec.h"

#include <gtest/gtest.h>

#include "cask/base/test_codec.h"

namespace cask {
namespace {

Status Decoded(const Status& status) {
  Status decoded = ValueError("not read");
  EXPECT_TRUE(DecodesTo(ToBytes(status), &decoded));
  EXPECT_EQ(ToBytes(decoded), ToBytes(status));
  return decoded;
}

TEST(ErrorCodec, EveryKindComesBackWithItsMessageAndNotes) {
  for (int kind = 0; kind < kNumEnumerators<ErrorKind>; ++kind) {
    const Status status = WithNote(WithNote(MakeError(static_cast<ErrorKind>(kind), "what"), "inner"), "outer");
    const Status decoded = Decoded(status);
    EXPECT_EQ(KindOf(decoded), KindOf(status));
    EXPECT_EQ(decoded.code(), status.code());
    EXPECT_EQ(Describe(decoded), Describe(status));
    ExpectPrefixesRefused(status);
  }
}

TEST(ErrorCodec, NoErrorComesBackAsNone) { EXPECT_TRUE(Decoded(Status::OK()).ok()); }

TEST(ErrorCodec, ErrorsThatArrowMadeKeepTheirKind) {
  const Status decoded = Decoded(Status::IOError("disk"));
  EXPECT_EQ(KindOf(decoded), ErrorKind::kOS);
  EXPECT_EQ(decoded.message(), "disk");
  EXPECT_EQ(KindOf(Decoded(Status::CapacityError("full"))), ErrorKind::kInternal);
}

TEST(ErrorCodec, LongTextsAreCutAndSaySo) {
  Status status = ValueError("{}", std::string(10 * kMaxErrorTextBytes, 'x'));
  for (size_t i = 0; i < kMaxErrorNotes + 5; ++i) status = WithNote(status, std::to_string(i) + std::string(kMaxErrorTextBytes, 'n'));
  const Status decoded = Decoded(status);
  EXPECT_EQ(decoded.message().size(), kMaxErrorTextBytes);
  EXPECT_TRUE(decoded.message().ends_with("x..."));
  ASSERT_EQ(NotesOf(decoded).size(), kMaxErrorNotes);
  EXPECT_TRUE(NotesOf(decoded)[0].starts_with("0n")) << "the innermost notes are kept";
  EXPECT_TRUE(NotesOf(decoded)[0].ends_with("n..."));
}

TEST(ErrorCodec, PayloadsOfUsersErrorsGoAlongUnlessTheyAreLong) {
  const Status decoded = Decoded(WithNote(PythonError("no", std::string("\0pickle", 7)), "where"));
  EXPECT_EQ(KindOf(decoded), ErrorKind::kPython);
  EXPECT_EQ(PayloadOf(decoded), std::string("\0pickle", 7));
  EXPECT_EQ(Describe(decoded), "no\n  where");
  const Status cut = Decoded(PythonError("no", std::string(kMaxErrorPayloadBytes + 1, 'x')));
  EXPECT_EQ(PayloadOf(cut), "");
  EXPECT_EQ(cut.message(), "no");
}

TEST(ErrorCodec, TextIsNotCutWithinACharacter) {
  EXPECT_EQ(CutText("abcdef", 6), "abcdef");
  EXPECT_EQ(CutText("abcdefg", 6), "abc...");
  EXPECT_EQ(CutText("abäcdefg", 6), "ab...");
  EXPECT_EQ(CutText("aäcdefg", 6), "aä...");
}

TEST(ErrorCodec, DamagedBytesAreRefusedOrAreThoseOfAnotherError) {
  ExpectDamageIsHarmless(WithNote(KeyError("which"), "where"), 2000);
  ExpectDamageIsHarmless(Status::OK(), 100);
}

}  // namespace
}  // namespace cask
