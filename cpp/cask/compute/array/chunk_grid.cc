#include "cask/compute/array/chunk_grid.h"

#include <cmath>

namespace cask {

AxisChunks::AxisChunks(int64_t length, int64_t first, int64_t size)
    : length_(length), first_(std::min(first, length)), size_(std::max<int64_t>(size, 1)) {
  num_chunks_ = length_ <= first_ ? 1 : 1 + (length_ - first_ + size_ - 1) / size_;
}

AxisChunks AxisChunks::FromSizes(std::vector<int64_t> sizes) {
  std::erase(sizes, 0);
  if (sizes.empty()) return Regular(0, 1);
  std::vector<int64_t> begins = {0};
  for (int64_t size : sizes) begins.push_back(begins.back() + size);
  const int64_t regular = sizes.size() > 1 ? sizes[1] : sizes[0];
  AxisChunks chunks = Shifted(begins.back(), sizes[0], sizes.size() == 2 ? std::max(sizes[0], sizes[1]) : regular);
  bool same = chunks.num_chunks_ == static_cast<int64_t>(sizes.size());
  for (size_t i = 0; same && i < begins.size(); ++i) same = chunks.Begin(i) == begins[i];
  if (!same) {
    chunks.num_chunks_ = static_cast<int64_t>(sizes.size());
    chunks.begins_ = std::make_shared<const std::vector<int64_t>>(std::move(begins));
  }
  return chunks;
}

int64_t AxisChunks::Begin(int64_t chunk) const {
  if (begins_) return (*begins_)[chunk];
  return chunk == 0 ? 0 : std::min(length_, first_ + (chunk - 1) * size_);
}

int64_t AxisChunks::Find(int64_t position) const {
  if (position < 0) return -1;
  if (position >= length_) return num_chunks_;
  if (!begins_) return position < first_ ? 0 : 1 + (position - first_) / size_;
  return std::upper_bound(begins_->begin(), begins_->end(), position) - begins_->begin() - 1;
}

int64_t AxisChunks::max_size() const {
  if (!begins_) return num_chunks_ == 1 ? length_ : std::max(first_, Size(1));
  int64_t largest = 0;
  for (int64_t i = 0; i < num_chunks_; ++i) largest = std::max(largest, Size(i));
  return largest;
}

std::vector<int64_t> AxisChunks::Sizes() const {
  std::vector<int64_t> sizes(num_chunks_);
  for (int64_t i = 0; i < num_chunks_; ++i) sizes[i] = Size(i);
  return sizes;
}

bool AxisChunks::operator==(const AxisChunks& other) const {
  if (length_ != other.length_ || num_chunks_ != other.num_chunks_) return false;
  if (!begins_ && !other.begins_) return num_chunks_ == 1 || (first_ == other.first_ && (num_chunks_ == 2 || size_ == other.size_));
  for (int64_t i = 0; i < num_chunks_; ++i) {
    if (Begin(i) != other.Begin(i)) return false;
  }
  return true;
}

ChunkGrid ChunkGrid::Whole(const Shape& shape) {
  std::vector<AxisChunks> axes;
  for (int64_t length : shape) axes.push_back(AxisChunks::Regular(length, length));
  return ChunkGrid(std::move(axes));
}

Shape ChunkGrid::shape() const {
  Shape shape;
  for (const AxisChunks& axis : axes_) shape.push_back(axis.length());
  return shape;
}

Shape ChunkGrid::num_blocks() const {
  Shape blocks;
  for (const AxisChunks& axis : axes_) blocks.push_back(axis.num_chunks());
  return blocks;
}

int64_t ChunkGrid::num_chunks() const { return NumElements(num_blocks()); }

std::vector<int64_t> ChunkGrid::Locate(int64_t chunk) const {
  std::vector<int64_t> location(axes_.size());
  for (size_t i = axes_.size(); i-- > 0;) {
    location[i] = chunk % axes_[i].num_chunks();
    chunk /= axes_[i].num_chunks();
  }
  return location;
}

int64_t ChunkGrid::Number(const std::vector<int64_t>& location) const {
  int64_t chunk = 0;
  for (size_t i = 0; i < axes_.size(); ++i) chunk = chunk * axes_[i].num_chunks() + location[i];
  return chunk;
}

Box ChunkGrid::BoxOf(int64_t chunk) const {
  const std::vector<int64_t> location = Locate(chunk);
  Box box;
  for (size_t i = 0; i < axes_.size(); ++i) {
    box.begin.push_back(axes_[i].Begin(location[i]));
    box.shape.push_back(axes_[i].Size(location[i]));
  }
  return box;
}

ChunkGrid AutoChunks(const Shape& shape, const std::vector<const AxisChunks*>& fixed, int64_t width, int64_t limit_bytes) {
  // Axes shorter than the even edge are taken whole, which leaves more room for the others; so the edge is found anew after each.
  double room = static_cast<double>(std::max<int64_t>(limit_bytes / width, 1));
  std::vector<int> open;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (fixed[i]) {
      room /= static_cast<double>(std::max<int64_t>(fixed[i]->max_size(), 1));
    } else {
      open.push_back(static_cast<int>(i));
    }
  }
  std::vector<int64_t> sizes(shape);
  while (!open.empty()) {
    const auto edge = std::max<int64_t>(1, static_cast<int64_t>(std::pow(std::max(room, 1.0), 1.0 / static_cast<double>(open.size())) + 1e-6));
    const auto is_short = [&](int axis) { return shape[axis] <= edge; };
    const auto split = std::stable_partition(open.begin(), open.end(), [&](int axis) { return !is_short(axis); });
    if (split == open.end()) {
      for (int axis : open) sizes[axis] = edge;
      break;
    }
    for (auto it = split; it != open.end(); ++it) room /= static_cast<double>(std::max<int64_t>(shape[*it], 1));
    open.erase(split, open.end());
  }
  std::vector<AxisChunks> axes;
  for (size_t i = 0; i < shape.size(); ++i) axes.push_back(fixed[i] ? *fixed[i] : AxisChunks::Regular(shape[i], sizes[i]));
  return ChunkGrid(std::move(axes));
}

}  // namespace cask
