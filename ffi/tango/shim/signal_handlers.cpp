// Keeps the program's signal handlers.
#include "signal_handlers.h"

#include <cstddef>
#include <iterator>

namespace pewatch_tango {

#ifdef _WIN32

KeptSignalHandlers::KeptSignalHandlers() {
  for (std::size_t i = 0; i < std::size(SIGNALS); i++) handlers_[i] = std::signal(SIGNALS[i], SIG_DFL);
}

KeptSignalHandlers::~KeptSignalHandlers() {
  for (std::size_t i = 0; i < std::size(SIGNALS); i++) std::signal(SIGNALS[i], handlers_[i]);
}

#else

KeptSignalHandlers::KeptSignalHandlers() {
  for (std::size_t i = 0; i < std::size(SIGNALS); i++) sigaction(SIGNALS[i], nullptr, &handlers_[i]);
}

KeptSignalHandlers::~KeptSignalHandlers() {
  for (std::size_t i = 0; i < std::size(SIGNALS); i++) sigaction(SIGNALS[i], &handlers_[i], nullptr);
}

#endif

}  // namespace pewatch_tango
