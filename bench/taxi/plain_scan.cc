// The bound that readers of CSV are measured against: finds delimiters, counts the values of one column, and does nothing else.
//
//   plain_scan FOLDER [COLUMN]        prints one JSON line: seconds, bytes, rows and the counts
//
// It takes for granted what a real reader cannot: no quotes, the same number of fields in every row, values of one character. So field k of a
// row begins after every delimiter whose number is k modulo the number of columns, and commas need not be told from newlines.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int64_t kUnitBytes = int64_t{16} << 20;

struct File {
  const char* data;
  int64_t size;
  int64_t body;  // where the first row begins
};

struct Unit {
  const File* file;
  int64_t begin;  // nominal; the unit's rows are those that begin in [begin, end)
  int64_t end;
};

// Four counters a value, used in turn: consecutive rows mostly have the same value, and one counter would wait for itself.
using Counts = std::array<std::array<int64_t, 256>, 4>;

struct Shape {
  int columns;
  int column;
};

inline void CountField(const char* field, int64_t turn, Counts& counts) {
  ++counts[static_cast<size_t>(turn & 3)][static_cast<unsigned char>(*field)];
}

// `until` is the number of delimiters before the next field of interest, always below `columns`.
int ScanBytes(const char* p, const char* end, Shape shape, int until, Counts& counts) {
  for (; p < end; ++p) {
    if (*p != ',' && *p != '\n') continue;
    if (until == 0) {
      CountField(p + 1, 0, counts);
      until = shape.columns;
    }
    --until;
  }
  return until;
}

#if defined(__x86_64__)
struct Mask512 {
  __attribute__((target("avx512f,avx512bw,bmi,bmi2,popcnt"), always_inline)) static inline uint64_t Delimiters(const char* p) {
    const __m512i bytes = _mm512_loadu_si512(p);
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(',')) | _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
  }
};

struct Mask256 {
  __attribute__((target("avx2,bmi,bmi2,popcnt"), always_inline)) static inline uint64_t Delimiters(const char* p) {
    return Half(p) | static_cast<uint64_t>(Half(p + 32)) << 32;
  }
  __attribute__((target("avx2,bmi,bmi2,popcnt"), always_inline)) static inline uint32_t Half(const char* p) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    const __m256i found = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(',')), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')));
    return static_cast<uint32_t>(_mm256_movemask_epi8(found));
  }
};

#define CASK_SCAN_BLOCKS(NAME, TARGET, MASK)                                                                            \
  __attribute__((target(TARGET))) int NAME(const char* p, const char* end, Shape shape, int until, Counts& counts) {    \
    int64_t turn = 0;                                                                                                   \
    for (; p + 64 <= end; p += 64) {                                                                                    \
      const uint64_t mask = MASK::Delimiters(p);                                                                        \
      until -= static_cast<int>(_mm_popcnt_u64(mask));                                                                  \
      while (until < 0) {                                                                                               \
        const int number = until + static_cast<int>(_mm_popcnt_u64(mask));                                              \
        CountField(p + _tzcnt_u64(_pdep_u64(uint64_t{1} << number, mask)) + 1, turn++, counts);                         \
        until += shape.columns;                                                                                         \
      }                                                                                                                 \
    }                                                                                                                   \
    return ScanBytes(p, end, shape, until, counts);                                                                     \
  }

CASK_SCAN_BLOCKS(ScanAvx512, "avx512f,avx512bw,bmi,bmi2,popcnt", Mask512)
CASK_SCAN_BLOCKS(ScanAvx2, "avx2,bmi,bmi2,popcnt", Mask256)
#endif

using Scan = int (*)(const char*, const char*, Shape, int, Counts&);

Scan ChooseScan() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2")) return ScanAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return ScanAvx2;
#endif
  return ScanBytes;
}

const char* NextRow(const char* p, const char* end) {
  const void* newline = std::memchr(p, '\n', static_cast<size_t>(end - p));
  return newline == nullptr ? end : static_cast<const char*>(newline) + 1;
}

void ScanUnit(const Unit& unit, Shape shape, Scan scan, Counts& counts) {
  const char* end_of_file = unit.file->data + unit.file->size;
  const char* begin = unit.file->data + unit.begin;
  const char* end = unit.file->data + unit.end;
  if (unit.begin > unit.file->body) begin = NextRow(begin - 1, end_of_file);
  if (end < end_of_file) end = NextRow(end - 1, end_of_file);
  if (begin < end) scan(begin, end, shape, shape.column - 1, counts);
}

File Map(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || ::fstat(fd, &status) != 0) {
    std::perror(path.c_str());
    std::exit(1);
  }
  void* data = ::mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (data == MAP_FAILED) {
    std::perror(path.c_str());
    std::exit(1);
  }
  const char* begin = static_cast<const char*>(data);
  return {begin, status.st_size, NextRow(begin, begin + status.st_size) - begin};
}

Shape FindColumn(const File& file, const std::string& name) {
  const std::string header(file.data, static_cast<size_t>(file.body - 1));
  Shape shape{1, -1};
  size_t begin = 0;
  for (;;) {
    const size_t comma = header.find(',', begin);
    if (header.compare(begin, comma - begin, name) == 0) shape.column = shape.columns - 1;
    if (comma == std::string::npos) break;
    ++shape.columns;
    begin = comma + 1;
  }
  if (shape.column < 1) {
    std::fprintf(stderr, "plain_scan: there is no column %s, or it is the first\n", name.c_str());
    std::exit(1);
  }
  return shape;
}

std::vector<File> MapFolder(const char* folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<File> files;
  for (const std::string& path : paths) files.push_back(Map(path));
  return files;
}

std::vector<Unit> Split(const std::vector<File>& files) {
  std::vector<Unit> units;
  for (const File& file : files) {
    for (int64_t begin = file.body; begin < file.size; begin += kUnitBytes) units.push_back({&file, begin, std::min(begin + kUnitBytes, file.size)});
  }
  return units;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: plain_scan FOLDER [COLUMN]\n");
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  const std::vector<File> files = MapFolder(argv[1]);
  if (files.empty()) {
    std::fprintf(stderr, "plain_scan: no .csv file in %s\n", argv[1]);
    return 1;
  }
  const Shape shape = FindColumn(files[0], argc > 2 ? argv[2] : "payment_type");
  const std::vector<Unit> units = Split(files);
  const Scan scan = ChooseScan();
  std::atomic<size_t> next{0};
  std::vector<Counts> counts(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (Counts& mine : counts) {
    mine = {};
    threads.emplace_back([&units, &next, &mine, shape, scan] {
      for (size_t i = next++; i < units.size(); i = next++) ScanUnit(units[i], shape, scan, mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  int64_t bytes = 0;
  for (const File& file : files) bytes += file.size;
  std::printf("{\"seconds\": %.6f, \"bytes\": %ld, \"answer\": {", seconds, static_cast<long>(bytes));
  const char* separator = "";
  for (int value = 0; value < 256; ++value) {
    int64_t total = 0;
    for (const Counts& mine : counts) {
      for (const auto& table : mine) total += table[static_cast<size_t>(value)];
    }
    if (total == 0) continue;
    std::printf("%s\"%c\": %ld", separator, value, static_cast<long>(total));
    separator = ", ";
  }
  std::printf("}}\n");
  return 0;
}
