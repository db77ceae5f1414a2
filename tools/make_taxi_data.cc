// Makes files like New York's yellow taxi records of 2015-01 to 2016-06: one CSV file a month, of a chosen size in all.
//
//   make_taxi_data [--size 2GB] [--threads N] FOLDER
//
// Files appear whole, by rename, so a run that was stopped goes on where it was. The same size gives the same bytes on any number of threads:
// every chunk of rows has a random sequence of its own, seeded by month and chunk.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr char kHeader[] =
    "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,pickup_longitude,pickup_latitude,RateCodeID,"
    "store_and_fwd_flag,dropoff_longitude,dropoff_latitude,payment_type,fare_amount,extra,mta_tax,tip_amount,tolls_amount,"
    "improvement_surcharge,total_amount\n";

constexpr int64_t kChunkRows = 32768;
constexpr int64_t kRowBytesMax = 256;

struct Month {
  int year;
  int month;
  int days;
  double weight;  // trips of that month, in millions
};

constexpr std::array<Month, 18> kMonths{{
    {2015, 1, 31, 12.75}, {2015, 2, 28, 12.45}, {2015, 3, 31, 13.35}, {2015, 4, 30, 13.07},  {2015, 5, 31, 13.16},  {2015, 6, 30, 12.32},
    {2015, 7, 31, 11.56}, {2015, 8, 31, 11.13}, {2015, 9, 30, 11.23}, {2015, 10, 31, 12.32}, {2015, 11, 30, 11.31}, {2015, 12, 31, 11.46},
    {2016, 1, 31, 10.91}, {2016, 2, 29, 11.38}, {2016, 3, 31, 12.21}, {2016, 4, 30, 11.93},  {2016, 5, 31, 11.84},  {2016, 6, 30, 11.14},
}};

// Payment types 1 to 5 were 137641498, 76840558, 773472, 263929 and 34 of 215519491 trips. The last is too rare to be left to chance.
constexpr std::array<double, 4> kPaymentWeights{137641498, 76840558, 773472, 263929};
constexpr int64_t kRowsPerDispute = 6338808;
constexpr int64_t kFirstDispute = 54321;
constexpr int64_t kTypicalRows = 4;

constexpr std::array<double, 7> kPassengerWeights{0.0003, 0.708, 0.142, 0.042, 0.020, 0.0547, 0.033};
constexpr std::array<double, 24> kHourWeights{3.6, 2.6, 1.9, 1.4, 1.0, 0.9, 2.0, 3.6, 4.5, 4.6, 4.5, 4.7,
                                              4.9, 4.8, 5.0, 4.8, 4.1, 5.0, 6.0, 6.3, 5.9, 5.8, 5.6, 4.9};

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "cask: error: %s\n", message.c_str());
  std::exit(1);
}

// --- chance -------------------------------------------------------------------------------------------------------------

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {  // splitmix64
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t n) { return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * n) >> 64); }

 private:
  uint64_t state_;
};

// A distribution as a table of equally likely values: one load a draw. 65536 entries keep the rarest payment types in proportion.
template <typename T>
class Table {
 public:
  static constexpr int kSize = 65536;

  template <size_t N>
  static Table OfWeights(const std::array<double, N>& weights, int first) {
    double total = 0;
    for (double weight : weights) total += weight;
    Table table;
    double sum = 0;
    int from = 0;
    for (size_t i = 0; i < N; ++i) {
      sum += weights[i];
      const int to = i + 1 == N ? kSize : static_cast<int>(std::lround(sum / total * kSize));
      for (; from < to; ++from) table.values_[from] = static_cast<T>(first + static_cast<int>(i));
    }
    return table;
  }

  template <typename Quantile>  // from (0, 1) to a value
  static Table OfQuantile(Quantile quantile) {
    Table table;
    for (int i = 0; i < kSize; ++i) table.values_[i] = static_cast<T>(quantile((i + 0.5) / kSize));
    return table;
  }

