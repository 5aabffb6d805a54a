// The shim's own threads.
#pragma once

#include <functional>

namespace pewatch_tango {

// Made by omniORB, which so knows it. No std::thread: where mingw-w64 makes one, it destroys its thread_local objects while
// it holds a lock of its own, and releases the DLL with each, which takes the loader's lock. Every other thread takes the
// two the other way round when it ends. Two that end at a time wait for each other for ever, and with them whoever needs the
// loader: the whole process.
class Thread {
 public:
  /** The one before must have been joined. */
  void start(std::function<void()> work);
  /** Waits for its end; gives at once where none was started. */
  void join();

 private:
  class Runner;
  Runner *runner_ = nullptr;
};

}  // namespace pewatch_tango
