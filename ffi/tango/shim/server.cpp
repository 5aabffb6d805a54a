// The server: its start, its threads and its end.
#include "server.h"

#include <omniORB4/omniInterceptors.h>
#include <tango.h>

#include <iostream>
#include <utility>
#include <vector>

#include "address.h"
#include "device.h"
#include "device_class.h"
#include "error.h"
#include "events.h"
#include "leaked.h"
#include "process.h"
#include "requests.h"
#include "signal_handlers.h"
#include "table.h"
#include "words.h"

namespace pewatch_tango {

namespace {

std::vector<std::string> arguments(const Registration &registration, const std::string &endpoint) {
  std::vector<std::string> list{registration.server, registration.instance};
  if (registration.database.empty()) {
    list.insert(list.end(), {"-nodb", "-dlist", registration.class_name + "::" + registration.device});
  }
  if (!endpoint.empty()) list.insert(list.end(), {"-ORBendPoint", "giop:tcp:" + endpoint});
  // What omniORB would print on the program's error output comes as an exception too.
  list.insert(list.end(), {"-ORBtraceLevel", "0"});
#ifdef _WIN32
  // Windows' own buffer made an image of 512 KiB take a quarter of a second.
  list.insert(list.end(), {"-ORBsocketSendBuffer", "-1"});
#endif
  return list;
}

// What a start that failed leaves: an ORB, whose endpoint the next start would get whatever it asks for.
void forget_orb(std::vector<char *> argv) {
  try {
    Tango::ApiUtil *client = Tango::ApiUtil::instance();
    client->in_server(false);
    client->set_orb(CORBA::ORB::_nil());
    client->get_db_vect().clear();
    int count = static_cast<int>(argv.size()) - 1;
    CORBA::ORB_var orb = CORBA::ORB_init(count, argv.data(), "omniORB4");
    orb->destroy();
  } catch (const CORBA::Exception &) {
    // There was none.
  }
}

bool tango_is_made() {
  try {
    return Tango::Util::instance(false) != nullptr;
  } catch (const Tango::DevFailed &) {
    return false;
  }
}

// Threads that answer clients, one for each connection: frames go first.
void let_frames_go_first() {
  omniORB::getInterceptors()->createThread.add([](omni::omniInterceptors::createThread_T::info_T &thread) {
    lower_priority();
    thread.run();
  });
}

std::string name_for_clients(const Registration &registration) {
  if (!registration.database.empty()) return "tango://" + registration.database + "/" + registration.device;
  std::string name;
  current_device().with([&](Device &device) {
    Tango::Device_var reference = device.get_d_var();
    CORBA::String_var text = Tango::Util::instance(false)->get_orb()->object_to_string(reference);
    const Address address = address_of_reference(text.in());
    name = "tango://" + address.host + ":" + std::to_string(address.port) + "/" + registration.device + "#dbase=no";
  });
  return name;
}

}  // namespace

Server &server() {
  static Server &one = leaked<Server>();
  return one;
}

void Server::start(Registration registration, std::string endpoint) {
  if (phase_ == PT_STARTING || phase_ == PT_SERVING || phase_ == PT_STOPPING) {
    throw Error(PT_ERROR_STATE, "Cannot start: a server runs already");
  }
  if (used_up_) throw Error(PT_ERROR_STATE, "Cannot start a second server: a process has only one, once");
  if (!endpoint.empty()) parse_address(endpoint, PT_ERROR_ARGUMENT);
  if (!registration.database.empty()) {
    parse_address(registration.database, PT_ERROR_ARGUMENT);
    // Here, on the caller's thread: the environment is not to be changed while another thread may read it.
    set_environment("TANGO_HOST", registration.database);
  } else if (endpoint.empty()) {
    throw Error(PT_ERROR_ARGUMENT, "Cannot start: neither a database nor an endpoint is given");
  }
  table().freeze();
  registration.class_name = table().class_name();
  join();
  exit_without_destructors([] { return server().phase() != PT_IDLE; });
  stop_wanted_ = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    failure_ = PT_FAILURE_NONE;
    failure_text_.clear();
  }
  phase_ = PT_STARTING;
  requests().open();
  thread_.start([this, registration = std::move(registration), endpoint = std::move(endpoint)] {
    run(registration, endpoint);
  });
}

