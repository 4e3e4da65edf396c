#!/usr/bin/env bash
# Runs every script of script/ against a real Anvil, as docs/admin.md tells it: deploy, verify, bonds, money, epochs, proposals,
# pauses, another operator, another referee, the optimistic governor on and off. Fails at the first surprise.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/tools:$PWD/node_modules/.bin:$PATH"
# Forge and cast ask name servers on the internet what a selector means, on public chain ids also what a contract is.
export FOUNDRY_OFFLINE=true

work=$(mktemp -d /tmp/polity-scripts.XXXXXX)
anvil_pid=
trap 'kill $anvil_pid 2>/dev/null || true; rm -rf "$work"' EXIT
# A port of its own each time: the node before may still be shutting down.
# Nothing waits for ever for a node.
cast() { timeout 120 cast "$@"; }
start_chain() {
  local port
  port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close() })')
  rpc=http://127.0.0.1:$port
  # A block a second as well as one a transaction: forge looks for a receipt at a new block, and may start to look after the last one.
  anvil --accounts 40 --gas-limit 60000000 --block-time 1 --mixed-mining --port "$port" --chain-id "$1" --silent &
  anvil_pid=$!
  # By its answer: npm's wrapper of cast exits with 0 also when cast fails.
  local give_up_at=$((SECONDS + 120))
  until [[ $(cast block-number --rpc-url "$rpc" 2>/dev/null) =~ ^[0-9]+$ ]]; do kill -0 "$anvil_pid"; ((SECONDS < give_up_at)); done
}
start_chain 31337

export DEPLOYMENT_FILE=$work/deployment.json
account() { cast wallet address --mnemonic "test test test test test test test test test test test junk" --mnemonic-index "$1"; }
deployer=$(account 0) operator=$(account 1) guardian=$(account 2) stranger=$(account 35)
voters="$(account 3) $(account 4) $(account 5)"

say() { printf '\033[1m--> %s\033[0m\n' "$1"; }
at() { node -p "require('$DEPLOYMENT_FILE').contracts.$1"; }
# as ADDRESS SCRIPT: broadcast with one of Anvil's unlocked accounts. One transaction at a time (--slow): sent all at once, Anvil
# sometimes loses one of them while it mines the one before, and forge waits for it forever. Hence the limit too.
as() { local sender=$1; shift; timeout 120 forge script "script/$1.s.sol" --rpc-url "$rpc" --broadcast --slow --unlocked --sender "$sender" >"$work/log" 2>&1 || { tail -c 3000 "$work/log"; return 1; }; }
# dry ADDRESS SCRIPT: simulate only
dry() { timeout 120 forge script "script/$2.s.sol" --rpc-url "$rpc" --sender "$1" >"$work/log" 2>&1 || { tail -c 3000 "$work/log"; return 1; }; }
refuses() { local what=$1; shift; if "$@" >/dev/null 2>&1; then echo "$what was not refused"; exit 1; fi; grep -q "$what" "$work/log" || { tail -c 3000 "$work/log"; exit 1; }; }
says() { grep -q -- "$1" "$work/log" || { tail -c 3000 "$work/log"; echo "missing: $1"; exit 1; }; }
wait_for() { cast rpc --rpc-url "$rpc" evm_increaseTime "$1" >/dev/null; cast rpc --rpc-url "$rpc" evm_mine >/dev/null; }
equal() { [[ $1 == "$2" ]] || { echo "expected $2, found $1 ($3)"; exit 1; }; }
view() { cast call --rpc-url "$rpc" "$@"; }
# carry SCRIPT: take the proposal that the environment describes from propose to execute
carry() {
  export PROPOSER=$operator
  ACTION=propose as "$operator" "$1"
  wait_for 6
  for voter in $voters; do ACTION=vote as "$voter" "$1"; done
  wait_for 61
  ACTION=queue as "$stranger" "$1"
  wait_for 6
  ACTION=execute as "$stranger" "$1"
  says "state: Executed"
  unset PROPOSER
}

say "deploy: a dry run writes nothing"
dry "$deployer" Deploy
says "a dry run"
[[ ! -e $DEPLOYMENT_FILE ]]
say "deploy, and not twice"
as "$deployer" Deploy
refuses DeployExistsAlready as "$deployer" Deploy
say "verify"
dry "$stranger" Verify
says "The deployment is what its config says."
as "$deployer" SeedLocal
wait_for 1

say "bonds"
AMOUNT=5000 dry "$operator" LockBond
equal "$(view "$(at labelEpochs)" 'bondOf(address)(uint256,uint256)' "$operator" | head -1)" 0 "a dry run locks nothing"
AMOUNT=5000 as "$operator" LockBond
ACTION=withdraw AMOUNT=500 as "$operator" LockBond
says "free: 4500"
AMOUNT=99999999 refuses LockBondTooFew as "$operator" LockBond

say "money from the treasury, by vote"
FROM=treasury AMOUNT=100000 BUDGET=5000 STREAM=1000 DAYS=30 carry FundPool
equal "$(view "$(at rewardDistributor)" 'epochBudget()(uint256)' | cut -d' ' -f1)" 5000000000000000000000 budget
AMOUNT=100 as "$(account 3)" FundPool
says "funded: 100100"

