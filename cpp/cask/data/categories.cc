#include "cask/data/categories.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/compare.h>

namespace cask {

const Categories& Categories::Of(const DType& type) {
  static const Categories kPlain;
  return type.categories() == nullptr ? kPlain : *type.categories();
}

bool Categories::operator==(const Categories& other) const {
  if (values != other.values || is_ordered != other.is_ordered || (texts == nullptr) != (other.texts == nullptr)) return false;
  return texts == other.texts || arrow::MakeArray(texts)->Equals(arrow::MakeArray(other.texts));
}

bool DType::operator==(const DType& other) const {
  if (kind_ != other.kind_ || nullable_ != other.nullable_ || arrow_backed_ != other.arrow_backed_ || unit_ != other.unit_ || timezone_ != other.timezone_) return false;
  return categories_ == other.categories_ || Categories::Of(*this) == Categories::Of(other);
}

}  // namespace cask
