// The handler that stops the work of threads which still run when the process ends, while all that they use is there.
//
// Statics of functions, Cask's and other libraries', are destroyed at the end in the reverse order of their making, and handlers run in between, in the
// reverse order of their setting. So the handler has to be set after such statics are made, and set again where some are made later.
#pragma once

namespace cask {

/// `stop` is called at the end of the process, before statics that have been made are destroyed. It is called once.
void SetExitHandler(void (*stop)());

/// Whoever has made statics of a library, or may have, calls this after it: they outlive the call of `stop` too. Nothing if there is no handler yet.
void RenewExitHandler();

}  // namespace cask
