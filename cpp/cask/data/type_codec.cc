#include "cask/data/type_codec.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "cask/base/pool.h"
#include "cask/data/categories.h"

namespace cask {
namespace {

// How a type was made; what follows it are the factory's arguments.
enum class Form : uint8_t { kPlain, kNullable, kArrowBacked, kTimestamp, kDuration, kCategorical };

}  // namespace

template <>
inline constexpr int64_t kNumEnumerators<Form> = static_cast<int64_t>(Form::kCategorical) + 1;

namespace {

Form FormOf(const DType& type) {
  if (type.kind() == Kind::kTimestamp) return Form::kTimestamp;
  if (type.kind() == Kind::kDuration) return Form::kDuration;
  if (type.kind() == Kind::kCategory && type.categories() != nullptr) return Form::kCategorical;
  if (type.arrow_backed()) return Form::kArrowBacked;
  return type.nullable() ? Form::kNullable : Form::kPlain;
}

// The texts of categories: how many, the bytes before the end of each, and the bytes. None of them is missing.
void AddTexts(Encoder* encoder, const arrow::ArrayData& texts) {
  encoder->Add(static_cast<uint64_t>(texts.length));
  if (texts.length == 0) return;
  const int64_t* offsets = texts.GetValues<int64_t>(1);
  for (int64_t i = 1; i <= texts.length; ++i) encoder->Add(offsets[i] - offsets[0]);
  const int64_t size = offsets[texts.length] - offsets[0];
  if (size > 0) encoder->AddBytes(texts.buffers[2]->data() + offsets[0], static_cast<size_t>(size));
}

bool ReadTexts(Decoder* decoder, std::shared_ptr<arrow::ArrayData>* texts) {
  uint64_t count;
  if (!decoder->Read(&count) || count > decoder->num_left() / sizeof(int64_t)) return false;
  auto allocated = arrow::AllocateBuffer(static_cast<int64_t>((count + 1) * sizeof(int64_t)), BufferPool());
  if (!allocated.ok()) return false;
  std::shared_ptr<arrow::Buffer> ends = *std::move(allocated);
  auto* offsets = reinterpret_cast<int64_t*>(ends->mutable_data());
  offsets[0] = 0;
  for (uint64_t i = 1; i <= count; ++i) {
    if (!decoder->Read(&offsets[i]) || offsets[i] < offsets[i - 1]) return false;
  }
  const auto size = static_cast<size_t>(offsets[count]);
  const char* bytes = decoder->ReadBytes(size);
  if (bytes == nullptr) return false;
  *texts = arrow::ArrayData::Make(arrow::large_utf8(), static_cast<int64_t>(count),
                                  {nullptr, std::move(ends), arrow::Buffer::FromString(std::string(bytes, size))}, 0);
  return true;
}

void AddCategories(Encoder* encoder, const Categories& categories) {
  encoder->Add(categories.values);
  encoder->Add(categories.is_ordered);
  encoder->Add(categories.texts != nullptr);
  if (categories.texts) AddTexts(encoder, *categories.texts);
}

bool ReadForm(Decoder* decoder, Form form, DType* type);

// The type of categories is not categorical itself, so types nest no deeper than that.
bool ReadCategories(Decoder* decoder, Categories* categories) {
  Form form;
  bool has_texts;
  return decoder->Read(&form) && form != Form::kCategorical && ReadForm(decoder, form, &categories->values) &&
         categories->values.kind() != Kind::kCategory && decoder->Read(&categories->is_ordered) && decoder->Read(&has_texts) &&
         (!has_texts || ReadTexts(decoder, &categories->texts));
}

bool HasForm(Form form, Kind kind) {
  const DType plain(kind);
  switch (form) {
    case Form::kPlain: return !plain.is_temporal();
    case Form::kNullable: return plain.is_bool() || plain.is_numeric() || kind == Kind::kString;
    case Form::kArrowBacked: return plain.is_bool() || plain.is_numeric();
    default: return false;
  }
}

bool ReadForm(Decoder* decoder, Form form, DType* type) {
  TimeUnit unit;
  switch (form) {
    case Form::kTimestamp: {
      std::string timezone;
      if (!decoder->Read(&unit) || !decoder->Read(&timezone)) return false;
      *type = DType::Timestamp(unit, std::move(timezone));
      return true;
    }
    case Form::kDuration:
      if (!decoder->Read(&unit)) return false;
      *type = DType::Duration(unit);
      return true;
    case Form::kCategorical: {
      auto categories = std::make_shared<Categories>();
      if (!ReadCategories(decoder, categories.get())) return false;
      *type = DType::Categorical(std::move(categories));
      return true;
    }
    default: break;
  }
  Kind kind;
  if (!decoder->Read(&kind) || !HasForm(form, kind)) return false;
  *type = form == Form::kArrowBacked ? DType::ArrowBacked(kind) : form == Form::kNullable ? DType::Nullable(kind) : DType(kind);
  return true;
}

}  // namespace

void AddTo(Encoder* encoder, const DType& type) {
  const Form form = FormOf(type);
  encoder->Add(form);
  switch (form) {
    case Form::kTimestamp:
      encoder->Add(type.unit());
      return encoder->Add(type.timezone());
    case Form::kDuration: return encoder->Add(type.unit());
    case Form::kCategorical: return AddCategories(encoder, *type.categories());
    default: return encoder->Add(type.kind());
  }
}

bool ReadFrom(Decoder* decoder, DType* type) {
  Form form;
  return decoder->Read(&form) && ReadForm(decoder, form, type);
}

void AddTo(Encoder* encoder, const Schema& schema) { encoder->Add(schema.fields()); }

bool ReadFrom(Decoder* decoder, Schema* schema) {
  std::vector<Field> fields;
  if (!decoder->Read(&fields)) return false;
  *schema = Schema(std::move(fields));
  return true;
}

void AddTo(Encoder* encoder, const Literal& literal) {
  encoder->Add(literal.value());
  encoder->Add(literal.type());
  encoder->Add(literal.is_weak());
}

bool ReadFrom(Decoder* decoder, Literal* literal) {
  Literal::Value value;
  DType type;
  bool is_weak;
  if (!decoder->Read(&value) || !decoder->Read(&type) || !decoder->Read(&is_weak)) return false;
  *literal = Literal(std::move(value), std::move(type), is_weak);
  return true;
}

}  // namespace cask
