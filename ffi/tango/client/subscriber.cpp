#include "subscriber.h"

#include <tango.h>

#include <map>
#include <memory>
#include <thread>

#include "client.h"
#include "reading.h"

namespace pewatch_client {

namespace {

constexpr Ms LOOK{500};
constexpr Ms SUBSCRIBE_RETRY{30000};
#if !defined(TANGO_VERSION_MAJOR) || TANGO_VERSION_MAJOR < 10
// Ten seconds after a subscription to a server without a database, cppTango 9 looks for its heartbeat under another
// name than the server sends it under, connects anew, and crashes at that.
constexpr bool EVENTS_WITHOUT_DATABASE = false;
#else
constexpr bool EVENTS_WITHOUT_DATABASE = true;
#endif

/** Called by cppTango's thread. */
struct Receiver : Tango::CallBack {
  int attribute = -1;

  void push_event(Tango::EventData *event) override {
    Client &client = Client::one();
    Attribute &of = client.attributes[static_cast<std::size_t>(attribute)];
    try {
      if (event->err || event->attr_value == nullptr || event->attr_value->has_failed()) {
        of.live = false;
        return;
      }
      of.live = true;
      client.post_value(attribute, reading_of(*event->attr_value));
      client.post_status(attribute, PTC_IS_READ, "");
    } catch (...) {
      of.live = false;  // it is read instead, which says what is wrong
    }
  }
};

struct Subscription {
  bool is_made = false;
  Clock::time_point retry_at;
};

}  // namespace

void subscribe_all() {
  const omni_thread::ensure_self known_to_omniorb;
  Client &client = Client::one();
  std::map<const Device *, std::unique_ptr<Tango::DeviceProxy>> proxies;
  std::map<int, Subscription> subscriptions;
  for (;;) {
    std::this_thread::sleep_for(LOOK);
    for (Device &device : client.devices) {
      if (device.name.database.empty() && !EVENTS_WITHOUT_DATABASE) continue;
      for (const int index : device.attributes) {
        const Attribute &attribute = client.attributes[static_cast<std::size_t>(index)];
        Subscription &subscription = subscriptions[index];
        // Only of a device that has just answered: subscribing to a stopped one takes seconds.
        const bool is_wanted = attribute.events && !subscription.is_made && device.answers;
        if (!is_wanted || Clock::now() < subscription.retry_at) continue;
        try {
          auto &proxy = proxies[&device];
          std::string name = attribute.name.for_proxy(device.real_name());
          if (!proxy) proxy = std::make_unique<Tango::DeviceProxy>(name);
          auto *receiver = new Receiver;  // never destroyed: cppTango may still be in it
          receiver->attribute = index;
          proxy->subscribe_event(attribute.name.attribute, Tango::CHANGE_EVENT, receiver);
          subscription.is_made = true;
        } catch (...) {
          // It has none, or not now: it is read as before.
          subscription.retry_at = Clock::now() + SUBSCRIBE_RETRY;
        }
      }
    }
  }
}

}  // namespace pewatch_client
