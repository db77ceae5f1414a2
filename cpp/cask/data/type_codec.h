// Bytes of types, schemas and literals (base/codec.h). Only types that DType's factories make are read: a kind that has no nullable form, or a
// time zone of numbers, is no type.
#pragma once

#include "cask/base/codec.h"
#include "cask/data/literal.h"
#include "cask/data/schema.h"

namespace cask {

template <>
inline constexpr int64_t kNumEnumerators<Kind> = static_cast<int64_t>(Kind::kCategory) + 1;
template <>
inline constexpr int64_t kNumEnumerators<TimeUnit> = static_cast<int64_t>(TimeUnit::kNano) + 1;

void AddTo(Encoder* encoder, const DType& type);
bool ReadFrom(Decoder* decoder, DType* type);

constexpr auto FieldsOf(std::type_identity<Field>) { return std::tuple(&Field::name, &Field::type); }

void AddTo(Encoder* encoder, const Schema& schema);
bool ReadFrom(Decoder* decoder, Schema* schema);

void AddTo(Encoder* encoder, const Literal& literal);
bool ReadFrom(Decoder* decoder, Literal* literal);

}  // namespace cask
