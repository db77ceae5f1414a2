// str.*: text functions, by Arrow's kernels, which mean what pandas means.
#include <arrow/buffer.h>
#include <arrow/compute/api_scalar.h>

#include <cmath>

#include "cask/compute/column/arrow_kernel.h"
#include "cask/compute/column/cast.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/registry.h"
#include "cask/compute/column/type_rules.h"
#include "cask/compute/loops/loops.h"

namespace cask {
namespace {

namespace compute = arrow::compute;

Status CheckText(const DType& type) {
  if (IsText(type) || type.kind() == Kind::kCategory) return Status::OK();
  const std::string_view held = type.is_integer() ? "integer" : type.is_float() ? "floating" : type.is_bool() ? "boolean"
                                : type.kind() == Kind::kTimestamp ? "datetime64" : type.kind() == Kind::kDuration ? "timedelta64"
                                                                  : "mixed";
  return AttributeError("Can only use .str accessor with string values, not {}", held);
}

Result<std::string> TextOf(std::string_view function, const std::vector<Argument>& arguments, size_t i) {
  const Literal* literal = i < arguments.size() ? LiteralOf(arguments[i]) : nullptr;
  const auto* text = literal != nullptr ? std::get_if<std::string>(&literal->value()) : nullptr;
  if (text == nullptr) return TypeError("{} needs text as argument {}", function, i);
  return *text;
}

// The integer at `i`, or `otherwise` where there is none or a missing one.
int64_t IntegerOf(const std::vector<Argument>& arguments, size_t i, int64_t otherwise) {
  const Literal* literal = i < arguments.size() ? LiteralOf(arguments[i]) : nullptr;
  if (literal == nullptr || literal->is_missing()) return otherwise;
  int64_t value;
  StoreLiteral(*literal, Kind::kInt64, &value);
  return value;
}

using OptionsPtr = std::unique_ptr<compute::FunctionOptions>;
using MakeOptions = Result<OptionsPtr> (*)(const std::vector<Argument>& arguments, const FunctionOptions& options);

Result<OptionsPtr> NoOptions(const std::vector<Argument>&, const FunctionOptions&) { return OptionsPtr(); }

// str.contains(text, pattern), startswith, endswith, find, count: options.text is "regex" where the pattern is one.
Result<OptionsPtr> MatchOptions(const std::vector<Argument>& arguments, const FunctionOptions&) {
  ARROW_ASSIGN_OR_RAISE(auto pattern, TextOf("str function", arguments, 1));
  return OptionsPtr(new compute::MatchSubstringOptions(std::move(pattern)));
}

// str.replace(text, pattern, replacement, n)
Result<OptionsPtr> ReplaceOptions(const std::vector<Argument>& arguments, const FunctionOptions&) {
  ARROW_ASSIGN_OR_RAISE(auto pattern, TextOf("str.replace", arguments, 1));
  ARROW_ASSIGN_OR_RAISE(auto replacement, TextOf("str.replace", arguments, 2));
  return OptionsPtr(new compute::ReplaceSubstringOptions(std::move(pattern), std::move(replacement), IntegerOf(arguments, 3, -1)));
}

// str.slice(text, start, stop, step)
Result<OptionsPtr> SliceOptions(const std::vector<Argument>& arguments, const FunctionOptions&) {
  const int64_t step = IntegerOf(arguments, 3, 1);
  const int64_t start = IntegerOf(arguments, 1, step > 0 ? 0 : -1);
  return OptionsPtr(new compute::SliceOptions(start, IntegerOf(arguments, 2, step > 0 ? INT64_MAX : INT64_MIN), step));
}

// str.strip(text, characters): white space where there are none.
Result<OptionsPtr> TrimOptions(const std::vector<Argument>& arguments, const FunctionOptions&) {
  ARROW_ASSIGN_OR_RAISE(auto characters, TextOf("str.strip", arguments, 1));
  return OptionsPtr(new compute::TrimOptions(std::move(characters)));
}

enum class Gives : uint8_t { kText, kTruth, kCount };

struct TextKernel {
  std::string_view name;    // of the column function
  const char* arrow_name;
  const char* regex_name;   // where options.text is "regex"; null: there is none
  Gives gives;
  MakeOptions make_options;
  const char* bare_name;    // Arrow's function where only the text is given; null: the same
};

constexpr TextKernel kKernels[] = {
    {"str.lower", "utf8_lower", nullptr, Gives::kText, NoOptions, nullptr},
    {"str.upper", "utf8_upper", nullptr, Gives::kText, NoOptions, nullptr},
    {"str.title", "utf8_title", nullptr, Gives::kText, NoOptions, nullptr},
    {"str.capitalize", "utf8_capitalize", nullptr, Gives::kText, NoOptions, nullptr},
    {"str.swapcase", "utf8_swapcase", nullptr, Gives::kText, NoOptions, nullptr},
    {"str.strip", "utf8_trim", nullptr, Gives::kText, TrimOptions, "utf8_trim_whitespace"},
    {"str.lstrip", "utf8_ltrim", nullptr, Gives::kText, TrimOptions, "utf8_ltrim_whitespace"},
    {"str.rstrip", "utf8_rtrim", nullptr, Gives::kText, TrimOptions, "utf8_rtrim_whitespace"},
    {"str.slice", "utf8_slice_codeunits", nullptr, Gives::kText, SliceOptions, nullptr},
    {"str.replace", "replace_substring", "replace_substring_regex", Gives::kText, ReplaceOptions, nullptr},
    {"str.contains", "match_substring", "match_substring_regex", Gives::kTruth, MatchOptions, nullptr},
    {"str.startswith", "starts_with", nullptr, Gives::kTruth, MatchOptions, nullptr},
    {"str.endswith", "ends_with", nullptr, Gives::kTruth, MatchOptions, nullptr},
    {"str.isalpha", "utf8_is_alpha", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.isalnum", "utf8_is_alnum", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.isdigit", "utf8_is_digit", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.isdecimal", "utf8_is_decimal", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.isnumeric", "utf8_is_numeric", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.islower", "utf8_is_lower", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.isupper", "utf8_is_upper", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.isspace", "utf8_is_space", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.istitle", "utf8_is_title", nullptr, Gives::kTruth, NoOptions, nullptr},
    {"str.len", "utf8_length", nullptr, Gives::kCount, NoOptions, nullptr},
    {"str.count", "count_substring", "count_substring_regex", Gives::kCount, MatchOptions, nullptr},
};

class TextFunction final : public ColumnFunction {
 public:
  explicit TextFunction(const TextKernel& kernel) : kernel_(kernel) {}
  std::string_view name() const override { return kernel_.name; }

