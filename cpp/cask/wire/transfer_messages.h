// How a piece goes from the worker that holds it to whoever asks for it: in parts, of which no more are under way than were asked for, so that
// neither end holds more than that of a piece that goes faster than it is taken.
#pragma once

#include <string>

#include "cask/base/error_codec.h"
#include "cask/wire/message.h"

namespace cask {

/// A number that the asking side gives to a transfer, once each over a connection.
enum class TransferId : int64_t {};

inline constexpr int64_t kPartBytes = 1 << 20;
/// How many parts are under way at once.
inline constexpr int kPartsAhead = 8;

// -- To the holder.

struct AskPiece {
  TransferId transfer{};
  TaskId task{};
  int32_t output = 0;
};
constexpr auto FieldsOf(std::type_identity<AskPiece>) { return std::tuple(&AskPiece::transfer, &AskPiece::task, &AskPiece::output); }

/// A part was taken; one more may come.
struct PartTaken {
  TransferId transfer{};
};
constexpr auto FieldsOf(std::type_identity<PartTaken>) { return std::tuple(&PartTaken::transfer); }

using ToHolder = std::variant<AskPiece, PartTaken>;

// -- To who asked.

/// The piece begins: so many bytes will come in parts of kPartBytes, the last one shorter.
struct PieceBegins {
  TransferId transfer{};
  int64_t num_bytes = 0;
};
constexpr auto FieldsOf(std::type_identity<PieceBegins>) { return std::tuple(&PieceBegins::transfer, &PieceBegins::num_bytes); }

struct PiecePart {
  TransferId transfer{};
  Blob bytes;
};
constexpr auto FieldsOf(std::type_identity<PiecePart>) { return std::tuple(&PiecePart::transfer, &PiecePart::bytes); }

/// There is no such piece, or it cannot be sent.
struct PieceRefused {
  TransferId transfer{};
  Status reason;
};
constexpr auto FieldsOf(std::type_identity<PieceRefused>) { return std::tuple(&PieceRefused::transfer, &PieceRefused::reason); }

using FromHolder = std::variant<PieceBegins, PiecePart, PieceRefused>;

}  // namespace cask
