// Texts of Tango: what it and CORBA say when something fails, in one line for a person; names, which have no case.
#pragma once

#include <tango.h>

#include <string>

namespace pewatch_tango {

std::string words_of(const Tango::DevFailed &failure);
std::string words_of(const CORBA::Exception &failure);

std::string lower(std::string text);

}  // namespace pewatch_tango
