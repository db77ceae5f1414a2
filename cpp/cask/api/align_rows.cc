#include "cask/api/align_rows.h"

#include <numeric>
#include <optional>

#include "cask/expr/map_partitions_expr.h"

namespace cask {
namespace {

// A root made anew: where in it are the columns of the root that it was made of, and those of the base below.
struct Rebuilt {
  FramePtr root;
  std::vector<int> own;
  std::vector<int> base;
};

std::vector<int> Identity(const FramePtr& root) {
  std::vector<int> positions(root->schema().size());
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

const MapPartitionsExpr* AsMap(const FramePtr& root) {
  return root->node() == FrameExpr::Node::kMapPartitions ? static_cast<const MapPartitionsExpr*>(root.get()) : nullptr;
}

// The columns that the function gets, over the new root, then all of that root's.
Result<Projection> InputOver(const MapPartitionsExpr& map, const Rebuilt& inner) {
  Rebinder rebinder;
  Projection input{inner.root, {}};
  for (int i = 0; i < map.num_given(); ++i) {
    const NamedColumn& column = map.input().columns[i];
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, rebinder.Rebind(*column.value, inner.root->schema(), inner.own));
    input.columns.push_back({column.name, std::move(value)});
  }
  for (const NamedColumn& column : Projection::All(inner.root).columns) input.columns.push_back(column);
  return input;
}

// `root` with `replacement` in place of the base below it, and all columns of that beside its own. Nothing if more than functions lies between.
Result<std::optional<Rebuilt>> Rebuild(const FramePtr& root, const Token& base, const Rebuilt& replacement) {
  if (root->token() == base) return replacement;
  const MapPartitionsExpr* map = AsMap(root);
  if (map == nullptr) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(const auto inner, Rebuild(map->input().root, base, replacement));
  if (!inner) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(Projection input, InputOver(*map, *inner));
  Rebuilt rebuilt;
  ARROW_ASSIGN_OR_RAISE(rebuilt.root, map->Over(std::move(input), inner->root->schema().size()));
  const int num_results = map->function().schema.size();
  for (int i = 0; i < num_results; ++i) rebuilt.own.push_back(i);
  // The row ids that it gives are those that it got.
  if (map->function().gives_row_ids) rebuilt.own[0] = rebuilt.root->row_id_column();
  for (int i = 0; i < map->num_passed(); ++i) {
    const ColumnExpr& passed = *map->input().columns[map->num_given() + i].value;
    rebuilt.own.push_back(num_results + inner->own[passed.index()]);  // nothing but references passes by a function
  }
  for (const int position : inner->base) rebuilt.base.push_back(num_results + position);
  return rebuilt;
}

Result<Collection> Moved(const Collection& collection, const FramePtr& root, const std::vector<int>& positions) {
  Rebinder rebinder;
  Collection moved{collection.shape, {root, {}}, collection.num_index};
  for (const NamedColumn& column : collection.data.columns) {
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, rebinder.Rebind(*column.value, root->schema(), positions));
    moved.data.columns.push_back({column.name, std::move(value)});
  }
  return moved;
}

// Both over functions of `base`: those of `a` first, those of `b` over them.
Result<std::optional<std::pair<Collection, Collection>>> AlignOver(const FramePtr& base, const Collection& a, const Collection& b) {
  ARROW_ASSIGN_OR_RAISE(const auto below, Rebuild(a.data.root, base->token(), {base, Identity(base), Identity(base)}));
  if (!below) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(const auto above, Rebuild(b.data.root, base->token(), {below->root, below->base, Identity(below->root)}));
  if (!above) return std::nullopt;
  std::vector<int> positions;
  for (const int position : below->own) positions.push_back(above->base[position]);
  ARROW_ASSIGN_OR_RAISE(Collection one, Moved(a, above->root, positions));
  ARROW_ASSIGN_OR_RAISE(Collection other, Moved(b, above->root, above->own));
  return std::pair(std::move(one), std::move(other));
}

}  // namespace

Result<std::pair<Collection, Collection>> AlignRows(const Collection& a, const Collection& b) {
  if (a.data.root->token() == b.data.root->token()) return std::pair(a, b);
  ARROW_ASSIGN_OR_RAISE(const Collection one, a.Rebound());
  ARROW_ASSIGN_OR_RAISE(const Collection other, b.Rebound());
  for (FramePtr base = one.data.root; base != nullptr;) {
    ARROW_ASSIGN_OR_RAISE(auto aligned, AlignOver(base, one, other));
    if (aligned) return std::move(*aligned);
    const MapPartitionsExpr* map = AsMap(base);
    base = map == nullptr ? nullptr : map->input().root;
  }
  return std::pair(a, b);
}

}  // namespace cask
