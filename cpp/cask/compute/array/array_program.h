// ArrayProgram: a chain of element-wise calls over leaves, run tile by tile: a tile of every value of the chain fits the cache.
//
// Values are numbered: first the leaves, then the calls, in order. A call reads only values of lower numbers.
// A program is immutable while tasks run it; a ProgramRun belongs to one task and one thread.
#pragma once

#include <memory>
#include <vector>

#include "cask/base/origin.h"
#include "cask/compute/array/leaf.h"
#include "cask/compute/array/loop_nest.h"
#include "cask/compute/loops/loops.h"

namespace cask {

/// One inner loop and the values it reads. Exactly one of the three loops is set.
struct ArrayCall {
  UnaryLoop unary = nullptr;
  BinaryLoop binary = nullptr;
  SelectLoop select = nullptr;           // operands: mask (kBool), then, else
  std::vector<int> operands;
  Kind kind = Kind::kFloat64;            // of the result
  bool checks_exponent = false;          // an integer power: a negative exponent is an error
  std::string_view name;                 // for `explain()`; a literal
  Origin origin;                         // named when the call fails
};

struct ArrayProgram {
  std::vector<Leaf> leaves;
  std::vector<ArrayCall> calls;

  int num_values() const { return static_cast<int>(leaves.size() + calls.size()); }
  Kind KindOf(int value) const;
  /// The calls' names, a line each.
  std::string Describe() const;
};

/// A value's elements for one tile: contiguous where stride is 1, one element for all where it is 0.
struct TileOperand {
  const uint8_t* data = nullptr;
  int64_t stride = 1;
};

class ProgramRun {
 public:
  /// Binds the leaves for one box. `outputs` are the values that will be asked for, in any order.
  static Result<std::unique_ptr<ProgramRun>> Make(const ArrayProgram& program, const Box& box, const std::vector<int>& outputs,
                                                  const InputGroups& inputs, arrow::MemoryPool* pool);

  /// The strides of the leaves along the box's axes, memory before generators: what a LoopNest is made of.
  const std::vector<std::vector<int64_t>>& leaf_strides() const { return leaf_strides_; }
  const BoundLeaf& leaf(int leaf) const { return bound_[leaf]; }
  /// To be called once, before the first tile, with a nest whose first operands are `leaf_strides()`.
  Status Prepare(LoopNest nest, arrow::MemoryPool* pool);
  const LoopNest& nest() const { return nest_; }

  /// The most elements a tile may have.
  int64_t tile_limit() const { return tile_limit_; }

  /// Where a value of the next tile is to be written, if it is a call's. Asked for anew for each tile.
  void SetDestination(int value, uint8_t* destination) { destinations_[value] = destination; }

  /// Computes one tile.
  Status Run(const TileRange& tile);
  /// An output's elements in the tile that was run last.
  const TileOperand& operand(int value) const { return operands_[value]; }

 private:
  // The first use of a leaf loads it; the last use of a value frees its slot.
  struct Step {
    int value;
    bool is_load;
  };

  ProgramRun(const ArrayProgram& program, std::vector<int> outputs) : program_(program), outputs_(std::move(outputs)) {}
  void MakeSteps();
  void AssignSlots();
  void Load(int leaf, const TileRange& tile);
  void LoadRows(const BoundLeaf& leaf, int operand, int width, const TileRange& tile, uint8_t* to);
  Status Call(int value, const TileRange& tile);

  const ArrayProgram& program_;
  std::vector<int> outputs_;
  std::vector<BoundLeaf> bound_;
  std::vector<int> nest_operand_;  // of each leaf
  std::vector<std::vector<int64_t>> leaf_strides_;
  LoopNest nest_;
  std::vector<bool> is_dense_;     // of each leaf: passed without gaps
  std::vector<Step> steps_;
  std::vector<int> slots_;         // of each value: which scratch tile it is written to
  int num_slots_ = 0;
  int64_t tile_limit_ = 0;
  std::shared_ptr<arrow::Buffer> scratch_;
  std::vector<uint8_t*> destinations_;
  std::vector<TileOperand> operands_;
  std::vector<int64_t> offsets_;   // of the rows of the tile being loaded
};

}  // namespace cask
