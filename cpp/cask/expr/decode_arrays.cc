#include <cstdlib>
#include <unordered_map>

#include "cask/compute/piece_codec.h"
#include "cask/expr/array_bounds.h"
#include "cask/expr/array_call.h"
#include "cask/expr/array_codec.h"
#include "cask/expr/array_layout.h"
#include "cask/expr/array_records.h"
#include "cask/expr/array_reduction.h"
#include "cask/expr/array_source.h"
#include "cask/expr/node_reader.h"

namespace cask {
namespace {

Status Malformed(std::string_view what) { return ValueError("bytes are no arrays: {}", what); }

// What an array cannot be made of does not come from an array, whatever kind of error that would be elsewhere.
template <typename T>
Result<T> Checked(Result<T> made) {
  return made.ok() ? std::move(made) : Malformed(made.status().message());
}

// Whether positions along one axis of a view's result lie on the axis of its source. Steps of what has none are bounded too, since views
// of views multiply them.
bool IsAxisView(const AxisView& source, int64_t length, int64_t source_length) {
  if (source.step == 0 || source.start < 0) return false;
  const int64_t largest = std::max<int64_t>(source_length, 1);
  if (source.step < -largest || source.step > largest) return false;
  if (length == 0) return source.start <= source_length;
  if (source.start >= source_length) return false;
  const int64_t room = source.step > 0 ? source_length - 1 - source.start : source.start;
  return length - 1 <= room / std::abs(source.step);
}

bool IsViewOf(const View& view, const Shape& source) {
  if (!IsSendable(view.shape) || view.sources.size() != source.size()) return false;
  std::vector<bool> is_taken(view.shape.size(), false);
  for (size_t i = 0; i < source.size(); ++i) {
    const AxisView& axis = view.sources[i];
    if (axis.axis == -1) {
      if (!IsAxisView(axis, 1, source[i])) return false;
      continue;
    }
    if (axis.axis < 0 || axis.axis >= static_cast<int64_t>(view.shape.size()) || is_taken[axis.axis]) return false;
    is_taken[axis.axis] = true;
    if (!IsAxisView(axis, view.shape[axis.axis], source[i])) return false;
  }
  return true;
}

class ArrayDecoder {
 public:
  explicit ArrayDecoder(std::string_view bytes) : nodes_(bytes, kMaxArrayDepth, Malformed) {}

  Result<std::vector<ArrayExprPtr>> Run() {
    const auto make = [this](auto record) { return CheckMade(Make(std::move(record))); };
    ARROW_ASSIGN_OR_RAISE(const auto outputs, nodes_.Read<std::vector<NodeNumber>>(make));
    std::vector<ArrayExprPtr> arrays;
    for (const NodeNumber number : outputs) {
      ARROW_ASSIGN_OR_RAISE(ArrayExprPtr array, ArrayAt(number));
      arrays.push_back(std::move(array));
    }
    return arrays;
  }

 private:
  // Lowering takes arrays of one token for the same, so nothing that it relies on may differ.
  Result<ArrayExprPtr> CheckMade(Result<ArrayExprPtr> made) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr array, std::move(made));
    if (!IsSendable(array->shape())) return Malformed("an array has too many elements");
    const ArrayExpr& same = *by_token_.emplace(array->token(), array.get()).first->second;
    if (same.kind() != array->kind() || !(same.grid() == array->grid())) return Malformed("two arrays have one token");
    return array;
  }

  Result<ArrayExprPtr> Make(MemoryRecord record) {
    ARROW_RETURN_NOT_OK(TakeGrid(record.grid));
    ARROW_ASSIGN_OR_RAISE(const auto elements, ChunkOf(std::move(record.elements)));
    auto memory = std::make_shared<ArrayChunk>(*elements);
    memory->shape = record.grid.shape();
    if (elements->shape.size() != memory->shape.size()) return Malformed("elements of another shape than their array's");
    for (size_t i = 0; i < memory->shape.size(); ++i) {
      if (elements->shape[i] == memory->shape[i]) continue;
      if (elements->shape[i] != 1) return Malformed("elements of another shape than their array's");
      memory->strides[i] = 0;
    }
    return MakeArrayFromMemory(std::move(memory), std::move(record.grid), record.identity, std::move(record.name));
  }

  Result<ArrayExprPtr> Make(GeneratorRecord record) {
    ARROW_RETURN_NOT_OK(TakeGrid(record.grid));
    ARROW_RETURN_NOT_OK(CheckKind(record.kind));
    return MakeGenerated(MakeGenerator(record.generator, record.kind), std::move(record.grid), std::move(record.name));
  }

