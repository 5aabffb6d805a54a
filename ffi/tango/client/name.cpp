#include "name.h"

#include <algorithm>
#include <cctype>

#include "failure.h"
#include "pewatch_tango_client.h"

namespace pewatch_client {

namespace {

const std::string SCHEME = "tango://";
const std::string NO_DATABASE = "#dbase=no";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
  return text;
}

bool is_address(const std::string &host) {
  const auto colon = host.rfind(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < host.size() &&
         host.find_first_not_of("0123456789", colon + 1) == std::string::npos;
}

bool has_only_printing(const std::string &text) {
  return std::all_of(text.begin(), text.end(), [](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte > ' ' && byte != '>' && byte != '%';
  });
}

}  // namespace

std::string Name::device_key() const { return database + "|" + server + "|" + device; }

bool Name::is_same(const Name &other) const {
  return device_key() == other.device_key() && lower(attribute) == lower(other.attribute);
}

std::string Name::for_proxy(const std::string &of) const {
  return database.empty() ? SCHEME + server + "/" + of + NO_DATABASE : SCHEME + database + "/" + of;
}

Name parse_name(const std::string &text, const std::string &default_database) {
  const Failure refusal{PTC_ERROR_ARGUMENT, "Not the name of a Tango attribute: " + text};
  const auto hash = text.find('#');
  const bool direct = hash != std::string::npos && text.substr(hash) == NO_DATABASE;
  if (hash != std::string::npos && !direct && text.substr(hash) != "#dbase=yes") throw refusal;
  std::string rest = text.substr(0, hash), host = default_database;
  if (rest.compare(0, SCHEME.size(), SCHEME) == 0) {
    const auto slash = rest.find('/', SCHEME.size());
    if (slash == std::string::npos) throw refusal;
    host = rest.substr(SCHEME.size(), slash - SCHEME.size());
    rest = rest.substr(slash + 1);
  } else if (direct) {
    throw refusal;
  }
  if (host.empty()) throw Failure{PTC_ERROR_ARGUMENT, text + " names no database, and none is configured"};
  const auto slashes = std::count(rest.begin(), rest.end(), '/');
  if (!is_address(host) || (slashes != 3 && (slashes != 1 || direct)) || rest.find("//") != std::string::npos ||
      rest.front() == '/' || rest.back() == '/' || !has_only_printing(rest)) {
    throw refusal;
  }
  Name name;
  (direct ? name.server : name.database) = host;
  const auto last = rest.rfind('/');
  name.device = lower(rest.substr(0, last));
  name.attribute = rest.substr(last + 1);
  return name;
}

}  // namespace pewatch_client
