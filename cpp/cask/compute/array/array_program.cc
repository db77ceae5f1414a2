#include "cask/compute/array/array_program.h"

#include <arrow/buffer.h>

#include "cask/base/check.h"

namespace cask {
namespace {

// Tiles of all live values together should stay well inside the second-level cache. Not the first: shorter tiles would cost more in
// reading memory, whose prefetching starts anew with each, than they would save.
constexpr int64_t kScratchBytes = 192 << 10;
constexpr int64_t kMinTile = 1024;
constexpr int64_t kMaxTile = 8192;
constexpr int64_t kSlotWidth = 8;  // bytes of the widest kind

bool AnyNegative(Kind kind, const TileOperand& values, int64_t n) {
  if (!DType(kind).is_signed()) return false;
  Kind out;
  int64_t lowest = 0;
  const ReduceLoop minimum = FindReduceLoop(Reduction::kMinimum, kind, &out);
  minimum(values.data, values.stride == 0 ? 1 : n, &lowest);
  switch (kind) {
    case Kind::kInt8: return static_cast<int8_t>(lowest) < 0;
    case Kind::kInt16: return static_cast<int16_t>(lowest) < 0;
    case Kind::kInt32: return static_cast<int32_t>(lowest) < 0;
    default: return lowest < 0;
  }
}

}  // namespace

Kind ArrayProgram::KindOf(int value) const {
  const int num_leaves = static_cast<int>(leaves.size());
  return value < num_leaves ? leaves[value].kind : calls[value - num_leaves].kind;
}

std::string ArrayProgram::Describe() const {
  std::string text;
  for (const ArrayCall& call : calls) {
    if (!text.empty()) text += '\n';
    text += call.name;
  }
  return text;
}

Result<std::unique_ptr<ProgramRun>> ProgramRun::Make(const ArrayProgram& program, const Box& box, const std::vector<int>& outputs,
                                                     const InputGroups& inputs, arrow::MemoryPool* pool) {
  std::unique_ptr<ProgramRun> run(new ProgramRun(program, outputs));
  for (const Leaf& leaf : program.leaves) {
    ARROW_ASSIGN_OR_RAISE(BoundLeaf bound, BindLeaf(leaf, box, inputs, pool));
    run->bound_.push_back(std::move(bound));
  }
  run->nest_operand_.resize(run->bound_.size());
  for (bool generators : {false, true}) {
    for (size_t i = 0; i < run->bound_.size(); ++i) {
      if ((run->bound_[i].generator != nullptr) != generators) continue;
      run->nest_operand_[i] = static_cast<int>(run->leaf_strides_.size());
      run->leaf_strides_.push_back(run->bound_[i].strides);
    }
  }
  return run;
}

Status ProgramRun::Prepare(LoopNest nest, arrow::MemoryPool* pool) {
  nest_ = std::move(nest);
  for (size_t i = 0; i < bound_.size(); ++i) {
    is_dense_.push_back(bound_[i].generator == nullptr && nest_.is_dense(nest_operand_[i], WidthOf(program_.leaves[i].kind)));
  }
  operands_.resize(program_.num_values());
  destinations_.assign(program_.num_values(), nullptr);
  MakeSteps();
  AssignSlots();
  tile_limit_ = std::clamp(kScratchBytes / (kSlotWidth * std::max(num_slots_, 1)), kMinTile, kMaxTile) & ~int64_t{63};
  ARROW_ASSIGN_OR_RAISE(scratch_, arrow::AllocateBuffer(num_slots_ * tile_limit_ * kSlotWidth, pool));
  return Status::OK();
}

void ProgramRun::MakeSteps() {
  const int num_leaves = static_cast<int>(program_.leaves.size());
  std::vector<bool> loaded(num_leaves, false);
  const auto use = [&](int value) {
    if (value >= num_leaves || loaded[value]) return;
    loaded[value] = true;
    steps_.push_back({value, true});
  };
  for (size_t i = 0; i < program_.calls.size(); ++i) {
    for (int operand : program_.calls[i].operands) use(operand);
    steps_.push_back({num_leaves + static_cast<int>(i), false});
  }
  for (int output : outputs_) use(output);
}

void ProgramRun::AssignSlots() {
  const int num_leaves = static_cast<int>(program_.leaves.size());
  std::vector<int> last_use(program_.num_values(), -1);
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].is_load) continue;
    for (int operand : program_.calls[steps_[i].value - num_leaves].operands) last_use[operand] = static_cast<int>(i);
  }
  for (int output : outputs_) last_use[output] = static_cast<int>(steps_.size());
  std::vector<int> free;
  slots_.assign(program_.num_values(), -1);
  for (size_t i = 0; i < steps_.size(); ++i) {
    const int value = steps_[i].value;
    std::vector<int> dying;
    if (!steps_[i].is_load) {
      const ArrayCall& call = program_.calls[value - num_leaves];
      for (int operand : call.operands) {
        if (last_use[operand] != static_cast<int>(i) || std::count(dying.begin(), dying.end(), operand)) continue;
        dying.push_back(operand);
        // A loop may write where it reads only element by element: an operand of the same width that is no single value.
        const bool in_place = !call.select && operand >= num_leaves && WidthOf(program_.KindOf(operand)) == WidthOf(call.kind);
        if (in_place && slots_[value] < 0) slots_[value] = slots_[operand];
      }
    }
    // A leaf that lies dense is read where it is.
    if (slots_[value] < 0 && !(steps_[i].is_load && is_dense_[value])) {
      if (free.empty()) free.push_back(num_slots_++);
      slots_[value] = free.back();
      free.pop_back();
    }
    for (int operand : dying) {
      if (slots_[operand] >= 0 && slots_[operand] != slots_[value]) free.push_back(slots_[operand]);
    }
  }
}

