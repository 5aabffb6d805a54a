// What the device has: attributes and commands, declared before a server starts and never changed afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pewatch_tango {

struct AttributeDefinition {
  std::string name;
  std::int32_t type = 0;
  std::int32_t format = 0;
  std::int32_t flags = 0;
  std::int32_t level = 0;
  long max_x = 1;
  long max_y = 0;
  std::string label, unit, number_format, min, max, description;

  bool has(std::int32_t flag) const { return (flags & flag) != 0; }
};

struct CommandDefinition {
  std::string name;
  std::int32_t in_type = 0;
  std::int32_t out_type = 0;
  std::int32_t level = 0;
  std::string in_description, out_description;
};

class Table {
 public:
  void define_class(const char *name, const char *description);
  std::size_t add(AttributeDefinition attribute);
  void describe(std::int32_t attribute, std::int32_t property, const char *text);
  void add(CommandDefinition command);
  /** From here on threads read it without a lock. */
  void freeze();
  /** After a start that failed: no thread of it is left. */
  void thaw() { frozen_ = false; }

  const std::string &class_name() const { return class_name_; }
  const std::string &class_description() const { return class_description_; }
  const std::vector<AttributeDefinition> &attributes() const { return attributes_; }
  const std::vector<CommandDefinition> &commands() const { return commands_; }
  /** @throws Error where nothing has that number */
  const AttributeDefinition &attribute(std::int32_t number) const;

 private:
  void require_open() const;

  bool frozen_ = false;
  std::string class_name_, class_description_;
  std::vector<AttributeDefinition> attributes_;
  std::vector<CommandDefinition> commands_;
};

Table &table();

}  // namespace pewatch_tango