  T Draw(Random& random) const { return values_[random.Next() >> 48]; }

 private:
  std::vector<T> values_ = std::vector<T>(kSize);
};

// The normal distribution's quantile, good to 0.5 %, which is plenty here (the logistic one with the same spread).
double NormalQuantile(double p) { return std::log(p / (1 - p)) / 1.702; }

struct Distributions {
  Table<uint8_t> payment = Table<uint8_t>::OfWeights(kPaymentWeights, 1);
  Table<uint8_t> passengers = Table<uint8_t>::OfWeights(kPassengerWeights, 0);
  Table<uint8_t> hour = Table<uint8_t>::OfWeights(kHourWeights, 0);
  Table<int32_t> seconds =
      Table<int32_t>::OfQuantile([](double p) { return std::min(10000.0, 60 * std::exp(2.4 + 0.7 * NormalQuantile(p))); });
  Table<int32_t> hundredths_of_mile =
      Table<int32_t>::OfQuantile([](double p) { return std::min(4000.0, 100 * std::exp(0.55 + 0.85 * NormalQuantile(p))); });
  Table<float> across = Table<float>::OfQuantile([](double p) { return 0.012 * NormalQuantile(p); });  // degrees off Manhattan's axis
};

// --- text ---------------------------------------------------------------------------------------------------------------

