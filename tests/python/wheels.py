"""Keeps the hashes of wheels for Linux and CPython 3.11 to 3.14 alone: wheels.py ALL.txt >requirements.txt

What pip-compile writes has those of every system, ten times as many. Files are known by the package index's own list
(PEP 691), at PIP_INDEX_URL or PyPI.
"""
import json
import os
import re
import sys
import urllib.request

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
PYTHONS = ("311", "312", "313", "314")
MACHINES = ("x86_64", "aarch64")


def is_used(filename):
    """Whether a file is a wheel that one of these Pythons takes on Linux with glibc."""
    if not filename.endswith(".whl"):
        return False
    python, abi, platform = filename[:-4].split("-")[-3:]
    if platform != "any" and not ("manylinux" in platform and platform.endswith(MACHINES)):
        return False
    return abi in ("none", "abi3") or abi in [f"cp{version}" for version in PYTHONS]


def hashes_of(name):
    """The SHA-256 of each such file of a package, of any version."""
    request = urllib.request.Request(f"{INDEX}/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request) as response:
        return {file["hashes"]["sha256"] for file in json.load(response)["files"] if is_used(file["filename"])}


with open(sys.argv[1]) as file:
    pins = re.findall(r"^(([\w.-]+)==[^\\]*?) \\\n((?:    --hash.*\n?)+)", file.read(), re.M)
for pin, name, listed in pins:
    used = sorted(set(re.findall(r"sha256:(\w+)", listed)) & hashes_of(name))
    if not used:
        sys.exit(f"{pin} has no wheel for Linux")
    print(" \\\n".join([pin, *(f"    --hash=sha256:{digest}" for digest in used)]))
