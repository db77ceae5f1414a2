#include "cask/base/block_cache.h"

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>

#include "cask/base/check.h"

namespace cask {
namespace {

constexpr int64_t kMinIdleLimit = int64_t{64} << 20;
constexpr int64_t kMaxIdleLimit = int64_t{4} << 30;
// A block that is this part longer than what was asked for may still serve.
constexpr int64_t kReuseSlackDivisor = 4;

int64_t RoundUp(int64_t size, int64_t step) { return (size + step - 1) / step * step; }

// Eight sizes to each doubling, so that blocks of nearly the same size can take each other's place.
int64_t SizeClass(int64_t size) {
  const int64_t power = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(size)));
  return RoundUp(size, std::max<int64_t>(power / 8, kUnitBytes));
}

int64_t MappedBytes(int64_t capacity) { return RoundUp(capacity, kChunkBytes); }

void* Map(int64_t capacity) {
  const int64_t length = MappedBytes(capacity);
  void* mapped = mmap(nullptr, length + kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<uintptr_t>(mapped);
  const uintptr_t aligned = (begin + kChunkBytes - 1) & ~static_cast<uintptr_t>(kChunkBytes - 1);
  if (aligned != begin) munmap(mapped, aligned - begin);
  munmap(reinterpret_cast<void*>(aligned + length), begin + kChunkBytes - aligned);
  // A tail of less than half a huge page gets small ones.
  const int64_t huge = capacity % kChunkBytes >= kChunkBytes / 2 ? length : capacity / kChunkBytes * kChunkBytes;
  // Only speed depends on it; a kernel without huge pages says no.
  (void)madvise(reinterpret_cast<void*>(aligned), huge, MADV_HUGEPAGE);
  return reinterpret_cast<void*>(aligned);
}

}  // namespace

void BlockCache::Unmap(const std::vector<Mapping>& mappings) {
  for (const Mapping& mapping : mappings) {
    ASAN_UNPOISON_MEMORY_REGION(mapping.block, mapping.capacity);
    munmap(mapping.block, MappedBytes(mapping.capacity));
  }
}

int64_t BlockCache::IdleLimit() const { return std::clamp(peak_used_bytes_ / 2, kMinIdleLimit, kMaxIdleLimit); }

void* BlockCache::Allocate(int64_t size) {
  if (size > INT64_MAX / 2) return nullptr;
  const int64_t capacity = SizeClass(size);
  void* block = nullptr;
  int64_t got = capacity;
  {
    std::lock_guard lock(mutex_);
    const auto found = idle_.lower_bound(capacity);
    if (found != idle_.end() && found->first <= capacity + capacity / kReuseSlackDivisor) {
      got = found->first;
      block = found->second.back();
      found->second.pop_back();
      if (found->second.empty()) idle_.erase(found);
      idle_bytes_ -= got;
    }
  }
  if (block == nullptr) block = Map(capacity);
  if (block == nullptr) return nullptr;
  // What the last user's end left marked must not trouble the next.
  ASAN_UNPOISON_MEMORY_REGION(block, got);
  std::lock_guard lock(mutex_);
  capacities_.emplace(block, got);
  used_bytes_ += got;
  peak_used_bytes_ = std::max(peak_used_bytes_, used_bytes_);
  return block;
}

void BlockCache::Free(void* block) {
  std::vector<Mapping> surplus;
  {
    std::lock_guard lock(mutex_);
    const auto found = capacities_.find(block);
    CASK_CHECK(found != capacities_.end());
    const int64_t capacity = found->second;
    capacities_.erase(found);
    used_bytes_ -= capacity;
    idle_[capacity].push_back(block);
    idle_bytes_ += capacity;
    surplus = TakeSurplus(IdleLimit());
  }
  Unmap(surplus);
}

int64_t BlockCache::CapacityOf(void* block) {
  std::lock_guard lock(mutex_);
  const auto found = capacities_.find(block);
  CASK_CHECK(found != capacities_.end());
  return found->second;
}

int64_t BlockCache::idle_bytes() {
  std::lock_guard lock(mutex_);
  return idle_bytes_;
}

std::vector<BlockCache::Mapping> BlockCache::TakeSurplus(int64_t keep_bytes) {
  std::vector<Mapping> surplus;
  while (idle_bytes_ > keep_bytes && !idle_.empty()) {
    const auto largest = std::prev(idle_.end());
    surplus.push_back({largest->second.back(), largest->first});
    idle_bytes_ -= largest->first;
    largest->second.pop_back();
    if (largest->second.empty()) idle_.erase(largest);
  }
  return surplus;
}

void BlockCache::Trim(int64_t keep_bytes) {
  std::vector<Mapping> surplus;
  {
    std::lock_guard lock(mutex_);
    surplus = TakeSurplus(keep_bytes);
  }
  Unmap(surplus);
}

}  // namespace cask
