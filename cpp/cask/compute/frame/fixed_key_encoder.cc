#include <arrow/memory_pool.h>

#include <bit>
#include <cmath>

#include "cask/base/check.h"
#include "cask/compute/frame/code_table.h"
#include "cask/compute/frame/key_encoder.h"
#include "cask/compute/frame/strings.h"

namespace cask {
namespace {

/// How a type's values are told apart: by 64 bits that are equal exactly for equal values, and as integers where they are such.
template <typename T>
struct KeyBits {
  static bool IsMissing(T) { return false; }
  static uint64_t Bits(T value) { return static_cast<uint64_t>(value); }
  static constexpr T kMissing = 0;
  /// The value as an integer, modulo 2^64; `*is_integer` says whether it is one that a window may hold.
  static uint64_t Integer(T value, bool* is_integer) {
    *is_integer = true;
    return static_cast<uint64_t>(value);
  }
};

template <typename T>
struct FloatKeyBits {
  static bool IsMissing(T value) { return value != value; }
  static uint64_t Bits(T value) {
    const double positive_zero = static_cast<double>(value) + 0.0;  // -0.0 + 0.0 is 0.0
    uint64_t bits;
    std::memcpy(&bits, &positive_zero, sizeof(bits));
    return bits;
  }
  static constexpr T kMissing = std::numeric_limits<T>::quiet_NaN();
  static uint64_t Integer(T value, bool* is_integer) {
    // Brought into range first: converting anything else, or NaN, would be undefined.
    constexpr T kMost = 1e9f;
    const T at_least = value > -kMost ? value : -kMost;
    const auto whole = static_cast<int32_t>(at_least < kMost ? at_least : kMost);
    *is_integer = static_cast<T>(whole) == value;
    return static_cast<uint64_t>(static_cast<int64_t>(whole));
  }
};
template <> struct KeyBits<float> : FloatKeyBits<float> {};
template <> struct KeyBits<double> : FloatKeyBits<double> {};

struct Time { int64_t ticks; };  // int64_t whose kNaT is missing
template <>
struct KeyBits<Time> {
  static bool IsMissing(Time value) { return value.ticks == kNaT; }
  static uint64_t Bits(Time value) { return static_cast<uint64_t>(value.ticks); }
  static constexpr Time kMissing{kNaT};
  static uint64_t Integer(Time value, bool* is_integer) {
    *is_integer = true;
    return static_cast<uint64_t>(value.ticks);
  }
};

/// Every value is in the hash table; integers within a window of 65,536 are besides in a table that needs no hashing.
template <typename T>
class FixedKeyEncoder final : public KeyEncoder {
  using Key = KeyBits<T>;

 public:
  FixedKeyEncoder(const DType& type, arrow::MemoryPool* pool) : type_(type), pool_(pool), table_(pool), window_(pool), values_(pool) {}

  Status Encode(const Column& column, int64_t begin, int64_t num_rows, uint32_t* codes) override {
    CASK_CHECK_LE(num_rows, kBlockRows);
    const T* values = Values<T>(column) + begin;
    const ValidityReader validity(column, begin);
    if (window_state_ == WindowState::kUnknown) ARROW_RETURN_NOT_OK(OpenWindow(values, num_rows));
    int64_t num_open = num_rows;  // rows without a code
    if (window_state_ == WindowState::kOpen) {
      num_open = LookUpInWindow(values, num_rows, codes);
      if (!validity.all_valid()) num_open = ClearMissing(validity, num_rows, codes);
      if (num_open == 0) return Status::OK();
    } else {
      std::fill(codes, codes + num_rows, 0);
    }
    return EncodeOpen(values, validity, num_rows, codes);
  }

