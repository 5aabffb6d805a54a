// What is asked of a client's call before cppTango's own runs, which takes much for granted, as lists that are not empty.
#pragma once

#include <tango.h>

#include <string>

#include "answered.h"
#include "table.h"

namespace pewatch_tango {

constexpr const char *REFUSED = "PeWatch_Refused";

/** So often a call can name each attribute: an answer with a thousand images would take all memory. */
constexpr std::size_t TIMES_MAX = 2;

template <class List>
void require_count(const List &list) {
  // State and Status are Tango's own.
  const std::size_t most = TIMES_MAX * (table().attributes().size() + 2);
  if (list.length() > most) {
    refuse(REFUSED, std::to_string(list.length()) + " names are too many for one call: at most " + std::to_string(most),
           "Device");
  }
}

template <class List>
void require_some(const List &list) {
  if (list.length() == 0) refuse(REFUSED, "The call names no attribute", "Device");
  require_count(list);
}

/** Of a read: cppTango frees the value of an attribute that the calls of IDL 1 and 2 name twice two times. */
void require_different(const Tango::DevVarStringArray &names);

// cppTango takes a negative one for a length.
inline void require_depth(CORBA::Long depth) {
  if (depth < 1) refuse(REFUSED, "The number of records must be 1 or more, not " + std::to_string(depth), "Device");
}

/** Has the attributes on demand made that are among the names; waits for them a little. Outside of the device's monitor. */
void make_what_is_read(const Tango::DevVarStringArray &names);

}  // namespace pewatch_tango
