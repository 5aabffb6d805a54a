// Objects that are never destroyed.
#pragma once

namespace pewatch_tango {

// On purpose: when the process ends, threads of omniORB may still wait in here. Destroying a condition variable that
// somebody waits on hangs, and destroying a thread that runs ends the process with an abort.
template <class T>
T &leaked() {
  return *new T;
}

}  // namespace pewatch_tango
