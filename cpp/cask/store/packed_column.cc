#include "cask/store/packed_column.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>

#include <cstring>
#include <numeric>
#include <optional>

#include "cask/base/check.h"
#include "cask/base/pool.h"
#include "cask/store/pack_loops.h"

namespace cask {
namespace {

enum class Form : uint8_t { kPlain, kOffsets, kDecimals, kFloats, kText };

// What a packed column begins with. After it: the codes, the bytes of texts, the exceptions' rows and bits, and the validity bitmap, each at a
// multiple of 8 bytes; the codes at one of 64, where values that are held plain can be used as they lie.
struct Header {
  Form form;
  uint8_t width;     // bytes a code
  uint8_t exponent;  // of decimals
  uint8_t has_validity;
  uint32_t num_exceptions;
  int64_t num_rows;
  int64_t null_count;
  int64_t base;
  int64_t step;
  int64_t num_text_bytes;
  int64_t unused[2];
};
static_assert(sizeof(Header) == 64);

constexpr int64_t kSampled = 32;
constexpr int64_t kMinFitting = 28;      // of the sampled values, for a form to be tried
constexpr int64_t kExceptionBytes = 12;  // row and bits

int64_t RoundUp8(int64_t size) { return (size + 7) / 8 * 8; }

struct Layout {
  explicit Layout(const Header& header)
      : codes(sizeof(Header)),
        text(codes + RoundUp8(header.num_rows * header.width)),
        exception_rows(text + RoundUp8(header.num_text_bytes)),
        exception_bits(exception_rows + RoundUp8(header.num_exceptions * sizeof(uint32_t))),
        validity(exception_bits + header.num_exceptions * sizeof(uint64_t)),
        size(validity + (header.has_validity != 0 ? RoundUp8((header.num_rows + 7) / 8) : 0)) {}

  int64_t codes;
  int64_t text;
  int64_t exception_rows;
  int64_t exception_bits;
  int64_t validity;
  int64_t size;
};

int WidthOf(uint64_t greatest_code) {
  if (greatest_code == 0) return 0;
  if (greatest_code <= UINT8_MAX) return 1;
  if (greatest_code <= UINT16_MAX) return 2;
  return greatest_code <= UINT32_MAX ? 4 : 8;
}

uint32_t MaxCode(int width) { return width == 4 ? UINT32_MAX : (uint32_t{1} << (8 * width)) - 1; }

Header MakeHeader(const Column& column, Form form, int width) {
  Header header{};
  header.form = form;
  header.width = static_cast<uint8_t>(width);
  header.num_rows = column->length;
  header.null_count = column->GetNullCount();
  header.has_validity = column->buffers[0] != nullptr && header.null_count > 0;
  return header;
}

// Memory for a packed column, with its header and validity written.
struct Packed {
  static Result<Packed> Make(const Header& header, const Column& column) {
    const Layout layout(header);
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(layout.size, SmallBufferPool()));
    uint8_t* data = buffer->mutable_data();
    std::memcpy(data, &header, sizeof(header));
    // What rounding up leaves free is zero, so that equal columns are equal bytes. Each part is written after this.
    for (int64_t end : {layout.text, layout.exception_rows, layout.exception_bits, layout.size}) {
      if (end > static_cast<int64_t>(sizeof(header))) std::memset(data + end - 8, 0, 8);
    }
    if (header.has_validity != 0) {
      arrow::internal::CopyBitmap(column->buffers[0]->data(), column->offset, column->length, data + layout.validity, 0);
    }
    return Packed{std::move(buffer), layout, data};
  }

  Column Finish() {
    return arrow::ArrayData::Make(arrow::uint8(), layout.size, {nullptr, std::shared_ptr<arrow::Buffer>(std::move(buffer))}, 0);
  }

