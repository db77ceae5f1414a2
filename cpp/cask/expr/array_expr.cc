#include "cask/expr/array_expr.h"

namespace cask {
namespace {

void AddGrid(const ChunkGrid& grid, Tokenizer* token) {
  for (const AxisChunks& axis : grid.axes()) {
    token->Add(axis.length()).Add(axis.num_chunks()).Add(int64_t{axis.is_regular()});
    if (axis.is_regular()) {
      token->Add(axis.Size(0)).Add(axis.num_chunks() == 1 ? 0 : axis.Size(1));
    } else {
      for (int64_t i = 0; i < axis.num_chunks(); ++i) token->Add(axis.Begin(i));
    }
  }
}

Token MakeToken(std::string_view what, const ChunkGrid& grid, const std::vector<ArrayExprPtr>& operands,
                const std::vector<int64_t>& parameters = {}) {
  Tokenizer token(what);
  AddGrid(grid, &token);
  for (const ArrayExprPtr& operand : operands) token.Add(operand->token());
  for (int64_t parameter : parameters) token.Add(parameter);
  return token.Finish();
}

Token SourceToken(const ChunkGrid& grid, const Token& identity) {
  return Tokenizer(MakeToken("source", grid, {}).ToString()).Add(identity).Finish();
}

std::vector<int64_t> ViewParameters(const View& view) {
  std::vector<int64_t> parameters(view.shape);
  for (const AxisView& source : view.sources) {
    parameters.push_back(source.axis);
    parameters.push_back(source.start);
    parameters.push_back(source.step);
  }
  return parameters;
}

ChunkGrid ReducedGrid(const ChunkGrid& grid, const std::vector<bool>& is_reduced, bool keeps_axes) {
  std::vector<AxisChunks> axes;
  for (int i = 0; i < grid.num_axes(); ++i) {
    if (!is_reduced[i]) {
      axes.push_back(grid.axes()[i]);
    } else if (keeps_axes) {
      axes.push_back(AxisChunks::Regular(1, 1));
    }
  }
  return ChunkGrid(std::move(axes));
}

ChunkGrid ProductGrid(const ArrayExpr& left, const ArrayExpr& right) { return ChunkGrid({left.grid().axes()[0], right.grid().axes()[1]}); }

std::vector<int64_t> ReduceParameters(const ReducerSpec& spec, const std::vector<bool>& is_reduced, bool keeps_axes) {
  std::vector<int64_t> parameters = {static_cast<int64_t>(spec.reduction), static_cast<int64_t>(spec.result), spec.ddof, keeps_axes};
  for (bool each : is_reduced) parameters.push_back(each);
  return parameters;
}

}  // namespace

ArraySource::ArraySource(std::string name, std::shared_ptr<const ArrayChunk> memory, ChunkGrid grid, Token identity)
    : ArrayExpr(Node::kSource, std::move(name), memory->kind, grid, {}, SourceToken(grid, identity)), identity_(identity), memory_(std::move(memory)) {}

ArraySource::ArraySource(std::string name, std::shared_ptr<const Generator> generator, ChunkGrid grid)
    : ArrayExpr(Node::kSource, std::move(name), generator->kind(), grid, {}, SourceToken(grid, generator->token())), identity_(generator->token()),
      generator_(std::move(generator)) {}

HeldArray::HeldArray(std::string name, Kind kind, ChunkGrid grid, HeldChunks chunks, Token token, Origin origin)
    : ArrayExpr(Node::kHeld, std::move(name), kind, std::move(grid), {}, token, std::move(origin)), chunks_(std::move(chunks)) {}

ArrayCallExpr::ArrayCallExpr(std::string name, ArrayCall call, std::string_view what, ChunkGrid grid, std::vector<ArrayExprPtr> operands,
                             Origin origin)
    : ArrayExpr(Node::kCall, std::move(name), call.kind, grid, operands, MakeToken(what, grid, operands, {static_cast<int64_t>(call.kind)}),
                std::move(origin)),
      call_(std::move(call)) {}

ArrayView::ArrayView(std::string name, View view, ArrayExprPtr operand)
    : ArrayExpr(Node::kView, std::move(name), operand->kind(), ViewChunks(view, operand->grid()), {operand},
                MakeToken("view", operand->grid(), {operand}, ViewParameters(view)), operand->origin()),
      view_(std::move(view)) {}

ArrayRechunk::ArrayRechunk(ChunkGrid grid, ArrayExprPtr operand)
    : ArrayExpr(Node::kRechunk, "rechunk-merge", operand->kind(), grid, {operand}, MakeToken("rechunk", grid, {operand}), operand->origin()) {}

ArrayReduceExpr::ArrayReduceExpr(ReducerSpec spec, std::vector<bool> is_reduced, bool keeps_axes, ArrayExprPtr operand)
    : ArrayExpr(Node::kReduce, std::string(ReductionName(spec.reduction)) + "-aggregate", spec.result,
                ReducedGrid(operand->grid(), is_reduced, keeps_axes), {operand},
                MakeToken("reduce", operand->grid(), {operand}, ReduceParameters(spec, is_reduced, keeps_axes)), operand->origin()),
      spec_(spec), is_reduced_(std::move(is_reduced)), keeps_axes_(keeps_axes) {}

ArrayMatmul::ArrayMatmul(ArrayExprPtr left, ArrayExprPtr right)
    : ArrayExpr(Node::kMatmul, "matmul", left->kind(), ProductGrid(*left, *right), {left, right},
                MakeToken("matmul", ProductGrid(*left, *right), {left, right}), left->origin()) {}

ArrayReshape::ArrayReshape(ChunkGrid grid, ArrayExprPtr operand)
    : ArrayExpr(Node::kReshape, "reshape", operand->kind(), grid, {operand}, MakeToken("reshape", grid, {operand}), operand->origin()) {}

ArrayConcatenate::ArrayConcatenate(int axis, ChunkGrid grid, std::vector<ArrayExprPtr> operands)
    : ArrayExpr(Node::kConcatenate, "concatenate", operands[0]->kind(), grid, operands, MakeToken("concatenate", grid, operands, {axis}),
                operands[0]->origin()),
      axis_(axis) {}

}  // namespace cask
