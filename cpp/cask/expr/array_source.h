// Where arrays come from: memory, constants, ranges and random numbers; and how users say how to cut them.
#pragma once

#include <optional>
#include <variant>

#include "cask/compute/array/random_generator.h"
#include "cask/expr/array_expr.h"

namespace cask {

/// Chunks of one axis as a user asks for them.
struct ChunkRequest {
  enum class Form : uint8_t { kAuto, kSize, kWhole, kSizes };
  Form form = Form::kAuto;
  int64_t size = 0;            // kSize; of kAuto: bytes a chunk, 0 for kAutoChunkBytes
  std::vector<int64_t> sizes;  // kSizes
};

/// Bytes of a chunk where its size is left to Cask.
inline constexpr int64_t kAutoChunkBytes = 128 << 20;

/// The grid that one request an axis (or one for all, or none: automatic) asks for; a ValueError where sizes do not add up to the shape.
Result<ChunkGrid> MakeChunks(const Shape& shape, std::vector<ChunkRequest> requests, Kind kind);

/// TypeError for a kind that arrays cannot have, naming those they can.
Status CheckArrayKind(const DType& type);

/// Over memory that must not change while the array is used. `identity` tells it from any other memory.
ArrayExprPtr MakeArrayFromMemory(std::shared_ptr<const ArrayChunk> memory, ChunkGrid grid, Token identity, std::string name = "array");
/// The same element everywhere.
Result<ArrayExprPtr> MakeFull(const Literal& value, Kind kind, ChunkGrid grid, std::string name = "full");
/// One element, of shape ().
Result<ArrayExprPtr> MakeScalar(const Literal& value, Kind kind);
ArrayExprPtr MakeGenerated(std::shared_ptr<const Generator> generator, ChunkGrid grid, std::string name);
/// An array that has been computed: the pieces of its chunks in order.
ArrayExprPtr MakeHeld(const ArrayExpr& computed, std::vector<std::shared_ptr<const Piece>> chunks);

}  // namespace cask
