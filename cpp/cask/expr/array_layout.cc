#include "cask/expr/array_layout.h"

#include <numeric>

#include "cask/base/check.h"
#include "cask/expr/array_call.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"

namespace cask {
namespace {

// Where one length is -1 it is what is left.
Result<Shape> ResolveShape(const Shape& from, Shape shape) {
  const int64_t size = NumElements(from);
  const Shape asked = shape;
  int open = -1;
  int64_t known = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 0) {
      known *= shape[i];
    } else if (open >= 0) {
      return ValueError("can only specify one unknown dimension");
    } else {
      open = static_cast<int>(i);
    }
  }
  if (open >= 0 && known != 0 && size % known == 0) {
    shape[open] = size / known;
    known *= shape[open];
  }
  if (known != size || (open >= 0 && shape[open] < 0)) {
    return ValueError("cannot reshape array of size {} into shape {}", size, FormatShape(asked));
  }
  return shape;
}

// Cut along the first axis that is longer than 1, into about as many elements a chunk as `per_chunk`.
ChunkGrid CutRows(const Shape& shape, int64_t per_chunk) {
  std::vector<AxisChunks> axes;
  bool is_cut = false;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t size = shape[i];
    if (!is_cut && shape[i] > 1) {
      is_cut = true;
      const int64_t row = NumElements(Shape(shape.begin() + i + 1, shape.end()));
      size = std::clamp<int64_t>(per_chunk / std::max<int64_t>(row, 1), 1, shape[i]);
    }
    axes.push_back(AxisChunks::Regular(shape[i], size));
  }
  return ChunkGrid(std::move(axes));
}

int64_t ElementsPerChunk(const ChunkGrid& grid) {
  int64_t elements = 1;
  for (const AxisChunks& axis : grid.axes()) elements *= std::max<int64_t>(axis.max_size(), 1);
  return elements;
}

// A source is reshaped by counting its elements otherwise; no task is needed.
ArrayExprPtr ReshapeSource(const ArraySource& source, const Shape& shape, const ChunkGrid& grid) {
  if (source.generator()) return MakeGenerated(source.generator(), grid, "reshape");
  const ArrayChunk& memory = *source.memory();
  const bool is_one = std::all_of(memory.strides.begin(), memory.strides.end(), [](int64_t stride) { return stride == 0; });
  if (!is_one && !memory.is_contiguous()) return nullptr;
  auto reshaped = std::make_shared<ArrayChunk>(memory);
  reshaped->shape = shape;
  reshaped->strides = is_one ? std::vector<int64_t>(shape.size(), 0) : RowMajorStrides(shape, WidthOf(memory.kind));
  Tokenizer token("reshaped");
  token.Add(source.token());
  for (int64_t length : shape) token.Add(length);
  return MakeArrayFromMemory(std::move(reshaped), grid, token.Finish(), "reshape");
}

ArrayExprPtr WithAxis(const ArrayExprPtr& array, int axis) {
  View view;
  for (int i = 0; i < array->num_axes(); ++i) view.sources.push_back({i < axis ? i : i + 1, 0, 1});
  view.shape = array->shape();
  view.shape.insert(view.shape.begin() + axis, 1);
  return MakeView(array, std::move(view), "getitem");
}

ArrayExprPtr WithoutAxis(const ArrayExprPtr& array, int axis) {
  View view;
  for (int i = 0; i < array->num_axes(); ++i) view.sources.push_back({i == axis ? -1 : (i < axis ? i : i - 1), 0, 1});
  view.shape = array->shape();
  view.shape.erase(view.shape.begin() + axis);
  return MakeView(array, std::move(view), "sum");
}

Result<std::vector<ArrayExprPtr>> OfOneKind(const std::vector<ArrayExprPtr>& arrays) {
  Kind kind = arrays[0]->kind();
  for (const ArrayExprPtr& array : arrays) kind = PromoteKinds(kind, array->kind());
  std::vector<ArrayExprPtr> cast;
  for (const ArrayExprPtr& array : arrays) cast.push_back(MakeCast(array, kind));
  return cast;
}

}  // namespace

