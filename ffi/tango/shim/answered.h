// What a call of a client throws: always something that the client gets in words.
#pragma once

#include <tango.h>

#include <exception>
#include <string>

namespace pewatch_tango {

[[noreturn]] inline void refuse(const char *reason, const std::string &text, const char *origin) {
  Tango::Except::throw_exception(reason, text.c_str(), origin);
  throw std::logic_error(text);  // not reached; throw_exception is not declared so
}

/** Calls; DevFailed and what is made of several passes, all else that is thrown becomes a DevFailed. */
template <class Call>
auto answered(const char *origin, const Call &call) -> decltype(call()) {
  try {
    return call();
  } catch (const CORBA::UserException &) {
    throw;
  } catch (const CORBA::SystemException &failure) {
    // Passed on as it is, the client would take it for a broken connection.
    refuse("PeWatch_Refused", std::string("The arguments do not fit the call (CORBA says ") + failure._name() + ")", origin);
  } catch (const std::exception &failure) {
    refuse("PeWatch_Refused", std::string("The arguments do not fit the call (") + failure.what() + ")", origin);
  }
}

}  // namespace pewatch_tango
