#include "cask/compute/evidence_codec.h"

#include <algorithm>
#include <functional>
#include <variant>

#include "cask/base/check.h"
#include "cask/base/codec.h"
#include "cask/base/error_codec.h"
#include "cask/compute/source_csv.h"

namespace cask {
namespace {

// One alternative a kind of evidence.
using EvidenceFields = std::variant<CsvEvidence>;

EvidenceFields FieldsOfEvidence(const Evidence& evidence) {
  const auto* csv = dynamic_cast<const CsvTaskEvidence*>(&evidence);
  CASK_CHECK(csv != nullptr && "every kind of evidence has bytes");
  CsvEvidence seen = csv->seen();
  const size_t num_warnings = seen.warnings.size();
  if (num_warnings > kMaxEvidenceWarnings) {
    seen.warnings.resize(kMaxEvidenceWarnings);
    seen.warnings.push_back(fmt::format("... and {} more", num_warnings - kMaxEvidenceWarnings));
  }
  for (std::string& warning : seen.warnings) warning = CutText(warning, kMaxEvidenceWarningBytes);
  return seen;
}

// Whether it could have been seen of some partition of some dataset.
bool IsPossible(const CsvEvidence& seen) {
  const bool ascends = std::adjacent_find(seen.columns.begin(), seen.columns.end(), std::greater_equal<>()) == seen.columns.end();
  const bool has_columns = ascends && (seen.columns.empty() || seen.columns.front() >= 0) && seen.columns.size() == seen.seen.size();
  return seen.partition >= 0 && seen.num_rows >= 0 && has_columns;
}

}  // namespace

std::string EncodeEvidenceList(const EvidenceList& evidence) {
  std::vector<EvidenceFields> fields;
  for (const auto& one : evidence) fields.push_back(FieldsOfEvidence(*one));
  return ToBytes(fields);
}

Result<EvidenceList> DecodeEvidenceList(std::string_view bytes) {
  std::vector<EvidenceFields> fields;
  Decoder decoder(bytes);
  if (!decoder.Read(&fields) || !decoder.is_at_end()) return ValueError("malformed evidence: it does not decode");
  EvidenceList evidence;
  for (EvidenceFields& one : fields) {
    auto& seen = std::get<CsvEvidence>(one);
    if (!IsPossible(seen)) return ValueError("malformed evidence: of partition {}", seen.partition);
    evidence.push_back(std::make_shared<CsvTaskEvidence>(std::move(seen)));
  }
  return evidence;
}

}  // namespace cask
