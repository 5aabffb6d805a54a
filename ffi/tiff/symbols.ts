/** The functions of libtiff and of the C library that pewatch calls: the table, nothing else. */

import { fn } from "../function.ts";

/**
 * libtiff 4.0.10 or newer. A variadic function stands here once for each way it is called, by integers and pointers
 * only: Deno passes a double to a variadic function wrongly as soon as V8 has optimised the call.
 */
export const TIFF_SYMBOLS = {
  // const char *TIFFGetVersion(void)
  TIFFGetVersion: fn([], "pointer"),
  // TIFF *TIFFClientOpen(const char *filename, const char *mode, thandle_t clientdata, TIFFReadWriteProc readproc, TIFFReadWriteProc writeproc, TIFFSeekProc seekproc, TIFFCloseProc closeproc, TIFFSizeProc sizeproc, TIFFMapFileProc mapproc, TIFFUnmapFileProc unmapproc)
  TIFFClientOpen: fn([
    "buffer",
    "buffer",
    "pointer",
    "function",
    "function",
    "function",
    "function",
    "function",
    "function",
    "function",
  ], "pointer"),
  // void TIFFClose(TIFF *tif)
  TIFFClose: fn(["pointer"], "void"),
  // int TIFFSetMode(TIFF *tif, int mode): the mode before
  TIFFSetMode: fn(["pointer", "i32"], "i32"),
  // int TIFFRewriteDirectory(TIFF *tif): 1 is success
  TIFFRewriteDirectory: fn(["pointer"], "i32"),
  // int TIFFMergeFieldInfo(TIFF *tif, const TIFFFieldInfo info[], uint32_t n): 0 is success
  TIFFMergeFieldInfo: fn(["pointer", "buffer", "u32"], "i32"),
  // int TIFFSetField(TIFF *tif, uint32_t tag, uint32_t, or uint16_t promoted to int): 1 is success
  setFieldNumber: { name: "TIFFSetField", ...fn(["pointer", "u32", "u32"], "i32") },
  // int TIFFSetField(TIFF *tif, uint32_t tag, const char *value): 1 is success
  setFieldString: { name: "TIFFSetField", ...fn(["pointer", "u32", "buffer"], "i32") },
  // int TIFFSetField(TIFF *tif, uint32_t tag, uint32_t count, const void *values): 1 is success
  setFieldCounted: { name: "TIFFSetField", ...fn(["pointer", "u32", "u32", "buffer"], "i32") },
  // TIFFErrorHandler TIFFSetErrorHandler(TIFFErrorHandler handler): the one before
  TIFFSetErrorHandler: fn(["function"], "pointer"),
  // TIFFErrorHandler TIFFSetWarningHandler(TIFFErrorHandler handler): the one before
  TIFFSetWarningHandler: fn(["function"], "pointer"),
  // TIFFExtendProc TIFFSetTagExtender(TIFFExtendProc proc): the one before
  TIFFSetTagExtender: fn(["function"], "pointer"),
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library, which alone can read the va_list that libtiff hands to its handlers. */
export const C_SYMBOLS = {
  // int vsnprintf(char *str, size_t size, const char *format, va_list ap)
  vsnprintf: {
    // msvcrt.dll has only its own form: no NUL, and -1, where the text does not fit.
    name: Deno.build.os === "windows" ? "_vsnprintf" : "vsnprintf",
    ...fn(["buffer", "usize", "pointer", "pointer"], "i32"),
  },
} as const satisfies Deno.ForeignLibraryInterface;

// void handler(const char *module, const char *format, va_list ap)
export const MESSAGE_HANDLER = fn(["pointer", "pointer", "pointer"], "void");

// void extender(TIFF *tif)
export const TAG_EXTENDER = fn(["pointer"], "void");

// tmsize_t readproc(thandle_t clientdata, void *buffer, tmsize_t size); writeproc is alike
export const READ_WRITE_PROCEDURE = fn(["pointer", "pointer", "i64"], "i64");

// toff_t seekproc(thandle_t clientdata, toff_t offset, int whence)
export const SEEK_PROCEDURE = fn(["pointer", "u64", "i32"], "u64");

// int closeproc(thandle_t clientdata)
export const CLOSE_PROCEDURE = fn(["pointer"], "i32");

// toff_t sizeproc(thandle_t clientdata)
export const SIZE_PROCEDURE = fn(["pointer"], "u64");
