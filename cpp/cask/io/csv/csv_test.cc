// The parts of the CSV reader, each by itself. What pandas gives for whole files is compared in tests/csv.
#include <gtest/gtest.h>

#include <fast_float/fast_float.h>

#include <cmath>
#include <cstdio>

#include <hwy/highway.h>

#include "cask/base/random.h"
#include "cask/io/csv/column_evidence.h"
#include "cask/io/csv/date_format.h"
#include "cask/io/csv/dequote.h"
#include "cask/io/csv/inference.h"
#include "cask/io/csv/layout.h"
#include "cask/io/csv/line_tokenizer.h"
#include "cask/io/csv/options.h"
#include "cask/io/csv/parse_floats.h"
#include "cask/io/csv/parse_number.h"
#include "cask/io/csv/scanner.h"

namespace cask {
namespace {

// A text with the room around it that parsers may read.
class Padded {
 public:
  explicit Padded(const std::string& text) : text_(std::string(64, 'x') + text + std::string(64, '7')), size_(text.size()) {}
  const char* data() const { return text_.data() + 64; }
  int64_t size() const { return static_cast<int64_t>(size_); }

 private:
  std::string text_;
  size_t size_;
};

TEST(ParseNumber, PlainIntegers) {
  for (const char* text : {"0", "7", "-1", "42", "12345678", "123456789", "-999999999999999999", "000"}) {
    const Padded padded(text);
    int64_t value;
    ASSERT_TRUE(ParsePlainInt64(padded.data(), padded.size(), &value)) << text;
    EXPECT_EQ(value, std::strtoll(text, nullptr, 10));
  }
  for (const char* text : {"", "-", "a", "1a", "1.5", "12345678x", "1234567890123456789", "+1", " 1", "--1"}) {
    const Padded padded(text);
    int64_t value;
    EXPECT_FALSE(ParsePlainInt64(padded.data(), padded.size(), &value)) << text;
  }
}

TEST(ParseNumber, PlainFloatsAreCorrectlyRounded) {
  const auto seed = FreshSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  for (int i = 0; i < 300'000; ++i) {
    std::string text = std::to_string(random.Next() >> (random.Next() % 64));
    if (text.size() > 19) text.resize(19);
    const size_t point = random.Next() % (text.size() + 2);
    if (point <= text.size()) text.insert(point, ".");
    if (random.Next() % 2 == 0) text.insert(0, "-");
    const Padded padded(text);
    double value = 0;
    if (!ParsePlainFloat64(padded.data(), padded.size(), '.', &value)) {
      ASSERT_TRUE(ParseFloat64({padded.data(), text.size()}, {}, &value)) << text;
    }
    ASSERT_EQ(value, std::strtod(text.c_str(), nullptr)) << text;
  }
}

// Texts as the fields of a column, with room before and after them.
struct FieldsColumn {
  explicit FieldsColumn(const std::vector<std::string>& texts) : text(ByteReader::kPadding, '0') {
    for (const std::string& field : texts) {
      places.push_back(static_cast<uint32_t>(text.size()));
      text += ',' + field;
    }
    places.push_back(static_cast<uint32_t>(text.size()));
    text += ',' + std::string(ByteReader::kPadding, '0');
  }
  CsvFieldColumn column() const { return {text.data(), places.data(), places.data() + 1, 1, false}; }

