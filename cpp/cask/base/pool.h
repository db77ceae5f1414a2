// BufferPool: where columns and tiles are allocated.
//
// Fresh pages are dear: the kernel clears them one by one, which takes longer than parsing what goes into them. So blocks come
// from huge pages where the kernel gives them, and freed ones are kept for reuse, up to a bound:
//
//   size                 comes from
//   < 32 KiB             Arrow's default pool
//   up to 63 * 32 KiB    a run of 32 KiB units in a chunk of 2 MiB, aligned to itself
//   more                 a mapping of its own, kept for reuse by size class
//
// Thread-safe; threads are spread over shards, each with its own lock and chunks. Usable in a forked child.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>

namespace cask {

/// The process's pool. Lives for ever.
arrow::MemoryPool* BufferPool();

/// The pool behind it for what is smaller than 32 KiB: for many small buffers of any size that live long, which units of 32 KiB would waste.
arrow::MemoryPool* SmallBufferPool();

/// Bytes that the pool holds but nobody uses.
int64_t IdleBufferBytes();

/// Gives memory that nobody uses back to the system until at most `keep_bytes` of it are left.
void TrimBufferPool(int64_t keep_bytes);

}  // namespace cask
