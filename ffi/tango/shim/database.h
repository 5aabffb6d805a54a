// The Tango database: who is registered as what, who runs, and what a device's properties are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pewatch_tango {

/** A server of one device, and the database that knows it. */
struct Registration {
  std::string database;  // host:port
  std::string server;
  std::string instance;
  std::string class_name;
  std::string device;

  std::string full_server() const { return server + "/" + instance; }
};

struct Property {
  std::string name;
  std::vector<std::string> values;
};

// All wait for the database, and may so take seconds.

/** Whether the server may start. @throws Error with one of PT_FAILURE_* */
void require_startable(const Registration &registration);
/** @throws Error(PT_ERROR_TANGO) */
void register_device(const Registration &registration);
void unregister_device(const Registration &registration);
std::vector<Property> device_properties(const std::string &database, const std::string &device);

}  // namespace pewatch_tango