bool IsCutInRows(const ChunkGrid& grid) {
  bool may_be_cut = true;
  for (const AxisChunks& axis : grid.axes()) {
    if (!may_be_cut && axis.num_chunks() > 1) return false;
    if (axis.length() != 1) may_be_cut = false;
  }
  return true;
}

Result<ArrayExprPtr> MakeReshaped(const ArrayExprPtr& array, Shape shape) {
  ARROW_ASSIGN_OR_RAISE(shape, ResolveShape(array->shape(), std::move(shape)));
  if (shape == array->shape()) return array;
  const int64_t per_chunk = ElementsPerChunk(array->grid());
  const ChunkGrid grid = CutRows(shape, per_chunk);
  if (array->node() == ArrayExpr::Node::kSource) {
    if (ArrayExprPtr source = ReshapeSource(static_cast<const ArraySource&>(*array), shape, grid)) return source;
  }
  ArrayExprPtr rows = IsCutInRows(array->grid()) ? array : MakeRechunked(array, CutRows(array->shape(), per_chunk));
  return std::make_shared<ArrayReshape>(grid, std::move(rows));
}

Result<ArrayExprPtr> MakeConcatenated(std::vector<ArrayExprPtr> arrays, int64_t axis_number) {
  if (arrays.empty()) return ValueError("need at least one array to concatenate");
  if (arrays[0]->num_axes() == 0) return ValueError("zero-dimensional arrays cannot be concatenated");
  ARROW_ASSIGN_OR_RAISE(const int axis, NormalizeAxis(axis_number, arrays[0]->num_axes()));
  for (const ArrayExprPtr& array : arrays) {
    if (array->num_axes() != arrays[0]->num_axes()) {
      return ValueError("all the input array dimensions must match exactly, but there are arrays of {} and of {} dimensions",
                        arrays[0]->num_axes(), array->num_axes());
    }
    for (int i = 0; i < array->num_axes(); ++i) {
      if (i == axis || array->shape()[i] == arrays[0]->shape()[i]) continue;
      return ValueError("all the input array dimensions except for the concatenation axis must match exactly, but along dimension {} one "
                        "array has size {} and another one size {}", i, arrays[0]->shape()[i], array->shape()[i]);
    }
  }
  ARROW_ASSIGN_OR_RAISE(arrays, OfOneKind(arrays));
  const ArrayExprPtr first = arrays[0];
  std::erase_if(arrays, [&](const ArrayExprPtr& array) { return array->shape()[axis] == 0; });
  if (arrays.size() <= 1) return arrays.empty() ? first : arrays[0];
  if (arrays[0]->size() == 0) {
    Shape shape = arrays[0]->shape();
    shape[axis] = 0;
    for (const ArrayExprPtr& array : arrays) shape[axis] += array->shape()[axis];
    return MakeFull(Literal::Int(0), first->kind(), ChunkGrid::Whole(shape), "concatenate");
  }
  std::vector<int64_t> sizes;
  for (ArrayExprPtr& array : arrays) {
    std::vector<AxisChunks> axes = arrays[0]->grid().axes();
    axes[axis] = array->grid().axes()[axis];
    array = MakeRechunked(array, ChunkGrid(std::move(axes)));
    for (int64_t size : array->grid().axes()[axis].Sizes()) sizes.push_back(size);
  }
  std::vector<AxisChunks> axes = arrays[0]->grid().axes();
  axes[axis] = AxisChunks::FromSizes(sizes);
  return std::make_shared<ArrayConcatenate>(axis, ChunkGrid(std::move(axes)), std::move(arrays));
}