say "an epoch"
secret=$(cast keccak "a secret")
terms=$work/terms.toml
sed "s/^goldRoot = .*/goldRoot = \"$(cast keccak gold)\"/; s/^secretHash = .*/secretHash = \"$(cast keccak "$secret")\"/; s/^campaignHash = .*/campaignHash = \"$(cast keccak campaign)\"/" script/epochs/example.toml >"$terms"
TERMS=$terms refuses OpenEpochNotOperator as "$stranger" OpenEpoch
sed 's/^budget = .*/budget = "5001 ether"/' "$terms" >"$work/greedy.toml"
TERMS=$work/greedy.toml refuses OpenEpochBudgetTooHigh as "$operator" OpenEpoch
TERMS=$terms as "$operator" OpenEpoch
equal "$(view "$(at labelEpochs)" 'lastEpoch()(uint64)')" 1 "epochs"

say "a proposal that the guardian cancels"
export PROPOSAL=script/proposals/set-budget.toml PROPOSER=$operator
as "$operator" Propose
says "state: Pending"
ACTION=cancel as "$guardian" Propose
says "state: Canceled"
PROPOSER=$stranger ACTION=show refuses ProposerNoSuchProposal as "$stranger" Propose
PROPOSER=$stranger refuses ProposerTooFewVotes as "$stranger" Propose
unset PROPOSAL PROPOSER

say "a pause and a suspension"
ENTRY=openEpoch refuses PauseNotGuardian as "$operator" Pause
ENTRY=openEpoch HOURS=2 as "$guardian" Pause
TERMS=$terms refuses EntryPauseActive as "$operator" OpenEpoch
wait_for 7201
TERMS=$terms as "$operator" OpenEpoch
family=$(node -p "require('$DEPLOYMENT_FILE').family.familyId")
zero=0x0000000000000000000000000000000000000000000000000000000000000000
digest="($(cast keccak manifest),$(cast keccak weights),$zero,$zero,$zero,$zero)"
cast send --rpc-url "$rpc" --unlocked --from "$operator" "$(at modelRegistry)" \
  'register(bytes32,(bytes32,bytes32,bytes32,bytes32,bytes32,bytes32),bytes32[],string)' "$family" "$digest" '[]' '' >/dev/null
version=$(view "$(at modelRegistry)" 'versionIdOf(bytes32,(bytes32,bytes32,bytes32,bytes32,bytes32,bytes32))(bytes32)' "$family" "$digest")

say "the optimistic governor: on, used, off"
sed "s/0x0000000000000000000000000000000000000000/$operator/" script/proposals/optimistic-on.toml >"$work/on.toml"
PROPOSAL=$work/on.toml carry Propose
cat >"$work/activate.toml" <<TOML
description = "Serve the first version"
[[actions]]
target = "\$modelRegistry"
signature = "activate(bytes32)"
args = ["$version"]
TOML
export PROPOSAL=$work/activate.toml GOVERNOR=optimisticGovernor PROPOSER=$operator
as "$operator" Propose
wait_for 37
ACTION=execute as "$stranger" Propose
unset PROPOSAL GOVERNOR PROPOSER
equal "$(view "$(at modelRegistry)" 'activeVersion(bytes32)(bytes32)' "$family")" "$version" "active version"
refuses "VerifyFailed\|VerifyMismatch" dry "$stranger" Verify
sed "s/0x0000000000000000000000000000000000000000/$operator/" script/proposals/optimistic-off.toml >"$work/off.toml"
PROPOSAL=$work/off.toml carry Propose
dry "$stranger" Verify
VERSION=$version REASON="leaks prompts" as "$guardian" Pause
equal "$(view "$(at modelRegistry)" 'activeVersion(bytes32)(bytes32)' "$family")" "$zero" "active version after a suspension"

say "another referee"
as "$deployer" DeployReferee
referee=$(grep -o 'epochReferee: 0x[0-9a-fA-F]*' "$work/log" | cut -d' ' -f2)
sed "s/0x0000000000000000000000000000000000000000/$referee/" script/proposals/replace-referee.toml >"$work/referee.toml"
PROPOSAL=$work/referee.toml carry Propose
refuses VerifyFailed dry "$stranger" Verify
sed -i "s/$(at epochReferee)/$referee/" "$DEPLOYMENT_FILE"
dry "$stranger" Verify

say "another operator"
next=$(account 33)
sed "0,/0x0000000000000000000000000000000000000000/s//$next/; s/0x0000000000000000000000000000000000000000/$operator/" \
  script/proposals/rotate-operator.toml >"$work/rotate.toml"
PROPOSAL=$work/rotate.toml carry Propose
refuses "VerifyFailed" dry "$stranger" Verify
sed "s/^operator = .*/operator = \"$next\"/" script/config/anvil.toml >"$work/config.toml"
DEPLOY_CONFIG=$work/config.toml dry "$stranger" Verify

say "status"
ACCOUNT=$operator dry "$stranger" Status
says "OPERATOR: $next"
says "Epoch 2: open"
say "a public chain's config: refused as it is shipped, good when filled in"
kill "$anvil_pid"
start_chain 11155111
rm "$DEPLOYMENT_FILE"
refuses ConfigInvalid as "$deployer" Deploy
sed "s/^operator = \"[^\"]*\"/operator = \"$operator\"/; s/^trainer = \"[^\"]*\"/trainer = \"$operator\"/; s/^guardian = \"[^\"]*\"/guardian = \"$guardian\"/; s/^holders = .*/holders = [\"$operator\"]/; s/^amounts = .*/amounts = [1_000_000]/" \
  script/config/sepolia.toml >"$work/sepolia.toml"
export DEPLOY_CONFIG=$work/sepolia.toml
as "$deployer" Deploy
dry "$stranger" Verify
says "grant delay of REFEREE: 172800"
wait_for $((5 * 86400))
dry "$stranger" Verify
says "in force: 172800"

echo "every script did what docs/admin.md says"
