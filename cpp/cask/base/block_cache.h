// BlockCache: mappings of whole blocks of memory, kept for reuse after they were freed, up to a bound.
//
// Chunks of 2 MiB and blocks larger than that come from here. Blocks are aligned to 2 MiB and marked for huge pages, except for a
// short tail, which takes small pages so that it does not cost memory that nobody asked for.
//
// Thread-safe: one lock; the kernel is not called while it is held.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cask/base/chunk_allocator.h"

namespace cask {

class BlockCache final : public ChunkSource {
 public:
  void* TakeChunk() override { return Allocate(kChunkBytes); }
  void ReturnChunk(void* chunk) override { Free(chunk); }

  /// A block of at least `size` bytes; null: no memory.
  void* Allocate(int64_t size);
  void Free(void* block);
  /// How many bytes of a block may be used.
  int64_t CapacityOf(void* block);

  /// Bytes of blocks that are kept for reuse.
  int64_t idle_bytes();
  /// Unmaps idle blocks, the largest first, until at most so many bytes are idle.
  void Trim(int64_t keep_bytes);

  /// Held while the process forks.
  std::mutex& mutex() { return mutex_; }

 private:
  struct Mapping {
    void* block;
    int64_t capacity;
  };

  static void Unmap(const std::vector<Mapping>& mappings);
  int64_t IdleLimit() const;
  std::vector<Mapping> TakeSurplus(int64_t keep_bytes);

  std::mutex mutex_;
  std::unordered_map<void*, int64_t> capacities_;         // of blocks in use
  std::map<int64_t, std::vector<void*>> idle_;            // by capacity
  int64_t idle_bytes_ = 0;
  int64_t used_bytes_ = 0;
  int64_t peak_used_bytes_ = 0;
};

}  // namespace cask
