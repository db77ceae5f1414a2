// The chunk that an address belongs to: a table of two levels over the address space, read without a lock.
// Thread-safe; a chunk is registered and forgotten by one thread at a time.
#pragma once

namespace cask {

/// What was registered for the chunk in which `address` lies; null if nothing is.
void* FindChunk(const void* address);

/// Registers `what` for the chunk of kChunkBytes that begins at `memory`; null forgets it.
void RegisterChunk(const void* memory, void* what);

}  // namespace cask
