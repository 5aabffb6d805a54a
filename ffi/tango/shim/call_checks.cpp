// What is asked of a client's call before cppTango's own runs.
#include "call_checks.h"

#include <set>

#include "pewatch_tango.h"
#include "requests.h"
#include "words.h"

namespace pewatch_tango {

namespace {

/** Names that stand for all attributes: "All attributes" of IDL 2, "All attributes_3" of later ones. */
bool is_all(const std::string &name) { return name == Tango::AllAttr || name == Tango::AllAttr_3; }

}  // namespace

void require_different(const Tango::DevVarStringArray &names) {
  require_count(names);
  std::set<std::string> seen;
  for (CORBA::ULong i = 0; i < names.length(); i++) {
    if (seen.insert(lower(names[i].in())).second) continue;
    refuse(REFUSED, std::string("The call names ") + names[i].in() + " twice", "Device");
  }
}

// Clients of one attribute on demand wait here, outside of the monitor, so that the reads of others go on.
void make_what_is_read(const Tango::DevVarStringArray &names) {
  for (const auto &attribute : table().attributes()) {
    if (!attribute.has(PT_ON_DEMAND)) continue;
    const std::string wanted = lower(attribute.name);
    for (CORBA::ULong i = 0; i < names.length(); i++) {
      const std::string name = names[i].in();
      if (!is_all(name) && lower(name) != wanted) continue;
      requests().demand(attribute.name);
      break;
    }
  }
}

}  // namespace pewatch_tango