char* PutText(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* PutTwo(char* out, int value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out + 2;
}

char* PutInt(char* out, uint64_t value) {
  char digits[20];
  int n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (n > 0) *out++ = digits[--n];
  return out;
}

// Cents as the shortest decimal: 1200 is 12, 325 is 3.25, 50 is 0.5.
char* PutCents(char* out, int64_t cents) {
  if (cents < 0) {
    *out++ = '-';
    cents = -cents;
  }
  out = PutInt(out, static_cast<uint64_t>(cents / 100));
  const int rest = static_cast<int>(cents % 100);
  if (rest == 0) return out;
  *out++ = '.';
  out = PutTwo(out, rest);
  return rest % 10 == 0 ? out - 1 : out;
}

char* PutHundredths(char* out, int64_t value) {
  out = PutInt(out, static_cast<uint64_t>(value / 100));
  *out++ = '.';
  return PutTwo(out, static_cast<int>(value % 100));
}

// A single-precision coordinate (32 <= |degrees| < 128) with 17 significant digits as a double prints it, zeros at the end dropped:
// -73.993896484375, 40.750110626220703. Its fraction is f / 2^bits, so 15 decimals are f * 5^15 / 2^(bits - 15), rounded half to even.
char* PutDegrees(char* out, float degrees) {
  if (degrees < 0) {
    *out++ = '-';
    degrees = -degrees;
  }
  const int bits = degrees < 64 ? 18 : 17;
  const uint64_t scaled = static_cast<uint64_t>(std::ldexp(degrees, bits));
  const uint64_t product = (scaled & ((uint64_t{1} << bits) - 1)) * 30517578125u;
  const int shift = bits - 15;
  uint64_t fraction = product >> shift;
  const uint64_t rest = product & ((uint64_t{1} << shift) - 1);
  const uint64_t half = uint64_t{1} << (shift - 1);
  if (rest > half || (rest == half && (fraction & 1) != 0)) ++fraction;
  out = PutInt(out, scaled >> bits);
  if (fraction == 0) return out;
  *out = '.';
  for (int i = 15; i >= 1; --i) {
    out[i] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  int last = 15;
  while (out[last] == '0') --last;
  return out + last + 1;
}

char* PutTime(char* out, const Month& month, int64_t second_of_month) {
  int day = static_cast<int>(second_of_month / 86400) + 1;
  const int second = static_cast<int>(second_of_month % 86400);
  int m = month.month;
  int year = month.year;
  if (day > month.days) {  // a trip may end in the next month
    day -= month.days;
    m = m % 12 + 1;
    year += m == 1;
  }
  out = PutTwo(out, year / 100);
  out = PutTwo(out, year % 100);
  *out++ = '-';
  out = PutTwo(out, m);
  *out++ = '-';
  out = PutTwo(out, day);
  *out++ = ' ';
  out = PutTwo(out, second / 3600);
  *out++ = ':';
  out = PutTwo(out, second / 60 % 60);
  *out++ = ':';
  return PutTwo(out, second % 60);
}

// --- rows ---------------------------------------------------------------------------------------------------------------

struct Place {
  float longitude;
  float latitude;
};

// A point near Manhattan's axis; `at` in [0, 1) goes from the Battery to Harlem. One record in 60 has lost its place.
Place DrawPlace(const Distributions& d, Random& random, float at, bool known) {
  if (random.Below(60) == 0 && !known) return {0, 0};
  return {-74.012f + 0.062f * at + d.across.Draw(random), 40.708f + 0.090f * at + 0.5f * d.across.Draw(random)};
}

char* PutPlace(char* out, Place place) {
  if (place.longitude == 0) return PutText(out, "0,0");
  out = PutDegrees(out, place.longitude);
  *out++ = ',';
  return PutDegrees(out, place.latitude);
}

struct Fare {
  int rate_code;
  int64_t fare, extra, tax, tip, tolls, surcharge;  // cents
};

Fare DrawFare(Random& random, int64_t hundredths_of_mile, int64_t seconds, int hour, int payment) {
  Fare f{};
  const uint64_t chance = random.Below(10000);
  f.rate_code = chance < 9742 ? 1 : chance < 9955 ? 2 : chance < 9970 ? 3 : chance < 9975 ? 4 : chance < 9999 ? 5 : 99;
  f.fare = f.rate_code == 2 ? 5200 : (250 + hundredths_of_mile * 2 + seconds / 3) / 50 * 50;
  f.extra = f.rate_code != 1 ? 0 : hour >= 20 || hour < 6 ? 50 : hour >= 16 ? 100 : 0;
  f.tax = f.rate_code == 5 ? 0 : 50;
  f.tolls = f.rate_code == 2 && random.Below(2) == 0 ? 554 : hundredths_of_mile > 1000 && random.Below(3) == 0 ? 554 : 0;
  f.surcharge = 30;
  const int64_t sum = f.fare + f.extra + f.tax + f.tolls + f.surcharge;
  static constexpr int kTipPercent[8] = {20, 20, 20, 25, 30, 15, 10, 0};
  if (payment == 1) f.tip = sum * kTipPercent[random.Below(8)] / 100;
  return f;
}

char* PutFare(char* out, const Fare& f, int payment) {
  *out++ = ',';
  out = PutInt(out, static_cast<uint64_t>(payment));
  for (int64_t cents : {f.fare, f.extra, f.tax, f.tip, f.tolls, f.surcharge, f.fare + f.extra + f.tax + f.tip + f.tolls + f.surcharge}) {
    *out++ = ',';
    out = PutCents(out, cents);
  }
  *out++ = '\n';
  return out;
}

// What is particular about a row. A file's first rows have decimals wherever any row has them: readers that take types from the first rows
// alone would otherwise call a column of money whole.
struct RowKind {
  bool dispute = false;
  bool decimals = false;
};

char* PutRow(char* out, const Distributions& d, Random& random, const Month& month, RowKind kind) {
  const int hour = d.hour.Draw(random);
  const int64_t start = static_cast<int64_t>(random.Below(static_cast<uint64_t>(month.days))) * 86400 + hour * 3600 + static_cast<int64_t>(random.Below(3600));
  const int64_t seconds = d.seconds.Draw(random);
  const int64_t distance = d.hundredths_of_mile.Draw(random);
  const int payment = kind.dispute ? 5 : kind.decimals ? 1 : d.payment.Draw(random);
  *out++ = random.Below(100) < 47 ? '1' : '2';
  *out++ = ',';
  out = PutTime(out, month, start);
  *out++ = ',';
  out = PutTime(out, month, start + seconds);
  *out++ = ',';
  out = PutInt(out, d.passengers.Draw(random));
  *out++ = ',';
  out = PutHundredths(out, distance);
  *out++ = ',';
  const float at = static_cast<float>(random.Below(1 << 20)) / (1 << 20);
  out = PutPlace(out, DrawPlace(d, random, at, kind.decimals));
  Fare fare = DrawFare(random, distance, seconds, hour, payment);
  if (kind.decimals) fare = {1, 1850, 50, 50, 425, 554, 30};
  *out++ = ',';
  out = PutInt(out, static_cast<uint64_t>(fare.rate_code));
  out = PutText(out, random.Below(1000) < 992 ? ",N," : ",Y,");
  const float moved = at + static_cast<float>(distance) / 1200.0f * (random.Below(2) == 0 ? 1.0f : -1.0f);
  out = PutPlace(out, DrawPlace(d, random, moved - std::floor(moved), kind.decimals));
  return PutFare(out, fare, payment);
}

// Rows [chunk * kChunkRows, ...) of one month.
void FillChunk(const Distributions& d, int month_index, int64_t chunk, std::vector<char>& buffer, size_t& size) {
  Random random(static_cast<uint64_t>(month_index) << 48 ^ static_cast<uint64_t>(chunk) * 0xD1B54A32D192ED03u);
  buffer.resize(kChunkRows * kRowBytesMax);
  char* out = buffer.data();
  for (int64_t i = 0; i < kChunkRows; ++i) {
    const int64_t row = chunk * kChunkRows + i;
    const RowKind kind{(row + month_index * 352156) % kRowsPerDispute == kFirstDispute, row < kTypicalRows};
    out = PutRow(out, d, random, kMonths[static_cast<size_t>(month_index)], kind);
  }
  size = static_cast<size_t>(out - buffer.data());
}

// --- files --------------------------------------------------------------------------------------------------------------

void WriteAll(int fd, const char* data, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::unlink(path.c_str());
      Fail(error == ENOSPC ? "the disk of " + path + " is full; the files finished so far stay, run it again when there is room"
                           : "cannot write " + path + ": " + std::strerror(error));
    }
    data += n;
    size -= static_cast<size_t>(n);
  }
}

