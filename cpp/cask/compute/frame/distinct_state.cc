// The distinct values of each group, for nunique.
#include <numeric>

#include "cask/compute/frame/blobs.h"
#include "cask/compute/frame/group_ids.h"
#include "cask/compute/frame/state.h"
#include "cask/compute/frame/string_builder.h"

namespace cask {
namespace {

/// Whether blobs hold the values' own bytes.
bool HoldsBytes(const DType& type) { return type.is_fixed_width() && type.kind() != Kind::kCategory; }

/// Numbers the values, then keeps the distinct pairs of group and number. In a blob a fixed-width value is its bytes, and a text is
/// its length (uint32) and its bytes.
class DistinctState final : public AggregateState {
 public:
  DistinctState(const DType& type, std::unique_ptr<KeyEncoder> encoder, std::unique_ptr<KeyEncoder> text_encoder,
                arrow::MemoryPool* pool)
      : type_(type), encoder_(std::move(encoder)), text_encoder_(std::move(text_encoder)), pool_(pool), pairs_(pool) {}

  Status Grow(int64_t num_groups) override {
    num_groups_ = num_groups;
    return Status::OK();
  }

  Status Update(BlockValues& block) override {
    return Add(*encoder_, block.column(), block.begin(), block.num_rows(), block.AllIds());
  }

  Status Merge(const Column* columns, int64_t begin, int64_t num_rows, const uint32_t* ids) override {
    merging_ = text_encoder_ != nullptr;
    const StringReader blobs(columns[0], begin);
    return HoldsBytes(type_) ? MergeFixed(columns[0], blobs, num_rows, ids)
                                                                      : MergeTexts(blobs, num_rows, ids);
  }

  Result<std::vector<Column>> Finish() override {
    const int64_t n = pairs_.size();
    if (n == 0) return NoValues();
    const uint32_t* groups = pairs_.firsts() + 1;
    const uint32_t* codes = pairs_.seconds() + 1;
    if (HoldsBytes(type_)) {
      ARROW_ASSIGN_OR_RAISE(Column values, encoder_->Decode(codes, n));
      ARROW_ASSIGN_OR_RAISE(Column blobs, GatherBlobs(groups, values->buffers[1]->data(), type_.width(), n, num_groups_, pool_));
      return std::vector<Column>{std::move(blobs)};
    }
    ARROW_ASSIGN_OR_RAISE(Column blobs, FinishTexts(groups, codes, n));
    return std::vector<Column>{std::move(blobs)};
  }

 private:
  Result<std::vector<Column>> NoValues() {
    ARROW_ASSIGN_OR_RAISE(Column blobs, GatherBlobs(nullptr, nullptr, 1, 0, num_groups_, pool_));
    return std::vector<Column>{std::move(blobs)};
  }

  Status Add(KeyEncoder& encoder, const Column& column, int64_t begin, int64_t num_rows, const uint32_t* ids) {
    uint32_t codes[kBlockRows];
    uint32_t groups[kBlockRows];
    ARROW_RETURN_NOT_OK(encoder.Encode(column, begin, num_rows, codes));
    std::copy(ids, ids + num_rows, groups);
    return pairs_.Assign(groups, codes, num_rows, num_groups_, encoder.num_values(), /*drop_zeros=*/true);
  }

  /// Adds all of a column's values, value i to groups[i].
  Status AddAll(KeyEncoder& encoder, const Column& column, const std::vector<uint32_t>& groups) {
    const auto n = static_cast<int64_t>(groups.size());
    for (int64_t at = 0; at < n; at += kBlockRows) {
      ARROW_RETURN_NOT_OK(Add(encoder, column, at, std::min(kBlockRows, n - at), groups.data() + at));
    }
    return Status::OK();
  }

  Status MergeFixed(const Column& column, const StringReader& blobs, int64_t num_rows, const uint32_t* ids) {
    if (num_rows == 0) return Status::OK();
    // The blobs of consecutive groups lie one after the other: together they are a column.
    const int64_t first = blobs.offsets()[0];
    const int64_t num_bytes = blobs.offsets()[num_rows] - first;
    std::vector<uint32_t> groups;
    groups.reserve(num_bytes / type_.width());
    for (int64_t i = 0; i < num_rows; ++i) groups.insert(groups.end(), blobs[i].size() / type_.width(), ids[i]);
    if (groups.empty()) return Status::OK();
    const Column values = MakeFixedColumn(type_, static_cast<int64_t>(groups.size()), arrow::SliceBuffer(column->buffers[2], first, num_bytes));
    return AddAll(*encoder_, values, groups);
  }