Status ProgramRun::Run(const TileRange& tile) {
  for (const Step& step : steps_) {
    if (step.is_load) {
      Load(step.value, tile);
    } else {
      ARROW_RETURN_NOT_OK(Call(step.value, tile));
    }
  }
  return Status::OK();
}

void ProgramRun::Load(int leaf, const TileRange& tile) {
  const BoundLeaf& bound = bound_[leaf];
  const int operand = nest_operand_[leaf];
  const int width = WidthOf(program_.leaves[leaf].kind);
  if (is_dense_[leaf]) {
    operands_[leaf] = {bound.data + (tile.first_row * nest_.row_length() + tile.first) * width, 1};
    return;
  }
  const std::vector<int64_t>& strides = nest_.strides[operand];
  if (bound.generator == nullptr && tile.num_rows == 1 && (strides.back() == width || strides.back() == 0)) {
    RowOffsets(nest_, operand, tile, &offsets_);
    operands_[leaf] = {bound.data + offsets_[0], strides.back() == 0 ? 0 : 1};
    return;
  }
  uint8_t* scratch = scratch_->mutable_data() + slots_[leaf] * tile_limit_ * kSlotWidth;
  const bool is_single = std::all_of(strides.begin(), strides.end(), [](int64_t stride) { return stride == 0; });
  if (!is_single) {
    LoadRows(bound, operand, width, tile, scratch);
  } else if (bound.generator != nullptr) {
    bound.generator->Fill(bound.first, 0, 1, scratch);
  } else {
    std::memcpy(scratch, bound.data, width);
  }
  operands_[leaf] = {scratch, is_single ? 0 : 1};
}

void ProgramRun::LoadRows(const BoundLeaf& leaf, int operand, int width, const TileRange& tile, uint8_t* to) {
  RowOffsets(nest_, operand, tile, &offsets_);
  const int64_t stride = nest_.strides[operand].back();
  for (int64_t row = 0; row < tile.num_rows; ++row, to += tile.length * width) {
    if (leaf.generator != nullptr) {
      leaf.generator->Fill(leaf.first + offsets_[row], stride, tile.length, to);
    } else if (stride == 0) {
      FillValues(leaf.data + offsets_[row], width, to, tile.length);
    } else {
      GatherRow(leaf.data + offsets_[row], stride, width, to, tile.length);
    }
  }
}

Status ProgramRun::Call(int value, const TileRange& tile) {
  const ArrayCall& call = program_.calls[value - program_.leaves.size()];
  const int64_t n = tile.size();
  uint8_t* out = destinations_[value] ? destinations_[value] : scratch_->mutable_data() + slots_[value] * tile_limit_ * kSlotWidth;
  if (call.binary) {
    const TileOperand& a = operands_[call.operands[0]];
    const TileOperand& b = operands_[call.operands[1]];
    if (call.checks_exponent && AnyNegative(call.kind, b, n)) {
      const Status status = ValueError("Integers to negative integer powers are not allowed.");
      return call.origin ? WithNote(status, DescribeOrigin(call.origin)) : status;
    }
    call.binary(a.data, a.stride, b.data, b.stride, out, n);
  } else if (call.select) {
    const TileOperand& mask = operands_[call.operands[0]];
    const TileOperand& a = operands_[call.operands[1]];
    const TileOperand& b = operands_[call.operands[2]];
    if (mask.stride == 0) {
      const TileOperand& chosen = *mask.data ? a : b;
      const int width = WidthOf(call.kind);
      if (chosen.stride == 0) {
        FillValues(chosen.data, width, out, n);
      } else {
        std::memcpy(out, chosen.data, n * width);
      }
    } else {
      call.select(mask.data, a.data, a.stride, b.data, b.stride, out, n);
    }
  } else {
    const TileOperand& a = operands_[call.operands[0]];
    const int width = WidthOf(call.kind);
    call.unary(a.data, out, a.stride == 0 ? 1 : n);
    if (a.stride == 0) FillValues(out, width, out, n);
  }
  operands_[value] = {out, 1};
  return Status::OK();
}

}  // namespace cask
