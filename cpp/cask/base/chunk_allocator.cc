#include "cask/base/chunk_allocator.h"

#include <bit>

#include "cask/base/check.h"
#include "cask/base/chunk_table.h"

namespace cask {
namespace {

uint64_t Bits(int64_t first, int64_t count) { return (~uint64_t{0} >> (64 - count)) << first; }

// The set bits of the result are where runs of at least `length` set bits of `bits` begin.
uint64_t StartsOfRuns(uint64_t bits, int64_t length) {
  for (int64_t have = 1; have < length;) {
    const int64_t step = have < length - have ? have : length - have;
    bits &= bits >> step;
    have += step;
  }
  return bits;
}

int LongestRun(uint64_t bits) {
  int low = 0, high = kMaxUnits;  // runs of `low` exist, runs of `high` + 1 do not
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (StartsOfRuns(bits, middle) != 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

struct ChunkAllocator::Chunk {
  ChunkAllocator* owner;
  char* memory;
  uint64_t used = 0;
  int run = 0;
  Chunk* previous = nullptr;
  Chunk* next = nullptr;

  static Chunk* Of(void* block) { return static_cast<Chunk*>(FindChunk(block)); }
  int64_t UnitOf(void* block) const { return (static_cast<char*>(block) - memory) / kUnitBytes; }
};

void ChunkAllocator::Insert(Chunk* chunk) {
  chunk->run = chunk->used == ~uint64_t{0} ? 0 : LongestRun(~chunk->used);
  chunk->previous = nullptr;
  chunk->next = by_run_[chunk->run];
  if (chunk->next != nullptr) chunk->next->previous = chunk;
  by_run_[chunk->run] = chunk;
  runs_ |= uint64_t{1} << chunk->run;
}

void ChunkAllocator::Remove(Chunk* chunk) {
  if (chunk->next != nullptr) chunk->next->previous = chunk->previous;
  if (chunk->previous != nullptr) {
    chunk->previous->next = chunk->next;
  } else {
    by_run_[chunk->run] = chunk->next;
    if (chunk->next == nullptr) runs_ &= ~(uint64_t{1} << chunk->run);
  }
}

void* ChunkAllocator::Allocate(int64_t units) {
  CASK_CHECK(units >= 1 && units <= kMaxUnits);
  std::lock_guard lock(mutex_);
  // The chunk with the shortest run that is long enough: long runs are kept for those who need them.
  const uint64_t fitting = runs_ & (~uint64_t{0} << units);
  Chunk* chunk;
  if (fitting != 0) {
    chunk = by_run_[std::countr_zero(fitting)];
    Remove(chunk);
  } else {
    void* memory = source_->TakeChunk();
    if (memory == nullptr) return nullptr;
    chunk = new Chunk{this, static_cast<char*>(memory)};
    RegisterChunk(memory, chunk);
  }
  const int first = std::countr_zero(StartsOfRuns(~chunk->used, units));
  chunk->used |= Bits(first, units);
  Insert(chunk);
  return chunk->memory + first * kUnitBytes;
}

void ChunkAllocator::MarkFree(Chunk* chunk, uint64_t units) {
  CASK_CHECK_EQ(chunk->used & units, units);
  Remove(chunk);
  chunk->used &= ~units;
  if (chunk->used == 0) {
    RegisterChunk(chunk->memory, nullptr);
    source_->ReturnChunk(chunk->memory);
    delete chunk;
  } else {
    Insert(chunk);
  }
}

void ChunkAllocator::Free(void* block, int64_t units) {
  Chunk* chunk = Chunk::Of(block);
  const int64_t first = chunk->UnitOf(block);
  ChunkAllocator* owner = chunk->owner;
  std::lock_guard lock(owner->mutex_);
  owner->MarkFree(chunk, Bits(first, units));
}

bool ChunkAllocator::Resize(void* block, int64_t old_units, int64_t new_units) {
  if (new_units == old_units) return true;
  if (new_units > kMaxUnits || new_units < 1) return false;
  Chunk* chunk = Chunk::Of(block);
  ChunkAllocator* owner = chunk->owner;
  const int64_t first = chunk->UnitOf(block);
  std::lock_guard lock(owner->mutex_);
  if (new_units < old_units) {
    owner->MarkFree(chunk, Bits(first + new_units, old_units - new_units));
    return true;
  }
  if (first + new_units > 64) return false;
  const uint64_t more = Bits(first + old_units, new_units - old_units);
  if ((chunk->used & more) != 0) return false;
  owner->Remove(chunk);
  chunk->used |= more;
  owner->Insert(chunk);
  return true;
}

}  // namespace cask
