// Schema: the names and types of a frame's columns.
#pragma once

#include <string>
#include <vector>

#include "cask/data/dtype.h"

namespace cask {

struct Field {
  std::string name;
  DType type;
  bool operator==(const Field&) const = default;
};

class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}

  int size() const { return static_cast<int>(fields_.size()); }
  const std::vector<Field>& fields() const { return fields_; }
  const Field& field(int i) const { return fields_[i]; }
  /// The position of the first column of that name, or -1.
  int Find(std::string_view name) const;
  void Add(Field field) { fields_.push_back(std::move(field)); }

  bool operator==(const Schema&) const = default;

 private:
  std::vector<Field> fields_;
};

}  // namespace cask
