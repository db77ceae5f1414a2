#include <arrow/buffer.h>

#include "cask/compute/piece_codec.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/decode_csv_source.h"
#include "cask/expr/expression_codec.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/node_reader.h"
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

// What a node is made into; neither for a line.
struct Made {
  ColumnExprPtr column;
  FramePtr frame;
  // Of a column: the frame whose schema it is made for; null where it refers to none. Of a frame: the one below all filters, which has its schema.
  const FrameExpr* over = nullptr;
};

class ExpressionDecoder {
 public:
  ExpressionDecoder(std::string_view bytes, const PersistedFinder& find_persisted)
      : nodes_(bytes, kMaxOperationDepth, MalformedExpression), find_persisted_(find_persisted) {}

  Result<std::vector<Projection>> Run() {
    const auto make = [this](auto record) { return Make(std::move(record)); };
    ARROW_ASSIGN_OR_RAISE(auto records, nodes_.Read<std::vector<ProjectionRecord>>(make));
    std::vector<Projection> outputs;
    for (ProjectionRecord& record : records) {
      ARROW_ASSIGN_OR_RAISE(Projection output, ProjectionOf(std::move(record)));
      outputs.push_back(std::move(output));
    }
    return outputs;
  }

 private:
  Result<Made> Make(ReferenceRecord record) {
    ARROW_ASSIGN_OR_RAISE(const Made frame, FrameAt(record.frame));
    const Schema& schema = frame.frame->schema();
    if (record.index < 0 || record.index >= schema.size()) return MalformedExpression(fmt::format("there is no column {}", record.index));
    return Made{.column = ColumnExpr::Reference(record.index, schema.field(record.index).type), .over = frame.over};
  }

  Result<Made> Make(Literal literal) { return Made{.column = ColumnExpr::Constant(std::move(literal))}; }

  Result<Made> Make(CallRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    Made made;
    std::vector<ColumnExprPtr> arguments;
    for (const NodeNumber number : record.arguments) {
      ARROW_ASSIGN_OR_RAISE(const Made argument, ColumnAt(number));
      if (made.over == nullptr) made.over = argument.over;
      if (argument.over != nullptr && argument.over != made.over) return MalformedExpression("a call over the rows of two frames");
      arguments.push_back(argument.column);
    }
    // Set once the call is made: it may have been made before the flag was set.
    auto widened = std::make_shared<std::atomic<bool>>(false);
    ARROW_ASSIGN_OR_RAISE(made.column, Checked(ColumnExpr::Call(record.function, std::move(arguments), std::move(record.options), std::move(line),
                                                                widened)));
    *widened = record.is_widened;
    return made;
  }

  Result<Made> Make(CsvSourceRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    return MadeOf(DecodeCsvSource(std::move(record), std::move(line)));
  }

  Result<Made> Make(TableSourceRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_ASSIGN_OR_RAISE(const auto piece, Checked(DecodePiece(std::move(record.table.buffer))));
    auto table = std::dynamic_pointer_cast<const Table>(piece);
    if (table == nullptr) return MalformedExpression("a source of rows that is no table");
    return MadeOf(Checked(TableSourceExpr::Make(std::move(table), std::move(record.bounds), std::move(record.divisions), record.identity,
                                                std::move(line))));
  }

  Result<Made> Make(FilterRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_ASSIGN_OR_RAISE(const Made input, FrameAt(record.input));
    ARROW_ASSIGN_OR_RAISE(ColumnExprPtr predicate, ColumnOver(input, record.predicate));
    // FilterExpr's own message shows the whole predicate, which can be exponentially longer than its bytes.
    if (!predicate->type().is_truth()) return MalformedExpression("a filter by what is not true or false");
    return MadeOf(Checked(FilterExpr::Make(input.frame, std::move(predicate), std::move(line))), input.over);
  }

  Result<Made> Make(BreakerRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_ASSIGN_OR_RAISE(Projection input, ProjectionOf(std::move(record.input)));
    return MadeOf(Checked(BreakerExpr::Make(std::move(input), record.spec, std::move(line))));
  }

  Result<Made> Make(AssembleRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    std::vector<Projection> inputs;
    for (ProjectionRecord& input : record.inputs) {
      ARROW_ASSIGN_OR_RAISE(Projection projection, ProjectionOf(std::move(input)));
      inputs.push_back(std::move(projection));
    }
    return MadeOf(Checked(AssembleExpr::Make(std::move(inputs), record.function, std::move(line))));
  }

  Result<Made> Make(PersistedRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_ASSIGN_OR_RAISE(Projection input, ProjectionOf(std::move(record.input)));
    const FrameExpr* base = input.root.get();
    while (base->node() == FrameExpr::Node::kFilter) base = static_cast<const FilterExpr*>(base)->input().get();
    if (base->node() != FrameExpr::Node::kSource || !find_persisted_) return MalformedExpression("a persisted collection of no source, or for nobody");
    return MadeOf(PersistedExpr::Make(std::move(input), find_persisted_({record.collection, record.generation}), std::move(line)));
  }

  Result<Made> Make(MapPartitionsRecord record) {
    ARROW_ASSIGN_OR_RAISE(Origin line, nodes_.LineOf(record));
    ARROW_ASSIGN_OR_RAISE(Projection input, ProjectionOf(std::move(record.input)));
    PartitionFunction function{std::move(record.name), std::move(record.call), std::move(record.schema), record.has_row_ids, record.gives_row_ids,
                               record.keeps_divisions};
    return MadeOf(Checked(MapPartitionsExpr::Make(std::move(input), std::move(function), {}, std::move(line), record.num_passed)));
  }

  // `over`: null where the frame has a schema of its own.
  Result<Made> MadeOf(Result<FramePtr> made, const FrameExpr* over = nullptr) {
    ARROW_ASSIGN_OR_RAISE(FramePtr frame, std::move(made));
    num_fields_ += frame->schema().size();
    if (num_fields_ > kMaxFields) return MalformedExpression("its frames have too many columns");
    if (over == nullptr) over = frame.get();
    return Made{nullptr, std::move(frame), over};
  }

  Result<Projection> ProjectionOf(ProjectionRecord record) {
    ARROW_ASSIGN_OR_RAISE(const Made root, FrameAt(record.root));
    Projection projection{root.frame, {}};
    for (auto& [name, number] : record.columns) {
      ARROW_ASSIGN_OR_RAISE(ColumnExprPtr value, ColumnOver(root, number));
      projection.columns.push_back({std::move(name), std::move(value)});
    }
    return projection;
  }

  Result<ColumnExprPtr> ColumnOver(const Made& frame, NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(Made made, ColumnAt(number));
    if (made.over == nullptr || made.over == frame.over) return std::move(made.column);
    return MalformedExpression(fmt::format("column {} is of other rows", number));
  }

  Result<Made> ColumnAt(NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(Made made, nodes_.ValueAt(number));
    return made.column ? Result<Made>(std::move(made)) : MalformedExpression(fmt::format("node {} is no column", number));
  }

  Result<Made> FrameAt(NodeNumber number) {
    ARROW_ASSIGN_OR_RAISE(Made made, nodes_.ValueAt(number));
    return made.frame ? Result<Made>(std::move(made)) : MalformedExpression(fmt::format("node {} is no frame", number));
  }

  NodeReader<NodeRecord, Made> nodes_;
  const PersistedFinder& find_persisted_;
  int64_t num_fields_ = 0;
};

}  // namespace

Result<std::vector<Projection>> DecodeProjections(std::string_view bytes, const PersistedFinder& find_persisted) {
  return ExpressionDecoder(bytes, find_persisted).Run();
}

}  // namespace cask