  std::string text;
  std::vector<uint32_t> places;
};

std::string RandomNumber(Random* random) {
  std::string text = std::to_string(random->Next() >> (random->Next() % 64));
  if (random->Next() % 8 != 0) text.resize(std::min<size_t>(text.size(), 1 + random->Next() % 19));
  const size_t point = random->Next() % (text.size() + 2);
  if (point <= text.size()) text.insert(point, ".");
  if (random->Next() % 2 == 0) text.insert(0, "-");
  if (random->Next() % 16 == 0) text.insert(random->Next() % (text.size() + 1), 1, ".-+e, :/\0x"[random->Next() % 10]);
  return text;
}

// The number in the middle of two doubles, cut off after some of its digits: the harder to round, the more are left.
std::string NearlyTiedNumber(Random* random) {
  const double below = std::ldexp(static_cast<double>((uint64_t{1} << 52) | (random->Next() >> 12)), -static_cast<int>(random->Next() % 60));
  const double above = std::nextafter(below, HUGE_VAL);
  char text[64];
  std::snprintf(text, sizeof(text), "%.19Lf", (static_cast<long double>(below) + above) / 2);
  std::string number = text;
  number.resize(std::min<size_t>(number.size(), 14 + random->Next() % 7));
  return number;
}

TEST(ParseNumber, ColumnsOfFloatsAreReadAlikeByAllInstructionSets) {
  const auto seed = FreshSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  std::vector<std::string> texts{"", "-", ".", "-.", "--1", "1-", "1.2.3", "/", ":"};
  for (int i = 0; i < 20'000; ++i) texts.push_back(RandomNumber(&random));
  for (int i = 0; i < 20'000; ++i) texts.push_back(NearlyTiedNumber(&random));
  const FieldsColumn fields(texts);
  const auto num_rows = static_cast<int64_t>(texts.size());
  const int64_t supported = hwy::SupportedTargets();
  for (int64_t targets = supported; targets != 0; targets &= targets - 1) {
    hwy::SetSupportedTargetsForTest(targets & -targets);
    std::vector<double> values(texts.size());
    std::vector<uint32_t> others;
    ParseFloats(fields.column(), num_rows, '.', values.data(), &others);
    size_t next = 0;
    for (int64_t row = 0; row < num_rows; ++row) {
      const std::string_view text = fields.column()[row];
      const bool is_other = next < others.size() && others[next] == row;
      next += is_other;
      double value;
      if (is_other) {
        // Not a number, or one that may have more digits than a double holds: no common one is left to the slower reader.
        EXPECT_TRUE(!ParseFloat64(text, {}, &value) || text.size() > 15 || text.find_first_of("+e ") != text.npos) << text;
      } else {
        ASSERT_TRUE(ParseFloat64(text, {}, &value)) << text;
        ASSERT_EQ(std::signbit(values[row]), std::signbit(value)) << text;
        ASSERT_EQ(values[row], value) << text;
      }
    }
    EXPECT_EQ(next, others.size());
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ParseNumber, FloatsThatAreNone) {
  for (const char* text : {"", ".", "-", "-.", "1.2.3", "1e", "e5", "1 2", "0x1", "nan", "12345678.x", "1,5"}) {
    const Padded padded(text);
    double value;
    EXPECT_FALSE(ParsePlainFloat64(padded.data(), padded.size(), '.', &value)) << text;
    EXPECT_FALSE(ParseFloat64({padded.data(), static_cast<size_t>(padded.size())}, {}, &value)) << text;
  }
}

TEST(ParseNumber, IntegersStopWhereThoseOfPandasDo) {
  int64_t value;
  uint64_t large;
  bool is_negative;
  EXPECT_EQ(ParseInt64(" +5 ", {}, &value), CsvParsed::kOk);
  EXPECT_EQ(ParseInt64("9223372036854775808", {}, &value), CsvParsed::kOverflow);
  EXPECT_EQ(ParseInt64("9223372036854775808 ", {}, &value), CsvParsed::kInvalid);
  EXPECT_EQ(ParseInt64("1,234", {'.', ','}, &value), CsvParsed::kOk);
  EXPECT_EQ(value, 1234);
  EXPECT_EQ(ParseUInt64("18446744073709551615", {}, &large, &is_negative), CsvParsed::kOk);
  EXPECT_EQ(ParseUInt64("18446744073709551616", {}, &large, &is_negative), CsvParsed::kOverflow);
  EXPECT_EQ(ParseUInt64("-x", {}, &large, &is_negative), CsvParsed::kOk);
  EXPECT_TRUE(is_negative);
  std::string digits;
  EXPECT_TRUE(ParsePythonInt(" -00_12 ", &digits));
  EXPECT_EQ(digits, "-12");
  EXPECT_FALSE(ParsePythonInt("1__0", &digits));
}

TEST(ColumnEvidence, JoinsToWhatAllRowsTogetherShow) {
  const CsvOptions options;
  const CsvColumnRules rules(options, "a", 0, false);
  const std::vector<std::string> values = {"1", "-5", "", "1.5", "99999999999999999999", "9223372036854775808", "True", "x", "NA", "1_0"};
  const auto seed = FreshSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  const auto see = [&](const std::vector<std::string>& texts) {
    CsvColumnEvidence seen;
    for (const std::string& text : texts) {
      const Padded padded(text);
      seen.any_row = true;
      if (rules.missing.Contains(text)) seen.any_missing = true;
      else Observe({padded.data(), text.size()}, rules, &seen);
    }
    return seen;
  };
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::string> all;
    for (int64_t k = random.Below(6); k >= 0; --k) all.push_back(values[random.Next() % values.size()]);
    const size_t cut = random.Next() % (all.size() + 1);
    const auto first = see({all.begin(), all.begin() + cut});
    const auto second = see({all.begin() + cut, all.end()});
    const auto joined = Decide(rules, Join(first, second));
    const auto whole = Decide(rules, see(all));
    EXPECT_EQ(joined.type, whole.type);
    EXPECT_EQ(joined.missing_is_text, whole.missing_is_text);
  }
}

TEST(DateFormat, FixedLayout) {
  CsvFixedDateReader reader(' ');
  int64_t seconds;
  const auto read = [&](const std::string& text) { return reader.Read(Padded(text).data(), &seconds); };
  ASSERT_TRUE(read("2015-01-15 19:05:39"));
  EXPECT_EQ(seconds, 1421348739);
  ASSERT_TRUE(read("1969-12-31 23:59:59"));
  EXPECT_EQ(seconds, -1);
  ASSERT_TRUE(read("2016-02-29 00:00:00"));
  for (const char* text : {"2015-02-29 00:00:00", "2015-13-01 00:00:00", "2015-01-15 24:00:00", "2015-01-15 19:60:39", "2015-01-15T19:05:39",
                           "2015-01-15 19:05:3x", "2015/01/15 19:05:39", "2O15-01-15 19:05:39", "2015-00-15 19:05:39", "2015-01-00 19:05:39", "2015-01-32 19:05:39",
                           "2015-01-1: 19:05:39", "2015-01-/5 19:05:39", "2015-02-29 19:05:39"}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

TEST(DateFormat, Guesses) {
  EXPECT_EQ(GuessDateFormat("2015-01-15 19:05:39", false), "%Y-%m-%d %H:%M:%S");
  EXPECT_EQ(GuessDateFormat("01/15/2015", false), "%m/%d/%Y");
  EXPECT_EQ(GuessDateFormat("15/01/2015", false), "%d/%m/%Y");
  EXPECT_EQ(GuessDateFormat("01/02/2015", true), "%d/%m/%Y");
  EXPECT_EQ(GuessDateFormat("15-Jan-2015", false), "%d-%b-%Y");
  EXPECT_EQ(GuessDateFormat("text", false), "");
  EXPECT_EQ(GuessDateFormat("2015-02-30", false), "");
}

TEST(Layout, NamesAreMangledAsByPandas) {
  EXPECT_EQ(ColumnNamesOf({"a", "a", "a.1", "", "a"}), (std::vector<std::string>{"a", "a.2", "a.1", "Unnamed: 3", "a.3"}));
}

// The fields that a scan and the line tokenizer find in `text`, row by row.
using Fields = std::vector<std::vector<std::string>>;

Fields FieldsOf(const CsvRows& rows, const CsvFieldSelection& selection, const CsvDialect& dialect) {
  Fields fields(rows.num_rows);
  CsvFieldArena arena;
  for (size_t i = 0; i < selection.fields.size(); ++i) {
    CsvFieldColumn column = rows.Column(selection, static_cast<int>(i));
    if (rows.has_quotes) column = Dequote(column, rows.num_rows, dialect, &arena);
    for (int64_t row = 0; row < rows.num_rows; ++row) fields[row].emplace_back(column[row]);
  }
  return fields;
}

Fields TokenizeLines(const std::string& text, int64_t num_rows, const CsvDialect& dialect, const CsvFieldSelection& selection) {
  const CsvLineTokenizer tokenizer(dialect);
  CsvFieldArena arena;
  const char* p = text.data();
  while (arena.num_rows() < num_rows && p < text.data() + text.size()) {
    const CsvLine line = tokenizer.Next(p, text.data() + text.size(), true, &selection, &arena);
    if (line.kind != CsvLine::Kind::kRecord && line.kind != CsvLine::Kind::kIgnored) break;
    p = line.after;
  }
  return FieldsOf(arena.rows(), selection, dialect);
}

std::string RandomField(Random* random, char letter, bool may_be_quoted) {
  std::string field(random->Next() % 30, letter);
  if (!may_be_quoted || random->Next() % 64 != 0) return field;
  if (!field.empty()) field.insert(random->Next() % field.size(), std::vector<const char*>{",", "\n", "\"\"", "x"}[random->Next() % 4]);
  return '"' + field + '"';
}

// Some are several times as long as what the scanner looks at in one piece.
std::string RandomText(Random* random, int num_fields, bool* is_plain) {
  std::string text;
  const int num_rows = static_cast<int>(random->Next() % (random->Next() % 4 == 0 ? 3000 : 60));
  const char* end = random->Next() % 2 == 0 ? "\n" : "\r\n";
  const bool has_quotes = random->Next() % 2 == 0;
  for (int row = 0; row < num_rows; ++row) {
    text += "r";  // no blank lines
    for (int field = 1; field < num_fields; ++field) {
      text += ',';
      text += RandomField(random, static_cast<char>('a' + field), has_quotes);
    }
    text += end;
  }
  *is_plain = random->Next() % 4 != 0 || text.empty();
  if (!*is_plain) text.insert(random->Next() % text.size(), random->Next() % 2 == 0 ? "," : "\n");
  return text;
}

// Every instruction set finds the same fields as the line tokenizer, and stops at the same place.
TEST(Scanner, AllInstructionSetsAgreeWithTheTokenizer) {
  const auto seed = FreshSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  const CsvDialect dialect{CsvOptions()};
  const int64_t supported = hwy::SupportedTargets();
  for (int round = 0; round < 300; ++round) {
    const int num_fields = 1 + static_cast<int>(random.Next() % 12);
    std::vector<int> wanted;
    for (int field = 0; field < num_fields; ++field) {
      if (random.Next() % 3 == 0) wanted.push_back(field);
    }
    const CsvFieldSelection selection(num_fields, wanted);
    bool is_plain;
    const std::string text = RandomText(&random, num_fields, &is_plain);
    const auto num_rows = static_cast<int64_t>(TokenizeLines(text, std::numeric_limits<int64_t>::max(), dialect, selection).size());
    const Padded padded(text);
    const auto max_rows = static_cast<int64_t>(random.Next() % 4000);
    int64_t first_rows = -1;
    for (int64_t targets = supported; targets != 0; targets &= targets - 1) {
      hwy::SetSupportedTargetsForTest(targets & -targets);
      CsvScanner scanner(dialect, selection);
      const CsvScan scan = scanner.Scan(padded.data(), padded.size(), max_rows);
      ASSERT_LE(scan.rows.num_rows, max_rows);
      if (is_plain) {
        ASSERT_EQ(scan.rows.num_rows, std::min(max_rows, num_rows));
      }
      if (first_rows < 0) first_rows = scan.rows.num_rows;
      ASSERT_EQ(scan.rows.num_rows, first_rows);
      ASSERT_EQ(FieldsOf(scan.rows, selection, dialect), TokenizeLines(text, scan.rows.num_rows, dialect, selection)) << text;
    }
    hwy::SetSupportedTargetsForTest(0);
  }
}

TEST(Scanner, StopsAtWhatIsNotPlain) {
  const CsvDialect dialect{CsvOptions()};
  const CsvFieldSelection selection(2, {0, 1});
  const auto scan = [&](const std::string& text) {
    const Padded padded(text);
    const CsvScan result = CsvScanner(dialect, selection).Scan(padded.data(), padded.size(), 100);
    return std::make_pair(result.rows.num_rows, result.is_irregular);
  };
  const std::string filler = std::string(70, 'x') + "," + std::string(70, 'y') + "\n";
  EXPECT_EQ(scan(filler + filler), std::make_pair(int64_t{2}, false));
  EXPECT_EQ(scan(filler + filler + "a\n" + filler), std::make_pair(int64_t{2}, true));
  EXPECT_EQ(scan(filler + "a,b,c\n" + filler).second, true);
  EXPECT_EQ(scan(filler + "\n" + filler).second, true);
  EXPECT_EQ(scan(filler + "a\"b,c\n" + filler).second, true);
  EXPECT_EQ(scan(filler + "\"a\"b,c\n" + filler).second, true);
  EXPECT_EQ(scan(filler + "a\rb,c\n" + filler).second, true);
  EXPECT_EQ(scan(filler + "\"a,\n\"\"b\",c\n" + filler), std::make_pair(int64_t{3}, false));
  EXPECT_EQ(scan("a,b\nc,d"), std::make_pair(int64_t{1}, false));
}

TEST(CountCsvBlocks, ByDefaultNoBlockIsLargerThanTheDefaultSize) {
  const int64_t size = DefaultCsvBlockSize();
  for (const int64_t whole : {int64_t{1}, int64_t{2}, int64_t{3}, int64_t{31}}) {
    EXPECT_EQ(CountCsvBlocks(whole * size - 1, {}), whole);
    EXPECT_EQ(CountCsvBlocks(whole * size, {}), whole);
    EXPECT_EQ(CountCsvBlocks(whole * size + 1, {}), whole + 1);
  }
  EXPECT_EQ(CountCsvBlocks(0, {}), 0);
  EXPECT_EQ(CountCsvBlocks(1, {}), 1);
}

TEST(CountCsvBlocks, NoBlockIsSmallerThanTheSizeAskedFor) {
  EXPECT_EQ(CountCsvBlocks(0, 10), 0);
  EXPECT_EQ(CountCsvBlocks(9, 10), 1);
  EXPECT_EQ(CountCsvBlocks(10, 10), 1);
  EXPECT_EQ(CountCsvBlocks(19, 10), 1);
  EXPECT_EQ(CountCsvBlocks(20, 10), 2);
  EXPECT_EQ(CountCsvBlocks(118'000'000, 64'000'000), 1);
  EXPECT_EQ(CountCsvBlocks(int64_t{1} << 50, 1), int64_t{1} << 50);
  EXPECT_EQ(CountCsvBlocks(int64_t{1} << 50, 0), 1);
  EXPECT_EQ(CountCsvBlocks(0, 0), 0);
}

}  // namespace
}  // namespace cask
