// Host and port, as texts and as what a CORBA reference says.
#pragma once

#include <cstdint>
#include <string>

namespace pewatch_tango {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

/** Of "host:port". @throws Error(code) where it is not that */
Address parse_address(const std::string &text, std::int32_t code);

/** Of the first profile of "IOR:…": where the server that made it listens. @throws Error where it cannot be read */
Address address_of_reference(const std::string &ior);

}  // namespace pewatch_tango
