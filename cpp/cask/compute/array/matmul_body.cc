#include "cask/compute/array/matmul_body.h"

#include "cask/base/check.h"
#include "cask/compute/array/matmul_kernel.h"
#include "cask/compute/task_context.h"

namespace cask {
namespace {

// A block of the left matrix fits the second-level cache, one of the right the third.
constexpr int64_t kBlockInner = 256;
constexpr int64_t kBlockRows = 16 * kPanelRows;
constexpr int64_t kBlockColumns = 2048;

// A matrix in memory, its strides in elements.
template <typename T>
struct Matrix {
  T* data;
  int64_t row_stride;
  int64_t column_stride;
  T& at(int64_t row, int64_t column) const { return data[row * row_stride + column * column_stride]; }
};

// Rows [row, row + rows) and inner positions [inner, inner + depth) as panels of kPanelRows rows, those missing being 0.
template <typename T>
void PackLeft(const Matrix<const T>& left, int64_t row, int64_t rows, int64_t inner, int64_t depth, T* out) {
  for (int64_t panel = 0; panel < rows; panel += kPanelRows) {
    for (int64_t i = 0; i < depth; ++i) {
      for (int64_t r = 0; r < kPanelRows; ++r) *out++ = panel + r < rows ? left.at(row + panel + r, inner + i) : T{};
    }
  }
}

template <typename T>
void PackRight(const Matrix<const T>& right, int64_t inner, int64_t depth, int64_t column, int64_t columns, T* out) {
  constexpr int64_t kColumns = kPanelBytes / sizeof(T);
  for (int64_t panel = 0; panel < columns; panel += kColumns) {
    const int64_t width = std::min(kColumns, columns - panel);
    for (int64_t i = 0; i < depth; ++i, out += kColumns) {
      const T* from = &right.at(inner + i, column + panel);
      for (int64_t c = 0; c < width; ++c) out[c] = from[c * right.column_stride];
      for (int64_t c = width; c < kColumns; ++c) out[c] = T{};
    }
  }
}

template <typename T>
class BlockedProduct {
 public:
  BlockedProduct(Matrix<const T> left, Matrix<const T> right, Matrix<T> out, int64_t rows, int64_t columns, int64_t inner, PanelKernel kernel)
      : left_(left), right_(right), out_(out), rows_(rows), columns_(columns), inner_(inner), kernel_(kernel),
        packed_left_(kBlockRows * kBlockInner), packed_right_(kBlockInner * (kBlockColumns + kColumns)) {}

  Status Run(TaskContext& context) {
    for (int64_t column = 0; column < columns_; column += kBlockColumns) {
      const int64_t columns = std::min(kBlockColumns, columns_ - column);
      for (int64_t inner = 0; inner < inner_; inner += kBlockInner) {
        const int64_t depth = std::min(kBlockInner, inner_ - inner);
        PackRight(right_, inner, depth, column, columns, packed_right_.data());
        for (int64_t row = 0; row < rows_; row += kBlockRows) {
          ARROW_RETURN_NOT_OK(context.Breathe());
          const int64_t rows = std::min(kBlockRows, rows_ - row);
          PackLeft(left_, row, rows, inner, depth, packed_left_.data());
          MultiplyBlock(row, rows, column, columns, depth);
        }
      }
    }
    return Status::OK();
  }

 private:
  static constexpr int64_t kColumns = kPanelBytes / sizeof(T);

  void MultiplyBlock(int64_t row, int64_t rows, int64_t column, int64_t columns, int64_t depth) {
    for (int64_t c = 0; c < columns; c += kColumns) {
      for (int64_t r = 0; r < rows; r += kPanelRows) {
        MultiplyPanel(packed_left_.data() + r * depth, packed_right_.data() + c * depth, depth, &out_.at(row + r, column + c),
                      std::min(kPanelRows, rows - r), std::min(kColumns, columns - c));
      }
    }
  }

  void MultiplyPanel(const T* left, const T* right, int64_t depth, T* out, int64_t rows, int64_t columns) {
    if (rows == kPanelRows && columns == kColumns) return kernel_(left, right, depth, out, out_.row_stride);
    T edge[kPanelRows * kColumns] = {};
    for (int64_t r = 0; r < rows; ++r) std::copy_n(out + r * out_.row_stride, columns, edge + r * kColumns);
    kernel_(left, right, depth, edge, kColumns);
    for (int64_t r = 0; r < rows; ++r) std::copy_n(edge + r * kColumns, columns, out + r * out_.row_stride);
  }

