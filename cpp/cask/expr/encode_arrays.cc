#include "cask/compute/piece_codec.h"
#include "cask/expr/array_bounds.h"
#include "cask/expr/array_codec.h"
#include "cask/expr/array_records.h"
#include "cask/expr/node_writer.h"

namespace cask {
namespace {

// What is more than any message may hold, so that it is not copied only to be refused.
constexpr int64_t kMaxDataBytes = int64_t{1} << 30;
constexpr auto kMaxSizes = static_cast<int64_t>(kMaxListItems);  // of chunks that are not regular

// A chunk without its repeated elements.
ArrayChunk OneOfEach(ArrayChunk chunk) {
  for (size_t i = 0; i < chunk.shape.size(); ++i) {
    if (chunk.strides[i] == 0 && chunk.shape[i] > 0) chunk.shape[i] = 1;
  }
  return chunk;
}

ArrayFunctionSpec FunctionOf(const ArrayCall& call) {
  if (call.select != nullptr) return SelectSpec();
  const auto operation = FindOperation(call.name);
  if (operation) return *operation;
  return call.kind;
}

class ArrayEncoder {
 public:
  Result<std::string> Run(const std::vector<ArrayExprPtr>& arrays) {
    std::vector<NodeNumber> outputs;
    for (const ArrayExprPtr& array : arrays) {
      ARROW_RETURN_NOT_OK(nodes_.AddWithNeeds(array.get(), OperandsOf, [this](const ArrayExpr* one) { return NodeOf(*one); }));
      outputs.push_back(NumberOf(*array));
    }
    return nodes_.Finish(outputs);
  }

 private:
  static std::vector<const ArrayExpr*> OperandsOf(const ArrayExpr* array) {
    std::vector<const ArrayExpr*> operands;
    for (const ArrayExprPtr& operand : array->operands()) operands.push_back(operand.get());
    return operands;
  }

  Status CheckBounds(const ArrayExpr& array) {
    if (!IsSendable(array.shape())) return NotImplementedError("an array of shape {} cannot be sent to other processes", FormatShape(array.shape()));
    const ArrayExpr::Node node = array.node();
    bool are_few = array.operands().size() <= kMaxListItems && cuts_.Add(node, array.operands());
    if (array.operands().empty() || node == ArrayExpr::Node::kRechunk || node == ArrayExpr::Node::kReshape) {
      are_few = cuts_.Add(array.grid());
      for (const AxisChunks& axis : array.grid().axes()) are_few = are_few && (axis.is_regular() || axis.num_chunks() <= kMaxSizes);
    }
    if (are_few) return Status::OK();
    return NotImplementedError("arrays in so many chunks cannot be sent to other processes ({}: {} chunks); use larger ones", array.name(),
                               array.grid().num_chunks());
  }

  Result<ArrayRecord> NodeOf(const ArrayExpr& array) {
    ARROW_RETURN_NOT_OK(CheckBounds(array));
    switch (array.node()) {
      case ArrayExpr::Node::kSource: return NodeOfSource(static_cast<const ArraySource&>(array));
      case ArrayExpr::Node::kHeld: return NodeOfHeld(static_cast<const HeldArray&>(array));
      case ArrayExpr::Node::kCall: {
        const ArrayFunctionSpec function = FunctionOf(static_cast<const ArrayCallExpr&>(array).call());
        return ArrayCallRecord{{nodes_.NumberOfLine(array.origin())}, std::string(array.name()), function, NumbersOfOperands(array)};
      }
      case ArrayExpr::Node::kView: {
        return ViewRecord{std::string(array.name()), OperandOf(array), static_cast<const ArrayView&>(array).view()};
      }
      case ArrayExpr::Node::kRechunk: return RechunkRecord{OperandOf(array), array.grid()};
      case ArrayExpr::Node::kReduce: {
        const auto& reduce = static_cast<const ArrayReduceExpr&>(array);
        const ReducerSpec& spec = reduce.spec();
        return ReduceRecord{OperandOf(array), spec.reduction, spec.result, spec.ddof, reduce.is_reduced(), reduce.keeps_axes()};
      }
      case ArrayExpr::Node::kMatmul: return MatmulRecord{OperandOf(array), NumberOf(*array.operands()[1])};
      case ArrayExpr::Node::kReshape: return ReshapeRecord{OperandOf(array), array.grid()};
      case ArrayExpr::Node::kConcatenate: break;
    }
    return ConcatenateRecord{static_cast<const ArrayConcatenate&>(array).axis(), NumbersOfOperands(array)};
  }

  Result<ArrayRecord> NodeOfSource(const ArraySource& source) {
    std::string name(source.name());
    if (source.generator()) return GeneratorRecord{std::move(name), source.grid(), source.generator()->spec(), source.kind()};
    MemoryRecord record{std::move(name), source.grid(), source.identity(), {}};
    ARROW_ASSIGN_OR_RAISE(record.elements, BytesOf(OneOfEach(*source.memory())));
    return record;
  }

  Result<ArrayRecord> NodeOfHeld(const HeldArray& array) {
    if (array.chunks()->size() > kMaxListItems) {
      return NotImplementedError("an array that holds {} chunks cannot be sent to other processes; use larger ones", array.chunks()->size());
    }
    HeldRecord record{{nodes_.NumberOfLine(array.origin())}, std::string(array.name()), array.grid(), array.kind(), array.token(), {}};
    for (const auto& piece : *array.chunks()) {
      ARROW_ASSIGN_OR_RAISE(PieceBytes bytes, BytesOf(static_cast<const ArrayChunk&>(*piece)));
      record.chunks.push_back(std::move(bytes));
    }
    return record;
  }

  Result<PieceBytes> BytesOf(const ArrayChunk& chunk) {
    num_data_bytes_ += NumElements(chunk.shape) * WidthOf(chunk.kind);
    if (num_data_bytes_ > kMaxDataBytes) {
      return NotImplementedError("{} MB of arrays that this process holds cannot be sent to other processes; compute without a cluster, or make "
                                 "the elements there", num_data_bytes_ >> 20);
    }
    ARROW_ASSIGN_OR_RAISE(auto buffer, EncodePiece(chunk));
    return PieceBytes{std::move(buffer)};
  }

  NodeNumber NumberOf(const ArrayExpr& array) const { return nodes_.NumberOf(&array); }
  NodeNumber OperandOf(const ArrayExpr& array) const { return NumberOf(*array.operands()[0]); }
  std::vector<NodeNumber> NumbersOfOperands(const ArrayExpr& array) const {
    std::vector<NodeNumber> operands;
    for (const ArrayExprPtr& operand : array.operands()) operands.push_back(NumberOf(*operand));
    return operands;
  }

  NodeWriter<const ArrayExpr*, ArrayRecord> nodes_{kMaxArrayDepth};
  CutCounter cuts_;
  int64_t num_data_bytes_ = 0;
};

}  // namespace

Result<std::string> EncodeArrays(const std::vector<ArrayExprPtr>& arrays) { return ArrayEncoder().Run(arrays); }

}  // namespace cask