// Chunks are made by any thread and written in order; the last row that fits into `bytes` ends the file.
class MonthWriter {
 public:
  MonthWriter(const Distributions& d, int month_index, int64_t bytes, std::string path)
      : distributions_(d), month_index_(month_index), bytes_left_(bytes), path_(std::move(path)), temporary_(path_ + ".part") {}

  void Write(int threads) {
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) Fail("cannot write " + temporary_ + ": " + std::strerror(errno));
    Append(kHeader, sizeof(kHeader) - 1);
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back([this] { Work(); });
    for (std::thread& worker : workers) worker.join();
    if (::close(fd_) != 0) Fail("cannot write " + temporary_ + ": " + std::strerror(errno));
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) Fail("cannot rename " + temporary_ + ": " + std::strerror(errno));
  }

 private:
  void Work() {
    std::vector<char> buffer;
    for (;;) {
      const int64_t chunk = next_chunk_.fetch_add(1);
      if (full_.load()) return;
      size_t size = 0;
      FillChunk(distributions_, month_index_, chunk, buffer, size);
      std::unique_lock lock(mutex_);
      turn_.wait(lock, [&] { return chunk_to_write_ == chunk; });
      if (!full_.load()) Append(buffer.data(), size);
      ++chunk_to_write_;
      turn_.notify_all();
    }
  }

  void Append(const char* data, size_t size) {
    if (static_cast<int64_t>(size) >= bytes_left_) {
      size = static_cast<size_t>(std::max<int64_t>(bytes_left_, 0));
      while (size > 0 && data[size - 1] != '\n') --size;
      full_.store(true);
    }
    WriteAll(fd_, data, size, temporary_);
    bytes_left_ -= static_cast<int64_t>(size);
  }

  const Distributions& distributions_;
  const int month_index_;
  int64_t bytes_left_;
  const std::string path_;
  const std::string temporary_;
  int fd_ = -1;
  std::atomic<int64_t> next_chunk_{0};
  std::atomic<bool> full_{false};
  std::mutex mutex_;  // guards chunk_to_write_ and the file
  std::condition_variable turn_;
  int64_t chunk_to_write_ = 0;
};