  Status MergeTexts(const StringReader& blobs, int64_t num_rows, const uint32_t* ids) {
    StringBuilder texts(pool_);
    std::vector<uint32_t> groups;
    for (int64_t i = 0; i < num_rows; ++i) {
      for (std::string_view rest = blobs[i]; !rest.empty();) {
        uint32_t size;
        std::memcpy(&size, rest.data(), sizeof(size));
        ARROW_RETURN_NOT_OK(texts.Append(rest.substr(sizeof(size), size)));
        groups.push_back(ids[i]);
        rest.remove_prefix(sizeof(size) + size);
      }
    }
    ARROW_ASSIGN_OR_RAISE(const Column column, texts.Finish(Kind::kString));
    return AddAll(text_encoder_ ? *text_encoder_ : *encoder_, column, groups);
  }

  Result<Column> FinishTexts(const uint32_t* groups, const uint32_t* codes, int64_t n) {
    ARROW_ASSIGN_OR_RAISE(Column values, (merging_ ? *text_encoder_ : *encoder_).Decode(codes, n));
    const int32_t* indices = values->dictionary ? Values<int32_t>(values) : nullptr;
    const StringReader texts(values->dictionary ? Column(values->dictionary) : values);
    // Pairs in the order of their groups, each group's in the order in which they came.
    std::vector<uint32_t> begins(num_groups_ + 2);
    for (int64_t i = 0; i < n; ++i) ++begins[groups[i] + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<uint32_t> order(n);
    std::vector<uint32_t> next = begins;
    for (int64_t i = 0; i < n; ++i) order[next[groups[i]]++] = static_cast<uint32_t>(i);
    StringBuilder blobs(pool_);
    for (int64_t g = 1; g <= num_groups_; ++g) {
      int64_t size = 0;
      const auto text_of = [&](uint32_t at) { return texts[indices != nullptr ? indices[order[at]] : order[at]]; };
      for (uint32_t at = begins[g]; at < begins[g + 1]; ++at) size += static_cast<int64_t>(sizeof(uint32_t) + text_of(at).size());
      ARROW_ASSIGN_OR_RAISE(char* out, blobs.AppendRoom(size));
      for (uint32_t at = begins[g]; at < begins[g + 1]; ++at) {
        const std::string_view text = text_of(at);
        const auto length = static_cast<uint32_t>(text.size());
        std::memcpy(out, &length, sizeof(length));
        std::memcpy(out + sizeof(length), text.data(), length);
        out += sizeof(length) + length;
      }
    }
    return blobs.Finish(Kind::kString);
  }

  DType type_;
  std::unique_ptr<KeyEncoder> encoder_;
  std::unique_ptr<KeyEncoder> text_encoder_;  // of a category column: for merging, where categories are texts
  bool merging_ = false;
  arrow::MemoryPool* pool_;
  PairTable pairs_;  // of group and code
  int64_t num_groups_ = 0;
};

}  // namespace

int64_t CountDistinctInBlob(const DType& type, std::string_view blob) {
  if (HoldsBytes(type)) return static_cast<int64_t>(blob.size()) / type.width();
  int64_t n = 0;
  for (; !blob.empty(); ++n) {
    uint32_t size;
    std::memcpy(&size, blob.data(), sizeof(size));
    blob.remove_prefix(sizeof(size) + size);
  }
  return n;
}

Result<std::unique_ptr<AggregateState>> MakeDistinctState(const DType& type, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto encoder, MakeKeyEncoder(type, pool));
  std::unique_ptr<KeyEncoder> text_encoder;
  if (type.kind() == Kind::kCategory) text_encoder = MakeStringKeyEncoder(Kind::kString, pool);
  return std::make_unique<DistinctState>(type, std::move(encoder), std::move(text_encoder), pool);
}

}  // namespace cask
