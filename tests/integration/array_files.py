"""Arrays as numpy and fabio write them: array_files.py FOLDER, one 7 x 45 array in each file."""

import os
import sys

import fabio.edfimage
import fabio.fit2dmaskimage
import numpy

folder = sys.argv[1]
values = (numpy.arange(7 * 45).reshape(7, 45) * 37) % 101
numpy.savetxt(os.path.join(folder, "values.txt"), values, fmt="%d")
for kind in ("<i2", ">i2", "<u4", ">i8", "<f4", ">f8", "|u1", "|i1"):
    name = kind.replace("<", "little_").replace(">", "big_").replace("|", "")
    numpy.save(os.path.join(folder, f"{name}.npy"), values.astype(kind))
numpy.save(os.path.join(folder, "turned.npy"), numpy.asfortranarray(values.astype("<f4")))
with open(os.path.join(folder, "version2.npy"), "wb") as file:
    numpy.lib.format.write_array(file, values.astype("<i4"), version=(2, 0))
for kind in ("uint8", "int16", "uint16", "int32", "float32", "float64"):
    fabio.edfimage.EdfImage(data=values.astype(kind)).write(os.path.join(folder, f"{kind}.edf"))
numpy.save(os.path.join(folder, "mask_bool.npy"), values > 50)
fabio.fit2dmaskimage.Fit2dMaskImage(data=(values > 50).astype("uint8")).write(os.path.join(folder, "mask_fit2d.msk"))
