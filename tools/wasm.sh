#!/usr/bin/env bash
# Builds crates/protocol-wasm into frontend/wasm/protocol.wasm, which the page checks payouts with. Where the compiler
# cannot make WebAssembly it says so and leaves no file: the page is then built without those checks.
set -euo pipefail
cd "$(dirname "$0")/.."
target=wasm32-unknown-unknown
out=frontend/wasm/protocol.wasm
has_target() { [ -d "$(rustc --print target-libdir --target $target)" ]; }

if ! has_target; then
  rustup target add $target || true
fi
if ! has_target; then
  rm -f $out
  echo "wasm: the Rust target $target is not here and could not be installed (rustup target add $target)." >&2
  echo "wasm: the web page is built without verification in the browser; polity verify does the same checks." >&2
  exit 0
fi
# Without the machine's paths the same source gives the same bytes everywhere.
sysroot=$(rustc --print sysroot)
cargo=${CARGO_HOME:-$HOME/.cargo}
RUSTFLAGS="--remap-path-prefix=$cargo=/cargo --remap-path-prefix=$sysroot=/rust --remap-path-prefix=$PWD=/polity" \
  cargo build --quiet --profile wasm --target $target -p protocol-wasm --lib
mkdir -p "$(dirname $out)"
cp "$(cargo metadata --format-version 1 --no-deps | node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')/$target/wasm/protocol_wasm.wasm" $out
