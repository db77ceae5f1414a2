// What the bytes of arrays hold (array_codec.h): a record for each node. A record names others by their numbers, which are lower than its own.
// Shapes and kinds follow from the operands, as does the user's line of all but calls and held arrays.
#pragma once

#include <variant>

#include "cask/base/token.h"
#include "cask/compute/array/generator_spec.h"
#include "cask/compute/array/grid_codec.h"
#include "cask/compute/array/reducer.h"
#include "cask/compute/array/view.h"
#include "cask/compute/loops/operation.h"
#include "cask/data/type_codec.h"
#include "cask/expr/node_records.h"

namespace cask {

template <>
inline constexpr int64_t kNumEnumerators<Distribution> = static_cast<int64_t>(Distribution::kIntegers) + 1;
template <>
inline constexpr int64_t kNumEnumerators<Operation> = static_cast<int64_t>(Operation::kInvert) + 1;
template <>
inline constexpr int64_t kNumEnumerators<ArrayReduction> = static_cast<int64_t>(ArrayReduction::kArgMaximum) + 1;

/// An axis along which all elements are the same has length 1 in `elements`, whatever its length.
struct MemoryRecord {
  std::string name;
  ChunkGrid grid;
  Token identity;
  PieceBytes elements;
};
constexpr auto FieldsOf(std::type_identity<MemoryRecord>) {
  return std::tuple(&MemoryRecord::name, &MemoryRecord::grid, &MemoryRecord::identity, &MemoryRecord::elements);
}

struct GeneratorRecord {
  std::string name;
  ChunkGrid grid;
  GeneratorSpec generator;
  Kind kind;
};
constexpr auto FieldsOf(std::type_identity<GeneratorRecord>) {
  return std::tuple(&GeneratorRecord::name, &GeneratorRecord::grid, &GeneratorRecord::generator, &GeneratorRecord::kind);
}

struct HeldRecord : LineOfRecord {
  std::string name;
  ChunkGrid grid;
  Kind kind;
  Token token;
  std::vector<PieceBytes> chunks;
};
constexpr auto FieldsOf(std::type_identity<HeldRecord>) {
  using Record = HeldRecord;
  return std::tuple(&LineOfRecord::line, &Record::name, &Record::grid, &Record::kind, &Record::token, &Record::chunks);
}

/// numpy.where.
struct SelectSpec {};
constexpr auto FieldsOf(std::type_identity<SelectSpec>) { return std::tuple(); }

/// An operation, or a cast to a kind. New ones are added at the end.
using ArrayFunctionSpec = std::variant<Operation, Kind, SelectSpec>;

struct ArrayCallRecord : LineOfRecord {
  std::string name;
  ArrayFunctionSpec function;
  std::vector<NodeNumber> operands;
};
constexpr auto FieldsOf(std::type_identity<ArrayCallRecord>) {
  return std::tuple(&LineOfRecord::line, &ArrayCallRecord::name, &ArrayCallRecord::function, &ArrayCallRecord::operands);
}

struct ViewRecord {
  std::string name;
  NodeNumber operand;
  View view;
};
constexpr auto FieldsOf(std::type_identity<ViewRecord>) { return std::tuple(&ViewRecord::name, &ViewRecord::operand, &ViewRecord::view); }

struct RechunkRecord {
  NodeNumber operand;
  ChunkGrid grid;
};
constexpr auto FieldsOf(std::type_identity<RechunkRecord>) { return std::tuple(&RechunkRecord::operand, &RechunkRecord::grid); }

struct ReduceRecord {
  NodeNumber operand;
  ArrayReduction reduction;
  Kind result;
  int64_t ddof;
  std::vector<bool> is_reduced;
  bool keeps_axes;
};
constexpr auto FieldsOf(std::type_identity<ReduceRecord>) {
  using Record = ReduceRecord;
  return std::tuple(&Record::operand, &Record::reduction, &Record::result, &Record::ddof, &Record::is_reduced, &Record::keeps_axes);
}

struct MatmulRecord {
  NodeNumber left;
  NodeNumber right;
};
constexpr auto FieldsOf(std::type_identity<MatmulRecord>) { return std::tuple(&MatmulRecord::left, &MatmulRecord::right); }

struct ReshapeRecord {
  NodeNumber operand;
  ChunkGrid grid;
};
constexpr auto FieldsOf(std::type_identity<ReshapeRecord>) { return std::tuple(&ReshapeRecord::operand, &ReshapeRecord::grid); }

struct ConcatenateRecord {
  int32_t axis;
  std::vector<NodeNumber> operands;
};
constexpr auto FieldsOf(std::type_identity<ConcatenateRecord>) { return std::tuple(&ConcatenateRecord::axis, &ConcatenateRecord::operands); }

/// New ones are added at the end.
using ArrayRecord = std::variant<OriginLine, MemoryRecord, GeneratorRecord, HeldRecord, ArrayCallRecord, ViewRecord, RechunkRecord, ReduceRecord,
                                 MatmulRecord, ReshapeRecord, ConcatenateRecord>;

}  // namespace cask
