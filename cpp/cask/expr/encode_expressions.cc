#include <map>

#include "cask/compute/piece_codec.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/csv_source_expr.h"
#include "cask/expr/expression_codec.h"
#include "cask/expr/expression_records.h"
#include "cask/expr/map_partitions_expr.h"
#include "cask/expr/node_writer.h"
#include "cask/expr/persisted_expr.h"
#include "cask/expr/table_source_expr.h"

namespace cask {

namespace {

// A frame, or a column expression over the rows of `over`: the frame whose schema it was made for. An expression may be used over several frames,
// since it knows the positions of columns only; then it is a node for each.
struct Item {
  const Expr* expr;
  const FrameExpr* over;  // null for a frame
  auto operator<=>(const Item&) const = default;
};
using Items = std::vector<Item>;

const FrameExpr& FrameOf(const Item& item) { return static_cast<const FrameExpr&>(*item.expr); }
const ColumnExpr& ColumnOf(const Item& item) { return static_cast<const ColumnExpr&>(*item.expr); }

class ExpressionEncoder {
 public:
  Result<std::string> Run(const std::vector<Projection>& outputs) {
    const auto needs_of = [this](const Item& item) { return NeedsOf(item); };
    const auto node_of = [this](const Item& item) { return NodeOf(item); };
    std::vector<ProjectionRecord> records;
    for (const Projection& output : outputs) {
      Items items;
      AddNeeds(output, &items);
      for (const Item& item : items) ARROW_RETURN_NOT_OK(nodes_.AddWithNeeds(item, needs_of, node_of));
      records.push_back(RecordOf(output));
    }
    return nodes_.Finish(records);
  }

 private:
  Items NeedsOf(const Item& item) {
    Items needs;
    if (item.over) {
      const ColumnExpr& column = ColumnOf(item);
      if (column.node() == ColumnExpr::Node::kReference) needs.push_back({item.over, nullptr});
      for (const ColumnExprPtr& argument : column.arguments()) needs.push_back({argument.get(), item.over});
      return needs;
    }
    const FrameExpr& frame = FrameOf(item);
    switch (frame.node()) {
      case FrameExpr::Node::kSource:
        if (const auto* persisted = dynamic_cast<const PersistedExpr*>(&frame)) AddNeeds(persisted->input(), &needs);
        break;
      case FrameExpr::Node::kFilter: {
        const auto& filter = static_cast<const FilterExpr&>(frame);
        needs.push_back({filter.input().get(), nullptr});
        needs.push_back({filter.predicate().get(), SchemaFrameOf(filter.input().get())});
        break;
      }
      case FrameExpr::Node::kBreaker: AddNeeds(static_cast<const BreakerExpr&>(frame).input(), &needs); break;
      case FrameExpr::Node::kMapPartitions: AddNeeds(static_cast<const MapPartitionsExpr&>(frame).input(), &needs); break;
      case FrameExpr::Node::kAssemble:
        for (const Projection& input : static_cast<const AssembleExpr&>(frame).inputs()) AddNeeds(input, &needs);
    }
    return needs;
  }

  void AddNeeds(const Projection& projection, Items* needs) {
    needs->push_back({projection.root.get(), nullptr});
    const FrameExpr* over = SchemaFrameOf(projection.root.get());
    for (const NamedColumn& column : projection.columns) needs->push_back({column.value.get(), over});
  }

  // The frame below all filters, which keep its schema.
  const FrameExpr* SchemaFrameOf(const FrameExpr* frame) {
    std::vector<const FrameExpr*> filters;
    while (frame->node() == FrameExpr::Node::kFilter) {
      const auto found = below_filters_.find(frame);
      if (found != below_filters_.end()) {
        frame = found->second;
        break;
      }
      filters.push_back(frame);
      frame = static_cast<const FilterExpr*>(frame)->input().get();
    }
    for (const FrameExpr* filter : filters) below_filters_[filter] = frame;
    return frame;
  }

  Result<NodeRecord> NodeOf(const Item& item) { return item.over ? NodeOfColumn(item) : NodeOfFrame(FrameOf(item)); }

  Result<NodeRecord> NodeOfColumn(const Item& item) {
    const ColumnExpr& column = ColumnOf(item);
    switch (column.node()) {
      case ColumnExpr::Node::kReference: {
        const Schema& schema = item.over->schema();
        if (column.index() >= schema.size() || schema.field(column.index()).type != column.type()) {
          return InternalError("column {} of {} is not what an expression takes it for", column.index(), item.over->Describe());
        }
        return ReferenceRecord{NumberOf(*item.over), column.index()};
      }
      case ColumnExpr::Node::kLiteral: return column.literal();
      case ColumnExpr::Node::kCall: return NodeOfCall(item, column);
      case ColumnExpr::Node::kResult: break;
    }
    return InternalError("the result of {} is sent before it is computed", column.result().root->Describe());
  }

