#include "cask/compute/frame/code_table.h"

#include <bit>

namespace cask {

Status CodeTable::Reserve(int64_t more) {
  // At most 5 of 8 slots are in use: linear probing then looks at two slots or so.
  const int64_t wanted = (size_ + more) * 8 / 5 + 1;
  if (wanted <= slots_.size()) return Status::OK();
  const uint64_t capacity = std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(wanted, 64)));
  Slots<Slot> old = std::move(slots_);
  slots_ = Slots<Slot>(old.pool());
  ARROW_RETURN_NOT_OK(slots_.Grow(static_cast<int64_t>(capacity), Slot{0, 0}));
  mask_ = capacity - 1;
  shift_ = 64 - std::countr_zero(capacity);
  for (int64_t i = 0; i < old.size(); ++i) {
    if (old[i].code == 0) continue;
    uint64_t at = Home(old[i].key);
    while (slots_[at].code != 0) at = (at + 1) & mask_;
    slots_[at] = old[i];
  }
  return Status::OK();
}

}  // namespace cask
