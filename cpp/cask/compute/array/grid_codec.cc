#include "cask/compute/array/grid_codec.h"

namespace cask {
namespace {

constexpr size_t kMaxAxes = 64;  // NumPy's

bool ReadRegular(Decoder* decoder, AxisChunks* chunks) {
  int64_t length, first, size;
  if (!decoder->Read(&length) || !decoder->Read(&first) || !decoder->Read(&size) || length < 0 || length > kMaxElements) return false;
  const bool is_one_chunk = first == length && size == 1;
  const bool is_several = first > 0 && first < length && size > 0 && size <= length - first;
  if (!is_one_chunk && !is_several) return false;
  *chunks = AxisChunks::Shifted(length, first, size);
  return true;
}

bool ReadSizes(Decoder* decoder, AxisChunks* chunks) {
  std::vector<int64_t> sizes;
  if (!decoder->Read(&sizes)) return false;
  int64_t room = kMaxElements;
  for (int64_t size : sizes) {
    if (size <= 0 || size > room) return false;
    room -= size;
  }
  *chunks = AxisChunks::FromSizes(std::move(sizes));
  return !chunks->is_regular();
}

}  // namespace

void AddTo(Encoder* encoder, const AxisChunks& chunks) {
  encoder->Add(chunks.is_regular());
  if (!chunks.is_regular()) return encoder->Add(chunks.Sizes());
  encoder->Add(chunks.length());
  encoder->Add(chunks.Size(0));
  encoder->Add(chunks.num_chunks() == 1 ? int64_t{1} : chunks.Size(1));
}

bool ReadFrom(Decoder* decoder, AxisChunks* chunks) {
  bool is_regular;
  return decoder->Read(&is_regular) && (is_regular ? ReadRegular(decoder, chunks) : ReadSizes(decoder, chunks));
}

void AddTo(Encoder* encoder, const ChunkGrid& grid) { encoder->Add(grid.axes()); }

bool ReadFrom(Decoder* decoder, ChunkGrid* grid) {
  std::vector<AxisChunks> axes;
  if (!decoder->Read(&axes) || axes.size() > kMaxAxes) return false;
  *grid = ChunkGrid(std::move(axes));
  return true;
}

std::optional<int64_t> BoundedProduct(const std::vector<int64_t>& factors, int64_t bound) {
  int64_t product = 1;
  for (int64_t factor : factors) {
    if (factor < 0 || factor > bound / product) return std::nullopt;
    if (factor > 0) product *= factor;
  }
  return product;
}

}  // namespace cask
