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

const std::vector<std::string> kDates{"tpep_pickup_datetime", "tpep_dropoff_datetime"};

double Monotonic() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void PrintReport(double started, double ended, const std::string& answer) {
  std::printf("{\"seconds\": %.6f, \"started\": %.6f, \"version\": \"cask, C++\", \"answer\": %s}\n", ended - started, started, answer.c_str());
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
  cask::DataFrame trips = cask::ReadCsv(folder + "/*.csv", {.parse_dates = kDates});
  trips = trips.Persist();
  return CountsAnswer(trips["payment_type"].ValueCounts().Compute());
}

cask::DataFrame Everything(const std::string& folder) {
  cask::DataFrame trips = cask::ReadCsv(folder + "/*.csv", {.parse_dates = kDates}).Persist();
  trips.Wait();
  return trips;
}

// A time as pandas prints it.
std::string TimeText(int64_t microseconds) {
  const time_t seconds = static_cast<time_t>(microseconds / 1000000);
  tm parts;
  gmtime_r(&seconds, &parts);
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

std::string EverythingAnswer(const cask::DataFrame& trips) {
  const auto [rows, passengers, total, longitude, flag, first, last] =
      cask::Compute(trips["VendorID"].Count(), trips["passenger_count"].Sum(), trips["total_amount"].Sum(), trips["dropoff_longitude"].Sum(),
                    (trips["store_and_fwd_flag"] == "Y").Sum(), trips[kDates[0]].Min(), trips[kDates[1]].Max());
  char text[400];
  std::snprintf(text, sizeof text,
                "{\"rows\": %ld, \"passengers\": %ld, \"total\": %.17g, \"longitude\": %.17g, \"flag\": %ld, \"first\": \"%s\", \"last\": \"%s\"}",
                rows.Value<long>(), passengers.Value<long>(), total.Value<double>(), longitude.Value<double>(), flag.Value<long>(),
                TimeText(first.Value<int64_t>()).c_str(), TimeText(last.Value<int64_t>()).c_str());
  return text;
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
  const auto report = [started](const std::string& answer) { PrintReport(started, Monotonic(), answer); };
  if (std::strcmp(argv[1], "value_counts") == 0) report(ValueCounts(folder));
  else if (std::strcmp(argv[1], "script") == 0) report(Script(folder));
  else if (std::strcmp(argv[1], "groupby") == 0) report(GroupBy(folder));
  else if (std::strcmp(argv[1], "everything") == 0) {
    const cask::DataFrame trips = Everything(folder);
    const double ended = Monotonic();
    PrintReport(started, ended, EverythingAnswer(trips));
  } else {
    std::fprintf(stderr, "cask_taxi does not know the job %s\n", argv[1]);
    return 2;
  }
  return 0;
} catch (const cask::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
