#include <map>

#include "cask/compute/piece_codec.h"
#include "cask/expr/assemble_expr.h"
#include "cask/expr/breaker_expr.h"
#include "cask/expr/csv_source_expr.h"
#include "cask/expr/expression_codec.h"
#include "cask/expr/expression_records.h"
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

// Goes through the expressions with a stack of its own, so that chains may be long.
class ExpressionEncoder {
 public:
  Result<std::string> Run(const std::vector<Projection>& outputs) {
    std::vector<ProjectionRecord> records;
    for (const Projection& output : outputs) {
      Items items;
      AddNeeds(output, &items);
      for (const Item& item : items) ARROW_RETURN_NOT_OK(EncodeWithNeeds(item));
      records.push_back(RecordOf(output));
    }
    Encoder whole;
    whole.Add(num_nodes_);
    const std::string nodes = nodes_.Take();
    whole.AddBytes(nodes.data(), nodes.size());
    whole.Add(records);
    return whole.Take();
  }

 private:
  Status EncodeWithNeeds(const Item& wanted) {
    Items stack = {wanted};
    while (!stack.empty()) {
      const Item item = stack.back();
      const size_t before = stack.size();
      if (!numbers_.contains(item)) {
        for (const Item& need : NeedsOf(item)) {
          if (!numbers_.contains(need)) stack.push_back(need);
        }
        if (stack.size() > before) continue;
        ARROW_RETURN_NOT_OK(item.over ? EncodeColumn(item) : EncodeFrame(FrameOf(item)));
      }
      stack.pop_back();
    }
    return Status::OK();
  }

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

  Status EncodeColumn(const Item& item) {
    const ColumnExpr& column = ColumnOf(item);
    switch (column.node()) {
      case ColumnExpr::Node::kReference: {
        const Schema& schema = item.over->schema();
        if (column.index() >= schema.size() || schema.field(column.index()).type != column.type()) {
          return InternalError("column {} of {} is not what an expression takes it for", column.index(), item.over->Describe());
        }
        return Emit(item, ReferenceRecord{NumberOf(*item.over), column.index()});
      }
      case ColumnExpr::Node::kLiteral: return Emit(item, column.literal());
      case ColumnExpr::Node::kCall: return EncodeCall(item, column);
      case ColumnExpr::Node::kResult: break;
    }
    return InternalError("the result of {} is sent before it is computed", column.result().root->Describe());
  }

  Status EncodeCall(const Item& item, const ColumnExpr& call) {
    ARROW_RETURN_NOT_OK(CheckCount(call.options().values.size(), "values of isin"));
    CallRecord record{{LineOf(call)}, std::string(call.function().name()), {}, call.options(), *call.widened()};
    for (const ColumnExprPtr& argument : call.arguments()) record.arguments.push_back(numbers_.at({argument.get(), item.over}));
    return Emit(item, record);
  }

  Status EncodeFrame(const FrameExpr& frame) {
    switch (frame.node()) {
      case FrameExpr::Node::kSource: return EncodeSource(frame);
      case FrameExpr::Node::kFilter: {
        const auto& filter = static_cast<const FilterExpr&>(frame);
        const NodeNumber predicate = numbers_.at({filter.predicate().get(), SchemaFrameOf(filter.input().get())});
        return Emit({&frame, nullptr}, FilterRecord{{LineOf(frame)}, NumberOf(*filter.input()), predicate});
      }
      case FrameExpr::Node::kBreaker: {
        const auto& breaker = static_cast<const BreakerExpr&>(frame);
        return Emit({&frame, nullptr}, BreakerRecord{{LineOf(frame)}, RecordOf(breaker.input()), breaker.breaker().spec()});
      }
      case FrameExpr::Node::kAssemble: break;
    }
    const auto& assembly = static_cast<const AssembleExpr&>(frame);
    AssembleRecord record{{LineOf(frame)}, {}, assembly.function()->spec()};
    for (const Projection& input : assembly.inputs()) record.inputs.push_back(RecordOf(input));
    return Emit({&frame, nullptr}, record);
  }