  std::unique_ptr<arrow::Buffer> buffer;
  Layout layout;
  uint8_t* data;
};

Header HeaderOf(const Column& packed) {
  Header header;
  std::memcpy(&header, packed->GetValues<uint8_t>(1), sizeof(header));
  return header;
}

// Pairs of neighbours, spread evenly over the column: at even distances alone, values that grow steadily would seem to grow in longer steps.
template <typename T>
std::vector<T> Sample(const T* values, int64_t n) {
  std::vector<T> sample;
  const int64_t distance = std::max<int64_t>(2, 2 * n / kSampled);
  for (int64_t i = 0; i + 1 < n && static_cast<int64_t>(sample.size()) < kSampled; i += distance) {
    sample.push_back(values[i]);
    sample.push_back(values[i + 1]);
  }
  if (n == 1) sample.push_back(values[0]);
  return sample;
}

bool IsFittingSample(int64_t misfits, int64_t sampled) { return misfits * kSampled <= (kSampled - kMinFitting) * sampled; }

// What all differences to `base` have in common.
int64_t CommonStep(const std::vector<int64_t>& sample, int64_t base) {
  uint64_t step = 0;
  for (int64_t value : sample) {
    if (value != kNaT) step = std::gcd(step, static_cast<uint64_t>(value) - static_cast<uint64_t>(base));
  }
  return step == 0 || step > INT64_MAX ? 1 : static_cast<int64_t>(step);
}

// The exponent by which most of the sample are decimals, or -1. NaN, wherever it comes from, counts for nothing.
int DecimalExponent(const PackLoops& loops, const std::vector<double>& sample) {
  std::vector<double> numbers;
  for (double value : sample) {
    if (value == value) numbers.push_back(value);
  }
  std::vector<uint32_t> codes(numbers.size());
  const auto size = static_cast<int64_t>(numbers.size());
  for (int exponent = 0; size > 0 && exponent <= kMaxDecimalExponent; ++exponent) {
    if (IsFittingSample(loops.decimals(numbers.data(), size, exponent, codes.data()), size)) return exponent;
  }
  return -1;
}

// Numbers in the course of being packed: codes, and the rows whose value no code stands for.
struct Codes {
  Form form;
  int64_t num_rows;
  std::vector<uint32_t>& codes;
  std::vector<uint32_t>& exceptions;
  int width = 8;
  uint32_t least = 0;  // of the codes
  int64_t base = 0;
  int64_t step = 1;
  int exponent = 0;

  int64_t num_bytes() const { return num_rows * width + static_cast<int64_t>(exceptions.size()) * kExceptionBytes; }
};

Result<Column> FinishNumbers(const PackLoops& loops, const Column& column, const Codes& codes) {
  Header header = MakeHeader(column, codes.form, codes.width);
  header.exponent = static_cast<uint8_t>(codes.exponent);
  header.num_exceptions = static_cast<uint32_t>(codes.exceptions.size());
  header.base = codes.base;
  header.step = codes.step;
  ARROW_ASSIGN_OR_RAISE(Packed packed, Packed::Make(header, column));
  loops.narrow(codes.codes.data(), codes.num_rows, codes.least, codes.width, packed.data + packed.layout.codes);
  const auto* bits = column->GetValues<uint64_t>(1);
  auto* rows = reinterpret_cast<uint32_t*>(packed.data + packed.layout.exception_rows);
  auto* kept = reinterpret_cast<uint64_t*>(packed.data + packed.layout.exception_bits);
  for (uint32_t row : codes.exceptions) {
    *rows++ = row;
    *kept++ = bits[row];
  }
  return packed.Finish();
}

uint64_t BitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  return bits;
}

double DecimalOf(uint32_t code, int exponent) { return static_cast<double>(static_cast<int32_t>(code)) / kDecimalPowers[exponent]; }

// Takes rows out of the codes whose value is not what `value_bits(code)` gives, and gives them a code that fits.
template <typename ValueBits>
void TakeExceptions(const uint64_t* bits, Codes* codes, ValueBits value_bits) {
  std::optional<uint32_t> fitting;
  for (int64_t row = 0; row < codes->num_rows; ++row) {
    if (value_bits(codes->codes[row]) != bits[row]) {
      codes->exceptions.push_back(static_cast<uint32_t>(row));
    } else if (!fitting) {
      fitting = codes->codes[row];
    }
  }
  for (uint32_t row : codes->exceptions) codes->codes[row] = fitting.value_or(0);
}

bool CanPack(const DType& type) {
  switch (type.kind()) {
    case Kind::kInt64:
    case Kind::kUInt64:
    case Kind::kFloat64:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kString: return true;
    default: return false;
  }
}

}  // namespace

Result<Column> ColumnPacker::Pack(const Column& column, const DType& type) {
  if (!CanPack(type)) return column;
  CASK_CHECK_LE(column->length, int64_t{UINT32_MAX});
  if (static_cast<int64_t>(codes_.size()) < column->length) codes_.resize(column->length);
  exceptions_.clear();
  if (type.kind() == Kind::kString) return PackText(column);
  return type.kind() == Kind::kFloat64 ? PackFloats(column) : PackIntegers(column);
}

