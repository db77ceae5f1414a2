// Cask's side of the taxi benchmark in C++:  cask_taxi JOB FOLDER
//
// Prints one JSON line, as one_run.py does. The clock starts before the first call of the library.

#include <time.h>

#include <cask/dataframe.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

double Monotonic() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void PrintReport(double started, const std::string& answer) {
  std::printf("{\"seconds\": %.6f, \"started\": %.6f, \"version\": \"cask, C++\", \"answer\": %s}\n", Monotonic() - started, started, answer.c_str());
  std::fflush(stdout);
}

std::string CountsAnswer(const cask::LocalFrame& counts) {
  const std::vector<int64_t> keys = counts.Index<int64_t>();
  const std::vector<int64_t> values = counts.Column<int64_t>();
  std::string answer;
  for (size_t i = 0; i < keys.size(); ++i) {
    answer += (i == 0 ? "{\"" : ", \"") + std::to_string(keys[i]) + "\": " + std::to_string(values[i]);
  }
  return answer + "}";
}

std::string ValueCounts(const std::string& folder) {
  return CountsAnswer(cask::ReadCsv(folder + "/*.csv")["payment_type"].ValueCounts().Compute());
}

std::string Script(const std::string& folder) {
  cask::DataFrame trips = cask::ReadCsv(folder + "/*.csv", {.parse_dates = {"tpep_pickup_datetime", "tpep_dropoff_datetime"}});
  trips = trips.Persist();
  return CountsAnswer(trips["payment_type"].ValueCounts().Compute());
}

std::string GroupBy(const std::string& folder) {
  cask::DataFrame trips = cask::ReadCsv(folder + "/*.csv", {.parse_dates = {"tpep_pickup_datetime"}});
  trips = trips.Assign("hour", trips["tpep_pickup_datetime"].Dt("hour"));
  const cask::LocalFrame found = trips.GroupBy({"passenger_count", "hour"})["total_amount"].Agg({"mean", "sum", "count"}).Compute();
  const std::vector<int64_t> passengers = found.Index<int64_t>(0), hours = found.Index<int64_t>(1), counts = found.Column<int64_t>("count");
  const std::vector<double> means = found.Column<double>("mean"), sums = found.Column<double>("sum");
  std::string answer;
  for (size_t i = 0; i < passengers.size(); ++i) {
    char row[160];
    std::snprintf(row, sizeof row, "%s[%ld, %ld, %.17g, %.17g, %ld]", i == 0 ? "[" : ", ", static_cast<long>(passengers[i]), static_cast<long>(hours[i]),
                  means[i], sums[i], static_cast<long>(counts[i]));
    answer += row;
  }
  return answer + "]";
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: cask_taxi JOB FOLDER\n");
    return 2;
  }
  const std::string folder = argv[2];
  const double started = Monotonic();
  if (std::strcmp(argv[1], "value_counts") == 0) PrintReport(started, ValueCounts(folder));
  else if (std::strcmp(argv[1], "script") == 0) PrintReport(started, Script(folder));
  else if (std::strcmp(argv[1], "groupby") == 0) PrintReport(started, GroupBy(folder));
  else {
    std::fprintf(stderr, "cask_taxi does not know the job %s\n", argv[1]);
    return 2;
  }
  return 0;
} catch (const cask::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
