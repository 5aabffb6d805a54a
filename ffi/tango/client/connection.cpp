#include "connection.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "reading.h"

namespace pewatch_client {

namespace {

CORBA::ORB_ptr orb = nullptr;

void set_variable(const char *name, const std::string &value) {
#ifdef _WIN32
  _putenv_s(name, value.c_str());
#else
  setenv(name, value.c_str(), 1);
#endif
}

std::string timeout_text() {
  return "did not answer within " + std::to_string(Client::one().timeout.count()) + " ms";
}

/** @throws Failure where the answer is not a text: then it is no Tango database */
std::string ask(Tango::Device_ptr database, const char *command, const std::string &text) {
  CORBA::Any argument;
  argument <<= text.c_str();
  const CORBA::Any_var answer = database->command_inout(command, argument);
  const char *one = nullptr;
  if (answer.in() >>= one) return one;
  const Tango::DevVarStringArray *several = nullptr;
  if ((answer.in() >>= several) && several->length() > 0) return (*several)[0].in();
  throw Failure{PTC_IS_NO_DATABASE, std::string(command) + " returned no text"};
}

void add_labels(std::string &texts, const Tango::AttributeConfig_5 &config) {
  for (CORBA::ULong i = 0; i < config.enum_labels.length(); i++) texts.append(config.enum_labels[i].in()).push_back('\0');
}
void add_labels(std::string &, const Tango::AttributeConfig_3 &) {}

template <class List>
void add_configs(const List &list, const std::vector<int> &attributes, std::vector<Connection::Config> &configs) {
  for (CORBA::ULong i = 0; i < list.length() && i < attributes.size(); i++) {
    std::string texts;
    for (const char *text : {list[i].unit.in(), list[i].label.in(), list[i].display_unit.in(), list[i].format.in()}) {
      const bool is_none = std::strcmp(text, "No unit") == 0 || std::strcmp(text, "No display unit") == 0;
      texts.append(is_none ? "" : text).push_back('\0');
    }
    add_labels(texts, list[i]);
    configs.push_back({attributes[i], list[i].data_format == Tango::IMAGE, texts});
  }
}

template <class List>
std::vector<Outcome> outcomes_of(const List &list, const std::vector<int> &attributes) {
  std::vector<Outcome> outcomes;
  for (CORBA::ULong i = 0; i < list.length() && i < attributes.size(); i++) {
    Outcome outcome{attributes[i], false, {}, {}};
    try {
      if (list[i].err_list.length() > 0) throw failure_of(list[i].err_list);
      outcome.reading = reading_of(list[i]);
      outcome.is_read = true;
    } catch (const Failure &failure) {
      outcome.failure = failure;
    } catch (const CORBA::SystemException &) {
      outcome.failure = {PTC_IS_REFUSED, UNDECODABLE};
    }
    outcomes.push_back(outcome);
  }
  return outcomes;
}

}  // namespace

void make_orb() {
  const Client &client = Client::one();
  const std::string timeout = std::to_string(client.timeout.count());
  const std::string size = std::to_string(std::max<std::size_t>(client.bytes_max * 4, 65536));
  // Else each DeviceProxy sets omniORB's connecting timeout to 100 ms, for all.
  set_variable("TANGOconnectTimeout", timeout);
  // cppTango's own ORB waits 3 s, has no limit for connecting, and takes messages of 256 MiB.
  const char *options[][2] = {{"clientCallTimeOutPeriod", timeout.c_str()},
                              {"clientConnectTimeOutPeriod", timeout.c_str()},
                              {"giopMaxMsgSize", size.c_str()},
                              {"maxGIOPConnectionPerServer", "128"},
                              {"verifyObjectExistsAndType", "0"},
                              {"throwTransientOnTimeOut", "1"},
                              {"traceLevel", "0"},
                              {nullptr, nullptr}};
  int count = 1;
  char program[] = "pewatch";
  char *arguments[] = {program, nullptr};
  orb = CORBA::ORB_init(count, arguments, "omniORB4", options);
  Tango::ApiUtil::instance()->set_orb(CORBA::ORB::_duplicate(orb));
}

void Connection::open() {
  const Name &name = device_.name;
  std::string reference = "corbaloc:iiop:" + name.server + "/" + name.device;
  if (name.database.empty()) device_.set_real_name(name.device);
  else reference = look_up();
  const std::string who = name.server.empty() ? device_.real_name() : name.server;
  try {
    const CORBA::Object_var object = orb->string_to_object(reference.c_str());
    five_ = Tango::Device_5::_narrow(object);
    four_ = CORBA::is_nil(five_) ? Tango::Device_4::_narrow(object) : Tango::Device_4::_duplicate(five_);
  } catch (const CORBA::OBJECT_NOT_EXIST &) {
    throw Failure{PTC_IS_NOT_DEFINED, "The server of " + who + " has no device " + device_.real_name()};
  } catch (const CORBA::SystemException &error) {
    if (is_timeout(error)) throw Failure{PTC_IS_TIMED_OUT, who + " " + timeout_text()};
    throw Failure{PTC_IS_NOT_RUNNING, who + ": no Tango server answers there"};
  }
  if (!is_open()) throw Failure{PTC_IS_REFUSED, who + " is not a device of Tango 8 or later"};
}

/** The device's reference, of its database. */
std::string Connection::look_up() {
  const std::string &address = device_.name.database;
  try {
    const CORBA::Object_var object = orb->string_to_object(("corbaloc:iiop:" + address + "/database").c_str());
    const Tango::Device_var database = Tango::Device::_unchecked_narrow(object);
    const bool is_alias = device_.name.device.find('/') == std::string::npos;
    device_.set_real_name(is_alias ? ask(database, "DbGetAliasDevice", device_.name.device) : device_.name.device);
    CORBA::Any argument;
    argument <<= device_.real_name().c_str();
    const CORBA::Any_var answer = database->command_inout("DbImportDevice", argument);
    const Tango::DevVarLongStringArray *found = nullptr;
    if (!(answer.in() >>= found) || found->lvalue.length() < 1 || found->svalue.length() < 2) {
      throw Failure{PTC_IS_NO_DATABASE, "What answers at " + address + " is not a Tango database"};
    }
    if (found->lvalue[0] == 0) {
      throw Failure{PTC_IS_NOT_RUNNING, device_.real_name() + " is not exported: its server is not running"};
    }
    return found->svalue[1].in();
  } catch (const Tango::DevFailed &failed) {
    const bool is_unknown = has_reason(failed.errors, "DB_DeviceNotDefined") ||
                            has_reason(failed.errors, "DB_AliasNotDefined") || has_reason(failed.errors, "DB_SQLError");
    throw Failure{is_unknown ? PTC_IS_NOT_DEFINED : PTC_IS_NO_DATABASE, text_of(failed.errors)};
  } catch (const CORBA::SystemException &) {
    throw Failure{PTC_IS_NO_DATABASE, "The Tango database at " + address + " does not answer"};
  }
}

void Connection::close() {
  five_ = Tango::Device_5::_nil();
  four_ = Tango::Device_4::_nil();
}

Tango::DevVarStringArray Connection::names_of(const std::vector<int> &attributes) const {
  Tango::DevVarStringArray list;
  list.length(static_cast<CORBA::ULong>(attributes.size()));
  for (CORBA::ULong i = 0; i < attributes.size(); i++) {
    list[i] = CORBA::string_dup(Client::one().attributes[static_cast<std::size_t>(attributes[i])].name.attribute.c_str());
  }
  return list;
}

std::vector<Outcome> Connection::read(const std::vector<int> &attributes) {
  Tango::ClntIdent who;
  who.cpp_clnt(static_cast<Tango::CppClntIdent>(Tango::ApiUtil::instance()->get_client_pid()));
  try {
    if (!CORBA::is_nil(five_)) {
      const Tango::AttributeValueList_5_var list = five_->read_attributes_5(names_of(attributes), Tango::CACHE_DEV, who);
      return outcomes_of(list.in(), attributes);
    }
    const Tango::AttributeValueList_4_var list = four_->read_attributes_4(names_of(attributes), Tango::CACHE_DEV, who);
    return outcomes_of(list.in(), attributes);
  } catch (const Tango::DevFailed &failed) {
    throw failure_of(failed.errors);
  } catch (const CORBA::SystemException &error) {
    if (is_timeout(error)) throw Failure{PTC_IS_TIMED_OUT, timeout_text()};
    lost(error);
  }
}

std::vector<Connection::Config> Connection::read_configs(const std::vector<int> &attributes) {
  std::vector<Config> configs;
  try {
    // A server fails the whole list for one wrong name.
    if (!read_configs_of(attributes, configs) && attributes.size() > 1) {
      for (const int attribute : attributes) read_configs_of({attribute}, configs);
    }
  } catch (const CORBA::SystemException &error) {
    lost(error);
  }
  return configs;
}

bool Connection::read_configs_of(const std::vector<int> &attributes, std::vector<Config> &configs) {
  try {
    if (!CORBA::is_nil(five_)) {
      const Tango::AttributeConfigList_5_var list = five_->get_attribute_config_5(names_of(attributes));
      add_configs(list.in(), attributes, configs);
    } else {
      const Tango::AttributeConfigList_3_var list = four_->get_attribute_config_3(names_of(attributes));
      add_configs(list.in(), attributes, configs);
    }
    return true;
  } catch (const Tango::DevFailed &) {
    return false;  // the read says why
  }
}

void Connection::lost(const CORBA::SystemException &error) {
  close();
  if (is_timeout(error)) throw Failure{PTC_IS_TIMED_OUT, timeout_text()};
  if (CORBA::OBJECT_NOT_EXIST::_downcast(&error) != nullptr) {
    throw Failure{PTC_IS_NOT_DEFINED, "The server no longer has this device"};
  }
  if (CORBA::MARSHAL::_downcast(&error) != nullptr) throw Failure{PTC_IS_REFUSED, UNDECODABLE};
  throw Failure{PTC_IS_NOT_RUNNING, std::string("The connection is lost: ") + error._name()};
}

}  // namespace pewatch_client
