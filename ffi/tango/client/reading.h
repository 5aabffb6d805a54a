// What came from a device, as a record: its type, its shape as far as it can be believed, its bytes.
#pragma once

#include <tango.h>

#include <string>

#include "client.h"
#include "failure.h"

namespace pewatch_client {

/** @throws Failure where the value cannot be taken */
Reading reading_of(const Tango::AttributeValue_5 &value);
Reading reading_of(const Tango::AttributeValue_4 &value);
/** @throws Failure, Tango::DevFailed */
Reading reading_of(Tango::DeviceAttribute &value);

/** The first error's text, on one line. */
std::string text_of(const Tango::DevErrorList &errors);
bool has_reason(const Tango::DevErrorList &errors, const char *reason);
Failure failure_of(const Tango::DevErrorList &errors);

/** Whether a call took longer than it may; other system exceptions are lost connections. */
bool is_timeout(const CORBA::SystemException &error);

constexpr const char *UNDECODABLE = "sent what is too large or cannot be decoded";
constexpr const char *IMAGE = "is an image; scalars and spectra are taken";

}  // namespace pewatch_client
