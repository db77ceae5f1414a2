#include "cask/wire/messages.h"

namespace cask {
namespace {

using MessageNumber = uint16_t;

template <typename... Messages>
std::string EncodeAny(const std::variant<Messages...>& message) {
  Encoder encoder;
  encoder.Add(static_cast<MessageNumber>(message.index()));
  std::visit([&](const auto& fields) { encoder.Add(fields); }, message);
  return encoder.Take();
}

template <typename Variant, size_t kNumber>
Result<Variant> DecodeFields(Decoder decoder) {
  std::variant_alternative_t<kNumber, Variant> message;
  if (decoder.Read(&message) && decoder.is_at_end()) return Variant(std::in_place_index<kNumber>, std::move(message));
  return ValueError("message {} is malformed", kNumber);
}

template <typename Variant, size_t... kNumbers>
Result<Variant> DecodeNumbered(size_t number, Decoder decoder, std::index_sequence<kNumbers...>) {
  static constexpr Result<Variant> (*kDecode[])(Decoder) = {&DecodeFields<Variant, kNumbers>...};
  return kDecode[number](decoder);
}

template <typename Variant>
Result<Variant> DecodeAny(std::string_view bytes) {
  Decoder decoder(bytes);
  MessageNumber number;
  if (!decoder.Read(&number)) return ValueError("a message of {} bytes has no number", bytes.size());
  if (number >= std::variant_size_v<Variant>) return ValueError("there is no message {}", number);
  return DecodeNumbered<Variant>(number, decoder, std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace

std::string Encode(const ToWorker& message) { return EncodeAny(message); }
std::string Encode(const ToScheduler& message) { return EncodeAny(message); }
Result<ToWorker> DecodeToWorker(std::string_view bytes) { return DecodeAny<ToWorker>(bytes); }
Result<ToScheduler> DecodeToScheduler(std::string_view bytes) { return DecodeAny<ToScheduler>(bytes); }

}  // namespace cask