Result<Column> ColumnPacker::PackIntegers(const Column& column) {
  const PackLoops loops = FindPackLoops();
  const auto* values = column->GetValues<int64_t>(1);
  const int64_t n = column->length;
  Codes codes{Form::kOffsets, n, codes_, exceptions_};
  const ValueRange range = loops.range(values, n, kNaT);
  if (range.min <= range.max) {
    const uint64_t span = static_cast<uint64_t>(range.max) - static_cast<uint64_t>(range.min);
    codes.base = range.min;
    codes.width = WidthOf(span);
    const int64_t step = codes.width >= 4 ? CommonStep(Sample(values, n), range.min) : 1;
    if (step > 1 && WidthOf(span / static_cast<uint64_t>(step)) < codes.width) {
      codes.step = step;
      codes.width = WidthOf(span / static_cast<uint64_t>(step));
    }
  }
  if (codes.width == 8) return PackPlain(column);
  const auto base = static_cast<uint64_t>(codes.base), step = static_cast<uint64_t>(codes.step);
  const uint32_t max_code = MaxCode(codes.width);
  if (loops.offsets(values, n, codes.base, codes.step, max_code, codes_.data()) > 0) {
    TakeExceptions(column->GetValues<uint64_t>(1), &codes, [=](uint32_t code) {
      return code <= max_code ? base + step * code : ~(base + step * code);  // too great a code stands for nothing
    });
  }
  return codes.num_bytes() < 8 * n ? FinishNumbers(loops, column, codes) : PackPlain(column);
}

Result<Column> ColumnPacker::PackFloats(const Column& column) {
  const PackLoops loops = FindPackLoops();
  const auto* values = column->GetValues<double>(1);
  const auto* bits = column->GetValues<uint64_t>(1);
  const int64_t n = column->length;
  const std::vector<double> sample = Sample(values, n);
  if (const int exponent = DecimalExponent(loops, sample); exponent >= 0) {
    Codes codes{Form::kDecimals, n, codes_, exceptions_};
    codes.exponent = exponent;
    if (loops.decimals(values, n, exponent, codes_.data()) > 0) {
      TakeExceptions(bits, &codes, [exponent](uint32_t code) { return BitsOf(DecimalOf(code, exponent)); });
    }
    const ValueRange range = loops.code_range(codes_.data(), n);
    codes.base = range.min;
    codes.least = static_cast<uint32_t>(range.min);
    codes.width = WidthOf(static_cast<uint64_t>(range.max - range.min));
    if (codes.num_bytes() < 8 * n) return FinishNumbers(loops, column, codes);
    exceptions_.clear();
  }
  if (IsFittingSample(loops.floats(sample.data(), static_cast<int64_t>(sample.size()), codes_.data()), static_cast<int64_t>(sample.size()))) {
    Codes codes{Form::kFloats, n, codes_, exceptions_, 4};
    if (loops.floats(values, n, codes_.data()) > 0) {
      TakeExceptions(bits, &codes, [](uint32_t code) {
        float value;
        std::memcpy(&value, &code, 4);
        return BitsOf(value);
      });
    }
    if (codes.num_bytes() < 8 * n) return FinishNumbers(loops, column, codes);
  }
  return PackPlain(column);
}

Result<Column> ColumnPacker::PackPlain(const Column& column) {
  ARROW_ASSIGN_OR_RAISE(Packed packed, Packed::Make(MakeHeader(column, Form::kPlain, 8), column));
  std::memcpy(packed.data + packed.layout.codes, column->GetValues<uint64_t>(1), column->length * sizeof(uint64_t));
  return packed.Finish();
}

