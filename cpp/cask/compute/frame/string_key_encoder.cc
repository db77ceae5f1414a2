#define XXH_INLINE_ALL
#include <xxhash.h>

#include <arrow/memory_pool.h>

#include <bit>

#include "cask/base/check.h"
#include "cask/compute/frame/code_table.h"
#include "cask/compute/frame/key_encoder.h"
#include "cask/compute/frame/strings.h"

namespace cask {
namespace {

template <typename Word>
uint64_t Load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

/// A string in three words: up to 16 bytes they are the string; of a longer one the hash and the first bytes.
struct StringKey {
  static constexpr uint32_t kShort = 16;
  uint64_t low = 0;
  uint64_t high = 0;
  uint32_t length;

  explicit StringKey(std::string_view text) : length(static_cast<uint32_t>(text.size())) {
    const char* bytes = text.data();
    if (text.size() > kShort) {
      low = XXH3_64bits(bytes, text.size());
      high = Load<uint64_t>(bytes);
    } else if (text.size() >= 8) {  // two loads that may overlap: nothing beyond the string is read
      low = Load<uint64_t>(bytes);
      high = Load<uint64_t>(bytes + text.size() - 8);
    } else if (text.size() >= 4) {
      low = Load<uint32_t>(bytes) | Load<uint32_t>(bytes + text.size() - 4) << 32;
    } else if (!text.empty()) {
      low = Load<uint8_t>(bytes) | Load<uint8_t>(bytes + text.size() / 2) << 8 | Load<uint8_t>(bytes + text.size() - 1) << 16;
    }
  }

  uint64_t Hash() const { return MixBits(low ^ std::rotl(high, 29) * 0x9fb21c651e98df25 ^ (uint64_t{length} << 56)); }
};

/// An open-addressing table whose slots hold short strings whole; longer ones are compared in the bytes kept by code.
class StringKeyEncoder final : public KeyEncoder {
 public:
  StringKeyEncoder(const DType& type, arrow::MemoryPool* pool) : type_(type), pool_(pool), slots_(pool), bytes_(pool), ends_(pool) {}

  Status Encode(const Column& column, int64_t begin, int64_t num_rows, uint32_t* codes) override {
    const StringReader strings(column, begin);
    const ValidityReader validity(column, begin);
    ARROW_RETURN_NOT_OK(Reserve(num_rows));
    for (int64_t i = 0; i < num_rows; ++i) {
      if (!validity.IsValid(i)) {
        codes[i] = 0;
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(codes[i], FindOrAdd(strings[i]));
    }
    return Status::OK();
  }

  Result<Column> Decode(const uint32_t* codes, int64_t num_rows) const override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets, arrow::AllocateBuffer((num_rows + 1) * sizeof(int64_t), pool_));
    auto* out_offsets = reinterpret_cast<int64_t*>(offsets->mutable_data());
    int64_t at = 0;
    for (int64_t i = 0; i < num_rows; ++i) {
      out_offsets[i] = at;
      at += codes[i] == 0 ? 0 : static_cast<int64_t>(TextOf(codes[i]).size());
    }
    out_offsets[num_rows] = at;
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(at, pool_));
    for (int64_t i = 0; i < num_rows; ++i) {
      if (codes[i] == 0) continue;
      const std::string_view text = TextOf(codes[i]);
      if (!text.empty()) std::memcpy(bytes->mutable_data() + out_offsets[i], text.data(), text.size());
    }
    int64_t num_missing = 0;
    ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOfCodes(codes, num_rows, pool_, &num_missing));
    return arrow::ArrayData::Make(type_.arrow_type(), num_rows, {validity, offsets, bytes}, num_missing);
  }

  int64_t num_values() const override { return num_values_; }

 private:
  struct Slot {
    uint64_t low;
    uint64_t high;
    uint32_t length;
    uint32_t code;  // 0: an empty slot
  };

  Status Reserve(int64_t more) {
    ARROW_RETURN_NOT_OK(ends_.Grow(num_values_ + more + 1, 0));
    const int64_t wanted = (num_values_ + more) * 8 / 5 + 1;
    if (wanted <= slots_.size()) return Status::OK();
    const uint64_t capacity = std::bit_ceil(static_cast<uint64_t>(wanted));
    Slots<Slot> old = std::move(slots_);
    slots_ = Slots<Slot>(pool_);
    ARROW_RETURN_NOT_OK(slots_.Grow(static_cast<int64_t>(capacity), Slot{0, 0, 0, 0}));
    mask_ = capacity - 1;
    for (int64_t i = 0; i < old.size(); ++i) {
      if (old[i].code == 0) continue;
      StringKey key({});
      key.low = old[i].low, key.high = old[i].high, key.length = old[i].length;
      uint64_t at = key.Hash() & mask_;
      while (slots_[at].code != 0) at = (at + 1) & mask_;
      slots_[at] = old[i];
    }
    return Status::OK();
  }

  Result<uint32_t> FindOrAdd(std::string_view text) {
    const StringKey key(text);
    for (uint64_t at = key.Hash() & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.code == 0) return Add(key, text, at);
      if (slot.low != key.low || slot.high != key.high || slot.length != key.length) continue;
      if (key.length <= StringKey::kShort || TextOf(slot.code) == text) return slot.code;
    }
  }

  Result<uint32_t> Add(const StringKey& key, std::string_view text, uint64_t at) {
    if (text.size() > UINT32_MAX) return ValueError("a key of {} bytes is longer than group-by takes (4 GB)", text.size());
    const int64_t begin = ends_[num_values_];
    ARROW_RETURN_NOT_OK(bytes_.Grow(begin + static_cast<int64_t>(text.size()), 0));
    if (!text.empty()) std::memcpy(bytes_.data() + begin, text.data(), text.size());
    ends_[++num_values_] = begin + static_cast<int64_t>(text.size());
    slots_[at] = {key.low, key.high, key.length, static_cast<uint32_t>(num_values_)};
    return static_cast<uint32_t>(num_values_);
  }

  std::string_view TextOf(uint32_t code) const {
    return {bytes_.data() + ends_[code - 1], static_cast<size_t>(ends_[code] - ends_[code - 1])};
  }

  DType type_;
  arrow::MemoryPool* pool_;
  Slots<Slot> slots_;
  uint64_t mask_ = 0;
  Slots<char> bytes_;     // of all values, one after the other
  Slots<int64_t> ends_;   // by code, where its value ends; ends_[0] is 0
  int64_t num_values_ = 0;
};

}  // namespace

std::unique_ptr<KeyEncoder> MakeStringKeyEncoder(const DType& type, arrow::MemoryPool* pool) {
  return std::make_unique<StringKeyEncoder>(type, pool);
}

}  // namespace cask
