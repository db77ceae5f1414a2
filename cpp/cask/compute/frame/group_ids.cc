#include "cask/compute/frame/group_ids.h"

#include <bit>
#include <numeric>

namespace cask {
namespace {

constexpr int64_t kDenseSlots = 1 << 18;

}  // namespace

Result<bool> PairTable::FitDense(int64_t max_first, int64_t max_second) {
  if (max_first < first_end_ && (max_second >> second_bits_) == 0) return true;
  // Powers of two, so that growth is rare.
  const uint64_t first_end = std::bit_ceil(std::max<uint64_t>(first_end_, static_cast<uint64_t>(max_first) + 1));
  const int second_bits = std::max<int>(second_bits_, std::bit_width(static_cast<uint64_t>(max_second)));
  if (second_bits > 18 || (first_end << second_bits) > kDenseSlots) return false;
  dense_ = Slots<uint32_t>(dense_.pool());
  ARROW_RETURN_NOT_OK(dense_.Grow(static_cast<int64_t>(first_end << second_bits), 0));
  first_end_ = static_cast<uint32_t>(first_end);
  second_bits_ = second_bits;
  for (int64_t id = 1; id <= size_; ++id) {
    if (firsts_[id] < first_end_) dense_[(uint64_t{firsts_[id]} << second_bits_) | seconds_[id]] = static_cast<uint32_t>(id);
  }
  return true;
}

void PairTable::Add(uint32_t first, uint32_t second) {
  ++size_;
  firsts_[size_] = first;
  seconds_[size_] = second;
  if (first < first_end_ && (second >> second_bits_) == 0) {
    dense_[(uint64_t{first} << second_bits_) | second] = static_cast<uint32_t>(size_);
  }
}

Status PairTable::Assign(uint32_t* first, const uint32_t* second, int64_t n, int64_t max_first, int64_t max_second, bool drop_zeros) {
  ARROW_ASSIGN_OR_RAISE(const bool is_dense, FitDense(max_first, max_second));
  uint64_t keys[kBlockRows];
  for (int64_t i = 0; i < n; ++i) keys[i] = uint64_t{first[i]} << 32 | second[i];
  if (!is_dense) {
    std::fill(first, first + n, 0);
    return AssignOpen(keys, n, first, drop_zeros);
  }
  const uint32_t* dense = dense_.data();
  const int second_bits = second_bits_;
  int64_t num_open = 0;
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t id = dense[(uint64_t{first[i]} << second_bits) | second[i]];
    first[i] = id;
    num_open += id == 0;
  }
  return num_open == 0 ? Status::OK() : AssignOpen(keys, n, first, drop_zeros);
}

Status PairTable::AssignOpen(const uint64_t* keys, int64_t n, uint32_t* ids, bool drop_zeros) {
  uint32_t rows[kBlockRows];
  uint64_t open_keys[kBlockRows];
  uint32_t open_ids[kBlockRows];
  int64_t num_open = 0;
  for (int64_t i = 0; i < n; ++i) {
    rows[num_open] = static_cast<uint32_t>(i);
    open_keys[num_open] = keys[i];
    num_open += ids[i] == 0 && !(drop_zeros && (keys[i] >> 32 == 0 || static_cast<uint32_t>(keys[i]) == 0));
  }
  if (num_open == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(firsts_.Grow(size_ + num_open + 1, 0));
  ARROW_RETURN_NOT_OK(seconds_.Grow(size_ + num_open + 1, 0));
  ARROW_RETURN_NOT_OK(table_.Reserve(num_open));
  table_.Assign(open_keys, num_open, open_ids, [&](int64_t i) {
    Add(static_cast<uint32_t>(open_keys[i] >> 32), static_cast<uint32_t>(open_keys[i]));
    return static_cast<uint32_t>(size_);
  });
  for (int64_t i = 0; i < num_open; ++i) ids[rows[i]] = open_ids[i];
  return Status::OK();
}

Result<std::unique_ptr<GroupIds>> GroupIds::Make(std::vector<DType> key_types, bool dropna, arrow::MemoryPool* pool) {
  std::unique_ptr<GroupIds> groups(new GroupIds(dropna, pool));
  for (const DType& type : key_types) {
    ARROW_ASSIGN_OR_RAISE(auto encoder, MakeKeyEncoder(type, pool));
    groups->encoders_.push_back(std::move(encoder));
  }
  const size_t num_pairs = key_types.size() == 1 && !dropna ? 1 : key_types.empty() ? 0 : key_types.size() - 1;
  for (size_t i = 0; i < num_pairs; ++i) groups->pairs_.push_back(std::make_unique<PairTable>(pool));
  return groups;
}

Status GroupIds::Assign(const std::vector<Column>& keys, int64_t begin, int64_t num_rows, uint32_t* ids) {
  if (encoders_.empty()) {
    std::fill(ids, ids + num_rows, 1);
    return Status::OK();
  }
  ARROW_RETURN_NOT_OK(encoders_[0]->Encode(keys[0], begin, num_rows, ids));
  int64_t max_id = encoders_[0]->num_values();
  uint32_t codes[kBlockRows];
  for (size_t i = 0; i < pairs_.size(); ++i) {
    int64_t max_code = 0;
    if (i + 1 < encoders_.size()) {
      ARROW_RETURN_NOT_OK(encoders_[i + 1]->Encode(keys[i + 1], begin, num_rows, codes));
      max_code = encoders_[i + 1]->num_values();
    } else {
      std::fill(codes, codes + num_rows, 0);
    }
    ARROW_RETURN_NOT_OK(pairs_[i]->Assign(ids, codes, num_rows, max_id, max_code, dropna_));
    max_id = pairs_[i]->size();
  }
  return Status::OK();
}

int64_t GroupIds::num_groups() const {
  if (encoders_.empty()) return 1;
  return pairs_.empty() ? encoders_[0]->num_values() : pairs_.back()->size();
}

Result<std::vector<Column>> GroupIds::Keys() const {
  std::vector<Column> keys(encoders_.size());
  const int64_t n = num_groups();
  std::vector<uint32_t> codes(n);
  std::iota(codes.begin(), codes.end(), 1);
  std::vector<uint32_t> seconds(n);
  for (size_t i = pairs_.size(); i-- > 0;) {
    for (int64_t g = 0; g < n; ++g) {
      seconds[g] = pairs_[i]->seconds()[codes[g]];
      codes[g] = pairs_[i]->firsts()[codes[g]];
    }
    if (i + 1 < encoders_.size()) {
      ARROW_ASSIGN_OR_RAISE(keys[i + 1], encoders_[i + 1]->Decode(seconds.data(), n));
    }
  }
  if (!encoders_.empty()) {
    ARROW_ASSIGN_OR_RAISE(keys[0], encoders_[0]->Decode(codes.data(), n));
  }
  return keys;
}

Result<Column> GroupIds::Levels(int k) const {
  const int64_t n = encoders_[k]->num_values();
  std::vector<uint32_t> codes(n);
  std::iota(codes.begin(), codes.end(), 1);
  if (!dropna_) codes.push_back(0);
  return encoders_[k]->Decode(codes.data(), static_cast<int64_t>(codes.size()));
}

}  // namespace cask
