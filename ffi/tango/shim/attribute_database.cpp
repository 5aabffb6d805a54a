// What clients set of an attribute's configuration goes to the database, where there is one.
#include <tango.h>

// cppTango 9 and 10 write it whether or not there is a database, and end the process where there is none. This definition stands
// in for theirs: the linker finds this library's first, on Windows with --allow-multiple-definition. Without a database the
// configuration is changed in memory, until the server's end.
void Tango::Attribute::upd_database(std::vector<AttPropDb> &changes) {
  if (!Tango::Util::_UseDb || changes.empty()) return;
  Tango::DbData written, removed;
  for (const auto &change : changes) {
    Tango::DbDatum property(change.name);
    if (change.dba == DEL) {
      removed.push_back(property);
      continue;
    }
    std::string text = change.db_value;
    std::vector<double> numbers = change.db_value_db;
    std::vector<std::string> texts = change.db_value_v_str;
    if (change.dba == UPD) property << text;
    else if (change.dba == UPD_FROM_DB) property << numbers;
    else property << texts;
    written.push_back(property);
  }
  Tango::Database &database = *Tango::Util::instance(false)->get_database();
  const auto send = [&](Tango::DbData &properties, const auto &call) {
    if (properties.empty()) return;
    // The attribute first, with the number of properties that follow.
    Tango::DbDatum attribute(name);
    attribute << static_cast<Tango::DevLong>(properties.size());
    properties.insert(properties.begin(), attribute);
    try {
      call();
    } catch (const CORBA::COMM_FAILURE &) {
      // The connection is one from before the database was started anew. It throws DevFailed where there is none to be had.
      database.reconnect(true);
      call();
    }
  };
  send(written, [&] { database.put_device_attribute_property(d_name, written); });
  send(removed, [&] { database.delete_device_attribute_property(d_name, removed); });
}
