/*
 * Writes a TIFF file by the calls into libtiff that QXRD's file saver makes, in its order, so that the simulator's
 * files can be compared with it byte for byte.
 *
 *   qxrd_writer OUT WIDTH HEIGHT TYPE DOCUMENT_NAME DATE_TIME     TYPE: float32 uint32 uint16 uint8
 *
 * The pixels come from standard input, row by row, in the byte order of this machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  uint32_t width = (uint32_t)atoi(argv[2]), height = (uint32_t)atoi(argv[3]);
  int is_float = strcmp(argv[4], "float32") == 0;
  int bits = strcmp(argv[4], "uint8") == 0 ? 8 : strcmp(argv[4], "uint16") == 0 ? 16 : 32;

  TIFF *tiff = TIFFOpen(argv[1], "w");
  if (tiff == NULL) return 1;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, is_float ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_DOCUMENTNAME, argv[5]);
  TIFFSetField(tiff, TIFFTAG_DATETIME, argv[6]);

  size_t row_bytes = (size_t)width * (size_t)bits / 8;
  void *row = malloc(row_bytes);
  for (uint32_t y = 0; y < height; y++) {
    if (fread(row, 1, row_bytes, stdin) != row_bytes) return 1;
    if (TIFFWriteScanline(tiff, row, y, 0) != 1) return 1;
  }
  free(row);
  TIFFClose(tiff);
  return 0;
}
