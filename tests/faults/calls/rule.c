/** Rules: which call is to fail, and how. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

static const struct {
  const char *name;
  enum action action;
  int error;
} whats[] = {
    {"ENOSPC", ACTION_ERROR, ENOSPC}, {"EIO", ACTION_ERROR, EIO},     {"EACCES", ACTION_ERROR, EACCES},
    {"EROFS", ACTION_ERROR, EROFS},   {"ESTALE", ACTION_ERROR, ESTALE}, {"SHORT", ACTION_SHORT, 0},
    {"KILL", ACTION_KILL, 0},
};

bool parse_rule(const char *line, struct rule *rule) {
  char what[32];
  struct rule read = {0};
  // The widths are those of the fields: 31 of 32, 4095 of PATH_MAX.
  if (sscanf(line, "fail %ld %31s %31s %4095s", &read.left, read.call, what, read.glob) != 4) return false;
  for (size_t index = 0; index < sizeof whats / sizeof whats[0]; index++) {
    if (strcmp(whats[index].name, what) != 0) continue;
    read.action = whats[index].action;
    read.error = whats[index].error;
    *rule = read;
    return true;
  }
  return false;
}

bool rule_applies(struct rule *rule, const struct call *call) {
  if (rule->action == ACTION_NONE || strcmp(rule->call, call->type->name) != 0) return false;
  const char *named = call->path2[0] != 0 ? call->path2 : call->path;
  // "*" is for one folder or one name, and not for what is hidden: a claim is not taken for one that is half made.
  if (fnmatch(rule->glob, named, FNM_PATHNAME | FNM_PERIOD) != 0) return false;
  if (rule->action == ACTION_SHORT && call->length < 2) return false;
  return --rule->left <= 0;
}
