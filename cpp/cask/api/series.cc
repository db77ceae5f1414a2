#include <fmt/format.h>

#include <ostream>

#include "cask/api/lazy_access.h"

namespace cask {

namespace {

Origin At(const CallSite& site) { return LazyAccess::OriginOf(site); }
Series SeriesOf(Result<Collection> result) { return LazyAccess::Wrap<Series>(std::move(result)); }
Scalar ScalarOf(Result<Collection> result) { return LazyAccess::Wrap<Scalar>(std::move(result)); }

}  // namespace

// -- Operands

SeriesOperand::SeriesOperand(const Series& series, CallSite site)
    : lazy_(std::make_shared<const Collection>(LazyAccess::Of(series))), site_(site) {}

SeriesOperand::SeriesOperand(const Scalar& scalar, CallSite site)
    : lazy_(std::make_shared<const Collection>(LazyAccess::Of(scalar))), site_(site) {}

Literal LazyAccess::LiteralOf(const SeriesOperand& operand) {
  if (operand.lazy_ != nullptr) RaiseIfNotOk(TypeError("a constant is needed here, not a series"));
  const auto& constant = operand.constant_;
  if (const auto* value = std::get_if<bool>(&constant)) return Literal::Bool(*value);
  if (const auto* value = std::get_if<int64_t>(&constant)) return Literal::Int(*value);
  if (const auto* value = std::get_if<double>(&constant)) return Literal::Float(*value);
  return Literal::String(std::get<std::string>(constant));
}

ElementwiseArgument LazyAccess::ArgumentOf(const SeriesOperand& operand) {
  if (operand.lazy_ != nullptr) return *operand.lazy_;
  return LiteralOf(operand);
}

const Collection& LazyAccess::MaskOf(const SeriesOperand& operand) {
  if (operand.lazy_ == nullptr) RaiseIfNotOk(TypeError("a mask is a series of booleans"));
  return *operand.lazy_;
}

Series LazyAccess::Elementwise(const std::string& function, const std::vector<SeriesOperand>& operands, const FunctionOptions& options,
                               const Origin& origin) {
  std::vector<ElementwiseArgument> arguments;
  for (const SeriesOperand& operand : operands) arguments.push_back(ArgumentOf(operand));
  return SeriesOf(cask::Elementwise(function, arguments, options, origin));
}

// -- Row by row

std::string Series::name() const { return PrintLabel(collection_->name()); }
std::string Series::dtype() const { return ValueOrRaise(collection_->Rebound()).column(0).value->type().ToString(); }
Series Series::Rename(const std::string& name) const { return SeriesOf(SetLabels(*collection_, {name})); }
DataFrame Series::ToFrame() const { return LazyAccess::Wrap<DataFrame>(cask::ToFrame(*collection_, std::nullopt)); }

Series Series::Call(const std::string& function, const std::vector<SeriesOperand>& operands) {
  if (operands.empty()) RaiseIfNotOk(TypeError("{} needs an operand", function));
  return LazyAccess::Elementwise(function, operands, {}, LazyAccess::OriginOf(operands[0]));
}

Series Series::IsIn(const std::vector<SeriesOperand>& constants, CallSite site) const {
  FunctionOptions options;
  for (const SeriesOperand& constant : constants) options.values.push_back(LazyAccess::LiteralOf(constant));
  return LazyAccess::Elementwise("isin", {{*this, site}}, options, At(site));
}

Series Series::Between(const SeriesOperand& low, const SeriesOperand& high, CallSite site) const {
  FunctionOptions options;
  options.text = "both";
  return LazyAccess::Elementwise("between", {{*this, site}, low, high}, options, At(site));
}

Series Series::AsType(const std::string& dtype, CallSite site) const {
  FunctionOptions options;
  options.type = ValueOrRaise(DType::Parse(dtype));
  return LazyAccess::Elementwise("cast", {{*this, site}}, options, At(site));
}

Series Series::operator[](const SeriesOperand& mask) const {
  return SeriesOf(Filter(*collection_, LazyAccess::MaskOf(mask), LazyAccess::OriginOf(mask)));
}

Series Series::DropNA(CallSite site) const { return SeriesOf(DropMissing(*collection_, std::nullopt, false, At(site))); }

// -- Reductions

Scalar Series::Reduce(const std::string& name, CallSite site) const {
  const AggregateKind kind = ValueOrRaise(ParseAggregateKind(name));
  if (kind == AggregateKind::kNunique) return ScalarOf(CountDistinct(*collection_, true, At(site)));
  return ScalarOf(cask::Reduce(*collection_, kind, {}, At(site)));
}

Scalar Series::Quantile(double quantile, CallSite site) const {
  return ScalarOf(cask::Quantile(*collection_, {quantile}, true, Interpolation::kLinear, At(site)));
}

Series Series::ValueCounts(const ValueCountsArguments& a, CallSite site) const {
  return SeriesOf(cask::ValueCounts(*collection_, a.dropna, {a.normalize, a.sort, a.ascending, false}, At(site)));
}

Series Series::Unique(CallSite site) const { return SeriesOf(cask::Unique(*collection_, At(site))); }
Series Series::Describe(CallSite site) const { return SeriesOf(DescribeColumns(*collection_, {0.25, 0.5, 0.75}, {}, At(site))); }

// -- Order

Series Series::Head(int64_t n, CallSite site) const { return SeriesOf(cask::Head(*collection_, n, 1, At(site))); }
Series Series::Tail(int64_t n, CallSite site) const { return SeriesOf(cask::Tail(*collection_, n, At(site))); }
Series Series::NLargest(int64_t n, CallSite site) const { return SeriesOf(LargestRows(*collection_, n, {}, true, KeepTies::kFirst, At(site))); }
Series Series::NSmallest(int64_t n, CallSite site) const { return SeriesOf(LargestRows(*collection_, n, {}, false, KeepTies::kFirst, At(site))); }
Series Series::SortValues(bool ascending, CallSite site) const { return SeriesOf(cask::SortValues(*collection_, {}, {ascending}, false, At(site))); }

// -- Computing

int64_t Series::Len(CallSite site) const { return LazyAccess::CountRows(*this, site); }
std::vector<std::string> Series::ToCsv(const std::string& path, const ToCsvOptions& options) const {
  return LazyAccess::ToCsv(*this, path, options);
}

std::ostream& operator<<(std::ostream& out, const Series& series) {
  return out << fmt::format("Series({}: {}), {} partitions", series.name(), series.dtype(), series.num_partitions());
}

}  // namespace cask