// --- command line -------------------------------------------------------------------------------------------------------

int64_t ParseSize(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  static constexpr std::pair<const char*, double> kUnits[] = {{"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}};
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number > 0) return static_cast<int64_t>(number * factor);
  }
  Fail("SIZE is a number and MB, GB or TB, for example 2GB; not '" + text + "'");
}

std::string FilePath(const std::string& folder, const Month& month) {
  char name[64];
  std::snprintf(name, sizeof name, "/yellow_tripdata_%04d-%02d.csv", month.year, month.month);
  return folder + name;
}

struct Job {
  int month_index;
  int64_t bytes;
  std::string path;
};

// The months that are not there yet.
std::vector<Job> FindJobs(const std::string& folder, int64_t total) {
  double weights = 0;
  for (const Month& month : kMonths) weights += month.weight;
  std::vector<Job> jobs;
  for (size_t i = 0; i < kMonths.size(); ++i) {
    Job job{static_cast<int>(i), static_cast<int64_t>(static_cast<double>(total) * kMonths[i].weight / weights), FilePath(folder, kMonths[i])};
    struct stat status;
    if (::stat(job.path.c_str(), &status) != 0) {
      jobs.push_back(job);
    } else if (status.st_size > job.bytes || status.st_size < job.bytes - kRowBytesMax) {
      Fail(job.path + " is there but is of another size; remove " + folder + " or choose another folder");
    }
  }
  return jobs;
}

void CheckDisk(const std::string& folder, int64_t needed) {
  struct statvfs disk;
  if (::statvfs(folder.c_str(), &disk) != 0) Fail("cannot look at the disk of " + folder + ": " + std::strerror(errno));
  const int64_t free = static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  const int64_t spare = 200'000'000;
  if (free >= needed + spare) return;
  ::rmdir(folder.c_str());  // where it was made for nothing
  char message[256];
  std::snprintf(message, sizeof message, "there is no room for the data: it takes %.1f GB and the disk has %.1f GB free; choose a smaller SIZE or another DATA folder",
                static_cast<double>(needed + spare) / 1e9, static_cast<double>(free) / 1e9);
  Fail(message);
}

}  // namespace

int main(int argc, char** argv) {
  std::string size = "2GB";
  std::string folder;
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--size" && i + 1 < argc) size = argv[++i];
    else if (argument == "--threads" && i + 1 < argc) threads = std::max(1, std::atoi(argv[++i]));
    else if (folder.empty() && argument.substr(0, 1) != "-") folder = argument;
    else Fail("usage: make_taxi_data [--size 2GB] [--threads N] FOLDER");
  }
  if (folder.empty()) Fail("usage: make_taxi_data [--size 2GB] [--threads N] FOLDER");
  const int64_t total = ParseSize(size);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) Fail("cannot make the folder " + folder + ": " + error.message());

  const std::vector<Job> jobs = FindJobs(folder, total);
  if (jobs.empty()) return 0;
  int64_t bytes = 0;
  for (const Job& job : jobs) bytes += job.bytes;
  CheckDisk(folder, bytes);
  std::fprintf(stderr, "cask: making %s of taxi data in %s (%zu of 18 files)\n", size.c_str(), folder.c_str(), jobs.size());
  const auto start = std::chrono::steady_clock::now();
  const Distributions distributions;
  for (const Job& job : jobs) MonthWriter(distributions, job.month_index, job.bytes, job.path).Write(threads);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::fprintf(stderr, "cask: made in %.1f s (%.0f MB/s)\n", seconds, static_cast<double>(bytes) / 1e6 / seconds);
  return 0;
}
