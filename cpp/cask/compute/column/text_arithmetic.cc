// Text joined with text, and text repeated.
#include "cask/compute/column/arithmetic.h"
#include "cask/compute/column/loop_input.h"
#include "cask/compute/column/text_build.h"
#include "cask/compute/column/type_rules.h"

namespace cask {
namespace {

bool IsTextOrMissing(const ArgumentType& argument) {
  return IsText(argument.type) || argument.type.kind() == Kind::kNull || (argument.literal != nullptr && argument.literal->is_missing());
}

// The rows of a text argument, or its one text.
class TextInput {
 public:
  TextInput(const Argument& argument) {
    if (const Literal* literal = LiteralOf(argument)) {
      if (const auto* text = std::get_if<std::string>(&literal->value())) one_ = *text;
    } else if (std::get<Column>(argument)->buffers.size() == 3) {
      view_.emplace(*std::get<Column>(argument));
    }
  }
  std::string_view operator[](int64_t i) const { return view_ ? (*view_)[i] : one_; }

 private:
  std::optional<TextView> view_;
  std::string_view one_;
};

Result<Column> Join(const std::vector<Argument>& arguments, const DType& type, int64_t num_rows, arrow::MemoryPool* pool) {
  const TextInput a(arguments[0]), b(arguments[1]);
  ARROW_ASSIGN_OR_RAISE(auto validity, CombineBitmaps(arguments, num_rows, pool));
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(num_rows, pool));
  std::string joined;
  for (int64_t i = 0; i < num_rows; ++i) {
    joined.assign(a[i]);
    joined.append(b[i]);
    ARROW_RETURN_NOT_OK(builder.Append(joined));
  }
  return builder.Finish(type, std::move(validity.bitmap), validity.null_count);
}

Result<Column> Repeat(const std::vector<Argument>& arguments, const std::vector<DType>& types, const DType& type, int64_t num_rows,
                      arrow::MemoryPool* pool) {
  const int text = IsText(types[0]) ? 0 : 1;
  const TextInput texts(arguments[text]);
  LoopInput times;
  ARROW_RETURN_NOT_OK(times.Prepare(arguments[1 - text], types[1 - text], Kind::kInt64, num_rows, pool));
  const auto* counts = static_cast<const int64_t*>(times.values());
  ARROW_ASSIGN_OR_RAISE(auto validity, CombineBitmaps(arguments, num_rows, pool));
  ARROW_ASSIGN_OR_RAISE(auto builder, TextBuilder::Make(num_rows, pool));
  std::string repeated;
  for (int64_t i = 0; i < num_rows; ++i) {
    repeated.clear();
    for (int64_t k = 0; k < counts[i * times.stride()] && !texts[i].empty(); ++k) repeated.append(texts[i]);
    ARROW_RETURN_NOT_OK(builder.Append(repeated));
  }
  return builder.Finish(type, std::move(validity.bitmap), validity.null_count);
}

}  // namespace

Result<DType> InferTextArithmetic(const ArithmeticOperator& op, const ArgumentType& a, const ArgumentType& b) {
  const DType& text = IsText(a.type) ? a.type : b.type;
  // The first column of text decides whether the result is nullable.
  const bool is_first = IsText(a.type) && (a.literal == nullptr || !IsText(b.type));
  const DType result = is_first ? a.type : b.type;
  if (op.operation == Operation::kAdd && IsTextOrMissing(a) && IsTextOrMissing(b)) return result;
  if (op.operation == Operation::kMultiply) {
    const DType& times = IsText(a.type) ? b.type : a.type;
    if (times.is_integer() && a.type != b.type) return result;
    return TypeError("Can only string multiply by an integer.");
  }
  // Python asks the right side where the left one cannot, by the operator's reflected name.
  return TypeError("operation '{}{}' not supported for dtype '{}' with {}", is_first ? "" : "r", op.python_name, text.ToString(),
                   DescribeOther(is_first ? b : a));
}

Result<Column> TextArithmetic(const ArithmeticOperator& op, const std::vector<Argument>& arguments, const std::vector<DType>& types,
                              const DType& result_type, int64_t num_rows, arrow::MemoryPool* pool) {
  if (op.operation == Operation::kMultiply) return Repeat(arguments, types, result_type, num_rows, pool);
  return Join(arguments, result_type, num_rows, pool);
}

}  // namespace cask