Result<ArrayExprPtr> MakeStacked(const std::vector<ArrayExprPtr>& arrays, int64_t axis_number) {
  if (arrays.empty()) return ValueError("need at least one array to stack");
  ARROW_ASSIGN_OR_RAISE(const int axis, NormalizeAxis(axis_number, arrays[0]->num_axes() + 1));
  std::vector<ArrayExprPtr> extended;
  for (const ArrayExprPtr& array : arrays) {
    if (array->shape() != arrays[0]->shape()) return ValueError("all input arrays must have the same shape");
    extended.push_back(WithAxis(array, axis));
  }
  return MakeConcatenated(std::move(extended), axis);
}

Result<ArrayExprPtr> MakeProduct(const ArrayExprPtr& left, const ArrayExprPtr& right) {
  if (left->num_axes() == 0 || right->num_axes() == 0) {
    return ValueError("matmul: Input operand {} does not have enough dimensions (has 0, at least 1 needed)", left->num_axes() == 0 ? 0 : 1);
  }
  if (left->num_axes() > 2 || right->num_axes() > 2) {
    return NotImplementedError("matmul of arrays of more than 2 dimensions is not supported; use tensordot, or matmul on slices");
  }
  ARROW_ASSIGN_OR_RAISE(auto operands, OfOneKind({left, right}));
  ArrayExprPtr a = left->num_axes() == 1 ? WithAxis(operands[0], 0) : operands[0];
  ArrayExprPtr b = right->num_axes() == 1 ? WithAxis(operands[1], 1) : operands[1];
  if (a->shape()[1] != b->shape()[0]) {
    return ValueError("matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) "
                      "(size {} is different from {})", b->shape()[0], a->shape()[1]);
  }
  ArrayExprPtr product = std::make_shared<ArrayMatmul>(a, b);
  if (right->num_axes() == 1) product = WithoutAxis(product, 1);
  if (left->num_axes() == 1) product = WithoutAxis(product, 0);
  return product;
}

Result<ArrayExprPtr> MakeTensordot(const ArrayExprPtr& left, const ArrayExprPtr& right, const std::vector<int64_t>& left_axes,
                                   const std::vector<int64_t>& right_axes) {
  if (left_axes.size() != right_axes.size()) return ValueError("shape-mismatch for sum");
  // Both become matrices: the axes that stay, in order, against the axes that are summed over.
  struct Side {
    std::vector<int64_t> kept, summed;
    Shape kept_shape;
    int64_t kept_size = 1, summed_size = 1;
  };
  const auto split = [](const ArrayExprPtr& array, const std::vector<int64_t>& axes) -> Result<Side> {
    Side side;
    ARROW_RETURN_NOT_OK(NormalizeAxes(axes, array->num_axes()).status());
    for (int64_t axis : axes) {
      side.summed.push_back(axis < 0 ? axis + array->num_axes() : axis);
      side.summed_size *= array->shape()[side.summed.back()];
    }
    for (int i = 0; i < array->num_axes(); ++i) {
      if (std::count(side.summed.begin(), side.summed.end(), i)) continue;
      side.kept.push_back(i);
      side.kept_shape.push_back(array->shape()[i]);
      side.kept_size *= array->shape()[i];
    }
    return side;
  };
  ARROW_ASSIGN_OR_RAISE(const Side a, split(left, left_axes));
  ARROW_ASSIGN_OR_RAISE(const Side b, split(right, right_axes));
  for (size_t i = 0; i < a.summed.size(); ++i) {
    if (left->shape()[a.summed[i]] != right->shape()[b.summed[i]]) return ValueError("shape-mismatch for sum");
  }
  const auto join = [](std::vector<int64_t> first, const std::vector<int64_t>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  };
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr a_sorted, MakeTransposed(left, join(a.kept, a.summed)));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr b_sorted, MakeTransposed(right, join(b.summed, b.kept)));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr a_matrix, MakeReshaped(a_sorted, {a.kept_size, a.summed_size}));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr b_matrix, MakeReshaped(b_sorted, {b.summed_size, b.kept_size}));
  ARROW_ASSIGN_OR_RAISE(ArrayExprPtr product, MakeProduct(a_matrix, b_matrix));
  return MakeReshaped(product, join(a.kept_shape, b.kept_shape));
}

}  // namespace cask
