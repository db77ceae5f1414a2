#include <arrow/buffer.h>

#include "cask/compute/piece_codec.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/decode_csv_source.h"
#include "cask/expr/expression_codec.h"
#include "cask/expr/table_source_expr.h"

namespace cask {

Status MalformedExpression(std::string_view what) { return ValueError("bytes are no expression: {}", what); }

namespace {

// Every frame has a copy of its schema, so short bytes could ask for much memory: this bounds the columns of all frames together.
constexpr int64_t kMaxFields = 1 << 22;

// What an expression cannot be made of does not come from an expression, whatever kind of error that would be elsewhere.
template <typename T>
Result<T> Checked(Result<T> made) {
  return made.ok() ? std::move(made) : MalformedExpression(made.status().message());
}

struct Node {
  Origin line;
  ColumnExprPtr column;
  FramePtr frame;
  // Of a column: the frame whose schema it is made for; null where it refers to none. Of a frame: the one below all filters, which has its schema.
  const FrameExpr* over = nullptr;
  int depth = 0;
};

class ExpressionDecoder {
 public:
  ExpressionDecoder(std::string_view bytes, const PersistedFinder& find_persisted) : decoder_(bytes), find_persisted_(find_persisted) {}

  Result<std::vector<Projection>> Run() {
    NodeNumber num_nodes;
    if (!decoder_.Read(&num_nodes)) return MalformedExpression("they are too few");
    for (NodeNumber i = 0; i < num_nodes; ++i) ARROW_RETURN_NOT_OK(DecodeNode());
    std::vector<ProjectionRecord> records;
    if (!decoder_.Read(&records) || !decoder_.is_at_end()) return MalformedExpression("its outputs do not decode");
    std::vector<Projection> outputs;
    for (ProjectionRecord& record : records) {
      ARROW_ASSIGN_OR_RAISE(Projection output, ProjectionOf(std::move(record)));
      outputs.push_back(std::move(output));
    }
    return outputs;
  }

 private:
  // One node after another: a record of the largest kind takes far more memory than the bytes of the smallest.
  Status DecodeNode() {
    NodeRecord record;
    if (!decoder_.Read(&record)) return MalformedExpression(fmt::format("node {} does not decode", nodes_.size()));
    made_ = Node{};
    made_.depth = 1;
    ARROW_RETURN_NOT_OK(std::visit([this](auto& fields) { return Make(std::move(fields)); }, record));
    if (made_.depth > kMaxOperationDepth) return MalformedExpression("too many operations one upon another");
    nodes_.push_back(std::move(made_));
    return Status::OK();
  }

  Status Make(OriginLine line) {
    made_.line = std::make_shared<const OriginLine>(std::move(line));
    made_.depth = 0;
    return Status::OK();
  }

  Status Make(ReferenceRecord record) {
    ARROW_ASSIGN_OR_RAISE(const Node* frame, FrameAt(record.frame));
    const Schema& schema = frame->frame->schema();
    if (record.index < 0 || record.index >= schema.size()) return MalformedExpression(fmt::format("there is no column {}", record.index));
    made_.column = ColumnExpr::Reference(record.index, schema.field(record.index).type);
    made_.over = frame->over;
    return Status::OK();
  }

  Status Make(Literal literal) {
    made_.column = ColumnExpr::Constant(std::move(literal));
    return Status::OK();
  }

  Status Make(CallRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    std::vector<ColumnExprPtr> arguments;
    for (const NodeNumber number : record.arguments) {
      ARROW_ASSIGN_OR_RAISE(const Node* argument, ColumnAt(number));
      if (made_.over == nullptr) made_.over = argument->over;
      if (argument->over != nullptr && argument->over != made_.over) return MalformedExpression("a call over the rows of two frames");
      arguments.push_back(argument->column);
    }
    // Set once the call is made: it may have been made before the flag was set.
    auto widened = std::make_shared<std::atomic<bool>>(false);
    ARROW_ASSIGN_OR_RAISE(made_.column, Checked(ColumnExpr::Call(record.function, std::move(arguments), std::move(record.options), std::move(line),
                                                                 widened)));
    *widened = record.is_widened;
    return Status::OK();
  }

  Status Make(CsvSourceRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    return AddFrame(DecodeCsvSource(std::move(record), std::move(line)));
  }

  Status Make(TableSourceRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    ARROW_ASSIGN_OR_RAISE(const auto piece, Checked(DecodePiece(std::move(record.table.buffer))));
    auto table = std::dynamic_pointer_cast<const Table>(piece);
    if (table == nullptr) return MalformedExpression("a source of rows that is no table");
    return AddFrame(Checked(TableSourceExpr::Make(std::move(table), std::move(record.bounds), std::move(record.divisions), record.identity,
                                                  std::move(line))));
  }