  Result<NodeRecord> NodeOfCall(const Item& item, const ColumnExpr& call) {
    ARROW_RETURN_NOT_OK(CheckCount(call.options().values.size(), "values of isin"));
    CallRecord record{{nodes_.NumberOfLine(call.origin())}, std::string(call.function().name()), {}, call.options(), *call.widened()};
    for (const ColumnExprPtr& argument : call.arguments()) record.arguments.push_back(nodes_.NumberOf({argument.get(), item.over}));
    return record;
  }

  Result<NodeRecord> NodeOfFrame(const FrameExpr& frame) {
    switch (frame.node()) {
      case FrameExpr::Node::kSource: return NodeOfSource(frame);
      case FrameExpr::Node::kFilter: {
        const auto& filter = static_cast<const FilterExpr&>(frame);
        const NodeNumber predicate = nodes_.NumberOf({filter.predicate().get(), SchemaFrameOf(filter.input().get())});
        return FilterRecord{{nodes_.NumberOfLine(frame.origin())}, NumberOf(*filter.input()), predicate};
      }
      case FrameExpr::Node::kBreaker: {
        const auto& breaker = static_cast<const BreakerExpr&>(frame);
        return BreakerRecord{{nodes_.NumberOfLine(frame.origin())}, RecordOf(breaker.input()), breaker.breaker().spec()};
      }
      case FrameExpr::Node::kMapPartitions: {
        const auto& map = static_cast<const MapPartitionsExpr&>(frame);
        const PartitionFunction& function = map.function();
        return MapPartitionsRecord{{nodes_.NumberOfLine(frame.origin())}, RecordOf(map.input()), map.num_passed(), function.name, function.call,
                                   function.schema, function.has_row_ids, function.gives_row_ids, function.keeps_divisions};
      }
      case FrameExpr::Node::kAssemble: break;
    }
    const auto& assembly = static_cast<const AssembleExpr&>(frame);
    AssembleRecord record{{nodes_.NumberOfLine(frame.origin())}, {}, assembly.function()->spec()};
    for (const Projection& input : assembly.inputs()) record.inputs.push_back(RecordOf(input));
    return record;
  }

  Result<NodeRecord> NodeOfSource(const FrameExpr& frame) {
    if (const auto* source = dynamic_cast<const CsvSourceExpr*>(&frame)) return NodeOfCsvSource(*source);
    if (const auto* source = dynamic_cast<const TableSourceExpr*>(&frame)) return NodeOfTableSource(*source);
    if (const auto* source = dynamic_cast<const PersistedExpr*>(&frame)) return NodeOfPersisted(*source);
    return InternalError("this source cannot be sent to other processes: {}", frame.Describe());
  }

  Result<NodeRecord> NodeOfPersisted(const PersistedExpr& source) {
    const auto identity = source.data()->identity();
    if (!identity) {
      return NotImplementedError("a collection that was persisted in this process cannot be sent to a cluster ({}); persist it anew", source.Describe());
    }
    return PersistedRecord{{nodes_.NumberOfLine(source.origin())}, RecordOf(source.input()), identity->collection, identity->generation};
  }

  Result<NodeRecord> NodeOfCsvSource(const CsvSourceExpr& source) {
    const CsvDataset& dataset = source.dataset();
    ARROW_RETURN_NOT_OK(CheckCount(dataset.files().size(), "files of read_csv"));
    CsvSourceRecord record{{nodes_.NumberOfLine(source.origin())}, dataset.files().files(), dataset.files().options(), dataset.options(),
                           CsvIdentity(dataset), {}, source.knowledge().exact_starts};
    for (const CsvColumnKnowledge& column : source.knowledge().columns) record.seen.push_back(column.seen);
    return record;
  }

  Result<NodeRecord> NodeOfTableSource(const TableSourceExpr& source) {
    TableSourceRecord record{{nodes_.NumberOfLine(source.origin())}, {}, source.bounds(), source.divisions(), source.identity()};
    ARROW_ASSIGN_OR_RAISE(record.table.buffer, EncodePiece(*source.table()));
    return record;
  }

  static Status CheckCount(size_t count, const char* what) {
    if (count <= kMaxListItems) return Status::OK();
    return NotImplementedError("{} {} cannot be sent to other processes, only {}", count, what, kMaxListItems);
  }

  ProjectionRecord RecordOf(const Projection& projection) {
    ProjectionRecord record{NumberOf(*projection.root), {}};
    const FrameExpr* over = SchemaFrameOf(projection.root.get());
    for (const NamedColumn& column : projection.columns) record.columns.emplace_back(column.name, nodes_.NumberOf({column.value.get(), over}));
    return record;
  }

  NodeNumber NumberOf(const FrameExpr& frame) const { return nodes_.NumberOf({&frame, nullptr}); }

  NodeWriter<Item, NodeRecord> nodes_{kMaxOperationDepth};
  std::map<const FrameExpr*, const FrameExpr*> below_filters_;
};

}  // namespace

Result<std::string> EncodeProjections(const std::vector<Projection>& outputs) { return ExpressionEncoder().Run(outputs); }

}  // namespace cask
