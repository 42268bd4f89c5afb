"""Puts the CUDA libraries that pip installed (nvidia-*) into one folder: collectCuda.py TARGET.

They lie in a folder each, beside TensorFlow, which finds them from there. The trainer's image has no Python, and one folder
on LD_LIBRARY_PATH serves.
"""
import pathlib
import shutil
import sys
import sysconfig

target = pathlib.Path(sys.argv[1])
packages = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else sysconfig.get_paths()["purelib"])
target.mkdir(parents=True, exist_ok=True)
libraries = sorted(packages.glob("nvidia/*/lib/*.so*"))
if not libraries:
    sys.exit(f"{packages} has no nvidia/*/lib: pip install tensorflow[and-cuda] brings them")
for library in libraries:
    shutil.copy(library, target / library.name)
size = sum(file.stat().st_size for file in target.iterdir())
print(f"{len(libraries)} CUDA libraries, {size / 1e9:.1f} GB, in {target}")
