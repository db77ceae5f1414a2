#include "cask/compute/frame/text_order.h"

#include "cask/compute/column/category_values.h"
#include "cask/compute/column/text_build.h"

namespace cask {
namespace {

bool IsLessInteger(std::string_view a, std::string_view b) {
  const bool a_negative = !a.empty() && a[0] == '-', b_negative = !b.empty() && b[0] == '-';
  if (a_negative != b_negative) return a_negative;
  if (a_negative) std::swap(a, b);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

TextOrder::TextOrder(const DType& type) : type_(type), values_(Categories::Of(type).values) {
  const auto& texts = Categories::Of(type_).texts;
  if (texts == nullptr) return;
  const TextView categories(*texts);
  for (int64_t i = 0; i < texts->length; ++i) ranks_.emplace(categories[i], static_cast<int>(i));
}

bool TextOrder::IsLess(std::string_view a, std::string_view b) const {
  if (type_.kind() == Kind::kObjectInt) return IsLessInteger(a, b);
  if (!ranks_.empty()) return ranks_.at(a) < ranks_.at(b);
  return type_.kind() == Kind::kCategory ? IsLessCategory(a, b, values_) : a < b;
}

}  // namespace cask
