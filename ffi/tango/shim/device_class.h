// The device's class: attributes and commands from the table.
#pragma once

#include <tango.h>

namespace pewatch_tango {

/** For DServer::register_class_factory. RestartServer destroys the class and calls it again. */
void make_device_class(Tango::DServer *server);

}  // namespace pewatch_tango
