// Names of attributes: whose database, whose server, which device.
#pragma once

#include <string>

namespace pewatch_client {

struct Name {
  std::string database;  // "host:port"; empty for a server without one
  std::string server;    // "host:port" of a server without a database
  std::string device;    // lower case; without a slash it is an alias
  std::string attribute;

  /** The same for all attributes of one device. */
  std::string device_key() const;
  /** Names of attributes have no case. */
  bool is_same(const Name &other) const;
  /** As DeviceProxy takes it. @param device the device's name where `device` is an alias */
  std::string for_proxy(const std::string &device) const;
};

/** @throws Failure with PTC_ERROR_ARGUMENT */
Name parse_name(const std::string &text, const std::string &default_database);

}  // namespace pewatch_client
