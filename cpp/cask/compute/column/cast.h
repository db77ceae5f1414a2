// cast: columns converted to another type, as pandas' astype does. The pairs of types are shared between the files named here.
#pragma once

#include "cask/compute/column/function.h"

namespace cask {

/// Numbers and truth values, nullable or not, to each other (cast_numbers.cc).
Result<Column> CastNumbers(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool);

/// Text to any type, and any type to text (cast_text.cc).
Result<Column> CastFromText(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool);
Result<Column> CastToText(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool);

/// Text to categories, numbered by first appearance, and categories to text (cast_category.cc).
Result<Column> TextToCategories(const Column& column, const DType& to, arrow::MemoryPool* pool);
Result<Column> CategoriesToText(const Column& column, const DType& to, arrow::MemoryPool* pool);

/// A time as pandas writes it, with as many digits of a second as it has: "2020-01-31 12:30:59.250".
void AppendTime(int64_t ticks, TimeUnit unit, std::string* text);

}  // namespace cask
