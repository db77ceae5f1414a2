#include "cask/io/csv/fields.h"

#include "cask/base/check.h"

namespace cask {

CsvFieldSelection::CsvFieldSelection(int num_fields, const std::vector<int>& fields)
    : num_fields(num_fields), fields(fields), slot_of(num_fields, -1) {
  CASK_CHECK_GT(num_fields, 0);
  std::vector<bool> matters(num_fields, false);
  matters[num_fields - 1] = true;
  for (int field : fields) {
    CASK_CHECK_LT(field, num_fields);
    matters[field] = true;
    if (field > 0) matters[field - 1] = true;
  }
  for (int field = 0; field < num_fields; ++field) {
    if (!matters[field]) continue;
    slot_of[field] = static_cast<int>(slots.size());
    slots.push_back(field);
  }
  for (int field : fields) {
    begin_slots.push_back(field == 0 ? -1 : slot_of[field - 1]);
    end_slots.push_back(slot_of[field]);
  }
}

}  // namespace cask
