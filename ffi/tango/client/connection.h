// One device over raw CORBA stubs on an ORB of the client's own. Not DeviceProxy: it asks its database under a lock that
// all proxies of the process share, three times, and its timeout does not hold before it is connected.
#pragma once

#include <tango.h>

#include <functional>
#include <string>
#include <vector>

#include "client.h"
#include "failure.h"

namespace pewatch_client {

/** The client's ORB with its timeouts, for cppTango too. Before the first connection. */
void make_orb();

/** What became of one attribute of a read. */
struct Outcome {
  int attribute;
  bool is_read;
  Reading reading;
  Failure failure;
};

/** Used by the device's reader alone. */
class Connection {
 public:
  explicit Connection(Device &device) : device_(device) {}

  bool is_open() const { return !CORBA::is_nil(four_); }
  /** @throws Failure */
  void open();
  void close();

  /** @throws Failure where no attribute could be read; the connection is closed then, except after a timeout */
  std::vector<Outcome> read(const std::vector<int> &attributes);

  struct Config {
    int attribute;
    bool is_image;
    /** As PTC_CONFIG has them. */
    std::string texts;
  };
  /** Of those that the device has. @throws Failure where the connection is lost */
  std::vector<Config> read_configs(const std::vector<int> &attributes);

 private:
  std::string look_up();
  Tango::DevVarStringArray names_of(const std::vector<int> &attributes) const;
  bool read_configs_of(const std::vector<int> &attributes, std::vector<Config> &configs);
  /** @throws Failure always */
  [[noreturn]] void lost(const CORBA::SystemException &error);

  Device &device_;
  Tango::Device_5_var five_;
  Tango::Device_4_var four_;
};

}  // namespace pewatch_client
