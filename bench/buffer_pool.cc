// Compares Cask's pool with Arrow's: what it costs to get a buffer, write all of it, and give it back or keep it.

#include <arrow/memory_pool.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "cask/base/check.h"
#include "cask/base/clock.h"
#include "cask/base/pool.h"

namespace cask {
namespace {

double Seconds() { return static_cast<double>(SystemClock().MonotonicNanoseconds()) * 1e-9; }

uint8_t* Get(arrow::MemoryPool* pool, int64_t size) {
  uint8_t* block;
  CASK_CHECK_OK(pool->Allocate(size, &block));
  std::memset(block, 1, static_cast<size_t>(size));
  return block;
}

// Twenty buffers live at a time, as in a task that parses columns.
double Recycle(arrow::MemoryPool* pool, int64_t size, int64_t total) {
  std::vector<uint8_t*> blocks(20, nullptr);
  const double begin = Seconds();
  int64_t done = 0;
  for (size_t i = 0; done < total; done += size, i = (i + 1) % blocks.size()) {
    if (blocks[i] != nullptr) pool->Free(blocks[i], size);
    blocks[i] = Get(pool, size);
  }
  for (auto* block : blocks) {
    if (block != nullptr) pool->Free(block, size);
  }
  return static_cast<double>(done) / (Seconds() - begin) * 1e-9;
}

// Nothing is given back until the end, as when a frame is persisted.
double Keep(arrow::MemoryPool* pool, int64_t size, int64_t total) {
  std::vector<uint8_t*> blocks;
  const double begin = Seconds();
  for (int64_t done = 0; done < total; done += size) blocks.push_back(Get(pool, size));
  const double seconds = Seconds() - begin;
  for (auto* block : blocks) pool->Free(block, size);
  pool->ReleaseUnused();
  return static_cast<double>(total) / seconds * 1e-9;
}

template <typename Function>
double OnTwoThreads(Function run) {
  double rates[2];
  std::thread other([&] { rates[1] = run(); });
  rates[0] = run();
  other.join();
  return rates[0] + rates[1];
}

void Report(const char* what, int64_t size, double cask, double arrow) {
  std::printf("%-22s %8lld bytes a buffer: cask %6.2f GB/s, arrow (%s) %6.2f GB/s\n", what, static_cast<long long>(size), cask,
              arrow::default_memory_pool()->backend_name().c_str(), arrow);
}

}  // namespace
}  // namespace cask

int main() {
  using namespace cask;
  arrow::MemoryPool* ours = BufferPool();
  arrow::MemoryPool* theirs = arrow::default_memory_pool();
  constexpr int64_t kTotal = int64_t{1} << 30;
  for (int64_t size : {int64_t{64} << 10, int64_t{200} << 10, int64_t{1} << 20, int64_t{3} << 20, int64_t{16} << 20}) {
    // The first round finds the machine as it is; the second is reported.
    for (auto* pool : {ours, theirs}) Keep(pool, size, kTotal / 2);
    Report("recycled, 1 thread", size, Recycle(ours, size, kTotal), Recycle(theirs, size, kTotal));
    Report("recycled, 2 threads", size, OnTwoThreads([&] { return Recycle(ours, size, kTotal); }),
           OnTwoThreads([&] { return Recycle(theirs, size, kTotal); }));
    Report("kept, 1 thread", size, Keep(ours, size, kTotal / 2), Keep(theirs, size, kTotal / 2));
    Report("kept, 2 threads", size, OnTwoThreads([&] { return Keep(ours, size, kTotal / 2); }),
           OnTwoThreads([&] { return Keep(theirs, size, kTotal / 2); }));
  }
}
