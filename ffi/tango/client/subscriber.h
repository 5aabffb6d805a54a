// Change events, on a thread of their own: subscribing blocks the delivery of everybody's events while it waits.
#pragma once

namespace pewatch_client {

/** Until the process ends. */
[[noreturn]] void subscribe_all();

}  // namespace pewatch_client
