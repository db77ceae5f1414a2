// Counts how New York's taxi trips were paid for: nyc_taxi FOLDER
#include <cask/dataframe.h>

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "data/taxi-2GB";
  const std::vector<std::string> dates = {"tpep_pickup_datetime", "tpep_dropoff_datetime"};

  cask::DataFrame trips = cask::ReadCsv(folder + "/*.csv", {.parse_dates = dates}).Persist();

  std::cout << "payment type:\n" << trips["payment_type"].ValueCounts().Compute() << std::endl;
} catch (const cask::Error& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