  Result<DType> InferType(const std::vector<ArgumentType>& arguments, const FunctionOptions& options) const override {
    const DType& type = arguments[0].type;
    ARROW_RETURN_NOT_OK(CheckText(type));
    switch (kernel_.gives) {
      case Gives::kText: return WithNullable(Kind::kString, type.nullable());
      case Gives::kTruth: return WithNullable(Kind::kBool, type.nullable());
      case Gives::kCount: return options.number == kWidened ? DType(Kind::kFloat64) : WithNullable(Kind::kInt64, type.nullable());
    }
    return type;
  }

  Result<Column> Execute(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& result_type,
                         const FunctionOptions& options, int64_t num_rows, arrow::MemoryPool* pool) const override {
    Column column = std::get<Column>(arguments[0]);
    if (types[0].kind() == Kind::kCategory) {
      ARROW_ASSIGN_OR_RAISE(column, CategoriesToText(column, Kind::kString, pool));
    }
    const bool is_bare = kernel_.bare_name != nullptr && arguments.size() == 1;
    const bool is_regex = options.text == "regex" && kernel_.regex_name != nullptr;
    const char* function = is_bare ? kernel_.bare_name : is_regex ? kernel_.regex_name : kernel_.arrow_name;
    OptionsPtr arrow_options;
    if (!is_bare) {
      ARROW_ASSIGN_OR_RAISE(arrow_options, kernel_.make_options(arguments, options));
    }
    ARROW_ASSIGN_OR_RAISE(auto result, CallArrow(function, column, arrow_options.get(), pool));
    if (kernel_.gives == Gives::kText) return result;
    if (kernel_.gives == Gives::kTruth) return BytesFromBooleans(result, result_type, false, pool);
    return FinishCounts(result, result_type, num_rows, pool);
  }

 private:
  // Arrow counts in the width of the offsets; pandas in int64, or in float64 as soon as one is missing.
  Result<Column> FinishCounts(const Column& counts, const DType& type, int64_t num_rows, arrow::MemoryPool* pool) const {
    const bool missing = counts->GetNullCount() > 0;
    if (missing && type == DType(Kind::kInt64)) return NeedsWiderType("{} of missing text is NaN, which needs float64", name());
    ARROW_ASSIGN_OR_RAISE(auto validity, CombineBitmaps({counts}, num_rows, pool));
    ARROW_ASSIGN_OR_RAISE(auto out, NewResult(8, num_rows, pool));
    const int64_t* values = Values<int64_t>(counts);
    if (type.is_float()) {
      auto* floats = reinterpret_cast<double*>(out->mutable_data());
      ARROW_ASSIGN_OR_RAISE(auto valid, NewResult(1, num_rows, pool));
      ARROW_RETURN_NOT_OK(WriteValidBytes(counts, DType::Nullable(Kind::kInt64), num_rows, valid->mutable_data()));
      for (int64_t i = 0; i < num_rows; ++i) floats[i] = valid->data()[i] ? static_cast<double>(values[i]) : std::nan("");
      return MakeFixedColumn(type, num_rows, std::move(out));
    }
    std::memcpy(out->mutable_data(), values, 8 * num_rows);
    return MakeFixedColumn(type, num_rows, std::move(out), std::move(validity.bitmap), validity.null_count);
  }

  const TextKernel& kernel_;
};

}  // namespace

FunctionList StringFunctions() {
  static const auto* all = [] {
    auto* functions = new std::vector<TextFunction>();
    for (const TextKernel& kernel : kKernels) functions->emplace_back(kernel);
    return functions;
  }();
  FunctionList functions;
  for (const TextFunction& function : *all) functions.push_back(&function);
  return functions;
}

}  // namespace cask
