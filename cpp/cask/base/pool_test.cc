#include "cask/base/pool.h"

#include <arrow/memory_pool.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include "cask/base/chunk_allocator.h"
#include "cask/base/random.h"

namespace cask {
namespace {

struct Block {
  uint8_t* data;
  int64_t size;
  uint8_t mark;
};

int64_t RandomSize(Random& random) {
  switch (random.Below(4)) {
    case 0: return random.Below(100);
    case 1: return random.Below(100'000);
    case 2: return random.Below(2'500'000);
    default: return random.Below(12'000'000);
  }
}

void Fill(const Block& block) {
  if (block.size == 0) return;
  block.data[0] = block.data[block.size / 2] = block.data[block.size - 1] = block.mark;
}

void ExpectFilled(const Block& block, int64_t size) {
  if (size == 0) return;
  EXPECT_EQ(block.data[0], block.mark);
  if (size == block.size) {
    EXPECT_EQ(block.data[size / 2], block.mark);
    EXPECT_EQ(block.data[size - 1], block.mark);
  }
}

// Allocates, resizes and frees at random; blocks that overlap or move wrongly lose their marks.
void Exercise(uint64_t seed, int steps) {
  Random random(seed);
  arrow::MemoryPool* pool = BufferPool();
  std::vector<Block> blocks;
  for (int step = 0; step < steps; ++step) {
    const int64_t size = RandomSize(random);
    if (blocks.size() < 5 || (blocks.size() < 40 && random.Percent(50))) {
      Block block{nullptr, size, static_cast<uint8_t>(step)};
      ASSERT_TRUE(pool->Allocate(size, &block.data).ok());
      EXPECT_EQ(reinterpret_cast<uintptr_t>(block.data) % 64, 0u);
      Fill(block);
      blocks.push_back(block);
      continue;
    }
    const int64_t which = random.Below(blocks.size());
    Block& block = blocks[which];
    ExpectFilled(block, block.size);
    if (random.Percent(40)) {
      ASSERT_TRUE(pool->Reallocate(block.size, size, &block.data).ok());
      ExpectFilled({block.data, block.size, block.mark}, std::min(size, int64_t{1}) * std::min(block.size, int64_t{1}));
      block.size = size;
      Fill(block);
    } else {
      pool->Free(block.data, block.size);
      blocks[which] = blocks.back();
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) {
    ExpectFilled(block, block.size);
    pool->Free(block.data, block.size);
  }
}

TEST(BufferPool, RandomUseByManyThreads) {
  const uint64_t seed = FreshSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const int64_t before = BufferPool()->bytes_allocated();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([=] { Exercise(seed + i, 3000); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(BufferPool()->bytes_allocated(), before);
}

TEST(BufferPool, BlocksMayBeFreedByAnotherThread) {
  const int64_t before = BufferPool()->bytes_allocated();
  std::vector<uint8_t*> blocks(200);
  std::thread([&] {
    for (auto& block : blocks) ASSERT_TRUE(BufferPool()->Allocate(100'000, &block).ok());
  }).join();
  for (auto* block : blocks) BufferPool()->Free(block, 100'000);
  EXPECT_EQ(BufferPool()->bytes_allocated(), before);
}

TEST(BufferPool, FreedBlocksAreUsedAgain) {
  for (int64_t size : {int64_t{50'000}, int64_t{1} << 20, int64_t{5} << 20}) {
    uint8_t *first, *second;
    ASSERT_TRUE(BufferPool()->Allocate(size, &first).ok());
    BufferPool()->Free(first, size);
    ASSERT_TRUE(BufferPool()->Allocate(size, &second).ok());
    EXPECT_EQ(first, second) << size;
    BufferPool()->Free(second, size);
  }
}

TEST(BufferPool, ABlockGrowsWhereItLies) {
  uint8_t* block;
  ASSERT_TRUE(BufferPool()->Allocate(40'000, &block).ok());
  uint8_t* grown = block;
  ASSERT_TRUE(BufferPool()->Reallocate(40'000, 60'000, &grown).ok());
  EXPECT_EQ(grown, block);
  BufferPool()->Free(grown, 60'000);
}

TEST(BufferPool, BlocksOfAPowerOfTwoShareAHugePage) {
  // Twenty blocks of half a huge page each; pages begun by others may take some.
  constexpr int64_t kSize = kChunkBytes / 2;
  std::vector<uint8_t*> blocks(20);
  std::map<uintptr_t, int> pages;
  for (auto& block : blocks) {
    ASSERT_TRUE(BufferPool()->Allocate(kSize, &block).ok());
    ++pages[reinterpret_cast<uintptr_t>(block) / kChunkBytes];
  }
  EXPECT_LE(pages.size(), 12u);
  for (auto* block : blocks) BufferPool()->Free(block, kSize);
}

TEST(BufferPool, TrimmingGivesIdleMemoryBack) {
  uint8_t* block;
  ASSERT_TRUE(BufferPool()->Allocate(int64_t{20} << 20, &block).ok());
  BufferPool()->Free(block, int64_t{20} << 20);
  EXPECT_GE(IdleBufferBytes(), int64_t{20} << 20);
  TrimBufferPool(0);
  EXPECT_EQ(IdleBufferBytes(), 0);
}

TEST(BufferPool, RefusesWhatCannotBe) {
  uint8_t* block;
  EXPECT_TRUE(BufferPool()->Allocate(int64_t{1} << 60, &block).IsOutOfMemory());
  EXPECT_TRUE(BufferPool()->Allocate(INT64_MAX, &block).IsOutOfMemory());
  EXPECT_FALSE(BufferPool()->Allocate(-1, &block).ok());
}

TEST(BufferPool, HonoursAlignment) {
  for (int64_t alignment : {64, 512, 4096, 8192}) {
    uint8_t* block;
    ASSERT_TRUE(BufferPool()->Allocate(70'000, alignment, &block).ok());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u);
    BufferPool()->Free(block, 70'000, alignment);
  }
}

#if !defined(__SANITIZE_THREAD__)  // the sanitizer itself does not survive a fork of many threads
TEST(BufferPool, WorksInAForkedChild) {
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) Exercise(1, 50);
  });
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      uint8_t* block;
      const bool ok = BufferPool()->Allocate(100'000, &block).ok() && BufferPool()->Allocate(5'000'000, &block).ok();
      _exit(ok ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  stop = true;
  busy.join();
}
#endif

}  // namespace
}  // namespace cask
