// ChunkBody: the task of an element-wise layer: one chunk of its grid goes tile by tile through a program to any number of sinks.
#pragma once

#include <memory>
#include <vector>

#include "cask/compute/array/array_sink.h"
#include "cask/compute/task_body.h"

namespace cask {

struct ProgramOutput {
  int value;  // of the program
  std::shared_ptr<const ArraySink> sink;
};

class ChunkBody final : public TaskBody {
 public:
  ChunkBody(ArrayProgram program, ChunkGrid grid, std::vector<ProgramOutput> outputs)
      : program_(std::move(program)), grid_(std::move(grid)), outputs_(std::move(outputs)) {}

  int num_outputs() const override { return static_cast<int>(outputs_.size()); }
  Result<std::vector<std::shared_ptr<const Piece>>> Run(TaskContext& context) const override;
  std::string Describe() const override;

 private:
  struct Running;
  Status RunTiles(TaskContext& context, Running* running) const;
  bool MovedAtOnce(const Running& running) const;

  ArrayProgram program_;
  ChunkGrid grid_;
  std::vector<ProgramOutput> outputs_;
};

}  // namespace cask
