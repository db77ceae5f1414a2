// Reads the list of nodes that expressions which were sent consist of (node_writer.h). Trusts nothing.
#pragma once

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cask/base/error.h"
#include "cask/expr/node_records.h"

namespace cask {

/// A `Record` is what a node holds, a `Value` what is made of it; that of a line is empty.
template <typename Record, typename Value>
class NodeReader {
 public:
  /// The error that says what is wrong with the bytes.
  using Malformed = Status (*)(std::string_view what);

  /// `max_depth`: how many nodes may be made of one another. The bytes stay where they are while they are read.
  NodeReader(std::string_view bytes, int max_depth, Malformed malformed) : decoder_(bytes), max_depth_(max_depth), malformed_(malformed) {}

  /// Reads the whole message: gives its outputs. `make` gets the record of each node but lines, and gives a Result<Value>; meanwhile it may ask for
  /// the nodes before.
  template <typename Outputs, typename Make>
  Result<Outputs> Read(const Make& make) {
    NodeNumber num_nodes;
    if (!decoder_.Read(&num_nodes)) return malformed_("they are too few");
    for (NodeNumber i = 0; i < num_nodes; ++i) ARROW_RETURN_NOT_OK(ReadNode(make));
    Outputs outputs;
    if (!decoder_.Read(&outputs) || !decoder_.is_at_end()) return malformed_("its outputs do not decode");
    return outputs;
  }

  /// The value of a node that is there. One that is being made is made of it then.
  Result<Value> ValueAt(NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(const Node* node, NodeAt(number));
    depth_ = std::max(depth_, node->depth + 1);
    return node->value;
  }

  Result<Origin> LineOf(const LineOfRecord& record) const {
    if (!record.line) return Origin();
    ARROW_ASSIGN_OR_RAISE(const Node* node, NodeAt(*record.line));
    return node->line ? Result<Origin>(node->line) : malformed_(fmt::format("node {} is no line", *record.line));
  }

 private:
  struct Node {
    Origin line;
    Value value;
    int depth = 0;
  };

  // One node after another: a record of the largest kind takes far more memory than the bytes of the smallest.
  template <typename Make>
  Status ReadNode(const Make& make) {
    Record record;
    if (!decoder_.Read(&record)) return malformed_(fmt::format("node {} does not decode", nodes_.size()));
    depth_ = 1;
    ARROW_ASSIGN_OR_RAISE(Node node, std::visit([&](auto& fields) { return NodeOf(std::move(fields), make); }, record));
    if (node.depth > max_depth_) return malformed_("too many operations one upon another");
    nodes_.push_back(std::move(node));
    return Status::OK();
  }

  template <typename Fields, typename Make>
  Result<Node> NodeOf(Fields fields, const Make& make) {
    if constexpr (std::is_same_v<Fields, OriginLine>) {
      return Node{std::make_shared<const OriginLine>(std::move(fields)), {}, 0};
    } else {
      ARROW_ASSIGN_OR_RAISE(Value value, make(std::move(fields)));
      return Node{nullptr, std::move(value), depth_};
    }
  }

  Result<const Node*> NodeAt(NodeNumber number) const {
    if (number >= nodes_.size()) return malformed_(fmt::format("node {} is named before it is there", number));
    return &nodes_[number];
  }

  Decoder decoder_;
  const int max_depth_;
  const Malformed malformed_;
  std::vector<Node> nodes_;
  int depth_ = 0;  // of the node that is being made: one more than that of the deepest it asked for
};

}  // namespace cask
