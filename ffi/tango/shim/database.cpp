// The Tango database.
#include "database.h"

#include <tango.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "address.h"
#include "error.h"
#include "pewatch_tango.h"
#include "signal_handlers.h"
#include "words.h"

namespace pewatch_tango {

namespace {

bool same_name(const std::string &one, const std::string &other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

/** Calls with the database; whatever it says becomes an Error. */
template <class Use>
auto with_database(const std::string &name, const Use &use) {
  // A client of cppTango, too, sets signal handlers.
  const KeptSignalHandlers kept;
  Address address = parse_address(name, PT_ERROR_ARGUMENT);
  std::optional<Tango::Database> database;
  try {
    database.emplace(address.host, static_cast<int>(address.port));
  } catch (const Tango::DevFailed &) {
    throw Error(PT_FAILURE_DATABASE_AWAY, "The Tango database at " + name + " does not answer");
  } catch (const CORBA::Exception &) {
    throw Error(PT_FAILURE_DATABASE_AWAY, "The Tango database at " + name + " does not answer");
  }
  try {
    return use(*database);
  } catch (const Tango::DevFailed &failure) {
    throw Error(PT_ERROR_TANGO, words_of(failure));
  } catch (const CORBA::Exception &failure) {
    throw Error(PT_ERROR_TANGO, words_of(failure));
  }
}

std::optional<Tango::DbDevFullInfo> find_device(Tango::Database &database, std::string device) {
  try {
    return database.get_device_info(device);
  } catch (const Tango::DevFailed &failure) {
    if (std::string(failure.errors[0].reason.in()) == "DB_DeviceNotDefined") return std::nullopt;
    throw;
  }
}

/** Whether the server answers now; that the database has it as exported is no proof, after a crash it still is. */
bool answers(const Registration &registration) {
  try {
    std::string admin = "tango://" + registration.database + "/dserver/" + registration.full_server();
    Tango::DeviceProxy proxy(admin);
    proxy.ping();
    return true;
  } catch (const Tango::DevFailed &) {
    return false;
  } catch (const CORBA::Exception &) {
    return false;
  }
}

}  // namespace

void require_startable(const Registration &registration) {
  with_database(registration.database, [&](Tango::Database &database) {
    const auto found = find_device(database, registration.device);
    if (!found) {
      throw Error(PT_FAILURE_NOT_REGISTERED,
                  registration.device + " is not registered in the Tango database at " + registration.database);
    }
    if (!same_name(found->ds_full_name, registration.full_server())) {
      throw Error(PT_FAILURE_ELSEWHERE, registration.device + " belongs to the server " + found->ds_full_name +
                                            " in the Tango database, not to " + registration.full_server());
    }
    if (!same_name(found->class_name, registration.class_name)) {
      throw Error(PT_FAILURE_ELSEWHERE, registration.device + " is of the class " + found->class_name +
                                            " in the Tango database, not of " + registration.class_name);
    }
    if (answers(registration)) {
      throw Error(PT_FAILURE_ALREADY_RUNNING, registration.device + " is served already by " +
                                                  registration.full_server() + " on " + found->host + " (process " +
                                                  std::to_string(found->pid) + ")");
    }
  });
}

void register_device(const Registration &registration) {
  with_database(registration.database, [&](Tango::Database &database) {
    const auto found = find_device(database, registration.device);
    // The database would move the device without a word.
    if (found && !same_name(found->ds_full_name, registration.full_server())) {
      throw Error(PT_ERROR_TANGO, registration.device + " belongs to the server " + found->ds_full_name + " already");
    }
    // Nor is it written again: the database would take a server that runs for one that does not.
    if (found && same_name(found->class_name, registration.class_name)) return;
    const std::string server = registration.full_server();
    Tango::DbDevInfo device, admin;
    device.name = registration.device;
    device._class = registration.class_name;
    admin.name = "dserver/" + server;
    admin._class = "DServer";
    device.server = admin.server = server;
    Tango::DbDevInfos devices{device, admin};
    std::string name = server;
    database.add_server(name, devices);
  });
}

void unregister_device(const Registration &registration) {
  with_database(registration.database, [&](Tango::Database &database) {
    const auto found = find_device(database, registration.device);
    if (!found) throw Error(PT_ERROR_TANGO, registration.device + " is not registered");
    if (!same_name(found->ds_full_name, registration.full_server())) {
      throw Error(PT_ERROR_TANGO, registration.device + " belongs to the server " + found->ds_full_name);
    }
    if (answers(registration)) {
      throw Error(PT_ERROR_TANGO, registration.full_server() + " is running on " + found->host + ": stop it first");
    }
    database.delete_device(registration.device);
    std::string server = registration.full_server();
    // Pairs of device and class. The server stays where somebody gave it other devices.
    std::vector<std::string> left;
    database.get_device_class_list(server) >> left;
    bool others = false;
    for (std::size_t i = 1; i < left.size(); i += 2) others = others || !same_name(left[i], "DServer");
    if (!others) database.delete_server(server);
  });
}

std::vector<Property> device_properties(const std::string &database_name, const std::string &device) {
  return with_database(database_name, [&](Tango::Database &database) {
    std::string of = device, any = "*";
    std::vector<std::string> names;
    database.get_device_property_list(of, any) >> names;
    Tango::DbData asked;
    for (const auto &name : names) asked.emplace_back(name);
    if (!asked.empty()) database.get_device_property(device, asked);
    std::vector<Property> properties;
    for (const auto &one : asked) properties.push_back({one.name, one.value_string});
    return properties;
  });
}

}  // namespace pewatch_tango
