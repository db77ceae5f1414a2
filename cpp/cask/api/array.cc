#include "cask/array.h"

#include <atomic>

#include "cask/api/compute_array.h"
#include "cask/api/raise.h"
#include "cask/expr/array_call.h"
#include "cask/expr/array_layout.h"
#include "cask/expr/array_reduction.h"
#include "cask/expr/array_source.h"
#include "cask/expr/array_view.h"

namespace cask {

static_assert(static_cast<int>(Kind::kFloat64) - static_cast<int>(Kind::kBool) == static_cast<int>(ElementType::kFloat64));

struct Array::Access {
  static Kind KindOf(ElementType type) { return static_cast<Kind>(static_cast<int>(Kind::kBool) + static_cast<int>(type)); }

  static ArrayOperand Operand(const Array& array) {
    if (!array.number_) return array.expr_;
    return array.number_->is_integer ? Literal::Int(array.number_->integer) : Literal::Float(array.number_->real);
  }

  static ChunkGrid Grid(const Shape& shape, const std::vector<int64_t>& chunks, Kind kind) {
    std::vector<ChunkRequest> requests;
    for (int64_t size : chunks) {
      requests.push_back({size > 0 ? ChunkRequest::Form::kSize : ChunkRequest::Form::kWhole, size, {}});
    }
    return ValueOrRaise(MakeChunks(shape, std::move(requests), kind));
  }

  static Array Wrap(Result<ArrayExprPtr> result) { return Array(ValueOrRaise(std::move(result))); }
};

Array::Array(double value)
    : expr_(ValueOrRaise(MakeScalar(Literal::Float(value), Kind::kFloat64))), number_(std::make_shared<const Number>(Number{false, 0, value})) {}

Array::Array(int64_t value)
    : expr_(ValueOrRaise(MakeScalar(Literal::Int(value), Kind::kInt64))), number_(std::make_shared<const Number>(Number{true, value, 0})) {}

Array Array::FromMemory(const void* data, ElementType type, std::vector<int64_t> shape, std::vector<int64_t> chunks) {
  static std::atomic<int64_t> next_identity{0};
  auto memory = std::make_shared<ArrayChunk>();
  memory->kind = Access::KindOf(type);
  memory->shape = shape;
  memory->strides = RowMajorStrides(shape, WidthOf(memory->kind));
  memory->data = static_cast<const uint8_t*>(data);
  memory->buffer = std::make_shared<arrow::Buffer>(memory->data, NumElements(shape) * WidthOf(memory->kind));
  const Token token = Tokenizer("lent memory").Add(reinterpret_cast<int64_t>(data)).Add(next_identity++).Finish();
  ChunkGrid grid = Access::Grid(shape, chunks, memory->kind);
  return Array(MakeArrayFromMemory(std::move(memory), std::move(grid), token));
}

Array Array::Zeros(std::vector<int64_t> shape, std::vector<int64_t> chunks) {
  return Access::Wrap(MakeFull(Literal::Int(0), Kind::kFloat64, Access::Grid(shape, chunks, Kind::kFloat64), "zeros_like"));
}

Array Array::Ones(std::vector<int64_t> shape, std::vector<int64_t> chunks) {
  return Access::Wrap(MakeFull(Literal::Int(1), Kind::kFloat64, Access::Grid(shape, chunks, Kind::kFloat64), "ones_like"));
}

Array Array::Arange(int64_t start, int64_t stop, int64_t step, int64_t chunk) {
  if (step == 0) RaiseIfNotOk(ValueError("the step of a range must not be 0"));
  const int64_t span = step > 0 ? stop - start : start - stop;
  const int64_t length = span <= 0 ? 0 : (span - 1) / std::abs(step) + 1;
  const std::vector<int64_t> chunks = chunk > 0 ? std::vector<int64_t>{chunk} : std::vector<int64_t>{};
  return Array(MakeGenerated(MakeIntegerRange(start, step, Kind::kInt64), Access::Grid({length}, chunks, Kind::kInt64), "arange"));
}

const std::vector<int64_t>& Array::shape() const { return expr_->shape(); }
int64_t Array::size() const { return expr_->size(); }
ElementType Array::type() const { return static_cast<ElementType>(static_cast<int>(expr_->kind()) - static_cast<int>(Kind::kBool)); }

Array Array::Reduce(const std::string& name, const std::vector<int64_t>& axes) const {
  const auto reduction = FindReduction(name);
  if (!reduction) RaiseIfNotOk(ValueError("there is no reduction named {}", name));
  ReduceOptions options;
  if (!axes.empty()) options.axes = axes;
  return Access::Wrap(MakeReduction(*reduction, expr_, options));
}

Array Array::Transpose() const { return Access::Wrap(MakeTransposed(expr_, {})); }
Array Array::Reshape(std::vector<int64_t> shape) const { return Access::Wrap(MakeReshaped(expr_, std::move(shape))); }
Array Array::Rechunk(std::vector<int64_t> chunks) const { return Array(MakeRechunked(expr_, Access::Grid(shape(), chunks, expr_->kind()))); }
Array Array::As(ElementType type) const { return Array(MakeCast(expr_, Access::KindOf(type))); }

Array Array::operator[](const std::vector<Slice>& slices) const {
  std::vector<IndexItem> items;
  for (const Slice& slice : slices) {
    IndexItem& item = items.emplace_back();
    item.start = slice.start;
    if (slice.stop != Slice::kEnd) item.stop = slice.stop;
    item.step = slice.step;
  }
  return Access::Wrap(MakeIndexed(expr_, items));
}

Array Array::Persist() const { return Array(ValueOrRaise(PersistArrays({expr_}))[0]); }

void Array::ComputeInto(void* out) const {
  const auto results = ValueOrRaise(ComputeArrays({expr_}));
  std::memcpy(out, results[0]->data, size() * WidthOf(expr_->kind()));
}

Array Array::Call(const std::string& ufunc, const std::vector<Array>& operands) {
  const auto operation = FindOperation(ufunc);
  if (!operation) RaiseIfNotOk(ValueError("there is no ufunc named {}", ufunc));
  std::vector<ArrayOperand> all;
  for (const Array& operand : operands) all.push_back(Access::Operand(operand));
  return Access::Wrap(MakeArrayCall(*operation, all, ufunc));
}

Array Matmul(const Array& a, const Array& b) { return Array::Access::Wrap(MakeProduct(a.expr_, b.expr_)); }

Array Where(const Array& condition, const Array& then, const Array& otherwise) {
  return Array::Access::Wrap(MakeWhere(Array::Access::Operand(condition), Array::Access::Operand(then), Array::Access::Operand(otherwise)));
}

}  // namespace cask
