#include "cask/compute/evidence_codec.h"

#include <gtest/gtest.h>

#include "cask/base/test_codec.h"
#include "cask/compute/source_csv.h"

namespace cask {
namespace {

CsvColumnEvidence RandomColumn(Random* random) {
  CsvColumnEvidence seen;
  for (bool* flag : {&seen.any_row, &seen.any_value, &seen.any_missing, &seen.any_negative, &seen.any_above_int64, &seen.not_float, &seen.not_bool,
                     &seen.not_python_int, &seen.not_date, &seen.any_date_below_micro, &seen.has_utc_offset}) {
    *flag = random->Percent(50);
  }
  seen.int64_stop = static_cast<CsvIntegerStop>(random->Below(3));
  seen.uint64_stop = static_cast<CsvIntegerStop>(random->Below(3));
  if (random->Percent(30)) seen.first_date = "2024-01-02 03:04:05";
  seen.utc_offset_minutes = random->Between(-720, 720);
  return seen;
}

CsvEvidence RandomEvidence(Random* random) {
  CsvEvidence evidence;
  evidence.partition = random->Below(1000);
  evidence.begin = random->Below(1 << 30);
  evidence.end = evidence.begin + random->Below(1 << 30);
  evidence.num_rows = random->Below(1 << 20);
  evidence.is_complete = random->Percent(50);
  evidence.all_fit = random->Percent(50);
  for (int column = 0; column < 20; ++column) {
    if (random->Percent(50)) continue;
    evidence.columns.push_back(column);
    evidence.seen.push_back(RandomColumn(random));
  }
  if (random->Percent(30)) evidence.warnings = {"Skipping line 7: expected 3 fields, saw 4", ""};
  return evidence;
}

std::string Encoded(const std::vector<CsvEvidence>& evidence) {
  EvidenceList list;
  for (const CsvEvidence& one : evidence) list.push_back(std::make_shared<CsvTaskEvidence>(one));
  return EncodeEvidenceList(list);
}

std::vector<CsvEvidence> Decoded(std::string_view bytes) {
  auto list = DecodeEvidenceList(bytes);
  EXPECT_TRUE(list.ok()) << list.status().ToString();
  std::vector<CsvEvidence> evidence;
  for (const auto& one : *list) evidence.push_back(dynamic_cast<const CsvTaskEvidence&>(*one).seen());
  return evidence;
}

TEST(EvidenceCodec, WhatTasksSawComesBack) {
  Random random(CodecTestSeed());
  EXPECT_TRUE(Decoded(Encoded({})).empty());
  for (int round = 0; round < 200; ++round) {
    std::vector<CsvEvidence> evidence;
    for (int64_t i = random.Below(4); i > 0; --i) evidence.push_back(RandomEvidence(&random));
    const std::string bytes = Encoded(evidence);
    EXPECT_EQ(Decoded(bytes), evidence);
    EXPECT_EQ(Encoded(Decoded(bytes)), bytes);
  }
}

TEST(EvidenceCodec, WhetherItIsVoidComesBack) {
  CsvEvidence evidence;
  evidence.all_fit = false;
  EXPECT_TRUE((*DecodeEvidenceList(Encoded({evidence})))[0]->is_void());
}

TEST(EvidenceCodec, WarningsAreBoundedInNumberAndLength) {
  CsvEvidence evidence;
  evidence.warnings.assign(1000, std::string(100'000, 'w'));
  const CsvEvidence decoded = Decoded(Encoded({evidence}))[0];
  ASSERT_EQ(decoded.warnings.size(), kMaxEvidenceWarnings + 1);
  EXPECT_EQ(decoded.warnings[0].size(), kMaxEvidenceWarningBytes);
  EXPECT_TRUE(decoded.warnings[0].ends_with("w..."));
  EXPECT_EQ(decoded.warnings.back(), "... and 900 more");
}

TEST(EvidenceCodec, ImpossibleEvidenceIsRefused) {
  Random random(3);
  const auto refused = [&](auto&& change) {
    CsvEvidence evidence = RandomEvidence(&random);
    evidence.columns = {1, 2};
    evidence.seen.resize(2);
    EXPECT_TRUE(DecodeEvidenceList(Encoded({evidence})).ok());
    change(&evidence);
    return KindOf(DecodeEvidenceList(Encoded({evidence})).status()) == ErrorKind::kValue;
  };
  EXPECT_TRUE(refused([](CsvEvidence* e) { e->partition = -1; }));
  EXPECT_TRUE(refused([](CsvEvidence* e) { e->num_rows = -1; }));
  EXPECT_TRUE(refused([](CsvEvidence* e) { e->columns = {2, 2}; }));
  EXPECT_TRUE(refused([](CsvEvidence* e) { e->columns = {-1, 2}; }));
  EXPECT_TRUE(refused([](CsvEvidence* e) { e->seen.resize(1); }));
}

TEST(EvidenceCodec, DamagedBytesAreRefusedOrAreThoseOfOtherEvidence) {
  Random random(CodecTestSeed());
  const std::string bytes = Encoded({RandomEvidence(&random), RandomEvidence(&random)});
  ExpectOnlyWholeDecodes(bytes, DecodeEvidenceList);
  CheckDamaged(bytes, 3000, &random, DecodeEvidenceList,
               [](const EvidenceList& decoded, const std::string& damaged) { ASSERT_EQ(EncodeEvidenceList(decoded), damaged); });
}

TEST(EvidenceCodec, WhatIsKnownOfADatasetHasBytes) {
  Random random(5);
  CsvKnowledge knowledge;
  knowledge.columns = {{Kind::kInt64, false, RandomColumn(&random)}, {DType::Timestamp(TimeUnit::kNano, "UTC"), true, RandomColumn(&random)}};
  knowledge.exact_starts = {{1, 100}, {7, 1'000'000}};
  CsvKnowledge decoded;
  ASSERT_TRUE(DecodesTo(ToBytes(knowledge), &decoded));
  EXPECT_EQ(decoded, knowledge);
  ExpectPrefixesRefused(knowledge);
  ExpectDamageIsHarmless(knowledge, 1000);
}

}  // namespace
}  // namespace cask
