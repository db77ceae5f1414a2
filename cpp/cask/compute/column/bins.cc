// bin: which of consecutive intervals each number lies in.
#include <arrow/buffer.h>

#include <cmath>

#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

/// bin(column): options.values are the edges, ascending floats. Interval i is (edge i, edge i + 1], and the first holds its lower edge too.
/// -1 for what is missing or in none.
class BinFunction final : public ColumnFunction {
 public:
  std::string_view name() const override { return "bin"; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions&) const override {
    if (arguments[0].type.is_numeric()) return DType(Kind::kInt64);
    return TypeError("bins argument only works with numeric data.");
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    std::vector<double> edges;
    for (const Literal& edge : options.values) StoreLiteral(edge, Kind::kFloat64, &edges.emplace_back());
    LoopInput input;
    ARROW_RETURN_NOT_OK(input.Prepare(arguments[0], types[0], Kind::kFloat64, num_rows, pool));
    const auto* numbers = static_cast<const double*>(input.values());
    const auto& column = std::get<Column>(arguments[0]);
    ARROW_ASSIGN_OR_RAISE(auto bins, NewResult(8, num_rows, pool));
    auto* out = reinterpret_cast<int64_t*>(bins->mutable_data());
    for (int64_t i = 0; i < num_rows; ++i) {
      const double number = numbers[i * input.stride()];
      out[i] = IsMissing(column, types[0], i) || std::isnan(number) ? -1 : BinOf(number, edges);
    }
    return MakeFixedColumn(result_type, num_rows, std::move(bins));
  }

 private:
  static int64_t BinOf(double number, const std::vector<double>& edges) {
    if (!edges.empty() && number == edges[0]) return 0;
    const auto above = std::lower_bound(edges.begin(), edges.end(), number) - edges.begin();
    return above == static_cast<int64_t>(edges.size()) ? -1 : above - 1;
  }
};

}  // namespace

FunctionList BinFunctions() {
  static const BinFunction kBin;
  return {&kBin};
}

}  // namespace cask