  Matrix<const T> left_;
  Matrix<const T> right_;
  Matrix<T> out_;
  int64_t rows_;
  int64_t columns_;
  int64_t inner_;
  PanelKernel kernel_;
  std::vector<T> packed_left_;
  std::vector<T> packed_right_;
};

// Integers wrap; bools are combined by `and` and `or`, as NumPy does.
template <typename T, bool kIsBool>
Status PlainProduct(Matrix<const T> left, Matrix<const T> right, Matrix<T> out, int64_t rows, int64_t columns, int64_t inner,
                    TaskContext& context) {
  using Unsigned = std::make_unsigned_t<T>;
  for (int64_t row = 0; row < rows; ++row) {
    ARROW_RETURN_NOT_OK(context.Breathe());
    for (int64_t i = 0; i < inner; ++i) {
      const auto value = static_cast<uint64_t>(static_cast<Unsigned>(left.at(row, i)));
      for (int64_t column = 0; column < columns; ++column) {
        const auto product = value * static_cast<uint64_t>(static_cast<Unsigned>(right.at(i, column)));
        T& to = out.at(row, column);
        to = static_cast<T>(kIsBool ? (to | (product != 0)) : static_cast<uint64_t>(static_cast<Unsigned>(to)) + product);
      }
    }
  }
  return Status::OK();
}

class MatmulBody final : public TaskBody {
 public:
  MatmulBody(Leaf left, Leaf right, ChunkGrid grid, int64_t inner)
      : left_(std::move(left)), right_(std::move(right)), grid_(std::move(grid)), inner_(inner) {}

  int num_outputs() const override { return 1; }

  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override {
    Box box = grid_.BoxOf(context.partition());
    ARROW_ASSIGN_OR_RAISE(auto chunk, AllocateChunk(left_.kind, box.shape, context.pool()));
    std::memset(const_cast<uint8_t*>(chunk->data), 0, NumElements(box.shape) * WidthOf(left_.kind));
    box.begin.push_back(0);
    box.shape.push_back(inner_);
    if (NumElements(box.shape) != 0) {
      ARROW_ASSIGN_OR_RAISE(BoundLeaf left, BindLeaf(left_, box, context.inputs(), context.pool()));
      ARROW_ASSIGN_OR_RAISE(BoundLeaf right, BindLeaf(right_, box, context.inputs(), context.pool()));
      ARROW_RETURN_NOT_OK(Multiply(left, right, box, *chunk, context));
    }
    return std::vector<std::shared_ptr<const Piece>>{std::move(chunk)};
  }

  std::string Describe() const override { return "matmul"; }

 private:
  Status Multiply(const BoundLeaf& left, const BoundLeaf& right, const Box& box, const ArrayChunk& chunk, TaskContext& context) const {
    switch (left_.kind) {
      case Kind::kFloat64: return MultiplyAs<double, false>(left, right, box, chunk, context);
      case Kind::kFloat32: return MultiplyAs<float, false>(left, right, box, chunk, context);
      case Kind::kBool: return MultiplyAs<uint8_t, true>(left, right, box, chunk, context);
      case Kind::kInt8: return MultiplyAs<int8_t, false>(left, right, box, chunk, context);
      case Kind::kInt16: return MultiplyAs<int16_t, false>(left, right, box, chunk, context);
      case Kind::kInt32: return MultiplyAs<int32_t, false>(left, right, box, chunk, context);
      case Kind::kInt64: return MultiplyAs<int64_t, false>(left, right, box, chunk, context);
      case Kind::kUInt8: return MultiplyAs<uint8_t, false>(left, right, box, chunk, context);
      case Kind::kUInt16: return MultiplyAs<uint16_t, false>(left, right, box, chunk, context);
      case Kind::kUInt32: return MultiplyAs<uint32_t, false>(left, right, box, chunk, context);
      default: return MultiplyAs<uint64_t, false>(left, right, box, chunk, context);
    }
  }

  template <typename T, bool kIsBool>
  Status MultiplyAs(const BoundLeaf& left, const BoundLeaf& right, const Box& box, const ArrayChunk& chunk, TaskContext& context) const {
    constexpr int64_t kWidth = sizeof(T);
    const int64_t rows = box.shape[0];
    const int64_t columns = box.shape[1];
    const Matrix<const T> a{reinterpret_cast<const T*>(left.data), left.strides[0] / kWidth, left.strides[2] / kWidth};
    const Matrix<const T> b{reinterpret_cast<const T*>(right.data), right.strides[2] / kWidth, right.strides[1] / kWidth};
    const Matrix<T> out{reinterpret_cast<T*>(const_cast<uint8_t*>(chunk.data)), columns, 1};
    if constexpr (std::is_floating_point_v<T>) {
      return BlockedProduct<T>(a, b, out, rows, columns, inner_, FindPanelKernel(left_.kind)).Run(context);
    } else {
      return PlainProduct<T, kIsBool>(a, b, out, rows, columns, inner_, context);
    }
  }

  Leaf left_;
  Leaf right_;
  ChunkGrid grid_;
  int64_t inner_;
};

}  // namespace

std::shared_ptr<const TaskBody> MakeMatmulBody(Leaf left, Leaf right, ChunkGrid grid, int64_t inner) {
  return std::make_shared<MatmulBody>(std::move(left), std::move(right), std::move(grid), inner);
}

}  // namespace cask
