"""What numpy makes of regions of images: region_values.py REGIONS_AS_JSON IMAGE…"""
import json
import sys

import numpy
import tifffile


def values(image, region):
    rows = slice(max(0, region["y"]), region["y"] + region["height"])
    columns = slice(max(0, region["x"]), region["x"] + region["width"])
    part = image[rows, columns].astype(numpy.float64)
    return {
        "sum": part.sum(),
        "mean": part.mean(),
        "min": part.min(),
        "max": part.max(),
        "std": part.std(),
        "pixels": part.size,
    }


regions = json.loads(sys.argv[1])
images = [tifffile.imread(path) for path in sys.argv[2:]]
print(json.dumps([{region["name"]: values(image, region) for region in regions} for image in images]))