  Status Make(FilterRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    ARROW_ASSIGN_OR_RAISE(const Node* input, FrameAt(record.input));
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr predicate, ColumnOver(*input, record.predicate));
    // FilterExpr's own message shows the whole predicate, which can be exponentially longer than its bytes.
    if (!predicate->type().is_truth()) return MalformedExpression("a filter by what is not true or false");
    made_.over = input->over;
    return AddFrame(Checked(FilterExpr::Make(input->frame, std::move(predicate), std::move(line))));
  }

  Status Make(BreakerRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    ARROW_ASSIGN_OR_RAISE(Projection input, ProjectionOf(std::move(record.input)));
    return AddFrame(Checked(BreakerExpr::Make(std::move(input), record.spec, std::move(line))));
  }

  Status Make(AssembleRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    std::vector<Projection> inputs;
    for (ProjectionRecord& input : record.inputs) {
      ARROW_ASSIGN_OR_RAISE(Projection projection, ProjectionOf(std::move(input)));
      inputs.push_back(std::move(projection));
    }
    return AddFrame(Checked(AssembleExpr::Make(std::move(inputs), record.function, std::move(line))));
  }

  Status Make(PersistedRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, LineOf(record));
    ARROW_ASSIGN_OR_RAISE(Projection input, ProjectionOf(std::move(record.input)));
    const FrameExpr* base = input.root.get();
    while (base->node() == FrameExpr::Node::kFilter) base = static_cast<const FilterExpr*>(base)->input().get();
    if (base->node() != FrameExpr::Node::kSource || !find_persisted_) return MalformedExpression("a persisted collection of no source, or for nobody");
    made_.over = nullptr;  // it has a schema of its own
    return AddFrame(PersistedExpr::Make(std::move(input), find_persisted_({record.collection, record.generation}), std::move(line)));
  }

  Status AddFrame(Result<FramePtr> frame) {
    ARROW_ASSIGN_OR_RAISE(made_.frame, std::move(frame));
    num_fields_ += made_.frame->schema().size();
    if (num_fields_ > kMaxFields) return MalformedExpression("its frames have too many columns");
    if (made_.over == nullptr) made_.over = made_.frame.get();
    return Status::OK();
  }

  Result<Projection> ProjectionOf(ProjectionRecord record) {
    ARROW_ASSIGN_OR_RAISE(const Node* root, FrameAt(record.root));
    Projection projection{root->frame, {}};
    for (auto& [name, number] : record.columns) {
      ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, ColumnOver(*root, number));
      projection.columns.push_back({std::move(name), std::move(value)});
    }
    return projection;
  }

  Result<Origin> LineOf(const LineOfRecord& record) {
    if (!record.line) return Origin();
    ARROW_ASSIGN_OR_RAISE(const Node* node, NodeAt(*record.line));
    return node->line ? Result<Origin>(node->line) : MalformedExpression(fmt::format("node {} is no line", *record.line));
  }

  Result<ColumnExprPtr> ColumnOver(const Node& frame, NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(const Node* node, ColumnAt(number));
    if (node->over == nullptr || node->over == frame.over) return node->column;
    return MalformedExpression(fmt::format("column {} is of other rows", number));
  }

  Result<const Node*> ColumnAt(NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(const Node* node, NodeAt(number));
    return node->column ? Result<const Node*>(node) : MalformedExpression(fmt::format("node {} is no column", number));
  }

  Result<const Node*> FrameAt(NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(const Node* node, NodeAt(number));
    return node->frame ? Result<const Node*>(node) : MalformedExpression(fmt::format("node {} is no frame", number));
  }

  Result<const Node*> NodeAt(NodeNumber number) {
    if (number >= nodes_.size()) return MalformedExpression(fmt::format("node {} is named before it is there", number));
    made_.depth = std::max(made_.depth, nodes_[number].depth + 1);
    return &nodes_[number];
  }

  Decoder decoder_;
  const PersistedFinder& find_persisted_;
  std::vector<Node> nodes_;
  Node made_;  // the one that is being decoded; it is as deep as the nodes that it names make it
  int64_t num_fields_ = 0;
};

}  // namespace

Result<std::vector<Projection>> DecodeProjections(std::string_view bytes, const PersistedFinder& find_persisted) {
  return ExpressionDecoder(bytes, find_persisted).Run();
}

}  // namespace cask
