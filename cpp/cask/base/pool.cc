#include "cask/base/pool.h"

#include <arrow/memory_pool.h>
#include <pthread.h>
#include <sanitizer/asan_interface.h>

#include <array>
#include <atomic>
#include <cstring>
#include <optional>

#include "cask/base/block_cache.h"
#include "cask/base/chunk_allocator.h"
#include "cask/base/error.h"

namespace cask {
namespace {

constexpr int kNumShards = 8;
constexpr int64_t kMinPooledBytes = kUnitBytes;
constexpr int64_t kMaxChunkedBytes = kMaxUnits * kUnitBytes;
// Blocks begin at multiples of a unit; an alignment beyond a page is left to Arrow.
constexpr int64_t kMaxAlignment = 4096;

enum class Home { kArrow, kChunk, kBlock };

Home HomeOf(int64_t size, int64_t alignment) {
  if (size < kMinPooledBytes || alignment > kMaxAlignment) return Home::kArrow;
  return size <= kMaxChunkedBytes ? Home::kChunk : Home::kBlock;
}

Status NoMemory(int64_t size) { return MemoryError("no memory for {} bytes", size); }

class RecyclingPool final : public arrow::MemoryPool {
 public:
  using MemoryPool::Allocate;
  using MemoryPool::Free;
  using MemoryPool::Reallocate;

  RecyclingPool() {
    for (auto& shard : shards_) shard.emplace(&cache_);
  }

  Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    ARROW_RETURN_NOT_OK(AllocateUncounted(size, alignment, out));
    Count(size, 1);
    return Status::OK();
  }

  Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** block) override {
    if (new_size < 0) return ValueError("cannot allocate {} bytes", new_size);
    const Home home = HomeOf(old_size, alignment);
    if (home != HomeOf(new_size, alignment)) {
      ARROW_RETURN_NOT_OK(Move(old_size, new_size, alignment, block));
    } else if (home == Home::kArrow) {
      ARROW_RETURN_NOT_OK(small_->Reallocate(old_size, new_size, alignment, block));
    } else if (!ResizeInPlace(home, *block, old_size, new_size)) {
      ARROW_RETURN_NOT_OK(Move(old_size, new_size, alignment, block));
    }
    Count(new_size - old_size, 0);
    return Status::OK();
  }

  void Free(uint8_t* block, int64_t size, int64_t alignment) override {
    FreeUncounted(block, size, alignment);
    Count(-size, 0);
  }

  void ReleaseUnused() override {
    cache_.Trim(0);
    small_->ReleaseUnused();
  }

  int64_t bytes_allocated() const override { return allocated_.load(std::memory_order_relaxed); }
  int64_t max_memory() const override { return peak_.load(std::memory_order_relaxed); }
  int64_t total_bytes_allocated() const override { return total_.load(std::memory_order_relaxed); }
  int64_t num_allocations() const override { return allocations_.load(std::memory_order_relaxed); }
  std::string backend_name() const override { return "cask"; }

  BlockCache& cache() { return cache_; }

  // In a fixed order, as Allocate and Free take them: a shard's lock, then the cache's.
  void LockAll() {
    for (auto& shard : shards_) shard->mutex().lock();
    cache_.mutex().lock();
  }
  void UnlockAll() {
    cache_.mutex().unlock();
    for (auto& shard : shards_) shard->mutex().unlock();
  }

 private:
  Status AllocateUncounted(int64_t size, int64_t alignment, uint8_t** out) {
    if (size < 0) return ValueError("cannot allocate {} bytes", size);
    void* block = nullptr;
    switch (HomeOf(size, alignment)) {
      case Home::kArrow: return small_->Allocate(size, alignment, out);
      case Home::kChunk: block = MyShard().Allocate(UnitsOf(size)); break;
      case Home::kBlock: block = cache_.Allocate(size); break;
    }
    if (block == nullptr) return NoMemory(size);
    ASAN_UNPOISON_MEMORY_REGION(block, size);
    *out = static_cast<uint8_t*>(block);
    return Status::OK();
  }

  void FreeUncounted(uint8_t* block, int64_t size, int64_t alignment) {
    const Home home = HomeOf(size, alignment);
    if (home == Home::kArrow) return small_->Free(block, size, alignment);
    ASAN_POISON_MEMORY_REGION(block, size);
    if (home == Home::kChunk) {
      ChunkAllocator::Free(block, UnitsOf(size));
    } else {
      cache_.Free(block);
    }
  }

  bool ResizeInPlace(Home home, uint8_t* block, int64_t old_size, int64_t new_size) {
    if (home == Home::kChunk) {
      // What is given up may be another thread's at once, so it is marked before.
      if (new_size < old_size) ASAN_POISON_MEMORY_REGION(block + new_size, old_size - new_size);
      if (!ChunkAllocator::Resize(block, UnitsOf(old_size), UnitsOf(new_size))) return false;
    } else {
      const int64_t capacity = cache_.CapacityOf(block);
      if (new_size > capacity || new_size < capacity / 2) return false;
      if (new_size < old_size) ASAN_POISON_MEMORY_REGION(block + new_size, old_size - new_size);
    }
    if (new_size > old_size) ASAN_UNPOISON_MEMORY_REGION(block, new_size);
    return true;
  }

  Status Move(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** block) {
    uint8_t* moved = nullptr;
    ARROW_RETURN_NOT_OK(AllocateUncounted(new_size, alignment, &moved));
    std::memcpy(moved, *block, static_cast<size_t>(std::min(old_size, new_size)));
    FreeUncounted(*block, old_size, alignment);
    *block = moved;
    return Status::OK();
  }

  ChunkAllocator& MyShard() {
    static std::atomic<unsigned> next{0};
    thread_local const unsigned mine = next.fetch_add(1, std::memory_order_relaxed) % kNumShards;
    return *shards_[mine];
  }

  void Count(int64_t bytes, int64_t allocations) {
    const int64_t now = allocated_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (bytes <= 0) return;
    total_.fetch_add(bytes, std::memory_order_relaxed);
    allocations_.fetch_add(allocations, std::memory_order_relaxed);
    for (int64_t peak = peak_.load(std::memory_order_relaxed); now > peak;) {
      if (peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) break;
    }
  }

  arrow::MemoryPool* small_ = SmallBufferPool();
  BlockCache cache_;
  std::array<std::optional<ChunkAllocator>, kNumShards> shards_;
  std::atomic<int64_t> allocated_{0}, peak_{0}, total_{0}, allocations_{0};
};

RecyclingPool& ThePool() {
  // Never destroyed: buffers may outlive everything that has a destructor.
  static RecyclingPool* pool = [] {
    static RecyclingPool* made = new RecyclingPool;
    pthread_atfork([] { made->LockAll(); }, [] { made->UnlockAll(); }, [] { made->UnlockAll(); });
    return made;
  }();
  return *pool;
}

}  // namespace

arrow::MemoryPool* SmallBufferPool() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // Sanitizers see what malloc gives, not what Arrow's own allocator does.
  return arrow::system_memory_pool();
#else
  return arrow::default_memory_pool();
#endif
}

arrow::MemoryPool* BufferPool() { return &ThePool(); }

int64_t IdleBufferBytes() { return ThePool().cache().idle_bytes(); }

void TrimBufferPool(int64_t keep_bytes) { ThePool().cache().Trim(keep_bytes); }

}  // namespace cask
