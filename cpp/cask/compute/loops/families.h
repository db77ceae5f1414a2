// The families of inner loops, one .cc each. Each function gives the loop for operands of that kind, or null where its family has none.
#pragma once

#include "cask/compute/loops/loops.h"

namespace cask {

BinaryLoop ArithmeticLoop(Operation operation, Kind kind);
UnaryLoop UnaryArithmeticLoop(Operation operation, Kind kind);
BinaryLoop DivisionLoop(Operation operation, Kind kind);
UnaryLoop ReciprocalLoop(Kind kind);
BinaryLoop ComparisonLoop(Operation operation, Kind kind);
BinaryLoop ExtremumLoop(Operation operation, Kind kind);
BinaryLoop BitwiseLoop(Operation operation, Kind kind);
UnaryLoop InvertLoop(Kind kind);
UnaryLoop RoundingLoop(Operation operation, Kind kind);
BinaryLoop FloatBitsLoop(Operation operation, Kind kind);
BinaryLoop TranscendentalLoop(Operation operation, Kind kind);
UnaryLoop UnaryTranscendentalLoop(Operation operation, Kind kind);

}  // namespace cask
