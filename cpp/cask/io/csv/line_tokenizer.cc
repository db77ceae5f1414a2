#include "cask/io/csv/line_tokenizer.h"

namespace cask {
namespace {

using LineKind = CsvLine::Kind;

// Keeps the wanted fields of a row in an arena.
class ArenaSink {
 public:
  ArenaSink(const CsvFieldSelection* selection, CsvFieldArena* arena) : selection_(selection), arena_(arena) { Look(); }

  void Push(const char* text, int64_t size) {
    if (is_wanted_) arena_->Append(text, size);
  }

  void EndField() {
    if (is_slot_) arena_->EndSlot();
    ++num_fields_;
    Look();
  }

  void EndRow() {
    if (selection_ == nullptr) return;
    const auto& slots = selection_->slots;
    auto missing = std::lower_bound(slots.begin(), slots.end(), num_fields_);
    for (; missing != slots.end(); ++missing) arena_->EndSlot();
    arena_->EndRow();
  }

  int64_t num_fields() const { return num_fields_; }

 private:
  void Look() {
    const bool is_known = selection_ != nullptr && num_fields_ < selection_->num_fields;
    is_slot_ = is_known && selection_->slot_of[num_fields_] >= 0;
    while (is_known && next_wanted_ < selection_->fields.size() && selection_->fields[next_wanted_] < num_fields_) ++next_wanted_;
    is_wanted_ = is_known && next_wanted_ < selection_->fields.size() && selection_->fields[next_wanted_] == num_fields_;
  }

  const CsvFieldSelection* selection_;
  CsvFieldArena* arena_;
  int num_fields_ = 0;
  size_t next_wanted_ = 0;
  bool is_slot_ = false;
  bool is_wanted_ = false;
};

class VectorSink {
 public:
  explicit VectorSink(std::vector<std::string>* fields) : fields_(fields) { fields_->clear(); }

  void Push(const char* text, int64_t size) { field_.append(text, size); }
  void EndField() {
    fields_->push_back(std::move(field_));
    field_.clear();
  }
  void EndRow() {}
  int64_t num_fields() const { return static_cast<int64_t>(fields_->size()); }

 private:
  std::vector<std::string>* fields_;
  std::string field_;
};

}  // namespace

// One walk over a line. Members that return bool say whether the line goes on; if not, `result_` is set.
template <typename Sink>
class CsvLineTokenizer::Run {
 public:
  Run(const CsvLineTokenizer& tokenizer, const char* text, const char* end, bool is_end, Sink sink)
      : tokenizer_(tokenizer), dialect_(tokenizer.dialect_), p_(text), end_(end), is_end_(is_end), sink_(std::move(sink)) {}

  CsvLine Go() {
    if (!StartRecord()) return result_;
    while (Field()) {
    }
    return result_;
  }

 private:
  bool Finish(LineKind kind, const char* after) {
    result_ = {kind, after, sink_.num_fields()};
    if (kind == LineKind::kRecord) sink_.EndRow();
    return false;
  }

  bool FinishField(const char* after) {
    sink_.EndField();
    return Finish(LineKind::kRecord, after);
  }

  // At the end of the text: either the end of the input, which `kind` describes, or more is needed.
  bool AtEnd(LineKind kind) {
    if (!is_end_) return Finish(LineKind::kIncomplete, p_);
    return Finish(kind, p_);
  }

  // After a carriage return at `p_`: the line ends there or after the newline that follows.
  bool AfterCarriage(LineKind kind) {
    if (p_ + 1 == end_) return is_end_ ? Finish(kind, p_ + 1) : Finish(LineKind::kIncomplete, p_);
    return Finish(kind, p_ + (p_[1] == '\n' ? 2 : 1));
  }

  // Whether the line has fields to look at.
  bool StartRecord() {
    if (p_ == end_) return AtEnd(LineKind::kIgnored);
    const char c = *p_;
    const LineKind blank = dialect_.skip_blank_lines ? LineKind::kIgnored : LineKind::kRecord;
    if (dialect_.IsNewline(c)) return Finish(blank, p_ + 1);
    if (dialect_.IsCarriage(c)) return AfterCarriage(blank);
    if (dialect_.IsComment(c)) return ToLineEnd(LineKind::kIgnored);
    if (!CsvDialect::IsBlank(c)) return true;
    if (dialect_.is_whitespace_separated) return LeadingBlanks(dialect_.skip_blank_lines ? LineKind::kIgnored : LineKind::kRecord);
    if (!dialect_.skip_blank_lines || c == dialect_.separator) return true;
    const char* const start = p_;
    while (p_ < end_ && CsvDialect::IsBlank(*p_) && *p_ != dialect_.separator) ++p_;
    if (p_ == end_) return AtEnd(LineKind::kIgnored);
    if (dialect_.IsNewline(*p_)) return Finish(LineKind::kIgnored, p_ + 1);
    if (dialect_.IsCarriage(*p_)) return AfterCarriage(LineKind::kIgnored);
    p_ = start;
    return true;
  }

  // Between fields separated by blanks. `at_end`: what the line is if nothing follows.
  bool LeadingBlanks(LineKind at_end) {
    while (p_ < end_ && CsvDialect::IsBlank(*p_)) ++p_;
    if (p_ == end_) return AtEnd(at_end);
    if (dialect_.IsNewline(*p_)) return Finish(at_end, p_ + 1);
    if (dialect_.IsCarriage(*p_)) return AfterCarriage(at_end);
    if (dialect_.IsComment(*p_)) return ToLineEnd(LineKind::kRecord);
    return true;
  }

