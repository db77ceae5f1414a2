// CsvDialect: the characters that give CSV text its structure, resolved from the options. Small, copied freely.
#pragma once

#include "cask/io/csv/options.h"

namespace cask {

struct CsvDialect {
  explicit CsvDialect(const CsvOptions& options)
      : separator(options.separator),
        is_whitespace_separated(options.separator == 0),
        has_quote(options.quoting != CsvQuoting::kNone && options.quote_char != 0),
        quote(options.quote_char),
        has_escape(options.escape_char != 0),
        escape(options.escape_char),
        has_comment(options.comment_char != 0),
        comment(options.comment_char),
        has_carriage(options.line_terminator == 0),
        newline(options.line_terminator == 0 ? '\n' : options.line_terminator),
        double_quote(options.double_quote),
        skip_initial_space(options.skip_initial_space),
        skip_blank_lines(options.skip_blank_lines) {}

  bool IsSeparator(char c) const { return is_whitespace_separated ? IsBlank(c) : c == separator; }
  bool IsNewline(char c) const { return c == newline; }
  bool IsCarriage(char c) const { return has_carriage && c == '\r'; }
  bool IsQuote(char c) const { return has_quote && c == quote; }
  bool IsEscape(char c) const { return has_escape && c == escape; }
  bool IsComment(char c) const { return has_comment && c == comment; }
  static bool IsBlank(char c) { return c == ' ' || c == '\t'; }

  char separator;
  bool is_whitespace_separated;  // any run of spaces and tabs separates
  bool has_quote;
  char quote;
  bool has_escape;
  char escape;
  bool has_comment;
  char comment;
  bool has_carriage;  // \r and \r\n end lines too
  char newline;
  bool double_quote;
  bool skip_initial_space;
  bool skip_blank_lines;
};

}  // namespace cask
