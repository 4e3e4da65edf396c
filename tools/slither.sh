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
# Findings of these detectors are of a kind that is meant here, wherever it occurs; anything else is justified in place.
exclude=(
  assembly            # short blocks on hot paths, each with its reason beside it and a plain twin in the tests
  naming-convention   # CLOCK_MODE, COUNTING_MODE: names of the ERCs; SCALE and others: constants seen through interfaces
  dead-code           # overrides that only OpenZeppelin's base contracts call
  shadowing-local     # interfaces name a parameter like the getter that returns it afterwards
  uninitialized-local # a local that starts at zero, as the language says
  pragma              # an interface states the oldest compiler it works with; the build pins one
)
# The compiler of this repository, and an output folder of its own, which slither empties first.
PATH=$PWD/tools:$cache/slither-0.11.6/bin:$PATH
export PATH FOUNDRY_PROFILE=slither
slither . --filter-paths 'node_modules|contracts/test|script' --fail-pedantic --exclude "$(IFS=,; echo "${exclude[*]}")" "$@"
