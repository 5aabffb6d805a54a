/** The functions of libtiff and of the C library that pewatch calls: the table, nothing else. */

/**
 * libtiff 4.0.10 or newer. A variadic function stands here once for each way it is called, by integers and pointers
 * only: Deno passes a double to a variadic function wrongly as soon as V8 has optimised the call.
 */
export const TIFF_SYMBOLS = {
  // const char *TIFFGetVersion(void)
  TIFFGetVersion: { parameters: [], result: "pointer" },
  TIFFClientOpen: {
    parameters: [
      "buffer", // const char *filename
      "buffer", // const char *mode
      "pointer", // thandle_t clientdata
      "function", // TIFFReadWriteProc readproc
      "function", // TIFFReadWriteProc writeproc
      "function", // TIFFSeekProc seekproc
      "function", // TIFFCloseProc closeproc
      "function", // TIFFSizeProc sizeproc
      "function", // TIFFMapFileProc mapproc
      "function", // TIFFUnmapFileProc unmapproc
    ],
    result: "pointer", // TIFF *
  },
  TIFFClose: {
    parameters: [
      "pointer", // TIFF *tif
    ],
    result: "void",
  },
  TIFFSetMode: {
    parameters: [
      "pointer", // TIFF *tif
      "i32", // int mode
    ],
    result: "i32", // int, the mode before
  },
  TIFFRewriteDirectory: {
    parameters: [
      "pointer", // TIFF *tif
    ],
    result: "i32", // int, 1 is success
  },
  TIFFMergeFieldInfo: {
    parameters: [
      "pointer", // TIFF *tif
      "buffer", // const TIFFFieldInfo info[]
      "u32", // uint32_t n
    ],
    result: "i32", // int, 0 is success
  },
  // int TIFFSetField(TIFF *tif, uint32_t tag, ...)
  setFieldNumber: {
    name: "TIFFSetField",
    parameters: [
      "pointer", // TIFF *tif
      "u32", // uint32_t tag
      "u32", // uint32_t, or uint16_t promoted to int
    ],
    result: "i32", // int, 1 is success
  },
  setFieldString: {
    name: "TIFFSetField",
    parameters: [
      "pointer", // TIFF *tif
      "u32", // uint32_t tag
      "buffer", // const char *value
    ],
    result: "i32", // int, 1 is success
  },
  setFieldCounted: {
    name: "TIFFSetField",
    parameters: [
      "pointer", // TIFF *tif
      "u32", // uint32_t tag
      "u32", // uint32_t count
      "buffer", // const void *values
    ],
    result: "i32", // int, 1 is success
  },
  // int TIFFGetField(TIFF *tif, uint32_t tag, ...)
  getFieldSingle: {
    name: "TIFFGetField",
    parameters: [
      "pointer", // TIFF *tif
      "u32", // uint32_t tag
      "buffer", // uint16_t *, uint32_t * or const char ** value
    ],
    result: "i32", // int, 1 is success
  },
  getFieldCounted: {
    name: "TIFFGetField",
    parameters: [
      "pointer", // TIFF *tif
      "u32", // uint32_t tag
      "buffer", // uint32_t *count
      "buffer", // const void **values
    ],
    result: "i32", // int, 1 is success
  },
  TIFFSetErrorHandler: {
    parameters: [
      "function", // TIFFErrorHandler handler
    ],
    result: "pointer", // TIFFErrorHandler, the one before
  },
  TIFFSetWarningHandler: {
    parameters: [
      "function", // TIFFErrorHandler handler
    ],
    result: "pointer", // TIFFErrorHandler, the one before
  },
  TIFFSetTagExtender: {
    parameters: [
      "function", // TIFFExtendProc proc
    ],
    result: "pointer", // TIFFExtendProc, the one before
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library, which alone can read the va_list that libtiff hands to its handlers. */
export const C_SYMBOLS = {
  vsnprintf: {
    // msvcrt.dll has only its own form: no NUL, and -1, where the text does not fit.
    name: Deno.build.os === "windows" ? "_vsnprintf" : "vsnprintf",
    parameters: [
      "buffer", // char *str
      "usize", // size_t size
      "pointer", // const char *format
      "pointer", // va_list ap
    ],
    result: "i32", // int
  },
} as const satisfies Deno.ForeignLibraryInterface;

// void handler(const char *module, const char *format, va_list ap)
export const MESSAGE_HANDLER = {
  parameters: ["pointer", "pointer", "pointer"],
  result: "void",
} as const satisfies Deno.UnsafeCallbackDefinition;

// void extender(TIFF *tif)
export const TAG_EXTENDER = {
  parameters: ["pointer"],
  result: "void",
} as const satisfies Deno.UnsafeCallbackDefinition;

// tmsize_t readproc(thandle_t clientdata, void *buffer, tmsize_t size); writeproc is alike
export const READ_WRITE_PROCEDURE = {
  parameters: ["pointer", "pointer", "i64"],
  result: "i64",
} as const satisfies Deno.UnsafeCallbackDefinition;

// toff_t seekproc(thandle_t clientdata, toff_t offset, int whence)
export const SEEK_PROCEDURE = {
  parameters: ["pointer", "u64", "i32"],
  result: "u64",
} as const satisfies Deno.UnsafeCallbackDefinition;

// int closeproc(thandle_t clientdata)
export const CLOSE_PROCEDURE = {
  parameters: ["pointer"],
  result: "i32",
} as const satisfies Deno.UnsafeCallbackDefinition;

// toff_t sizeproc(thandle_t clientdata)
export const SIZE_PROCEDURE = {
  parameters: ["pointer"],
  result: "u64",
} as const satisfies Deno.UnsafeCallbackDefinition;

// int mapproc(thandle_t clientdata, void **base, toff_t *size)
export const MAP_PROCEDURE = {
  parameters: ["pointer", "pointer", "pointer"],
  result: "i32",
} as const satisfies Deno.UnsafeCallbackDefinition;

// void unmapproc(thandle_t clientdata, void *base, toff_t size)
export const UNMAP_PROCEDURE = {
  parameters: ["pointer", "pointer", "u64"],
  result: "void",
} as const satisfies Deno.UnsafeCallbackDefinition;
