// Bytes of how arrays are cut (base/codec.h). Equal cuts have equal bytes: of an axis cut at regular steps its length and the sizes of the first two
// chunks, of any other the size of each. What is read has no empty chunk but that of an empty axis, and no length beyond kMaxElements.
#pragma once

#include "cask/base/codec.h"
#include "cask/compute/array/chunk_grid.h"

namespace cask {

/// More than the length of any axis, and than the elements of any array.
inline constexpr int64_t kMaxElements = int64_t{1} << 60;

void AddTo(Encoder* encoder, const AxisChunks& chunks);
bool ReadFrom(Decoder* decoder, AxisChunks* chunks);

void AddTo(Encoder* encoder, const ChunkGrid& grid);
bool ReadFrom(Decoder* decoder, ChunkGrid* grid);

/// The product of what must not be negative, zeros left out; nothing if it is larger than `bound`.
std::optional<int64_t> BoundedProduct(const std::vector<int64_t>& factors, int64_t bound);

}  // namespace cask
