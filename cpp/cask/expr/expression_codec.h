// Bytes of frame expressions: how a client tells other processes what is to be computed, so that they lower it to the same plan.
//
// Expressions share their parts, so the bytes are a list of nodes, each after those it is made of and named by its number: an expression that is
// used twice is there once, and is one object again when it is decoded. Decoding trusts nothing: bytes that no expression encodes to are a
// ValueError, whatever they are. Files are not trusted to be the same either: CSV files that are not, at the process that decodes, what they were
// at the one that encoded are an OSError, and decoding looks at the first of them only; the others are looked at when they are read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cask/expr/persisted_expr.h"

namespace cask {

/// How many operations may build upon each other, frames and columns together: as many as recursion over them has stack for.
inline constexpr int kMaxOperationDepth = 20'000;

/// InternalError for results of other computations (ColumnExpr::kResult), which are to be put in before. NotImplementedError for collections that are
/// persisted without an identity and for what is too large to be sent.
Result<std::string> EncodeProjections(const std::vector<Projection>& outputs);

/// What this process holds of a persisted collection of that identity. Never null.
using PersistedFinder = std::function<std::shared_ptr<PersistedData>(const PersistedData::Identity& identity)>;

/// Projections with the tokens that the encoded ones have. Without a finder there may be no persisted collections among them.
Result<std::vector<Projection>> DecodeProjections(std::string_view bytes, const PersistedFinder& find_persisted = {});

}  // namespace cask
