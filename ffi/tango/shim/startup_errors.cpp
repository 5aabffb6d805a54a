// Turns what cppTango takes for the end of the process into an error.
#include <tango.h>

// cppTango prints whatever goes wrong in a start ("not defined in database", "already running", "Can't build connection")
// and calls _exit(-1). This definition stands in for its own: the linker finds this library's first, on Windows with
// --allow-multiple-definition. Throwing is what cppTango itself does in a windowed program on Windows, so its callers
// are ready for it.
void Tango::Util::print_err_message(const char *message, Tango::MessBoxType) {
  Tango::Except::throw_exception("PeWatch_Start", message, "Tango::Util");
}
