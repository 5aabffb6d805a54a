// The functions of pewatch_tango_client.h.
#include "pewatch_tango_client.h"

#include <tango.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "client.h"
#include "connection.h"
#include "failure.h"
#include "name.h"
#include "reader.h"
#include "reading.h"
#include "subscriber.h"

using namespace pewatch_client;

namespace {

constexpr std::int32_t PERIOD_MS_MIN = 50, TIMEOUT_MS_MIN = 50, BYTES_MIN = 1024;

thread_local std::string last_error;

std::int32_t copy_text(const std::string &text, char *to, std::int32_t size) {
  if (to != nullptr && size > 0) {
    const std::size_t count = std::min(text.size(), static_cast<std::size_t>(size) - 1);
    std::memcpy(to, text.data(), count);
    to[count] = '\0';
  }
  return static_cast<std::int32_t>(text.size());
}

template <class Do>
std::int32_t guarded(const Do &what) {
  try {
    return what();
  } catch (const Failure &failure) {
    last_error = failure.text;
    return failure.status;
  } catch (const Tango::DevFailed &failure) {
    last_error = text_of(failure.errors);
  } catch (const CORBA::Exception &failure) {
    last_error = failure._name();
  } catch (const std::exception &failure) {
    last_error = failure.what();
  }
  return PTC_ERROR_INTERNAL;
}

bool has_started = false;  // of the one thread that configures

void must_not_have_started() {
  if (has_started) throw Failure{PTC_ERROR_STATE, "The client has started already"};
}

}  // namespace

extern "C" {

int32_t ptc_interface_version(void) { return PTC_INTERFACE_VERSION; }

int32_t ptc_last_error(char *text, int32_t size) { return copy_text(last_error, text, size); }

int32_t ptc_configure(const char *database, int32_t period_ms, int32_t reread_ms, int32_t timeout_ms,
                      int32_t bytes_max) {
  return guarded([&] {
    must_not_have_started();
    if (period_ms < PERIOD_MS_MIN || reread_ms < period_ms || timeout_ms < TIMEOUT_MS_MIN || bytes_max < BYTES_MIN) {
      throw Failure{PTC_ERROR_ARGUMENT, "A time or size is too small"};
    }
    Client &client = Client::one();
    client.database = database;
    client.period = Ms{period_ms};
    client.reread = Ms{reread_ms};
    client.timeout = Ms{timeout_ms};
    client.bytes_max = static_cast<std::size_t>(bytes_max);
    return std::int32_t{PTC_OK};
  });
}

int32_t ptc_add(const char *name, int32_t flags) {
  return guarded([&] {
    must_not_have_started();
    Client &client = Client::one();
    const Name parsed = parse_name(name, client.database);
    // Servers hang or fail at a call that names an attribute twice.
    if (client.has(parsed)) throw Failure{PTC_ERROR_ARGUMENT, std::string(name) + " is in the list already"};
    return static_cast<std::int32_t>(client.add(parsed, (flags & PTC_EVENTS) != 0));
  });
}

int32_t ptc_start(void) {
  return guarded([] {
    must_not_have_started();
    has_started = true;
    make_orb();
    Client &client = Client::one();
    unsigned number = 0;
    for (Device &device : client.devices) {
      std::thread([&device, number] { Reader(device, number).run(); }).detach();
      number++;
    }
    const bool has_events = std::any_of(client.attributes.begin(), client.attributes.end(),
                                        [](const Attribute &attribute) { return attribute.events; });
    if (has_events) std::thread(subscribe_all).detach();
    return std::int32_t{PTC_OK};
  });
}

int32_t ptc_take(uint8_t *buffer, int32_t size, int32_t wait_ms) { return Client::one().take(buffer, size, Ms{wait_ms}); }

void ptc_exit(int32_t code) { std::_Exit(code); }
}
