// The commands of the server's admin device: checked before cppTango's own run, which takes much for granted.
#include "admin_commands.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "answered.h"
#include "call_checks.h"
#include "words.h"

namespace pewatch_tango {

namespace {

/** The argument; null where it is of another type, which cppTango refuses by itself. */
template <class Argument>
const Argument *argument_of(const CORBA::Any &any) {
  const Argument *argument = nullptr;
  return (any >>= argument) ? argument : nullptr;
}

/** @throws Tango::DevFailed where the server has no such device */
Tango::DeviceImpl *require_device(const char *name) { return Tango::Util::instance(false)->get_device_by_name(name); }

/** cppTango changes its lists first and writes them afterwards, or takes the device away before it asks for its properties. */
void require_database(const char *command) {
  if (!Tango::Util::_UseDb) return;
  Tango::Database &database = *Tango::Util::instance(false)->get_database();
  try {
    try {
      database.get_info();
    } catch (const CORBA::COMM_FAILURE &) {
      database.reconnect(true);
      database.get_info();
    }
  } catch (const CORBA::Exception &) {
    refuse(REFUSED, "The Tango database does not answer; nothing was changed. Try again when it does", command);
  }
}

/** Of LockDevice and UnLockDevice. */
void check_lock(const CORBA::Any &any, const char *command) {
  const auto *argument = argument_of<Tango::DevVarLongStringArray>(any);
  if (argument == nullptr) return;
  if (argument->svalue.length() == 0 || argument->lvalue.length() == 0) {
    refuse(REFUSED, "A device's name and a number are needed", command);
  }
  for (CORBA::ULong i = 0; i < argument->svalue.length(); i++) require_device(argument->svalue[i]);
}

void check_relock(const CORBA::Any &any, const char *) {
  const auto *names = argument_of<Tango::DevVarStringArray>(any);
  if (names == nullptr) return;
  for (CORBA::ULong i = 0; i < names->length(); i++) require_device((*names)[i]);
}

void check_polling(const CORBA::Any &any, const char *command) {
  const auto *argument = argument_of<Tango::DevVarLongStringArray>(any);
  if (argument != nullptr && argument->svalue.length() > 2) {
    // The histories that it would have are asked for by calls that nothing of ours stands before.
    if (require_device(argument->svalue[0]) == Tango::Util::instance(false)->get_dserver_device()) {
      refuse(REFUSED, "The admin device cannot be polled", command);
    }
    const std::string name = lower(argument->svalue[2].in());
    // A command that starts, stops or tries again is not to be called some times a second, for ever.
    if (lower(argument->svalue[1].in()).rfind("command", 0) == 0 && name != "state" && name != "status") {
      refuse(REFUSED, "Only attributes, State and Status can be polled, not the command " + name, command);
    }
  }
  require_database(command);
}

void check_stop_of_polling(const CORBA::Any &, const char *command) { require_database(command); }

void check_subscription(const CORBA::Any &any, const char *command) {
  const auto *texts = argument_of<Tango::DevVarStringArray>(any);
  if (texts != nullptr && texts->length() != 1 && texts->length() < 4) {
    refuse(REFUSED, "Four texts are needed: device, attribute, action and event; or the one text info", command);
  }
}

void refuse_notifd(const CORBA::Any &, const char *command) {
  refuse(REFUSED, "Events go by ZeroMQ: a client of Tango 8 or later is needed", command);
}

// A file would be written wherever a client says.
void refuse_log_target(const CORBA::Any &, const char *command) {
  refuse(REFUSED, "What happens is in pewatch's own log, the file of [log]; there are no other log targets", command);
}

using Check = void (*)(const CORBA::Any &, const char *command);

/** By names in lower case. */
const std::map<std::string, Check> &checks() {
  static const auto &all = *new std::map<std::string, Check>{
      {"lockdevice", check_lock},
      {"unlockdevice", check_lock},
      {"relockdevices", check_relock},
      {"addobjpolling", check_polling},
      {"updobjpollingperiod", check_polling},
      {"remobjpolling", check_stop_of_polling},
      {"zmqeventsubscriptionchange", check_subscription},
      {"eventsubscriptionchange", refuse_notifd},
      {"queryeventchannelior", refuse_notifd},
      {"addloggingtarget", refuse_log_target},
      {"devrestart", [](const CORBA::Any &, const char *command) { require_database(command); }},
  };
  return all;
}

// One of cppTango's, with a check before it, and its exceptions in words.
class GuardedCommand : public Tango::Command {
 public:
  explicit GuardedCommand(Tango::Command &own)
      : Tango::Command(own.get_name().c_str(), own.get_in_type(), own.get_out_type(), own.get_in_type_desc().c_str(),
                       own.get_out_type_desc().c_str(), own.get_disp_level()),
        own_(own) {
    const auto found = checks().find(lower(own.get_name()));
    if (found != checks().end()) check_ = found->second;
  }

  bool is_allowed(Tango::DeviceImpl *device, const CORBA::Any &argument) override {
    return own_.is_allowed(device, argument);
  }

  CORBA::Any *execute(Tango::DeviceImpl *device, const CORBA::Any &argument) override {
    const char *command = get_name().c_str();
    return answered(command, [&] {
      if (check_ != nullptr) check_(argument, command);
      return own_.execute(device, argument);
    });
  }

 private:
  Tango::Command &own_;  // never destroyed, as the admin device is not
  Check check_ = nullptr;
};

// Makes every device of the server anew, one after the other. cppTango's RestartServer does so on a thread of its own: two of
// them destroy the same devices, and where the database does not answer the exception on it ends the process. Its Init of the
// admin device is the same on the client's thread.
class RestartDevices : public Tango::Command {
 public:
  RestartDevices(Tango::Command &own, Tango::Command &restart_device)
      : Tango::Command(own.get_name().c_str(), own.get_in_type(), own.get_out_type(), own.get_in_type_desc().c_str(),
                       own.get_out_type_desc().c_str(), own.get_disp_level()),
        restart_device_(restart_device) {}

  CORBA::Any *execute(Tango::DeviceImpl *admin, const CORBA::Any &) override {
    auto &server = static_cast<Tango::DServer &>(*admin);
    std::vector<std::string> names;
    for (auto *of : server.get_class_list()) {
      for (auto *device : of->get_device_list()) names.push_back(device->get_name());
    }
    for (const auto &device_name : names) {
      CORBA::Any argument;
      argument <<= device_name.c_str();
      const CORBA::Any_var nothing = restart_device_.execute(admin, argument);
    }
    return insert();
  }

 private:
  Tango::Command &restart_device_;
};

}  // namespace

void guard_admin_commands(Tango::DServer &server) {
  auto &commands = server.get_device_class()->get_command_list();
  const auto named = [&commands](const char *name) {
    return std::find_if(commands.begin(), commands.end(), [&](Tango::Command *one) { return one->get_name() == name; });
  };
  for (auto *&command : commands) {
    if (command->get_name() != "RestartServer" && command->get_name() != "Init") command = new GuardedCommand(*command);
  }
  const auto restart_device = named("DevRestart");
  for (const char *name : {"RestartServer", "Init"}) {
    const auto found = named(name);
    if (found == commands.end() || restart_device == commands.end()) continue;
    const std::unique_ptr<Tango::Command> own(*found);
    *found = new RestartDevices(*own, **restart_device);
  }
}

}  // namespace pewatch_tango
