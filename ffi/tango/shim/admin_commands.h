// The commands of the server's admin device.
#pragma once

#include <tango.h>

namespace pewatch_tango {

/** Puts a check in front of each command that cppTango has made. To be called once, before clients come. */
void guard_admin_commands(Tango::DServer &server);

}  // namespace pewatch_tango
