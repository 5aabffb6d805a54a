// The queue of writes, commands and reports to JavaScript, and of its answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace pewatch_tango {

using Clock = std::chrono::steady_clock;

/** Why a request failed, in the words that the client gets. */
struct Refusal {
  std::string reason;
  std::string text;
};

struct Request {
  std::int32_t kind = 0;
  std::string name;
  std::int32_t type = 0;
  std::string value;  // bytes
};

class Requests {
 public:
  /** Before a server starts: what is left of one before it goes. */
  void open();
  /** From here on nothing waits, and pt_take says that there is nothing more. */
  void close();
  /** Fails what waits and what comes, but lets notices pass: the server is about to end. */
  void refuse_all();

  /** Queues a write or command and waits for its answer, until `deadline`. Gives the answer's bytes. @throws Refusal */
  std::string ask(Request request, Clock::time_point deadline);
  /** Lets JavaScript make a value anew that is read now, and waits a little for it. Asks once for all who read. */
  void demand(const std::string &attribute);
  /** Nobody waits for it. */
  void report(const std::string &name, const std::string &text);

  /** As pt_take. */
  std::int32_t take(std::uint8_t *buffer, std::int32_t size, std::chrono::milliseconds wait);
  /** The bytes of an answer, or why there is none. */
  using Outcome = std::variant<std::string, Refusal>;
  /** Gives whether the client still waits. */
  bool settle(std::int64_t id, Outcome outcome);

 private:
  struct Waiting {
    std::int64_t id = 0;
    Request request;
    bool taken = false;
    std::optional<Outcome> outcome;
    std::condition_variable answered;
  };
  using WaitingPointer = std::shared_ptr<Waiting>;
  struct Demand {
    WaitingPointer waiting;
    Clock::time_point asked, answered;
  };

  WaitingPointer enqueue(Request request);
  void forget(const WaitingPointer &waiting);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<WaitingPointer> queue_;
  std::map<std::int64_t, WaitingPointer> unanswered_;
  std::map<std::string, Demand> demands_;
  std::int64_t last_id_ = 0;
  bool refusing_ = true, closed_ = true;
};

Requests &requests();

}  // namespace pewatch_tango
