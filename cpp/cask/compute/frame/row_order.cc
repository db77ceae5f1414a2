#include "cask/compute/frame/row_order.h"

#include <numeric>

#include "cask/base/check.h"
#include "cask/compute/column/category_values.h"
#include "cask/compute/frame/strings.h"
#include "cask/compute/frame/text_order.h"

namespace cask {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;

template <typename T>
uint64_t BitsOf(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    const double number = static_cast<double>(value) + 0.0;  // -0.0 becomes 0.0
    uint64_t bits;
    std::memcpy(&bits, &number, sizeof(bits));
    return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(value)) ^ kSignBit;
  } else {
    return value;
  }
}

template <typename T>
void FillBits(const Column& column, uint64_t flip, int64_t num_rows, uint64_t* bits) {
  const T* values = Values<T>(column);
  for (int64_t i = 0; i < num_rows; ++i) bits[i] = BitsOf(values[i]) ^ flip;
}

void FillRanks(const Column& column, const DType& type, uint64_t flip, int64_t num_rows, uint64_t* bits) {
  std::vector<int32_t> ranks = CategoryRanks(column, type);
  ranks.push_back(0);  // a missing value's code may be that of the first category where there are none
  const int32_t* codes = Values<int32_t>(column);
  for (int64_t i = 0; i < num_rows; ++i) bits[i] = BitsOf(ranks[codes[i]]) ^ flip;
}

struct Entry {
  uint64_t bits;
  uint32_t row;
};

/// Stable, by `bits`: digits of 8 bits, least significant first; digits that all entries share cost nothing.
void RadixSort(std::vector<Entry>* entries) {
  const size_t n = entries->size();
  if (n < 256) {
    std::stable_sort(entries->begin(), entries->end(), [](const Entry& a, const Entry& b) { return a.bits < b.bits; });
    return;
  }
  std::vector<std::array<uint32_t, 256>> counts(8);
  for (const Entry& entry : *entries) {
    for (int digit = 0; digit < 8; ++digit) ++counts[digit][entry.bits >> (8 * digit) & 255];
  }
  std::vector<Entry> other(n);
  for (int digit = 0; digit < 8; ++digit) {
    auto& count = counts[digit];
    if (count[entries->front().bits >> (8 * digit) & 255] == n) continue;
    uint32_t begin = 0;
    for (uint32_t& c : count) begin += std::exchange(c, begin);
    for (const Entry& entry : *entries) other[count[entry.bits >> (8 * digit) & 255]++] = entry;
    entries->swap(other);
  }
}

/// Sorts rows none of whose values is missing.
void SortNumbers(const OrderKey& key, std::span<uint32_t> rows) {
  std::vector<uint64_t> bits(key.column->length);
  OrderedBits(key.column, key.type, key.ascending, key.column->length, bits.data());
  std::vector<Entry> entries(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) entries[i] = {bits[rows[i]], rows[i]};
  RadixSort(&entries);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = entries[i].row;
}

/// The first 8 bytes as a number that orders as they do.
uint64_t Prefix(std::string_view text) {
  uint64_t bits = 0;
  std::memcpy(&bits, text.data(), std::min<size_t>(text.size(), 8));
  return __builtin_bswap64(bits);
}

void SortTexts(const OrderKey& key, std::span<uint32_t> rows) {
  const StringReader strings(key.column);
  const bool numeric = key.type.kind() == Kind::kObjectInt;
  const TextOrder order(key.type);
  std::vector<Entry> entries(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) entries[i] = {numeric ? 0 : Prefix(strings[rows[i]]), rows[i]};
  const auto less = [&](const Entry& a, const Entry& b) {
    if (a.bits != b.bits) return a.bits < b.bits;
    return order.IsLess(strings[a.row], strings[b.row]);
  };
  if (key.ascending) {
    std::stable_sort(entries.begin(), entries.end(), less);
  } else {
    std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return less(b, a); });
  }
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = entries[i].row;
}

void SortByKey(const OrderKey& key, std::vector<uint32_t>* rows) {
  if (key.type.kind() == Kind::kNull) return;
  const auto missing = [&](uint32_t row) { return IsMissing(key.column, key.type, row); };
  std::span<uint32_t> present(*rows);
  if (std::any_of(rows->begin(), rows->end(), missing)) {
    if (key.missing == MissingPosition::kLast) {
      const auto end = std::stable_partition(rows->begin(), rows->end(), [&](uint32_t row) { return !missing(row); });
      present = present.first(end - rows->begin());
    } else {
      const auto begin = std::stable_partition(rows->begin(), rows->end(), missing);
      present = present.subspan(begin - rows->begin());
    }
  }
  key.type.is_fixed_width() ? SortNumbers(key, present) : SortTexts(key, present);
}

}  // namespace

void OrderedBits(const Column& column, const DType& type, bool ascending, int64_t num_rows, uint64_t* bits) {
  const uint64_t flip = ascending ? 0 : ~uint64_t{0};
  switch (type.kind()) {
    case Kind::kInt8: return FillBits<int8_t>(column, flip, num_rows, bits);
    case Kind::kInt16: return FillBits<int16_t>(column, flip, num_rows, bits);
    case Kind::kCategory: return FillRanks(column, type, flip, num_rows, bits);
    case Kind::kInt32: return FillBits<int32_t>(column, flip, num_rows, bits);
    case Kind::kUInt16: return FillBits<uint16_t>(column, flip, num_rows, bits);
    case Kind::kUInt32: return FillBits<uint32_t>(column, flip, num_rows, bits);
    case Kind::kUInt64: return FillBits<uint64_t>(column, flip, num_rows, bits);
    case Kind::kInt64:
    case Kind::kTimestamp:
    case Kind::kDuration: return FillBits<int64_t>(column, flip, num_rows, bits);
    case Kind::kFloat32: return FillBits<float>(column, flip, num_rows, bits);
    case Kind::kFloat64: return FillBits<double>(column, flip, num_rows, bits);
    default: CASK_CHECK_EQ(type.width(), 1); return FillBits<uint8_t>(column, flip, num_rows, bits);
  }
}

Status SortRows(const std::vector<OrderKey>& keys, std::vector<uint32_t>* rows) {
  // Each sort is stable, so the least significant key goes first.
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) SortByKey(*key, rows);
  return Status::OK();
}

std::vector<uint32_t> AllRows(int64_t n) {
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

}  // namespace cask
