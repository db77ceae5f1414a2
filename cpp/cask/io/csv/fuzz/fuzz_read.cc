// Fuzz target of the CSV reader: any bytes, with any options, never crash it; and however the file is cut into partitions, whatever is read
// alone or together, the rows and types are the same.
//
// The first bytes of the input choose options; the rest is the file.
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/compare.h>
#include <arrow/array/array_base.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <unistd.h>

#include "cask/base/check.h"
#include "cask/base/random.h"
#include "cask/io/csv/reader.h"

namespace cask {
namespace {

// Takes choices off the front of the input.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  int Take(int count) {
    if (size_ == 0) return 0;
    --size_;
    return *data_++ % count;
  }
  char TakeFrom(std::string_view characters) { return characters[Take(static_cast<int>(characters.size()))]; }
  std::string rest() const { return std::string(reinterpret_cast<const char*>(data_), size_); }

 private:
  const uint8_t* data_;
  size_t size_;
};

CsvOptions TakeOptions(Choices* choices) {
  CsvOptions options;
  options.separator = choices->TakeFrom(",;\t|");
  if (choices->Take(8) == 7) options.separator = '\0';
  options.quoting = static_cast<CsvQuoting>(choices->Take(4));
  options.double_quote = choices->Take(4) != 3;
  options.escape_char = choices->Take(4) == 3 ? '\\' : '\0';
  options.comment_char = choices->Take(4) == 3 ? '#' : '\0';
  options.skip_initial_space = choices->Take(4) == 3;
  options.skip_blank_lines = choices->Take(4) != 3;
  options.on_bad_lines = static_cast<CsvBadLines>(choices->Take(3));
  if (choices->Take(3) == 2) options.header = CsvOptions::Header::kNone;
  options.skip_rows = choices->Take(8) == 7 ? choices->Take(4) : 0;
  options.keep_default_na = choices->Take(4) != 3;
  options.thousands = choices->Take(6) == 5 ? '\'' : '\0';
  if (choices->Take(4) == 3) options.parse_dates = {CsvColumnRef(0)};
  if (choices->Take(8) == 7) options.encoding = choices->Take(2) == 0 ? "latin-1" : "utf-16";
  return options;
}

struct Outcome {
  Status status;
  Schema schema;
  std::vector<Column> columns;
  int64_t num_rows = 0;
};

Result<Outcome> ReadTable(const std::string& path, CsvOptions options, int64_t block_size, int only_column) {
  options.block_size = block_size;
  ARROW_ASSIGN_OR_RAISE(auto files, FileSet::Find({path}));
  ARROW_ASSIGN_OR_RAISE(auto dataset, CsvDataset::Open(files, options));
  CsvReadRequest request{dataset, dataset->initial_knowledge(), {}, false, nullptr};
  for (int column = 0; column < dataset->num_columns(); ++column) {
    if (only_column < 0 || column == only_column) request.columns.push_back(column);
  }
  // Exact starts take one run, and each widening at most one more.
  for (int pass = 0; pass < 8; ++pass) {
    Table table;
    std::vector<CsvEvidence> evidence;
    request.run = std::make_shared<CsvRunState>();
    for (int64_t partition = 0; partition < dataset->num_partitions(); ++partition) {
      ARROW_ASSIGN_OR_RAISE(auto reader, CsvPartitionReader::Open(request, partition));
      while (true) {
        ARROW_ASSIGN_OR_RAISE(std::optional<Batch> batch, reader->Next());
        if (!batch.has_value()) break;
        table.batches.push_back(std::move(*batch));
      }
      evidence.push_back(reader->evidence());
    }
    std::vector<const CsvEvidence*> pointers;
    for (const CsvEvidence& one : evidence) pointers.push_back(&one);
    ARROW_ASSIGN_OR_RAISE(auto corrected, CheckEvidence(*dataset, *request.knowledge, pointers));
    if (corrected.has_value()) {
      request.knowledge = std::make_shared<CsvKnowledge>(std::move(*corrected));
      continue;
    }
    table.schema = SchemaOf(request);
    Outcome outcome;
    outcome.schema = table.schema;
    outcome.num_rows = table.num_rows();
    for (int i = 0; i < table.schema.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Column column, CombinedColumn(table, i));
      outcome.columns.push_back(std::move(column));
    }
    return outcome;
  }
  CASK_CHECK(!"reading settles");
  return Outcome();
}

Outcome Read(const std::string& path, const CsvOptions& options, int64_t block_size, int only_column = -1) {
  Result<Outcome> outcome = ReadTable(path, options, block_size, only_column);
  if (outcome.ok()) return *outcome;
  CASK_CHECK(KindOf(outcome.status()) != ErrorKind::kInternal);
  Outcome failed;
  failed.status = outcome.status();
  return failed;
}

void CheckSame(const Outcome& whole, const Outcome& cut) {
  CASK_CHECK_EQ(whole.status.ok(), cut.status.ok());
  if (!whole.status.ok()) return;
  CASK_CHECK_EQ(whole.num_rows, cut.num_rows);
  CASK_CHECK(whole.schema == cut.schema);
  for (size_t i = 0; i < whole.columns.size(); ++i) {
    const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
    CASK_CHECK(arrow::MakeArray(whole.columns[i])->Equals(*arrow::MakeArray(cut.columns[i]), options));
  }
}

}  // namespace
}  // namespace cask

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string path = "/dev/shm/cask_fuzz_" + std::to_string(::getpid()) + ".csv";
  cask::Choices choices(data, size);
  const cask::CsvOptions options = cask::TakeOptions(&choices);
  const int64_t block_size = 1 + choices.Take(40);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << choices.rest();
  const cask::Outcome whole = cask::Read(path, options, 0);
  cask::CheckSame(whole, cask::Read(path, options, block_size));
  if (whole.status.ok() && !whole.columns.empty()) {
    const int column = static_cast<int>(whole.columns.size()) - 1;
    const cask::Outcome alone = cask::Read(path, options, 0, column);
    if (alone.status.ok()) {  // bad text in another column is no error then
      CASK_CHECK(alone.schema.field(0) == whole.schema.field(column));
      CASK_CHECK_EQ(alone.num_rows, whole.num_rows);
    }
  }
  ::unlink(path.c_str());
  return 0;
}

#ifdef CASK_FUZZ_STANDALONE
// Without libFuzzer: runs the inputs that the files named on the command line hold, then `--random N` inputs from a printed seed.
int main(int argc, char** argv) {
  int64_t count = 0;
  uint64_t seed = cask::FreshSeed();
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--random" && i + 1 < argc) {
      count = std::atoll(argv[++i]);
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::ifstream file(argument, std::ios::binary);
      inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  for (const std::string& input : inputs) LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  std::printf("%zu inputs; %lld random ones from seed %llu\n", inputs.size(), static_cast<long long>(count), static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  constexpr std::string_view kCharacters = "aab11235..-,,,,;;\n\n\n\"\"\"\r \t#\\'|eE+TrueNA\xc3\xa9_0/:";
  for (int64_t i = 0; i < count; ++i) {
    cask::Random random(seed + i);
    std::string input;
    for (int k = 0; k < 17; ++k) input += static_cast<char>(random.Percent(33) ? random.Below(256) : 0);
    for (int64_t k = random.Below(120); k > 0; --k) input += kCharacters[random.Below(kCharacters.size())];
    std::ofstream("/dev/shm/cask_fuzz_last", std::ios::binary | std::ios::trunc) << input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  }
  return 0;
}
#endif