  Result<ArrayExprPtr> Make(HeldRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_RETURN_NOT_OK(TakeGrid(record.grid));
    ARROW_RETURN_NOT_OK(CheckKind(record.kind));
    const auto num_chunks = static_cast<int64_t>(record.chunks.size());
    if (BoundedProduct(record.grid.num_blocks(), num_chunks) != num_chunks) return Malformed("an array does not hold as many chunks as it has");
    std::vector<std::shared_ptr<const Piece>> chunks;
    for (int64_t i = 0; i < num_chunks; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto chunk, ChunkOf(std::move(record.chunks[static_cast<size_t>(i)])));
      if (chunk->kind != record.kind || chunk->shape != record.grid.BoxOf(i).shape) return Malformed("an array holds chunks that are not its own");
      chunks.push_back(std::move(chunk));
    }
    auto held = std::make_shared<const std::vector<std::shared_ptr<const Piece>>>(std::move(chunks));
    return std::make_shared<HeldArray>(std::move(record.name), record.kind, std::move(record.grid), std::move(held), record.token, std::move(line));
  }

  Result<ArrayExprPtr> Make(ArrayCallRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_ASSIGN_OR_RAISE(const auto operands, OperandsOf(ArrayExpr::Node::kCall, record.operands));
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr call, Checked(MakeCall(record, operands, std::move(line))));
    // Where operands were of other kinds than the loop's, or there was nothing to do, this is another node.
    if (call->node() != ArrayExpr::Node::kCall || call->operands() != operands) return Malformed("a call of what it does not take");
    return call;
  }

  static Result<ArrayExprPtr> MakeCall(ArrayCallRecord& record, const std::vector<ArrayExprPtr>& operands, Origin line) {
    if (const auto* operation = std::get_if<Operation>(&record.function)) {
      return MakeArrayCall(*operation, std::vector<ArrayOperand>(operands.begin(), operands.end()), std::move(record.name), std::move(line));
    }
    if (const auto* kind = std::get_if<Kind>(&record.function)) {
      ARROW_RETURN_NOT_OK(CheckArrayKind(*kind));
      if (operands.size() != 1) return Malformed("a cast of other than one array");
      return MakeCast(operands[0], *kind, std::move(record.name));
    }
    if (operands.size() != 3) return Malformed("a choice between other than two arrays");
    return MakeWhere(operands[0], operands[1], operands[2], std::move(line));
  }

  Result<ArrayExprPtr> Make(ViewRecord record) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr operand, OperandOf(ArrayExpr::Node::kView, record.operand));
    if (!IsViewOf(record.view, operand->shape())) return Malformed("a view leads out of its array");
    return std::make_shared<ArrayView>(std::move(record.name), std::move(record.view), std::move(operand));
  }

  Result<ArrayExprPtr> Make(RechunkRecord record) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr operand, OperandOf(ArrayExpr::Node::kRechunk, record.operand));
    ARROW_RETURN_NOT_OK(TakeGrid(record.grid));
    if (record.grid.shape() != operand->shape()) return Malformed("an array is cut as one of another shape");
    return std::make_shared<ArrayRechunk>(std::move(record.grid), std::move(operand));
  }

  Result<ArrayExprPtr> Make(ReduceRecord record) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr operand, OperandOf(ArrayExpr::Node::kReduce, record.operand));
    if (record.is_reduced.size() != operand->shape().size()) return Malformed("a reduction over axes that there are not");
    ReduceOptions options;
    options.axes.emplace();
    for (size_t i = 0; i < record.is_reduced.size(); ++i) {
      if (record.is_reduced[i]) options.axes->push_back(static_cast<int64_t>(i));
    }
    options.keeps_axes = record.keeps_axes;
    options.ddof = record.ddof;
    if (record.result != ReducedKind(record.reduction, operand->kind())) {
      const bool is_position = record.reduction == ArrayReduction::kArgMinimum || record.reduction == ArrayReduction::kArgMaximum;
      if (is_position || record.result != operand->kind()) return Malformed("a reduction to a kind that it does not give");
      options.kind = record.result;
    }
    return Checked(MakeReduction(record.reduction, operand, options));
  }

  Result<ArrayExprPtr> Make(MatmulRecord record) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr left, OperandOf(ArrayExpr::Node::kMatmul, record.left));
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr right, OperandOf(ArrayExpr::Node::kMatmul, record.right));
    const bool are_matrices = left->num_axes() == 2 && right->num_axes() == 2;
    if (!are_matrices || left->kind() != right->kind() || left->shape()[1] != right->shape()[0]) return Malformed("a product of what are no such matrices");
    return std::make_shared<ArrayMatmul>(std::move(left), std::move(right));
  }

  Result<ArrayExprPtr> Make(ReshapeRecord record) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr operand, OperandOf(ArrayExpr::Node::kReshape, record.operand));
    ARROW_RETURN_NOT_OK(TakeGrid(record.grid));
    const bool are_rows = IsCutInRows(record.grid) && IsCutInRows(operand->grid());
    if (!are_rows || NumElements(record.grid.shape()) != operand->size()) return Malformed("an array in a shape that it does not have");
    return std::make_shared<ArrayReshape>(std::move(record.grid), std::move(operand));
  }

  Result<ArrayExprPtr> Make(ConcatenateRecord record) {
    ARROW_ASSIGN_OR_RAISE(auto operands, OperandsOf(ArrayExpr::Node::kConcatenate, record.operands));
    if (operands.size() < 2 || record.axis < 0 || record.axis >= operands[0]->num_axes()) return Malformed("a concatenation of nothing");
    int64_t length = 0;
    for (const ArrayExprPtr& operand : operands) {
      if (operand->kind() != operands[0]->kind() || operand->num_axes() != operands[0]->num_axes() || operand->size() == 0) {
        return Malformed("a concatenation of arrays that do not fit");
      }
      std::vector<AxisChunks> axes = operand->grid().axes();
      axes[static_cast<size_t>(record.axis)] = operands[0]->grid().axes()[static_cast<size_t>(record.axis)];
      if (!(ChunkGrid(std::move(axes)) == operands[0]->grid())) return Malformed("a concatenation of arrays that are cut otherwise");
      length += operand->shape()[static_cast<size_t>(record.axis)];
      if (length > kMaxArrayElements) return Malformed("an array has too many elements");
    }
    return Checked(MakeConcatenated(std::move(operands), record.axis));
  }

  // -- What records name.

  Status TakeGrid(const ChunkGrid& grid) {
    if (!cuts_.Add(grid)) return Malformed("its arrays have too many chunks");
    return IsSendable(grid.shape()) ? Status::OK() : Malformed("an array has too many elements");
  }

  static Status CheckKind(Kind kind) {
    const Status status = CheckArrayKind(kind);
    return status.ok() ? status : Malformed(status.message());
  }

  static Result<std::shared_ptr<const ArrayChunk>> ChunkOf(PieceBytes bytes) {
    ARROW_ASSIGN_OR_RAISE(const auto piece, Checked(DecodePiece(std::move(bytes.buffer))));
    auto chunk = std::dynamic_pointer_cast<const ArrayChunk>(piece);
    if (chunk == nullptr) return Malformed("elements that are no array's");
    ARROW_RETURN_NOT_OK(CheckKind(chunk->kind));
    return chunk;
  }

  Result<std::vector<ArrayExprPtr>> OperandsOf(ArrayExpr::Node node, const std::vector<NodeNumber>& numbers) {
    std::vector<ArrayExprPtr> operands;
    for (const NodeNumber number : numbers) {
      ARROW_ASSIGN_OR_RAISE(ArrayExprPtr operand, ArrayAt(number));
      operands.push_back(std::move(operand));
    }
    return cuts_.Add(node, operands) ? Result<std::vector<ArrayExprPtr>>(std::move(operands)) : Malformed("its arrays have too many chunks");
  }

  Result<ArrayExprPtr> OperandOf(ArrayExpr::Node node, NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(auto operands, OperandsOf(node, {number}));
    return std::move(operands[0]);
  }

  Result<ArrayExprPtr> ArrayAt(NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(ArrayExprPtr array, nodes_.ValueAt(number));
    return array ? Result<ArrayExprPtr>(std::move(array)) : Malformed(fmt::format("node {} is no array", number));
  }

  NodeReader<ArrayRecord, ArrayExprPtr> nodes_;
  std::unordered_map<Token, const ArrayExpr*, TokenHash> by_token_;
  CutCounter cuts_;
};

}  // namespace

Result<std::vector<ArrayExprPtr>> DecodeArrays(std::string_view bytes) { return ArrayDecoder(bytes).Run(); }

}  // namespace cask
