#include "cask/dataframe.h"

#include <fmt/format.h>

#include <ostream>

#include "cask/api/compute.h"
#include "cask/api/lazy_access.h"

namespace cask {

namespace {

const Collection& Of(const Lazy& lazy) { return LazyAccess::Of(lazy); }
Origin At(const CallSite& site) { return LazyAccess::OriginOf(site); }
DataFrame Frame(Result<Collection> result) { return LazyAccess::Wrap<DataFrame>(std::move(result)); }

template <typename T>
T PersistOne(const T& lazy, const CallSite& site) {
  return LazyAccess::Wrap<T>(ValueOrRaise(Persist({Of(lazy)}, {}, At(site)))[0]);
}

std::vector<std::string> TypesOf(const Collection& collection) {
  const Collection current = ValueOrRaise(collection.Rebound());
  std::vector<std::string> types;
  for (const NamedColumn& column : current.value_columns()) types.push_back(column.value->type().ToString());
  return types;
}

}  // namespace

// -- What all have in common

LocalFrame Lazy::Compute() const { return ComputeAll({*this})[0]; }
std::string Lazy::Explain() const { return ValueOrRaise(cask::Explain({*collection_})); }
int64_t Lazy::num_partitions() const { return collection_->num_partitions(); }
bool Lazy::Wait(double seconds) const { return ValueOrRaise(WaitUntilLoaded(*collection_, seconds)); }

std::vector<LocalFrame> ComputeAll(const std::vector<Lazy>& all) {
  std::vector<Collection> collections;
  for (const Lazy& lazy : all) collections.push_back(Of(lazy));
  std::vector<LocalFrame> results;
  for (Computed& computed : ValueOrRaise(Compute(collections, ComputeOptions()))) results.push_back(LocalFrameAccess::Wrap(std::move(computed)));
  return results;
}

// -- Columns and rows

std::vector<std::string> DataFrame::columns() const {
  std::vector<std::string> names;
  for (const NamedColumn& column : collection_->value_columns()) names.push_back(PrintLabel(column.name));
  return names;
}

std::vector<std::string> DataFrame::dtypes() const { return TypesOf(*collection_); }

Series DataFrame::operator[](const std::string& column) const { return LazyAccess::Wrap<Series>(GetColumn(*collection_, column)); }

DataFrame DataFrame::operator[](const SeriesOperand& mask) const {
  return Frame(Filter(*collection_, LazyAccess::MaskOf(mask), LazyAccess::OriginOf(mask)));
}

DataFrame DataFrame::Select(const std::vector<std::string>& columns) const { return Frame(GetColumns(*collection_, columns)); }

DataFrame DataFrame::Assign(const std::string& name, const SeriesOperand& value) const {
  return Frame(cask::Assign(*collection_, name, LazyAccess::ArgumentOf(value)));
}

DataFrame DataFrame::Drop(const std::vector<std::string>& columns) const { return Frame(DropColumns(*collection_, columns, false)); }

DataFrame DataFrame::Rename(const std::vector<std::pair<std::string, std::string>>& names) const {
  std::vector<std::string> from, to;
  for (const auto& [old_name, new_name] : names) {
    from.push_back(old_name);
    to.push_back(new_name);
  }
  return Frame(RenameColumns(*collection_, from, to));
}

DataFrame DataFrame::DropNA(const std::optional<std::vector<std::string>>& subset, CallSite site) const {
  return Frame(DropMissing(*collection_, subset, false, At(site)));
}

// -- Reductions

Series DataFrame::Reduce(const std::string& name, bool numeric_only, CallSite site) const {
  const AggregateKind kind = ValueOrRaise(ParseAggregateKind(name));
  if (kind == AggregateKind::kNunique) return LazyAccess::Wrap<Series>(CountDistinct(*collection_, true, At(site)));
  FrameReduceOptions options;
  options.numeric_only = numeric_only;
  const Collection reduced = ValueOrRaise(cask::Reduce(*collection_, kind, options, At(site)));
  if (reduced.shape == Collection::Shape::kFrame) {
    ValueOrRaise(Result<Collection>(TypeError("the results of {} have no common type; select columns of one kind, for example with numeric_only",
                                              reduced.data.root->Describe())));
  }
  return LazyAccess::Wrap<Series>(reduced);
}

Series DataFrame::ValueCounts(const ValueCountsArguments& a, CallSite site) const {
  return LazyAccess::Wrap<Series>(cask::ValueCounts(*collection_, a.dropna, {a.normalize, a.sort, a.ascending, false}, At(site)));
}

DataFrame DataFrame::Describe(CallSite site) const { return Frame(DescribeColumns(*collection_, {0.25, 0.5, 0.75}, {}, At(site))); }

DataFrame DataFrame::DropDuplicates(CallSite site) const { return Frame(cask::DropDuplicates(*collection_, std::nullopt, KeepRow::kFirst, At(site))); }

// -- Order

DataFrame DataFrame::Head(int64_t n, CallSite site) const { return Frame(cask::Head(*collection_, n, 1, At(site))); }
DataFrame DataFrame::Tail(int64_t n, CallSite site) const { return Frame(cask::Tail(*collection_, n, At(site))); }

DataFrame DataFrame::NLargest(int64_t n, const std::vector<std::string>& columns, CallSite site) const {
  return Frame(LargestRows(*collection_, n, columns, true, KeepTies::kFirst, At(site)));
}

DataFrame DataFrame::NSmallest(int64_t n, const std::vector<std::string>& columns, CallSite site) const {
  return Frame(LargestRows(*collection_, n, columns, false, KeepTies::kFirst, At(site)));
}

DataFrame DataFrame::SortValues(const std::vector<std::string>& by, const std::vector<bool>& ascending, CallSite site) const {
  return Frame(cask::SortValues(*collection_, by, ascending, false, At(site)));
}

DataFrameGroupBy DataFrame::GroupBy(std::vector<GroupKey> keys, const GroupByArguments& arguments) const {
  return DataFrameGroupBy(*this, std::move(keys), arguments);
}

// -- Computing

DataFrame DataFrame::Persist(CallSite site) const { return PersistOne(*this, site); }
Series Series::Persist(CallSite site) const { return PersistOne(*this, site); }
int64_t DataFrame::Len(CallSite site) const { return LazyAccess::CountRows(*this, site); }

int64_t LazyAccess::CountRows(const Lazy& lazy, const CallSite& site) {
  return Wrap<Scalar>(cask::CountRows(Of(lazy), OriginOf(site))).Value<int64_t>();
}

std::vector<std::string> DataFrame::ToCsv(const std::string& path, const ToCsvOptions& options) const {
  return LazyAccess::ToCsv(*this, path, options);
}

std::ostream& operator<<(std::ostream& out, const DataFrame& frame) {
  const std::vector<std::string> names = frame.columns(), types = frame.dtypes();
  std::string columns;
  for (size_t i = 0; i < names.size(); ++i) columns += fmt::format("{}{}: {}", i == 0 ? "" : ", ", names[i], types[i]);
  return out << fmt::format("DataFrame({}), {} partitions", columns, frame.num_partitions());
}

}  // namespace cask