  Result<Column> Decode(const uint32_t* codes, int64_t num_rows) const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(num_rows * sizeof(T), pool_));
    T* out = reinterpret_cast<T*>(buffer->mutable_data());
    for (int64_t i = 0; i < num_rows; ++i) out[i] = codes[i] == 0 ? Key::kMissing : values_[codes[i]];
    if (!type_.has_bitmap()) return MakeFixedColumn(type_, num_rows, std::move(buffer));
    int64_t num_missing = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOfCodes(codes, num_rows, pool_, &num_missing));
    return MakeFixedColumn(type_, num_rows, std::move(buffer), std::move(validity), num_missing);
  }

  int64_t num_values() const override { return num_values_; }

 private:
  enum class WindowState : uint8_t { kUnknown, kOpen, kClosed };
  static constexpr uint64_t kWindow = 1 << 16;

  /// Opens a window around the first block's integers if they lie closely enough.
  Status OpenWindow(const T* values, int64_t num_rows) {
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int64_t i = 0; i < num_rows; ++i) {
      bool is_integer;
      const auto value = static_cast<int64_t>(Key::Integer(values[i], &is_integer));
      if (!is_integer || Key::IsMissing(values[i])) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (low > high) return Status::OK();  // no integers yet: ask the next block
    const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
    if (range >= kWindow) {
      window_state_ = WindowState::kClosed;
      return Status::OK();
    }
    window_state_ = WindowState::kOpen;
    window_base_ = static_cast<uint64_t>(low) - (kWindow - range) / 2;
    // The last slot stays 0: that of all values outside of the window.
    return window_.Grow(kWindow + 1, 0);
  }

  /// Where in the window each value belongs; kWindow if nowhere. One value at a time.
  void FindInWindow(const T* values, int64_t num_rows, uint32_t* at) const {
    for (int64_t i = 0; i < num_rows; ++i) {
      bool is_integer;
      const uint64_t distance = Key::Integer(values[i], &is_integer) - window_base_;
      const uint32_t low = static_cast<uint32_t>(distance);
      const uint32_t beyond = static_cast<uint32_t>(distance >> 32) | low >> 16 | static_cast<uint32_t>(!is_integer);
      at[i] = beyond == 0 ? low : static_cast<uint32_t>(kWindow);
    }
  }

  /// The same by vector instructions, if all values are integers.
  bool FindFloatsInWindow(const T* values, int64_t num_rows, uint32_t* at) const {
    constexpr T kMost = 1e9f;
    const auto base = static_cast<uint32_t>(window_base_);
    uint64_t fractions = 0;
    for (int64_t i = 0; i < num_rows; ++i) {
      const T below = values[i] < kMost ? values[i] : kMost;
      const T within = below > -kMost ? below : -kMost;
      const auto whole = static_cast<int32_t>(within);
      fractions |= std::bit_cast<uint64_t>(static_cast<double>(whole) - static_cast<double>(values[i]));
      at[i] = static_cast<uint32_t>(whole) - base;
    }
    for (int64_t i = 0; i < num_rows; ++i) at[i] = at[i] >> 16 == 0 ? at[i] : static_cast<uint32_t>(kWindow);
    return fractions == 0;
  }

  int64_t LookUpInWindow(const T* values, int64_t num_rows, uint32_t* codes) const {
    bool found = false;
    if constexpr (std::is_floating_point_v<T>) found = FindFloatsInWindow(values, num_rows, codes);
    if (!found) FindInWindow(values, num_rows, codes);
    const uint32_t* window = window_.data();
    int64_t num_open = 0;
    for (int64_t i = 0; i < num_rows; ++i) {
      codes[i] = window[codes[i]];
      num_open += codes[i] == 0;
    }
    return num_open;
  }

  static int64_t ClearMissing(const ValidityReader& validity, int64_t num_rows, uint32_t* codes) {
    int64_t num_open = 0;
    for (int64_t i = 0; i < num_rows; ++i) {
      if (!validity.IsValid(i)) codes[i] = 0;
      num_open += codes[i] == 0;
    }
    return num_open;
  }

  /// Encodes the rows whose code is 0 and that are not missing.
  Status EncodeOpen(const T* values, const ValidityReader& validity, int64_t num_rows, uint32_t* codes) {
    int64_t n = 0;
    for (int64_t i = 0; i < num_rows; ++i) {
      open_rows_[n] = static_cast<uint32_t>(i);
      open_keys_[n] = Key::Bits(values[i]);
      n += codes[i] == 0 && !Key::IsMissing(values[i]) && validity.IsValid(i);
    }
    if (n == 0) return Status::OK();
    ARROW_RETURN_NOT_OK(table_.Reserve(n));
    ARROW_RETURN_NOT_OK(values_.Grow(num_values_ + n + 1, Key::kMissing));
    table_.Assign(open_keys_, n, open_codes_, [&](int64_t i) {
      const T value = values[open_rows_[i]];
      values_[++num_values_] = value;
      AddToWindow(value);
      return static_cast<uint32_t>(num_values_);
    });
    for (int64_t i = 0; i < n; ++i) codes[open_rows_[i]] = open_codes_[i];
    // A window that most values miss only costs.
    if (window_state_ == WindowState::kOpen && 2 * n > num_rows && ++poor_blocks_ == 4) window_state_ = WindowState::kClosed;
    return Status::OK();
  }

  void AddToWindow(T value) {
    if (window_state_ != WindowState::kOpen) return;
    bool is_integer;
    const uint64_t at = Key::Integer(value, &is_integer) - window_base_;
    if (is_integer && at < kWindow) window_[at] = static_cast<uint32_t>(num_values_);
  }

  DType type_;
  arrow::MemoryPool* pool_;
  CodeTable table_;
  WindowState window_state_ = WindowState::kUnknown;
  uint64_t window_base_ = 0;
  int poor_blocks_ = 0;
  Slots<uint32_t> window_;  // codes by value - window_base_
  Slots<T> values_;         // by code
  int64_t num_values_ = 0;
  uint32_t open_rows_[kBlockRows];
  uint64_t open_keys_[kBlockRows];
  uint32_t open_codes_[kBlockRows];
};

}  // namespace

std::unique_ptr<KeyEncoder> MakeFixedKeyEncoder(const DType& type, arrow::MemoryPool* pool) {
  switch (type.kind()) {
    case Kind::kFloat32: return std::make_unique<FixedKeyEncoder<float>>(type, pool);
    case Kind::kFloat64: return std::make_unique<FixedKeyEncoder<double>>(type, pool);
    case Kind::kTimestamp:
    case Kind::kDuration: return std::make_unique<FixedKeyEncoder<Time>>(type, pool);
    case Kind::kInt8: return std::make_unique<FixedKeyEncoder<int8_t>>(type, pool);
    case Kind::kInt16: return std::make_unique<FixedKeyEncoder<int16_t>>(type, pool);
    case Kind::kInt32: return std::make_unique<FixedKeyEncoder<int32_t>>(type, pool);
    case Kind::kUInt16: return std::make_unique<FixedKeyEncoder<uint16_t>>(type, pool);
    case Kind::kUInt32: return std::make_unique<FixedKeyEncoder<uint32_t>>(type, pool);
    case Kind::kInt64:
    case Kind::kUInt64: return std::make_unique<FixedKeyEncoder<int64_t>>(type, pool);
    default: CASK_CHECK_EQ(type.width(), 1); return std::make_unique<FixedKeyEncoder<uint8_t>>(type, pool);
  }
}

}  // namespace cask