Result<Column> ColumnPacker::PackText(const Column& column) {
  const PackLoops loops = FindPackLoops();
  const int64_t n = column->length;
  const int64_t no_offset = 0;
  const int64_t* offsets = n > 0 ? column->GetValues<int64_t>(1) : &no_offset;
  const ValueRange range = n > 0 ? loops.lengths(offsets, n, codes_.data()) : ValueRange{0, 0};
  if (range.max > UINT32_MAX) return MemoryError("a text of {} bytes cannot be held: the limit is 4 GB", range.max);
  Header header = MakeHeader(column, Form::kText, WidthOf(static_cast<uint64_t>(range.max - range.min)));
  header.base = range.min;
  header.num_text_bytes = offsets[n] - offsets[0];
  ARROW_ASSIGN_OR_RAISE(Packed packed, Packed::Make(header, column));
  loops.narrow(codes_.data(), n, static_cast<uint32_t>(range.min), header.width, packed.data + packed.layout.codes);
  if (header.num_text_bytes > 0) {
    std::memcpy(packed.data + packed.layout.text, column->buffers[2]->data() + offsets[0], header.num_text_bytes);
  }
  return packed.Finish();
}

namespace {

Result<std::shared_ptr<arrow::Buffer>> UnpackNumbers(const Header& header, const uint8_t* data, arrow::MemoryPool* pool) {
  const PackLoops loops = FindPackLoops();
  const Layout layout(header);
  const int64_t n = header.num_rows;
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(n * sizeof(uint64_t), pool));
  uint8_t* out = buffer->mutable_data();
  const uint8_t* codes = data + layout.codes;
  switch (header.form) {
    case Form::kOffsets: loops.unpack_offsets(codes, n, header.width, header.base, header.step, reinterpret_cast<int64_t*>(out)); break;
    case Form::kDecimals:
      loops.unpack_decimals(codes, n, header.width, static_cast<int32_t>(header.base), header.exponent, reinterpret_cast<double*>(out));
      break;
    default: loops.unpack_floats(codes, n, reinterpret_cast<double*>(out)); break;
  }
  const auto* rows = reinterpret_cast<const uint32_t*>(data + layout.exception_rows);
  const auto* bits = reinterpret_cast<const uint64_t*>(data + layout.exception_bits);
  for (uint32_t i = 0; i < header.num_exceptions; ++i) reinterpret_cast<uint64_t*>(out)[rows[i]] = bits[i];
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

template <typename Code>
void AddUpLengths(const uint8_t* codes, int64_t n, int64_t base, int64_t* offsets) {
  const auto* lengths = reinterpret_cast<const Code*>(codes);
  int64_t offset = 0;
  for (int64_t i = 0; i < n; ++i) {
    offsets[i] = offset;
    offset += base + lengths[i];
  }
  offsets[n] = offset;
}

Result<std::shared_ptr<arrow::Buffer>> UnpackOffsets(const Header& header, const uint8_t* codes, arrow::MemoryPool* pool) {
  const int64_t n = header.num_rows;
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer((n + 1) * sizeof(int64_t), pool));
  auto* offsets = reinterpret_cast<int64_t*>(buffer->mutable_data());
  switch (header.width) {
    case 1: AddUpLengths<uint8_t>(codes, n, header.base, offsets); break;
    case 2: AddUpLengths<uint16_t>(codes, n, header.base, offsets); break;
    case 4: AddUpLengths<uint32_t>(codes, n, header.base, offsets); break;
    default:
      for (int64_t i = 0; i <= n; ++i) offsets[i] = i * header.base;
  }
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

}  // namespace

Result<Column> UnpackColumn(const Column& packed, const DType& type, arrow::MemoryPool* pool) {
  if (!CanPack(type)) return packed;
  const Header header = HeaderOf(packed);
  const Layout layout(header);
  const uint8_t* data = packed->GetValues<uint8_t>(1);
  const auto share = [&](int64_t begin, int64_t size) { return arrow::SliceBuffer(packed->buffers[1], packed->offset + begin, size); };
  std::vector<std::shared_ptr<arrow::Buffer>> buffers(1);
  if (header.has_validity != 0) buffers[0] = share(layout.validity, layout.size - layout.validity);
  if (header.form == Form::kText) {
    ARROW_ASSIGN_OR_RAISE(auto offsets, UnpackOffsets(header, data + layout.codes, pool));
    buffers.push_back(std::move(offsets));
    buffers.push_back(share(layout.text, header.num_text_bytes));
  } else if (header.form == Form::kPlain) {
    buffers.push_back(share(layout.codes, header.num_rows * 8));
  } else {
    ARROW_ASSIGN_OR_RAISE(auto values, UnpackNumbers(header, data, pool));
    buffers.push_back(std::move(values));
  }
  return arrow::ArrayData::Make(type.arrow_type(), header.num_rows, std::move(buffers), header.null_count);
}

}  // namespace cask
