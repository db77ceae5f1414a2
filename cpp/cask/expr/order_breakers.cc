// The breakers that choose or order whole rows: sort, largest and smallest, head, tail. They keep every column, row ids too.
#include "cask/expr/breakers.h"

#include "cask/data/label.h"

namespace cask {
namespace {

class Sorting final : public Breaker {
 public:
  explicit Sorting(SortSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return "sort_values"; }
  std::string Describe(const Schema& input) const override {
    std::string text = "sort by";
    for (size_t i = 0; i < spec_.keys.size(); ++i) {
      text += fmt::format("{} {}{}", i > 0 ? "," : "", PrintLabel(input.field(spec_.keys[i]).name), spec_.ascending[i] ? "" : " descending");
    }
    return text;
  }
  BreakerSpec spec() const override { return spec_; }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    SortSpec spec = spec_;
    spec.schema = input;
    const auto merge = MakeMergeSorted(spec);
    return BreakerSinks{MakeSort(spec), merge, merge};
  }
  bool keeps_rows() const override { return true; }

 private:
  SortSpec spec_;
};

class TopK final : public Breaker {
 public:
  explicit TopK(TopKSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return spec_.largest ? "nlargest" : "nsmallest"; }
  std::string Describe(const Schema& input) const override {
    return fmt::format("the {} {} by {}", spec_.n, spec_.largest ? "largest" : "smallest", PrintLabel(input.field(spec_.columns[0]).name));
  }
  BreakerSpec spec() const override { return spec_; }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    TopKSpec spec = spec_;
    spec.schema = input;
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialTopK(spec));
    sinks.merge = sinks.partial;
    ARROW_ASSIGN_OR_RAISE(sinks.final, MakeFinalTopK(spec));
    return sinks;
  }
  bool keeps_rows() const override { return true; }

 private:
  TopKSpec spec_;
};

class Limit final : public Breaker {
 public:
  explicit Limit(LimitSpec spec) : spec_(spec) {}

  std::string_view name() const override { return spec_.range.from_end ? "tail" : "head"; }
  std::string Describe(const Schema&) const override { return fmt::format("the {} {} rows", spec_.range.from_end ? "last" : "first", spec_.n); }
  BreakerSpec spec() const override { return spec_; }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const auto sink = spec_.range.from_end ? MakeTail(input, spec_.n) : MakeHead(input, spec_.n);
    return BreakerSinks{sink, sink, sink};
  }
  PartitionRange partitions() const override { return spec_.range; }
  bool keeps_rows() const override { return true; }

 private:
  LimitSpec spec_;
};

}  // namespace

std::shared_ptr<const Breaker> MakeBreaker(SortSpec spec) { return std::make_shared<Sorting>(std::move(spec)); }
std::shared_ptr<const Breaker> MakeBreaker(TopKSpec spec) { return std::make_shared<TopK>(std::move(spec)); }
std::shared_ptr<const Breaker> MakeBreaker(LimitSpec spec) { return std::make_shared<Limit>(spec); }

}  // namespace cask
