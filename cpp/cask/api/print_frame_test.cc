// What pandas 3.1 prints of the same data, 80 characters wide.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cask/api/test_files.h"
#include "cask/dataframe.h"

namespace cask {
namespace {

constexpr char kMixed[] =
    "f,g,t,d,b,s,i\n"
    "1e-07,1000000000.0,2015-01-01 08:00:00.250,2015-01-01,True,a\tb,-1\n"
    ",0.5,,2015-01-02,False,,20\n"
    "2.5,inf,2015-01-02 00:00:00.000,2015-01-03,True,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,300\n";

TEST(PrintFrame, MoreRowsThanFit) {
  std::string text = "id,x,s\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{},text\n", i, i / 4.0);
  const TestFolder folder;
  const DataFrame big = ReadCsv(folder.Write("big.csv", text));
  EXPECT_EQ((big).Compute().ToString(),
            "    id      x     s\n"
            "0    0   0.00  text\n"
            "1    1   0.25  text\n"
            "2    2   0.50  text\n"
            "3    3   0.75  text\n"
            "4    4   1.00  text\n"
            "..  ..    ...   ...\n"
            "95  95  23.75  text\n"
            "96  96  24.00  text\n"
            "97  97  24.25  text\n"
            "98  98  24.50  text\n"
            "99  99  24.75  text\n"
            "\n"
            "[100 rows x 3 columns]");
  EXPECT_EQ((big["x"]).Compute().ToString(),
            "0      0.00\n"
            "1      0.25\n"
            "2      0.50\n"
            "3      0.75\n"
            "4      1.00\n"
            "      ...  \n"
            "95    23.75\n"
            "96    24.00\n"
            "97    24.25\n"
            "98    24.50\n"
            "99    24.75\n"
            "Name: x, Length: 100, dtype: float64");
  EXPECT_EQ((big["s"].ValueCounts()).Compute().ToString(),
            "s\n"
            "text    100\n"
            "Name: count, dtype: int64");
}

TEST(PrintFrame, MoreColumnsThanFit) {
  std::string names, first, second;
  for (int i = 0; i < 12; ++i) {
    const char* comma = i == 0 ? "" : ",";
    names += fmt::format("{}column{}", comma, i);
    first += fmt::format("{}{:.1f}", comma, i * 1.5);
    second += fmt::format("{}{:.1f}", comma, i * 1e7);
  }
  const TestFolder folder;
  const DataFrame wide = ReadCsv(folder.Write("wide.csv", names + "\n" + first + "\n" + second + "\n"));
  EXPECT_EQ((wide).Compute().ToString(),
            "   column0     column1     column2  ...     column9     column10     column11\n"
            "0      0.0         1.5         3.0  ...        13.5         15.0         16.5\n"
            "1      0.0  10000000.0  20000000.0  ...  90000000.0  100000000.0  110000000.0\n"
            "\n"
            "[2 rows x 12 columns]");
}

TEST(PrintFrame, EveryType) {
  const TestFolder folder;
  const std::string path = folder.Write("mixed.csv", kMixed);
  const DataFrame mixed = ReadCsv(path, {.parse_dates = {"t", "d"}});
  EXPECT_EQ((mixed).Compute().ToString(),
            "              f  ...    i\n"
            "0  1.000000e-07  ...   -1\n"
            "1           NaN  ...   20\n"
            "2  2.500000e+00  ...  300\n"
            "\n"
            "[3 rows x 7 columns]");
  EXPECT_EQ((mixed[{"g", "t", "b"}]).Compute().ToString(),
            "              g                       t      b\n"
            "0  1.000000e+09 2015-01-01 08:00:00.250   True\n"
            "1  5.000000e-01                     NaT  False\n"
            "2           inf 2015-01-02 00:00:00.000   True");
  EXPECT_EQ((mixed["f"]).Compute().ToString(),
            "0    1.000000e-07\n"
            "1             NaN\n"
            "2    2.500000e+00\n"
            "Name: f, dtype: float64");
  EXPECT_EQ((mixed["g"]).Compute().ToString(),
            "0    1.000000e+09\n"
            "1    5.000000e-01\n"
            "2             inf\n"
            "Name: g, dtype: float64");
  EXPECT_EQ((mixed["t"]).Compute().ToString(),
            "0   2015-01-01 08:00:00.250\n"
            "1                       NaT\n"
            "2   2015-01-02 00:00:00.000\n"
            "Name: t, dtype: datetime64[us]");
  EXPECT_EQ((mixed["d"]).Compute().ToString(),
            "0   2015-01-01\n"
            "1   2015-01-02\n"
            "2   2015-01-03\n"
            "Name: d, dtype: datetime64[us]");
  EXPECT_EQ((mixed["b"]).Compute().ToString(),
            "0     True\n"
            "1    False\n"
            "2     True\n"
            "Name: b, dtype: bool");
  EXPECT_EQ((mixed["s"]).Compute().ToString(),
            "0                                                 a\\tb\n"
            "1                                                  NaN\n"
            "2    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\n"
            "Name: s, dtype: str");
  EXPECT_EQ((mixed["i"]).Compute().ToString(),
            "0     -1\n"
            "1     20\n"
            "2    300\n"
            "Name: i, dtype: int64");
  EXPECT_EQ((mixed[mixed["i"] > 1000]).Compute().ToString(),
            "Empty DataFrame\n"
            "Columns: [f, g, t, d, b, s, i]\n"
            "Index: []");
  EXPECT_EQ((mixed[mixed["i"] > 1000]["g"]).Compute().ToString(),
            "Series([], Name: g, dtype: float64)");
  EXPECT_EQ((mixed["i"].Describe()).Compute().ToString(),
            "count      3.000000\n"
            "mean     106.333333\n"
            "std      168.048604\n"
            "min       -1.000000\n"
            "25%        9.500000\n"
            "50%       20.000000\n"
            "75%      160.000000\n"
            "max      300.000000\n"
            "Name: i, dtype: float64");
  EXPECT_EQ((mixed["i"].Sum()).Compute().ToString(),
            "319");
}

TEST(PrintFrame, IndexesOfEveryType) {
  const TestFolder folder;
  const std::string path = folder.Write("mixed.csv", kMixed);
  const auto IndexedBy = [&](const std::vector<std::string>& columns) { return ReadCsv(path, {.index_col = columns, .parse_dates = {"t", "d"}}); };
  EXPECT_EQ((IndexedBy({"f"})["i"]).Compute().ToString(),
            "f\n"
            "1.000000e-07     -1\n"
            "NaN              20\n"
            "2.500000e+00    300\n"
            "Name: i, dtype: int64");
  EXPECT_EQ((IndexedBy({"d"})["i"]).Compute().ToString(),
            "d\n"
            "2015-01-01     -1\n"
            "2015-01-02     20\n"
            "2015-01-03    300\n"
            "Name: i, dtype: int64");
  EXPECT_EQ((IndexedBy({"s"})["i"]).Compute().ToString(),
            "s\n"
            "a\\tb                                                             -1\n"
            "NaN                                                              20\n"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx    300\n"
            "Name: i, dtype: int64");
  EXPECT_EQ((IndexedBy({"i"})["b"]).Compute().ToString(),
            "i\n"
            "-1       True\n"
            " 20     False\n"
            " 300     True\n"
            "Name: b, dtype: bool");
  EXPECT_EQ((IndexedBy({"b", "i"})["g"]).Compute().ToString(),
            "b      i   \n"
            "True   -1      1.000000e+09\n"
            "False   20     5.000000e-01\n"
            "True    300             inf\n"
            "Name: g, dtype: float64");
  EXPECT_EQ((IndexedBy({"b", "i"})[{"g"}]).Compute().ToString(),
            "                       g\n"
            "b     i                 \n"
            "True  -1    1.000000e+09\n"
            "False  20   5.000000e-01\n"
            "True   300           inf");
  EXPECT_EQ((IndexedBy({"g"})[{"i"}]).Compute().ToString(),
            "                i\n"
            "g                \n"
            "1.000000e+09   -1\n"
            "5.000000e-01   20\n"
            "inf           300");
  EXPECT_EQ((IndexedBy({"s"})[{"i"}]).Compute().ToString(),
            "                                                      i\n"
            "s                                                      \n"
            "a\\tb                                                 -1\n"
            "NaN                                                  20\n"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...  300");
}

}  // namespace
}  // namespace cask
