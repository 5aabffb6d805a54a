// The device, as cppTango makes, restarts and destroys it.
#pragma once

#include <tango.h>

#include <mutex>
#include <string>

#include "events.h"

namespace pewatch_tango {

class Device : public TANGO_BASE_CLASS {
 public:
  Device(Tango::DeviceClass *of, const std::string &name);
  ~Device() override;
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  void init_device() override;
  void delete_device() override {}
  Tango::DevState dev_state() override;
  Tango::ConstDevString dev_status() override;

  void push_state(const StateReading &reading);
  void push_status(const StateReading &reading);

  // What clients call, before the device's monitor is taken: only here may a call wait for JavaScript at length. What of it
  // is not here takes nothing of clients.
  CORBA::Any *command_inout(const char *command, const CORBA::Any &argument) override;
  CORBA::Any *command_inout_2(const char *command, const CORBA::Any &argument, Tango::DevSource source) override;
  CORBA::Any *command_inout_4(const char *command, const CORBA::Any &argument, Tango::DevSource source,
                              const Tango::ClntIdent &client) override;
  Tango::DevVarStringArray *black_box(CORBA::Long depth) override;
  Tango::AttributeConfigList *get_attribute_config(const Tango::DevVarStringArray &names) override;
  Tango::AttributeConfigList_2 *get_attribute_config_2(const Tango::DevVarStringArray &names) override;
  Tango::AttributeConfigList_3 *get_attribute_config_3(const Tango::DevVarStringArray &names) override;
  Tango::AttributeConfigList_5 *get_attribute_config_5(const Tango::DevVarStringArray &names) override;
  void set_attribute_config(const Tango::AttributeConfigList &wanted) override;
  void set_attribute_config_3(const Tango::AttributeConfigList_3 &wanted) override;
  void set_attribute_config_4(const Tango::AttributeConfigList_3 &wanted, const Tango::ClntIdent &client) override;
  void set_attribute_config_5(const Tango::AttributeConfigList_5 &wanted, const Tango::ClntIdent &client) override;
  Tango::AttributeValueList *read_attributes(const Tango::DevVarStringArray &names) override;
  Tango::AttributeValueList *read_attributes_2(const Tango::DevVarStringArray &names, Tango::DevSource source) override;
  Tango::AttributeValueList_3 *read_attributes_3(const Tango::DevVarStringArray &names,
                                                 Tango::DevSource source) override;
  Tango::AttributeValueList_4 *read_attributes_4(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                 const Tango::ClntIdent &client) override;
  Tango::AttributeValueList_5 *read_attributes_5(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                 const Tango::ClntIdent &client) override;
  void write_attributes(const Tango::AttributeValueList &values) override;
  void write_attributes_3(const Tango::AttributeValueList &values) override;
  void write_attributes_4(const Tango::AttributeValueList_4 &values, const Tango::ClntIdent &client) override;
  Tango::AttributeValueList_4 *write_read_attributes_4(const Tango::AttributeValueList_4 &values,
                                                       const Tango::ClntIdent &client) override;
  Tango::AttributeValueList_5 *write_read_attributes_5(const Tango::AttributeValueList_4 &values,
                                                       const Tango::DevVarStringArray &names,
                                                       const Tango::ClntIdent &client) override;
  Tango::DevAttrHistoryList *read_attribute_history_2(const char *name, CORBA::Long depth) override;
  Tango::DevAttrHistoryList_3 *read_attribute_history_3(const char *name, CORBA::Long depth) override;
  Tango::DevAttrHistory_4 *read_attribute_history_4(const char *name, CORBA::Long depth) override;
  Tango::DevAttrHistory_5 *read_attribute_history_5(const char *name, CORBA::Long depth) override;
  Tango::DevCmdHistoryList *command_inout_history_2(const char *command, CORBA::Long depth) override;
  Tango::DevCmdHistory_4 *command_inout_history_4(const char *command, CORBA::Long depth) override;
  Tango::PipeConfigList *get_pipe_config_5(const Tango::DevVarStringArray &names) override;
  void set_pipe_config_5(const Tango::PipeConfigList &wanted, const Tango::ClntIdent &client) override;
  Tango::DevPipeData *read_pipe_5(const char *name, const Tango::ClntIdent &client) override;
  void write_pipe_5(const Tango::DevPipeData &value, const Tango::ClntIdent &client) override;
  Tango::DevPipeData *write_read_pipe_5(const Tango::DevPipeData &value, const Tango::ClntIdent &client) override;

 private:
  void count_events();

  bool constructed_ = false;
  std::string shown_status_;
};

// The device that is there now, if any: RestartServer destroys it and makes another.
class CurrentDevice {
 public:
  void set(Device *device);
  void unset(const Device *device);
  /** Calls `use` with it while it cannot be destroyed. Gives whether there was one. */
  template <class Use>
  bool with(const Use &use) {
    // Taken before the device's monitor, never while that is held: the destructor takes it without the monitor.
    const std::lock_guard<std::mutex> lock(mutex_);
    if (device_ == nullptr) return false;
    use(*device_);
    return true;
  }

 private:
  std::mutex mutex_;
  Device *device_ = nullptr;
};

CurrentDevice &current_device();

/** For the events' thread, which must be known to omniORB. */
void push_event(const Event &event);

}  // namespace pewatch_tango
