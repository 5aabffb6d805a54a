// The server's sign of life to the clients of its events: under both names without a database.
#include <tango.h>

// Without a database a server of cppTango 9 sends its heartbeat as "…/instance#dbase=no.heartbeat", which clients of
// cppTango 10 listen to, but says to clients that it is "…/instance.heartbeat". Those that believe it hear none, take the
// server for dead every ten seconds and connect anew; a client of cppTango 9.3 crashes at that, with any such server. Later
// servers do not have the fault.
#if !defined(TANGO_VERSION_MAJOR) || TANGO_VERSION_MAJOR < 10

#include <dlfcn.h>
#include <eventsupplier.h>

#include <string>

namespace {

const std::string NO_DATABASE = "#dbase=no";

using Push = void (*)(Tango::ZmqEventSupplier *);

/** cppTango's own, for which the linker finds the one below first. */
Push original() {
  void *tango = dlopen("libtango.so.9", RTLD_LAZY | RTLD_NOLOAD);
  return reinterpret_cast<Push>(dlsym(tango, "_ZN5Tango16ZmqEventSupplier20push_heartbeat_eventEv"));
}

}  // namespace

// Only cppTango's thread for it calls this, every second or so; it is sent where eight seconds have passed.
void Tango::ZmqEventSupplier::push_heartbeat_event() {
  static const Push push = original();
  time_t &last = Tango::Util::instance(false)->get_dserver_device()->last_heartbeat_zmq;
  const time_t before = last;
  push(this);
  const auto place = heartbeat_event_name.find(NO_DATABASE);
  if (last == before || place == std::string::npos) return;
  const std::string name = heartbeat_event_name;
  heartbeat_event_name.erase(place, NO_DATABASE.size());
  last = before;
  push(this);
  heartbeat_event_name = name;
}

#endif
