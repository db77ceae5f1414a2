#include "cask/data/float_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace cask {
namespace {

constexpr int kFirstExponentWritten = 16;   // 1e+16 and above
constexpr int kLastExponentWritten = -5;    // 1e-05 and below

template <typename T>
void AppendShortest(T value, std::string* text) {
  if (!std::isfinite(value)) {
    *text += std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    return;
  }
  char digits[64];
  const auto written = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::scientific);
  const std::string_view scientific(digits, written.ptr - digits);
  const size_t e = scientific.find('e');
  int exponent = 0;
  std::from_chars(digits + e + (scientific[e + 1] == '+' ? 2 : 1), written.ptr, exponent);
  if (exponent >= kFirstExponentWritten || exponent <= kLastExponentWritten) {
    *text += scientific;
    return;
  }
  const auto fixed = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::fixed);
  const std::string_view plain(digits, fixed.ptr - digits);
  *text += plain;
  if (plain.find('.') == std::string_view::npos) *text += ".0";
}

}  // namespace

void AppendFloat(double value, std::string* text) { AppendShortest(value, text); }
void AppendFloat(float value, std::string* text) { AppendShortest(value, text); }

}  // namespace cask