void Server::run(const Registration &registration, const std::string &endpoint) {
  arguments_ = arguments(registration, endpoint);
  argv_.clear();
  for (auto &argument : arguments_) argv_.push_back(argument.data());
  argv_.push_back(nullptr);
  try {
    serve(registration);
  } catch (const Error &error) {
    fail(error.code(), error.what());
  } catch (const Tango::DevFailed &failure) {
    const std::string words = words_of(failure);
    const bool running = words.find("already running") != std::string::npos;
    const bool away = words.find("build connection") != std::string::npos;
    fail(running ? PT_FAILURE_ALREADY_RUNNING : away ? PT_FAILURE_DATABASE_AWAY : PT_FAILURE_OTHER, words);
  } catch (const CORBA::INITIALIZE &failure) {
    fail(PT_FAILURE_ENDPOINT, "Cannot listen on " + endpoint + ": another program does, or the host is not this one");
  } catch (const CORBA::Exception &failure) {
    fail(PT_FAILURE_OTHER, words_of(failure));
  } catch (const std::exception &failure) {
    fail(PT_FAILURE_OTHER, failure.what());
  }
  events().close();
  used_up_ = tango_is_made();
  if (!used_up_) forget_orb(argv_);
  if (phase_ != PT_FAILED) phase_ = PT_STOPPED;
  requests().report(phase_ == PT_FAILED ? "failed" : "stopped", failure().second);
  if (!used_up_) table().thaw();
  requests().close();
}

void Server::serve(const Registration &registration) {
  if (!registration.database.empty()) require_startable(registration);
  Tango::Util *util = nullptr;
  {
    const KeptSignalHandlers kept;
    Tango::DServer::register_class_factory(make_device_class);
    util = Tango::Util::init(static_cast<int>(argv_.size()) - 1, argv_.data());
    let_frames_go_first();
    // A burst of changes must fit between us and a client that is slow to take them; ZeroMQ drops what does not.
    util->set_ds_event_buffer_hwm(PT_EVENTS_MAX);
    util->server_init(false);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    full_name_ = name_for_clients(registration);
  }
  events().open(push_event);
  phase_ = PT_SERVING;
  requests().report("serving", full_name());
  if (stop_wanted_) stop();
  // "Ready to accept request" belongs to nobody's output.
  std::cout.rdbuf(nullptr);
  try {
    util->server_run();
  } catch (const CORBA::BAD_INV_ORDER &) {
    // It was stopped, by us or by Kill, before it ran.
  }
}

void Server::fail(std::int32_t code, const std::string &text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  failure_ = code;
  failure_text_ = text;
  phase_ = PT_FAILED;
}

void Server::stop() {
  stop_wanted_ = true;
  std::int32_t serving = PT_SERVING;
  if (!phase_.compare_exchange_strong(serving, PT_STOPPING)) return;
  requests().refuse_all();
  const omni_thread::ensure_self known_to_omniorb;
  // Not the ORB's own shutdown, which aborts. This starts a thread and gives at once.
  try {
    Tango::Util::instance(false)->get_dserver_device()->kill();
  } catch (const Tango::DevFailed &) {
    // A client was faster.
  }
}

std::int32_t Server::join() {
  // Two callers may wait at a time, on threads of their own; to join one thread twice is to wait for ever.
  const std::lock_guard<std::mutex> lock(joining_);
  thread_.join();
  return phase_;
}

std::pair<std::int32_t, std::string> Server::failure() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {failure_, failure_text_};
}

std::string Server::full_name() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return full_name_;
}

}  // namespace pewatch_tango
