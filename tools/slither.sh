#!/usr/bin/env bash
# Runs slither over contracts/src; fails on any finding that is not justified, in place or in slither.config.json.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${POLITY_CACHE:-$HOME/.cache/polity}
if [ ! -f "$cache/slither-0.11.6/.complete" ]; then
  python3 -m venv --clear "$cache/slither-0.11.6"
  "$cache/slither-0.11.6/bin/pip" install --quiet --disable-pip-version-check slither-analyzer==0.11.6 ||
    { echo "slither: could not install slither-analyzer 0.11.6: check the network" >&2; exit 1; }
  touch "$cache/slither-0.11.6/.complete"
fi
# The compiler of this repository, and an output folder of its own, which slither empties first.
PATH=$PWD/tools:$cache/slither-0.11.6/bin:$PATH
export PATH FOUNDRY_PROFILE=slither
slither . --config-file tools/slither.json "$@"
