// Piece: what a task produces and others consume: the rows of one partition (Table) or one chunk of an array.
// Immutable once made, shared between threads, and counted by the store.
#pragma once

#include <cstdint>

namespace cask {

class Piece {
 public:
  virtual ~Piece() = default;
  /// Bytes of memory that the piece keeps alive.
  virtual int64_t num_bytes() const = 0;
};

}  // namespace cask
