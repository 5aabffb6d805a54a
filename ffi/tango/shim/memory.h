// Memory that was freed goes back to the system.
#pragma once

namespace pewatch_tango {

/**
 * Has the C library return free memory to the system, at most every ten seconds. Each subscription makes and frees some 50 kB in
 * ZeroMQ, and glibc keeps it scattered over its arenas: a thousand subscriptions would hold 50 MB for good.
 */
void give_back_memory();

}  // namespace pewatch_tango
