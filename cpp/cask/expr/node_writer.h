// Writes the list of nodes that expressions which are sent consist of (expression_codec.h, array_codec.h).
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cask/base/error.h"
#include "cask/expr/node_records.h"

namespace cask {

/// A `Key` names what a node is written for, a `Record` is what it holds: a variant, lines of the user's among its alternatives.
template <typename Key, typename Record>
class NodeWriter {
 public:
  /// `max_depth`: how many nodes may be made of one another.
  explicit NodeWriter(int max_depth) : max_depth_(max_depth) {}

  /// Writes the node of `wanted` behind those of all that it needs, where they are not there yet. `needs_of` lists the keys that one needs,
  /// `record_of` may fail. Has a stack of its own, so that chains may be long.
  template <typename NeedsOf, typename RecordOf>
  Status AddWithNeeds(const Key& wanted, const NeedsOf& needs_of, const RecordOf& record_of) {
    std::vector<Key> stack = {wanted};
    while (!stack.empty()) {
      const Key key = stack.back();
      const size_t before = stack.size();
      if (!numbers_.contains(key)) {
        const std::vector<Key> needs = needs_of(key);
        for (const Key& need : needs) {
          if (!numbers_.contains(need)) stack.push_back(need);
        }
        if (stack.size() > before) continue;
        ARROW_ASSIGN_OR_RAISE(const Record record, record_of(key));
        ARROW_ASSIGN_OR_RAISE(const int depth, DepthOver(needs));
        numbers_[key] = num_nodes();
        Add(record, depth);
      }
      stack.pop_back();
    }
    return Status::OK();
  }

  /// Of a key that was added.
  NodeNumber NumberOf(const Key& key) const { return numbers_.at(key); }

  std::optional<NodeNumber> NumberOfLine(const Origin& line) {
    if (line == nullptr) return std::nullopt;
    const auto [entry, is_new] = lines_.emplace(*line, num_nodes());
    if (is_new) Add(*line, 0);
    return entry->second;
  }

  /// The whole message. `outputs` say which nodes are asked for.
  template <typename Outputs>
  std::string Finish(const Outputs& outputs) {
    Encoder whole;
    whole.Add(num_nodes());
    const std::string nodes = nodes_.Take();
    whole.AddBytes(nodes.data(), nodes.size());
    whole.Add(outputs);
    return whole.Take();
  }

 private:
  NodeNumber num_nodes() const { return static_cast<NodeNumber>(depths_.size()); }

  Result<int> DepthOver(const std::vector<Key>& needs) const {
    int depth = 1;
    for (const Key& need : needs) depth = std::max(depth, depths_[NumberOf(need)] + 1);
    if (depth <= max_depth_) return depth;
    return NotImplementedError("more than {} operations one upon another cannot be sent to other processes; compute or persist some of them "
                               "first", max_depth_);
  }

  void Add(const Record& record, int depth) {
    nodes_.Add(record);
    depths_.push_back(depth);
  }

  const int max_depth_;
  Encoder nodes_;
  std::vector<int> depths_;  // of each node; 0: a line
  std::map<Key, NodeNumber> numbers_;
  std::map<OriginLine, NodeNumber> lines_;
};

}  // namespace cask
