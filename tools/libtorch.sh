#!/usr/bin/env bash
# Puts libtorch 2.11 (CPU) where tch can link it and prints the folder. Honours an existing LIBTORCH.
# The only source used is the PyPI wheel: its CUDA build carries the same libtorch_cpu, so the CUDA libraries are
# left out and libtorch.so becomes a linker script that names libtorch_cpu alone.
set -euo pipefail
if [ -n "${LIBTORCH:-}" ]; then echo "$LIBTORCH"; exit 0; fi
cache=${POLITY_CACHE:-$HOME/.cache/polity}
dir=$cache/libtorch-2.11.0
if [ ! -f "$dir/.complete" ]; then
  command -v python3 >/dev/null || { echo "python3 is missing: install it to fetch libtorch, or set LIBTORCH" >&2; exit 1; }
  echo "fetching libtorch 2.11 (about 540 MB, once) into $dir" >&2
  wheels=$cache/wheels; mkdir -p "$wheels"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.11 --implementation cp --abi cp311 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 \
    -d "$wheels" torch==2.11.0 >&2
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 \
    -d "$wheels" nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85 >&2 \
    || { echo "could not fetch the wheels: check the network, or set LIBTORCH to an unpacked libtorch 2.11" >&2; exit 1; }
  tmp=$(mktemp -d "$cache/libtorch.XXXXXX"); trap 'rm -rf "$tmp"' EXIT
  python3 - "$wheels" "$tmp" >&2 <<'PY'
import glob, os, sys, zipfile
wheels, out = sys.argv[1:]
os.makedirs(f"{out}/lib")
want = {"torch-2.11.0": ["libtorch_cpu.so", "libc10.so", "libgomp.so.1"],
        "nvidia_cuda_runtime": ["libcudart.so.13"], "nvidia_cuda_cupti": ["libcupti.so.13"]}
for prefix, libs in want.items():
    (wheel,) = glob.glob(f"{wheels}/{prefix}*.whl")
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            base = os.path.basename(name)
            if base in libs:
                open(f"{out}/lib/{base}", "wb").write(z.read(name)); libs.remove(base)
            elif name.startswith("torch/include/"):
                z.extract(name, out)
    assert not libs, f"{wheel} lacks {libs}"
os.rename(f"{out}/torch/include", f"{out}/include")
open(f"{out}/lib/libtorch.so", "w").write("INPUT(libtorch_cpu.so)\n")
PY
  touch "$tmp/.complete"; rm -rf "$dir"; mv "$tmp" "$dir"; trap - EXIT
fi
echo "$dir"
