/**
 * The functions of the Tango client (pewatch_tango_client.h), each with its C declaration. A file of its own: a test
 * compares the table with the header.
 */
import { fn } from "../../function.ts";

const int32_t = "i32";
/** Memory that JavaScript owns; a text ends with a NUL. */
const memory = "buffer";

export const CLIENT_SYMBOLS = {
  // int32_t ptc_interface_version(void)
  ptc_interface_version: fn([], int32_t),
  // int32_t ptc_last_error(char *text, int32_t size)
  ptc_last_error: fn([memory, int32_t], int32_t),
  // int32_t ptc_configure(const char *database, int32_t period_ms, int32_t reread_ms, int32_t timeout_ms, int32_t bytes_max)
  ptc_configure: fn([memory, int32_t, int32_t, int32_t, int32_t], int32_t),
  // int32_t ptc_add(const char *name, int32_t flags)
  ptc_add: fn([memory, int32_t], int32_t),
  // int32_t ptc_start(void)
  ptc_start: fn([], int32_t),
  // int32_t ptc_take(uint8_t *buffer, int32_t size, int32_t wait_ms)
  ptc_take: { nonblocking: true, ...fn([memory, int32_t, int32_t], int32_t) },
  // void ptc_exit(int32_t code)
  ptc_exit: fn([int32_t], "void"),
} as const satisfies Deno.ForeignLibraryInterface;
