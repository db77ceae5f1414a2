#include "cask/dataframe.h"

#include <arrow/table.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "cask/api/test_files.h"

// Options that are not named have defaults, so compilers have nothing to warn of.
#pragma GCC diagnostic error "-Wmissing-field-initializers"

namespace cask {
namespace {

constexpr char kTrips[] =
    "vendor,passengers,fare,paid,pickup\n"
    "2,1,10.5,True,2015-01-01 08:00:00\n"
    "1,2,7.25,False,2015-01-01 08:30:00\n"
    "2,1,,True,2015-01-01 17:00:00\n"
    "1,5,30.0,True,2015-01-02 17:59:59\n"
    "2,2,12.0,False,2015-01-03 23:00:00\n";

class DataFrameTest : public testing::Test {
 protected:
  DataFrame Trips(int64_t blocksize = 0) const { return ReadCsv(path_, {.parse_dates = {"pickup"}, .blocksize = blocksize}); }

  TestFolder folder_;
  std::string path_ = folder_.Write("trips.csv", kTrips);
};

TEST_F(DataFrameTest, KnowsItsColumns) {
  const DataFrame trips = Trips();
  EXPECT_EQ(trips.columns(), (std::vector<std::string>{"vendor", "passengers", "fare", "paid", "pickup"}));
  EXPECT_EQ(trips.dtypes(), (std::vector<std::string>{"int64", "int64", "float64", "bool", "datetime64[us]"}));
  EXPECT_EQ(trips["fare"].name(), "fare");
  EXPECT_EQ(trips["fare"].dtype(), "float64");
  std::ostringstream text;
  text << trips[{"vendor", "paid"}];
  EXPECT_EQ(text.str(), "DataFrame(vendor: int64, paid: bool), 1 partitions");
}

TEST_F(DataFrameTest, ComputesValues) {
  const LocalFrame trips = Trips(60).Compute();
  EXPECT_EQ(trips.num_rows(), 5);
  EXPECT_EQ(trips.Column<int>("vendor"), (std::vector<int>{2, 1, 2, 1, 2}));
  EXPECT_EQ(trips.Column<bool>("paid"), (std::vector<bool>{true, false, true, true, false}));
  EXPECT_TRUE(std::isnan(trips.Column<double>("fare")[2]));
  EXPECT_TRUE(trips.IsMissing(2, 2));
  EXPECT_EQ(trips.Column<std::string>("fare"), (std::vector<std::string>{"10.5", "7.25", "", "30.0", "12.0"}));
  EXPECT_EQ(trips.Column<int64_t>("pickup")[0], 1420099200000000);
  EXPECT_EQ(trips.Index<int>(), (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(trips.index_names().empty());
  EXPECT_THROW(trips.Column<int>("fare"), Error);
  EXPECT_THROW(trips.Column<int>("tip"), Error);
}

TEST_F(DataFrameTest, OperatorsAndMasks) {
  const DataFrame trips = Trips(60);
  const Series fare = trips["fare"];
  EXPECT_EQ(((fare + 1) * 2 - fare).Sum().Value<double>(), 59.75 + 4 * 2);
  EXPECT_EQ((100 - trips["passengers"]).Compute().Column<int>(), (std::vector<int>{99, 98, 99, 95, 98}));
  EXPECT_EQ((trips["passengers"] % 2 == 1).Compute().Column<bool>(), (std::vector<bool>{true, false, true, true, false}));
  const DataFrame some = trips[(fare > 8) & !trips["paid"]];
  EXPECT_EQ(some.Compute().Column<double>("fare"), (std::vector<double>{12}));
  EXPECT_EQ(some.Compute().Index<int>(), (std::vector<int>{4}));
  EXPECT_EQ(fare[trips["pickup"] >= "2015-01-02"].Count().Value<int>(), 2);
  EXPECT_EQ(trips["pickup"].Dt("hour").Compute().Column<int>(), (std::vector<int>{8, 8, 17, 17, 23}));
  EXPECT_EQ(trips["vendor"].IsIn({1, 7}).Sum().Value<int>(), 2);
  EXPECT_EQ(fare.FillNA(0).AsType("int64").Sum().Value<int64_t>(), 59);
  EXPECT_EQ(fare[fare > fare.Mean()].Len(), 1);
}

TEST_F(DataFrameTest, ColumnsComeAndGo) {
  const DataFrame trips = Trips().Assign("double", Trips()["fare"] * 2).Assign("one", 1).Drop({"paid", "pickup"}).Rename({{"fare", "price"}});
  EXPECT_EQ(trips.columns(), (std::vector<std::string>{"vendor", "passengers", "price", "double", "one"}));
  EXPECT_EQ(trips["double"].Max().Value<double>(), 60);
}

TEST_F(DataFrameTest, ReductionsShareAPass) {
  const DataFrame trips = Trips(60);
  const auto [total, mean, kinds] = Compute(trips["fare"].Sum(), trips["fare"].Mean(), trips["vendor"].NUnique());
  EXPECT_EQ(total.Value<double>(), 59.75);
  EXPECT_EQ(mean.Value<double>(), 59.75 / 4);
  EXPECT_EQ(kinds.Value<int>(), 2);
  EXPECT_EQ(trips.Len(), 5);
  EXPECT_EQ(trips.Drop({"paid"}).Max(true).Compute().ToString(),
            "vendor         2.0\npassengers     5.0\nfare          30.0\ndtype: float64");
}

TEST_F(DataFrameTest, Groups) {
  const DataFrame trips = Trips(60);
  const LocalFrame byVendor = trips.GroupBy({"vendor"})["fare"].Mean().Compute();
  EXPECT_EQ(byVendor.ToString(), "vendor\n1    18.625\n2    11.250\nName: fare, dtype: float64");
  const LocalFrame several = trips.GroupBy({"vendor", trips["pickup"].Dt("hour")})
                                 .Agg({{"fare", "sum"}, {"fare", "count", "trips"}, {"passengers", "max"}})
                                 .Compute();
  EXPECT_EQ(several.ToString(),
            "                fare  trips  passengers\n"
            "vendor pickup                          \n"
            "1      8        7.25      1           2\n"
            "       17      30.00      1           5\n"
            "2      8       10.50      1           1\n"
            "       17       0.00      0           1\n"
            "       23      12.00      1           2");
  EXPECT_EQ(trips.GroupBy({"passengers"}).Size().Compute().Column<int>(), (std::vector<int>{2, 2, 1}));
  EXPECT_THROW(trips.GroupBy({"vendor"}).Agg({{"fare", "sum"}, {"fare", "mean"}}), Error);
  EXPECT_THROW(trips.GroupBy({"vendor"})["tip"], Error);
}

TEST_F(DataFrameTest, GroupsReadOnlyWhatTheyNeed) {
  const std::string text = Trips().GroupBy({"vendor"}).Agg({{"fare", "sum"}, {"fare", "mean", "average"}}).Explain();
  EXPECT_NE(text.find("columns: vendor, fare\n"), text.npos) << text;
}

TEST_F(DataFrameTest, OrderedRows) {
  const DataFrame trips = Trips(60);
  EXPECT_EQ(trips.SortValues({"vendor", "fare"}, {true, false}).Compute().Index<int>(), (std::vector<int>{3, 1, 4, 0, 2}));
  EXPECT_EQ(trips["fare"].NLargest(2).Compute().Column<double>(), (std::vector<double>{30, 12}));
  EXPECT_EQ(Trips().Tail(2).Compute().Column<int>("passengers"), (std::vector<int>{5, 2}));
  EXPECT_EQ(Trips().Head(1).Compute().ToString(),
            "   vendor  passengers  fare  paid              pickup\n"
            "0       2           1  10.5  True 2015-01-01 08:00:00");
  EXPECT_EQ(trips["vendor"].Unique().Compute().Column<int>(), (std::vector<int>{2, 1}));
}

TEST_F(DataFrameTest, PersistedColumnsAnswerAlike) {
  const DataFrame trips = Trips(60).Persist();
  EXPECT_TRUE(trips.Wait());
  EXPECT_TRUE(Trips().Wait(0));  // nothing is to be loaded
  EXPECT_EQ(trips["vendor"].ValueCounts().Compute().ToString(), "vendor\n2    3\n1    2\nName: count, dtype: int64");
  EXPECT_EQ(trips["paid"].Sum().Value<int>(), 3);
}

TEST_F(DataFrameTest, ErrorsNameTheLine) {
  const DataFrame trips = Trips();
  try {
    trips["tip"];
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "KeyError");
    EXPECT_EQ(error.message(), "tip");
  }
  const int line = __LINE__ + 1;
  const Series broken = ReadCsv(folder_.Write("text.csv", "x\n1\nno\n"))["x"].AsType("int64");
  try {
    broken.Compute();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "ValueError");
    EXPECT_NE(std::string(error.what()).find("dataframe_test.cc:" + std::to_string(line)), std::string::npos) << error.what();
  }
  EXPECT_THROW(ReadCsv(folder_ / "none.csv"), Error);
  EXPECT_THROW(ReadCsv(path_, {.on_bad_lines = "ignore"}), Error);
}

TEST_F(DataFrameTest, ColumnsOfFilesWithoutAHeaderAreNamedByTheirPlace) {
  const std::string path = folder_.Write("rows.csv", "1,x\n2,y\n");
  const DataFrame rows = ReadCsv(path, {.header = ReadCsvOptions::kNoHeader, .dtype = {{"0", "float64"}}});
  EXPECT_EQ(rows.columns(), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(rows["0"].dtype(), "float64");
  EXPECT_EQ(ReadCsv(path, {.header = ReadCsvOptions::kNoHeader, .usecols = {{"1"}}}).columns(), std::vector<std::string>{"1"});
}

TEST_F(DataFrameTest, GivesArrowTables) {
  const auto table = Trips().Compute().ToArrow();
  EXPECT_EQ(table->num_rows(), 5);
  EXPECT_EQ(table->schema()->ToString(), "vendor: int64\npassengers: int64\nfare: double\npaid: bool\npickup: timestamp[us]");
  const auto status = table->ValidateFull();
  EXPECT_TRUE(status.ok()) << status.ToString();
  const auto counts = Trips()["vendor"].ValueCounts().Compute().ToArrow();
  EXPECT_EQ(counts->ColumnNames(), (std::vector<std::string>{"vendor", "count"}));
}

TEST_F(DataFrameTest, WritesCsvFiles) {
  const DataFrame trips = Trips(60)[{"vendor", "fare"}];
  const auto whole = trips.ToCsv(folder_ / "out/all.csv", {.single_file = true});
  EXPECT_EQ(whole, std::vector<std::string>{folder_ / "out/all.csv"});
  EXPECT_EQ(TestFolder::Read(whole[0]), ",vendor,fare\n0,2,10.5\n1,1,7.25\n2,2,\n3,1,30.0\n4,2,12.0\n");
  EXPECT_EQ(folder_.Names("out"), std::vector<std::string>{"all.csv"});
  const auto parts = trips.ToCsv(folder_ / "out/part-*.csv", {.index = false});
  ASSERT_EQ(static_cast<int64_t>(parts.size()), trips.num_partitions());
  EXPECT_EQ(parts[1], folder_ / "out/part-1.csv");
  EXPECT_EQ(ReadCsv(parts).Compute().ToString(), trips.Compute().ToString());
  trips.ToCsv(folder_ / "out/all.csv", {.single_file = true, .append = true, .header = false});
  EXPECT_EQ(TestFolder::Read(whole[0]).size(), 2 * std::string(",vendor,fare\n0,2,10.5\n1,1,7.25\n2,2,\n3,1,30.0\n4,2,12.0\n").size() - 13);
}

TEST_F(DataFrameTest, NothingIsWrittenIfARowFails) {
  const DataFrame text = ReadCsv(folder_.Write("text.csv", "x\n1\n2\nno\n"), {.blocksize = 4});
  EXPECT_THROW(text.Assign("y", text["x"].AsType("int64")).ToCsv(folder_ / "out/*.csv"), Error);
  EXPECT_TRUE(folder_.Names("out").empty());
}

}  // namespace
}  // namespace cask
