#include "reader.h"

#include <algorithm>
#include <thread>

#include "reading.h"

namespace pewatch_client {

namespace {

/** Units, labels and enumeration texts are read again so often, or as often as values. */
constexpr Ms CONFIG_AGE{1000};
constexpr Ms RETRY_MIN{1000}, RETRY_MAX{10000};

}  // namespace

Reader::Reader(Device &device, unsigned number)
    : device_(device),
      connection_(device),
      schedule_(device.attributes, Clock::now() + Client::one().period * (number % 4) / 4, Client::one().period) {}

void Reader::run() {
  const omni_thread::ensure_self known_to_omniorb;
  Ms retry = RETRY_MIN;
  unsigned failures = 0;
  for (;;) {
    std::this_thread::sleep_until(next());
    try {
      if (!connection_.is_open()) {
        connection_.open();
        without_config_.clear();
        configs_due_ = Clock::now();
      }
      if (is_config_due()) read_configs();
      read_due();
      retry = RETRY_MIN;
      failures = 0;
    } catch (const Failure &failure) {
      disconnected();
      connection_.close();
      // While a client restarts the device, its server does not know it for a moment.
      const bool may_be_restarting = failure.status == PTC_IS_NOT_DEFINED && was_read_ && failures == 0;
      if (!may_be_restarting) fail(device_.attributes, failure);
      failures++;
      std::this_thread::sleep_for(retry);
      retry = std::min(retry * 2, RETRY_MAX);
    }
  }
}

/** Attributes whose events come are read rarely, but their configuration is not. */
Clock::time_point Reader::next() const {
  return schedule_.is_free() ? std::min(schedule_.next(), configs_due_) : schedule_.next();
}

/** With the values, so that each has the unit of its own time. */
bool Reader::is_config_due() const {
  return schedule_.is_free() && Clock::now() + Client::one().period / 4 >= configs_due_;
}

void Reader::read_configs() {
  configs_due_ = Clock::now() + std::max(CONFIG_AGE, Client::one().period);
  std::vector<int> wanted;
  for (const int attribute : device_.attributes) {
    if (without_config_.count(attribute) == 0) wanted.push_back(attribute);
  }
  read_configs_of(wanted);
}

/** Those that have none are not asked for again before they have a value: one wrong name fails the whole list. */
void Reader::read_configs_of(const std::vector<int> &attributes) {
  if (attributes.empty()) return;
  without_config_.insert(attributes.begin(), attributes.end());
  for (const auto &config : connection_.read_configs(attributes)) {
    without_config_.erase(config.attribute);
    if (config.is_image) {
      // Not read at all: an image is large.
      fail({config.attribute}, {PTC_IS_REFUSED, IMAGE});
      schedule_.postpone(config.attribute, configs_due_ + Ms{1});
    }
    std::string &posted = configs_[config.attribute];
    if (posted == config.texts) continue;
    posted = config.texts;
    Client::one().post_config(config.attribute, config.texts);
  }
}

void Reader::read_due() {
  const Schedule::Due due = schedule_.due(Clock::now());
  if (!due.together.empty()) {
    read(due.together);
    if (!schedule_.is_free()) return;
  }
  for (const int attribute : due.alone) {
    if (!connection_.is_open()) return;
    read({attribute});
    if (!schedule_.is_free()) return;
  }
}

void Reader::read(const std::vector<int> &attributes) {
  Client &client = Client::one();
  schedule_.begin(attributes, Clock::now());
  try {
    for (Outcome &outcome : connection_.read(attributes)) {
      if (outcome.is_read) {
        if (without_config_.count(outcome.attribute) != 0) read_configs_of({outcome.attribute});
        client.post_value(outcome.attribute, std::move(outcome.reading));
        client.post_status(outcome.attribute, PTC_IS_READ, "");
      } else {
        fail({outcome.attribute}, outcome.failure);
      }
      if (client.attributes[static_cast<std::size_t>(outcome.attribute)].live) {
        schedule_.postpone(outcome.attribute, Clock::now() + client.reread);
      }
    }
    was_read_ = true;
    device_.answers = true;
    schedule_.answered(attributes, Clock::now());
  } catch (const Failure &failure) {
    const bool hangs = failure.status == PTC_IS_TIMED_OUT || failure.status == PTC_IS_REFUSED;
    if (!hangs && !connection_.is_open()) throw;
    if (hangs) {
      disconnected();
      schedule_.hung(attributes, Clock::now());
    }
    fail(attributes, failure);
  }
}

void Reader::fail(const std::vector<int> &attributes, const Failure &failure) {
  for (const int attribute : attributes) Client::one().post_status(attribute, failure.status, failure.text);
}

/** Read at the full rate until events come again. */
void Reader::disconnected() {
  device_.answers = false;
  for (const int attribute : device_.attributes) {
    Client::one().attributes[static_cast<std::size_t>(attribute)].live = false;
  }
}

}  // namespace pewatch_client
