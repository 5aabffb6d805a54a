// What Tango and CORBA say, in one line.
#include "words.h"

#include <algorithm>
#include <cctype>

namespace pewatch_tango {

std::string words_of(const Tango::DevFailed &failure) {
  std::string words;
  // The first is what went wrong, the later ones what failed because of that; the last word before "exiting" is cppTango's.
  for (CORBA::ULong i = 0; i < failure.errors.length(); i++) {
    std::string line = failure.errors[i].desc.in();
    while (!line.empty() && (line.back() == '\n' || line.back() == '.')) line.pop_back();
    for (char &character : line) {
      if (character == '\n') character = ' ';
    }
    if (line.empty() || words.find(line) != std::string::npos) continue;
    words += (words.empty() ? "" : "; ") + line;
  }
  return words.empty() ? "Tango does not say why" : words;
}

std::string words_of(const CORBA::Exception &failure) { return std::string("CORBA says ") + failure._name(); }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
  return text;
}

}  // namespace pewatch_tango
