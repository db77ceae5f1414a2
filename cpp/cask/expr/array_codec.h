// Bytes of array expressions: how a client tells other processes which arrays are to be computed, so that they lower them to the same plan.
//
// As those of frames (expression_codec.h) they are a list of nodes, each after those it is made of, so that what is used twice is there once.
// Elements in memory and chunks that are held go along. Decoding trusts nothing: bytes that no arrays encode to are a ValueError, whatever they are,
// and what is decoded is safe to lower and to compute.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cask/expr/array_expr.h"

namespace cask {

/// NotImplementedError for what is too large to be sent.
Result<std::string> EncodeArrays(const std::vector<ArrayExprPtr>& arrays);

/// Arrays with the tokens that the encoded ones have.
Result<std::vector<ArrayExprPtr>> DecodeArrays(std::string_view bytes);

}  // namespace cask
