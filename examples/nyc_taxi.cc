// Counts how New York's taxi trips were paid for:  nyc_taxi [FOLDER]
#include <iostream>
#include <string>

#include <cask/dataframe.h>

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "data/taxi-2GB";
  cask::DataFrame trips = cask::ReadCsv(folder + "/*.csv", {.parse_dates = {"tpep_pickup_datetime", "tpep_dropoff_datetime"}});
  trips = trips.Persist();
  std::cout << "payment type:\n" << trips["payment_type"].ValueCounts().Compute() << "\n";
} catch (const cask::Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