  Status EncodeSource(const FrameExpr& frame) {
    if (const auto* source = dynamic_cast<const CsvSourceExpr*>(&frame)) return EncodeCsvSource(*source);
    if (const auto* source = dynamic_cast<const TableSourceExpr*>(&frame)) return EncodeTableSource(*source);
    if (const auto* source = dynamic_cast<const PersistedExpr*>(&frame)) return EncodePersisted(*source);
    return InternalError("this source cannot be sent to other processes: {}", frame.Describe());
  }

  Status EncodePersisted(const PersistedExpr& source) {
    const auto identity = source.data()->identity();
    if (!identity) {
      return NotImplementedError("a collection that was persisted in this process cannot be sent to a cluster ({}); persist it anew", source.Describe());
    }
    return Emit({&source, nullptr}, PersistedRecord{{LineOf(source)}, RecordOf(source.input()), identity->collection, identity->generation});
  }

  Status EncodeCsvSource(const CsvSourceExpr& source) {
    const CsvDataset& dataset = source.dataset();
    ARROW_RETURN_NOT_OK(CheckCount(dataset.files().size(), "files of read_csv"));
    CsvSourceRecord record{{LineOf(source)}, dataset.files().files(), dataset.files().options(), dataset.options(), CsvIdentity(dataset), {},
                           source.knowledge().exact_starts};
    for (const CsvColumnKnowledge& column : source.knowledge().columns) record.seen.push_back(column.seen);
    return Emit({&source, nullptr}, record);
  }

  Status EncodeTableSource(const TableSourceExpr& source) {
    TableSourceRecord record{{LineOf(source)}, {}, source.bounds(), source.divisions(), source.identity()};
    ARROW_ASSIGN_OR_RAISE(record.table.buffer, EncodePiece(*source.table()));
    return Emit({&source, nullptr}, record);
  }

  static Status CheckCount(size_t count, const char* what) {
    if (count <= kMaxListItems) return Status::OK();
    return NotImplementedError("{} {} cannot be sent to other processes, only {}", count, what, kMaxListItems);
  }

  ProjectionRecord RecordOf(const Projection& projection) {
    ProjectionRecord record{NumberOf(*projection.root), {}};
    const FrameExpr* over = SchemaFrameOf(projection.root.get());
    for (const NamedColumn& column : projection.columns) record.columns.emplace_back(column.name, numbers_.at({column.value.get(), over}));
    return record;
  }

  NodeNumber NumberOf(const FrameExpr& frame) const { return numbers_.at({&frame, nullptr}); }

  std::optional<NodeNumber> LineOf(const Expr& expr) {
    if (expr.origin() == nullptr) return std::nullopt;
    const auto [line, is_new] = lines_.emplace(*expr.origin(), num_nodes_);
    if (is_new) AddNode(*expr.origin(), 0);
    return line->second;
  }

  Status Emit(const Item& item, const NodeRecord& record) {
    int depth = 1;
    for (const Item& need : NeedsOf(item)) depth = std::max(depth, depths_[numbers_.at(need)] + 1);
    if (depth > kMaxOperationDepth) {
      return NotImplementedError("more than {} operations one upon another cannot be sent to other processes; compute or persist some of them "
                                 "first", kMaxOperationDepth);
    }
    numbers_[item] = num_nodes_;
    AddNode(record, depth);
    return Status::OK();
  }

  void AddNode(const NodeRecord& record, int depth) {
    nodes_.Add(record);
    depths_.push_back(depth);
    ++num_nodes_;
  }

  Encoder nodes_;
  NodeNumber num_nodes_ = 0;
  std::vector<int> depths_;
  std::map<Item, NodeNumber> numbers_;
  std::map<OriginLine, NodeNumber> lines_;
  std::map<const FrameExpr*, const FrameExpr*> below_filters_;
};

}  // namespace

Result<std::string> EncodeProjections(const std::vector<Projection>& outputs) { return ExpressionEncoder().Run(outputs); }

}  // namespace cask
