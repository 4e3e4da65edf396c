#!/usr/bin/env bash
# Proves the check_ functions of contracts/test/proofs with halmos, two contracts at a time.
#   tools/prove.sh                       all of them
#   tools/prove.sh StakingPoolProof …    those of the contracts named
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${POLITY_CACHE:-$HOME/.cache/polity}
halmos=$cache/halmos-0.3.3/bin/halmos
if [ ! -f "$cache/halmos-0.3.3/.complete" ]; then
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "prove: halmos needs python 3.11 or newer" >&2; exit 1; }
  python3 -m venv --clear "$cache/halmos-0.3.3"
  "$cache/halmos-0.3.3/bin/pip" install --quiet --disable-pip-version-check halmos==0.3.3 ||
    { echo "prove: could not install halmos 0.3.3: check the network" >&2; exit 1; }
  touch "$cache/halmos-0.3.3/.complete"
fi
PATH=$PWD/tools:$PATH
export PATH FOUNDRY_PROFILE=prove
contracts=("$@")
if [ ${#contracts[@]} = 0 ]; then
  mapfile -t contracts < <(sed -nE 's/^contract (\w+Proof) is .*/\1/p' contracts/test/proofs/*.t.sol)
fi
# Artifacts of proofs that are gone would be proved too.
rm -rf target/forge/prove/out/*.t.sol
forge build --quiet --force --ast --extra-output storageLayout metadata
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# Byte strings and arrays of any call are tried with these lengths. A long time-out: a busy machine must not fail a proof.
prove_one() {
  if "$1" --contract "$3" --forge-build-out target/forge/prove/out --default-bytes-lengths 0 --default-array-lengths 1 \
    --solver-timeout-assertion 180s --solver-threads 1 --loop 4 --no-status >"$2/$3" 2>&1; then code=0; else code=$?; fi
  sed -E 's/\x1b\[[0-9;]*m//g' "$2/$3" | grep -vE '^(No files changed|Compil|Solc|$)'
  return $code
}
export -f prove_one
printf '%s\0' "${contracts[@]}" | xargs -0 -P 2 -I{} bash -c 'prove_one "$@"' _ "$halmos" "$logs" {}
