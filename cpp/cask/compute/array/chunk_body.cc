#include "cask/compute/array/chunk_body.h"

#include "cask/base/check.h"

namespace cask {
namespace {

constexpr int kTilesABreath = 64;

}  // namespace

struct ChunkBody::Running {
  std::unique_ptr<ProgramRun> program;
  std::vector<std::unique_ptr<ArraySinkState>> sinks;
  std::vector<uint8_t> repeated;  // a tile of one value over and over, for sinks of values that are single
};

Status ChunkBody::RunTiles(TaskContext& context, Running* running) const {
  ProgramRun& program = *running->program;
  TileCursor cursor(program.nest(), program.tile_limit());
  TileRange tile;
  for (int count = 0; cursor.Next(&tile); ++count) {
    if (count % kTilesABreath == 0) ARROW_RETURN_NOT_OK(context.Breathe());
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (uint8_t* to = running->sinks[i]->Destination(tile)) program.SetDestination(outputs_[i].value, to);
    }
    ARROW_RETURN_NOT_OK(program.Run(tile));
    for (size_t i = 0; i < outputs_.size(); ++i) {
      const TileOperand& operand = program.operand(outputs_[i].value);
      const uint8_t* values = operand.data;
      if (operand.stride == 0) {
        const int width = WidthOf(program_.KindOf(outputs_[i].value));
        running->repeated.resize(program.tile_limit() * width);
        FillValues(operand.data, width, running->repeated.data(), tile.size());
        values = running->repeated.data();
      }
      ARROW_RETURN_NOT_OK(running->sinks[i]->Consume(tile, values));
    }
  }
  return Status::OK();
}

// Whether there was nothing to compute, only elements to move elsewhere, and the sink has done it.
bool ChunkBody::MovedAtOnce(const Running& running) const {
  if (!program_.calls.empty() || outputs_.size() != 1) return false;
  const BoundLeaf& leaf = running.program->leaf(outputs_[0].value);
  return leaf.generator == nullptr && running.sinks[0]->TakeAll(leaf.data, leaf.strides);
}

Result<std::vector<std::shared_ptr<const Piece>>> ChunkBody::Run(TaskContext& context) const {
  const Box box = grid_.BoxOf(context.partition());
  const bool is_empty = NumElements(box.shape) == 0;
  Running running;
  std::vector<std::vector<int64_t>> strides;
  std::vector<int> values;
  for (const ProgramOutput& output : outputs_) values.push_back(output.value);
  if (!is_empty) {
    ARROW_ASSIGN_OR_RAISE(running.program, ProgramRun::Make(program_, box, values, context.inputs(), context.pool()));
    strides = running.program->leaf_strides();
  }
  std::vector<int> first_operands;
  for (const ProgramOutput& output : outputs_) {
    first_operands.push_back(static_cast<int>(strides.size()));
    for (auto& each : output.sink->Strides(box)) strides.push_back(std::move(each));
  }
  LoopNest nest = MakeLoopNest(box.shape, strides);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto sink, outputs_[i].sink->Open(box, nest, first_operands[i], context.pool()));
    running.sinks.push_back(std::move(sink));
  }
  if (!is_empty && !MovedAtOnce(running)) {
    ARROW_RETURN_NOT_OK(running.program->Prepare(std::move(nest), context.pool()));
    ARROW_RETURN_NOT_OK(RunTiles(context, &running));
  }
  std::vector<std::shared_ptr<const Piece>> pieces;
  for (auto& sink : running.sinks) {
    ARROW_ASSIGN_OR_RAISE(auto piece, sink->Finish());
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

std::string ChunkBody::Describe() const {
  std::string text = program_.Describe();
  for (const ProgramOutput& output : outputs_) text += (text.empty() ? "" : "\n") + output.sink->Describe();
  return text;
}

}  // namespace cask
