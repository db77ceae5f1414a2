// Bytes of what tasks learned about their sources (task_context.h), as workers send it to the scheduler and that to the client.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cask/compute/task_context.h"

namespace cask {

/// Warnings are for people: of more than kMaxEvidenceWarnings only so many are written, and how many are left out; long ones are cut.
inline constexpr size_t kMaxEvidenceWarnings = 100;
inline constexpr size_t kMaxEvidenceWarningBytes = 1 << 10;

using EvidenceList = std::vector<std::shared_ptr<const Evidence>>;

/// All that one task gave, in order.
std::string EncodeEvidenceList(const EvidenceList& evidence);
/// ValueError if the bytes are no such list. Whether it is of partitions and columns that a dataset has is for CheckEvidence to say.
Result<EvidenceList> DecodeEvidenceList(std::string_view bytes);

}  // namespace cask