  bool ToLineEnd(LineKind kind) {
    while (p_ < end_ && !dialect_.IsNewline(*p_) && !dialect_.IsCarriage(*p_)) ++p_;
    if (p_ == end_) return AtEnd(kind);
    if (dialect_.IsCarriage(*p_)) return AfterCarriage(kind);
    return Finish(kind, p_ + 1);
  }

  // From the start of a field to behind its separator.
  bool Field() {
    while (dialect_.skip_initial_space && !dialect_.is_whitespace_separated && p_ < end_ && *p_ == ' ' && *p_ != dialect_.separator) ++p_;
    if (p_ < end_ && dialect_.IsQuote(*p_)) {
      if (!Quoted()) return false;
    }
    return Unquoted();
  }

  bool Unquoted() {
    while (true) {
      const char* const start = p_;
      while (p_ < end_ && !tokenizer_.stops_field_[static_cast<uint8_t>(*p_)]) ++p_;
      sink_.Push(start, p_ - start);
      if (p_ == end_) return is_end_ ? FinishField(p_) : Finish(LineKind::kIncomplete, p_);
      const char c = *p_;
      if (dialect_.IsNewline(c)) return FinishField(p_ + 1);
      if (dialect_.IsCarriage(c)) {
        if (p_ + 1 == end_ && !is_end_) return Finish(LineKind::kIncomplete, p_);
        sink_.EndField();
        return AfterCarriage(LineKind::kRecord);
      }
      if (dialect_.IsEscape(c)) {
        if (p_ + 1 == end_) return AtEnd(LineKind::kUnclosedEscape);
        sink_.Push(p_ + 1, 1);
        p_ += 2;
        continue;
      }
      if (dialect_.IsSeparator(c)) {
        sink_.EndField();
        ++p_;
        return !dialect_.is_whitespace_separated || LeadingBlanks(LineKind::kRecord);
      }
      sink_.EndField();  // a comment
      return ToLineEnd(LineKind::kRecord);
    }
  }

  // From an opening quote to behind the closing one.
  bool Quoted() {
    ++p_;
    while (true) {
      const char* const start = p_;
      while (p_ < end_ && !tokenizer_.stops_quoted_[static_cast<uint8_t>(*p_)]) ++p_;
      sink_.Push(start, p_ - start);
      if (p_ == end_) return AtEnd(LineKind::kUnclosedQuote);
      if (dialect_.IsEscape(*p_)) {
        if (p_ + 1 == end_) return AtEnd(LineKind::kUnclosedQuote);
        sink_.Push(p_ + 1, 1);
        p_ += 2;
        continue;
      }
      ++p_;
      if (!dialect_.double_quote) return true;
      if (p_ == end_) return is_end_ || Finish(LineKind::kIncomplete, p_);
      if (*p_ != dialect_.quote) return AfterQuote();
      sink_.Push(p_, 1);
      ++p_;
    }
  }

  // What follows a closing quote directly is part of the field unless it ends it; escapes and comments count only after that.
  bool AfterQuote() {
    const char c = *p_;
    if (dialect_.IsSeparator(c) || dialect_.IsNewline(c) || dialect_.IsCarriage(c)) return true;
    sink_.Push(p_, 1);
    ++p_;
    return true;
  }

  const CsvLineTokenizer& tokenizer_;
  const CsvDialect& dialect_;
  const char* p_;
  const char* const end_;
  const bool is_end_;
  Sink sink_;
  CsvLine result_{LineKind::kIncomplete, nullptr, 0};
};

CsvLineTokenizer::CsvLineTokenizer(const CsvDialect& dialect) : dialect_(dialect) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    stops_field_[i] = dialect.IsNewline(c) || dialect.IsCarriage(c) || dialect.IsEscape(c) || dialect.IsSeparator(c) || dialect.IsComment(c);
    stops_quoted_[i] = dialect.IsQuote(c) || dialect.IsEscape(c);
  }
}

CsvLine CsvLineTokenizer::Next(const char* text, const char* end, bool is_end, const CsvFieldSelection* selection,
                               CsvFieldArena* arena) const {
  const auto mark = arena->mark();
  const CsvLine line = Run<ArenaSink>(*this, text, end, is_end, ArenaSink(selection, arena)).Go();
  if (line.kind != LineKind::kRecord) arena->Rewind(mark);
  return line;
}

CsvLine CsvLineTokenizer::NextFields(const char* text, const char* end, bool is_end, std::vector<std::string>* fields) const {
  return Run<VectorSink>(*this, text, end, is_end, VectorSink(fields)).Go();
}

CsvLine CsvLineTokenizer::Skip(const char* text, const char* end, bool is_end) const {
  enum class State { kStart, kFieldStart, kField, kQuoted, kQuoteInQuoted } state = State::kStart;
  for (const char* p = text; p < end; ++p) {
    const char c = *p;
    if (state == State::kQuoted) {
      if (dialect_.IsQuote(c)) state = dialect_.double_quote ? State::kQuoteInQuoted : State::kField;
      continue;
    }
    if (dialect_.IsQuote(c) && state != State::kField) {
      state = State::kQuoted;
    } else if (dialect_.IsNewline(c)) {
      return {LineKind::kIgnored, p + 1};
    } else if (dialect_.IsCarriage(c) && state != State::kStart) {
      if (p + 1 == end && !is_end) return {LineKind::kIncomplete, p};
      return {LineKind::kIgnored, p + (p + 1 < end && p[1] == '\n' ? 2 : 1)};
    } else {
      state = dialect_.IsSeparator(c) && state != State::kStart ? State::kFieldStart : State::kField;
    }
  }
  return {is_end ? LineKind::kIgnored : LineKind::kIncomplete, end};
}

}  // namespace cask
