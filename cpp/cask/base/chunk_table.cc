#include "cask/base/chunk_table.h"

#include <array>
#include <atomic>
#include <cstdint>

#include "cask/base/check.h"
#include "cask/base/chunk_allocator.h"

namespace cask {
namespace {

// 48 bits of address: 21 within a chunk, 14 in a leaf of the table, 13 at the top. A leaf spans 32 GiB, so there are few.
constexpr int kLeafBits = 14;
constexpr int kTopBits = 13;

struct Leaf {
  std::array<std::atomic<void*>, 1 << kLeafBits> chunks{};
};

// Leaves live for ever, as the pool does.
std::array<std::atomic<Leaf*>, 1 << kTopBits> top;

uint64_t ChunkNumber(const void* address) { return reinterpret_cast<uintptr_t>(address) / kChunkBytes; }

Leaf* FindOrMakeLeaf(uint64_t position) {
  CASK_CHECK_LT(position, uint64_t{1} << kTopBits);
  Leaf* leaf = top[position].load(std::memory_order_acquire);
  if (leaf != nullptr) return leaf;
  auto* made = new Leaf;
  if (top[position].compare_exchange_strong(leaf, made, std::memory_order_acq_rel)) return made;
  delete made;
  return leaf;
}

}  // namespace

void* FindChunk(const void* address) {
  const uint64_t number = ChunkNumber(address);
  const uint64_t position = number >> kLeafBits;
  if (position >= top.size()) return nullptr;
  const Leaf* leaf = top[position].load(std::memory_order_acquire);
  if (leaf == nullptr) return nullptr;
  return leaf->chunks[number % leaf->chunks.size()].load(std::memory_order_acquire);
}

void RegisterChunk(const void* memory, void* what) {
  const uint64_t number = ChunkNumber(memory);
  Leaf* leaf = FindOrMakeLeaf(number >> kLeafBits);
  leaf->chunks[number % leaf->chunks.size()].store(what, std::memory_order_release);
}

}  // namespace cask
