// What Tango and CORBA say when something fails, in one line for a person.
#pragma once

#include <tango.h>

#include <string>

namespace pewatch_tango {

std::string words_of(const Tango::DevFailed &failure);
std::string words_of(const CORBA::Exception &failure);

}  // namespace pewatch_tango
