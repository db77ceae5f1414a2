// ChunkAllocator: blocks of 1 to 63 units of 32 KiB, cut from chunks of 2 MiB that are aligned to themselves, so that the kernel
// can back each by one huge page. What is known of a chunk lies outside of it, so that blocks of a power of two fill it.
//
// Thread-safe: one lock. Chunks in which nothing is used go back to where they came from.
//
// Invariants, under the lock:
//  1. Bit u of `used` says whether unit u belongs to a block; a chunk has at least one such unit.
//  2. A chunk is in list `longest run of free units` exactly.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

namespace cask {

inline constexpr int64_t kUnitBytes = 32 << 10;
inline constexpr int64_t kChunkBytes = 64 * kUnitBytes;
inline constexpr int64_t kMaxUnits = 63;  // of a block

inline int64_t UnitsOf(int64_t size) { return (size + kUnitBytes - 1) / kUnitBytes; }

/// Gives and takes whole chunks of kChunkBytes, aligned to that. Thread-safe.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  virtual void* TakeChunk() = 0;  // null: no memory
  virtual void ReturnChunk(void* chunk) = 0;
};

class ChunkAllocator {
 public:
  explicit ChunkAllocator(ChunkSource* source) : source_(source) {}

  /// Null: no memory.
  void* Allocate(int64_t units);
  /// `block` comes from any allocator.
  static void Free(void* block, int64_t units);
  /// Makes a block longer or shorter where it lies; whether that could be done.
  static bool Resize(void* block, int64_t old_units, int64_t new_units);

  /// Held while the process forks.
  std::mutex& mutex() { return mutex_; }

 private:
  struct Chunk;
  void Insert(Chunk* chunk);
  void Remove(Chunk* chunk);
  void MarkFree(Chunk* chunk, uint64_t units);

  ChunkSource* source_;
  std::mutex mutex_;
  std::array<Chunk*, kMaxUnits + 1> by_run_{};  // heads of lists, by longest run of free units
  uint64_t runs_ = 0;                           // bit r: list r is not empty
};

}  // namespace cask
