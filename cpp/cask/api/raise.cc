#include "cask/api/raise.h"

namespace cask {

void RaiseIfNotOk(const Status& status) {
  if (status.ok()) return;
  throw Error(std::string(ExceptionName(KindOf(status))), status.message(), NotesOf(status), Describe(status));
}

}  // namespace cask
