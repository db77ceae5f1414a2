// The breakers that choose or order whole rows: sort, largest and smallest, head, tail. They keep every column, row ids too.
#include "cask/expr/breakers.h"

#include "cask/data/label.h"

namespace cask {
namespace {

class Sorting final : public Breaker {
 public:
  Sorting(std::vector<int> keys, std::vector<bool> ascending, MissingPosition missing)
      : keys_(std::move(keys)), ascending_(std::move(ascending)), missing_(missing) {}

  std::string_view name() const override { return "sort_values"; }
  std::string Describe(const Schema& input) const override {
    std::string text = "sort by";
    for (size_t i = 0; i < keys_.size(); ++i) {
      text += fmt::format("{} {}{}", i > 0 ? "," : "", PrintLabel(input.field(keys_[i]).name), ascending_[i] ? "" : " descending");
    }
    return text;
  }
  void AddToToken(Tokenizer* tokenizer) const override {
    for (size_t i = 0; i < keys_.size(); ++i) tokenizer->Add(int64_t{keys_[i]}).Add(int64_t{ascending_[i]});
    tokenizer->Add(static_cast<int64_t>(missing_));
  }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const SortSpec spec{input, keys_, ascending_, missing_};
    const auto merge = MakeMergeSorted(spec);
    return BreakerSinks{MakeSort(spec), merge, merge};
  }
  bool keeps_rows() const override { return true; }

 private:
  std::vector<int> keys_;
  std::vector<bool> ascending_;
  MissingPosition missing_;
};

class TopK final : public Breaker {
 public:
  TopK(std::vector<int> columns, int64_t n, bool largest, KeepTies keep)
      : columns_(std::move(columns)), n_(n), largest_(largest), keep_(keep) {}

  std::string_view name() const override { return largest_ ? "nlargest" : "nsmallest"; }
  std::string Describe(const Schema& input) const override {
    return fmt::format("the {} {} by {}", n_, largest_ ? "largest" : "smallest", PrintLabel(input.field(columns_[0]).name));
  }
  void AddToToken(Tokenizer* tokenizer) const override {
    for (int column : columns_) tokenizer->Add(int64_t{column});
    tokenizer->Add(n_).Add(int64_t{largest_}).Add(static_cast<int64_t>(keep_));
  }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const TopKSpec spec{input, columns_, n_, largest_, keep_};
    BreakerSinks sinks;
    ARROW_ASSIGN_OR_RAISE(sinks.partial, MakePartialTopK(spec));
    sinks.merge = sinks.partial;
    ARROW_ASSIGN_OR_RAISE(sinks.final, MakeFinalTopK(spec));
    return sinks;
  }
  bool keeps_rows() const override { return true; }

 private:
  std::vector<int> columns_;
  int64_t n_;
  bool largest_;
  KeepTies keep_;
};

class Limit final : public Breaker {
 public:
  Limit(int64_t n, PartitionRange range) : n_(n), range_(range) {}

  std::string_view name() const override { return range_.from_end ? "tail" : "head"; }
  std::string Describe(const Schema&) const override { return fmt::format("the {} {} rows", range_.from_end ? "last" : "first", n_); }
  void AddToToken(Tokenizer* tokenizer) const override { tokenizer->Add(n_).Add(range_.count).Add(int64_t{range_.from_end}); }
  Result<BreakerSinks> MakeSinks(const Schema& input) const override {
    const auto sink = range_.from_end ? MakeTail(input, n_) : MakeHead(input, n_);
    return BreakerSinks{sink, sink, sink};
  }
  PartitionRange partitions() const override { return range_; }
  bool keeps_rows() const override { return true; }

 private:
  int64_t n_;
  PartitionRange range_;
};

}  // namespace

std::shared_ptr<const Breaker> SortBreaker(std::vector<int> keys, std::vector<bool> ascending, MissingPosition missing) {
  return std::make_shared<Sorting>(std::move(keys), std::move(ascending), missing);
}

std::shared_ptr<const Breaker> TopKBreaker(std::vector<int> columns, int64_t n, bool largest, KeepTies keep) {
  return std::make_shared<TopK>(std::move(columns), n, largest, keep);
}

std::shared_ptr<const Breaker> HeadBreaker(int64_t n, int64_t partitions) {
  return std::make_shared<Limit>(n, PartitionRange{partitions, false});
}

std::shared_ptr<const Breaker> TailBreaker(int64_t n) { return std::make_shared<Limit>(n, PartitionRange{1, true}); }

}  // namespace cask
