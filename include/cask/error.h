// What Cask's C++ API throws.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace cask {

/// `what()` is the message and, a line each, notes that say where it happened.
class Error : public std::runtime_error {
 public:
  Error(std::string kind, std::string message, std::vector<std::string> notes, const std::string& what)
      : std::runtime_error(what), kind_(std::move(kind)), message_(std::move(message)), notes_(std::move(notes)) {}

  /// The name of the exception that Python would see: "ValueError", "FileNotFoundError".
  const std::string& kind() const { return kind_; }
  const std::string& message() const { return message_; }
  /// Innermost first.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::string kind_;
  std::string message_;
  std::vector<std::string> notes_;
};

}  // namespace cask
