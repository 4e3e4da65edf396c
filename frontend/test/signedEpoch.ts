import { type Address, type Hex, keccak256, toBytes, zeroAddress, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { domainOf, preferenceHash, preferenceMessage, preferenceTypes, receiptTypes, sessionKeyTypes } from "../src/protocol/labels";
import type { Call, EpochTerms } from "../src/protocol/requests";
import type { ChainEpoch, Sources } from "../src/protocol/verification";
import type { KeptReceipt } from "../src/receipts";
import { type Bundle, fileOf } from "./bundle";
import { publish, terms as vectorTerms } from "./rewardsVector";

const account = (name: string) => privateKeyToAccount(keccak256(toBytes(name)));
const EPOCH = 7;
const SLOTS = 4;
const secret = keccak256(toBytes("secret"));
const blockHash = keccak256(toBytes("block"));
export const operator = account("operator");
export const wallets = ["one", "two", "three"].map((name) => account(`wallet ${name}`));
const keys = ["one", "two", "three"].map((name) => account(`key ${name}`));
const lower = (address: Address) => address.toLowerCase() as Address;

/** Everything shared, no gold. */
export const terms: EpochTerms = {
  ...vectorTerms,
  budget: 10n ** 20n,
  blockSlots: SLOTS,
  overlapSlots: SLOTS,
  goldSlots: 0,
  minOverlap: 2,
  minRoster: 2,
  goldBlocks: 0,
  goldRoot: zeroHash,
  secretHash: keccak256(secret),
};

/** Three labelers who answered four tasks, really signed. */
export async function signedBundle(): Promise<Bundle> {
  const bundle: Bundle = { chainId: 31337, verifyingContract: "0x5fbdb2315678afecb367f032d93f642f64180aa3", epoch: EPOCH, sessions: [], gold: [], seats: [] };
  const domain = domainOf(bundle.chainId, bundle.verifyingContract);
  const taskIds = Array.from({ length: SLOTS }, (_, slot) => keccak256(toBytes(`task ${slot}`)));
  for (const [seat, wallet] of wallets.entries()) {
    const key = keys[seat]!;
    const grant = { labeler: lower(wallet.address), sessionKey: lower(key.address), scope: "label", expiresAt: 1_900_000_000 };
    const message = { ...grant, expiresAt: BigInt(grant.expiresAt) };
    const signature = await wallet.signTypedData({ domain, types: sessionKeyTypes, primaryType: "SessionKeyAuthorization", message });
    bundle.sessions.push({ ...grant, signature });
    const answers = [];
    for (const [slot, taskId] of taskIds.entries()) {
      const choice = slot % 2;
      const preference = preferenceMessage({ epoch: EPOCH, block: 0, seat, slot, taskId, choice, labeler: grant.labeler });
      const signed = await key.signTypedData({ domain, types: preferenceTypes, primaryType: "Preference", message: preference });
      answers.push({ slot, choice, sessionKey: grant.sessionKey, signature: signed });
    }
    bundle.seats.push({ block: 0, seat, labeler: grant.labeler, taskIds, answers });
  }
  return bundle;
}

/** A receipt of the operator's for an answer of a seat. */
export async function receiptOf(bundle: Bundle, seat: number, slot: number, choice: number): Promise<KeptReceipt> {
  const { labeler, taskIds } = bundle.seats[seat]!;
  const place = { block: 0, seat, slot, taskId: taskIds[slot]!, choice, labeler };
  const message = { preferenceHash: preferenceHash({ ...place, epoch: EPOCH }), receivedAt: 1_800_000_000n };
  const domain = domainOf(bundle.chainId, bundle.verifyingContract);
  const signature = await operator.signTypedData({ domain, types: receiptTypes, primaryType: "Receipt", message });
  const receipt = { preferenceHash: message.preferenceHash, receivedAt: 1_800_000_000, signature };
  const { sessionKey, signature: own } = bundle.seats[seat]!.answers[0]!;
  return { ...place, epoch: EPOCH, chainId: bundle.chainId, contract: bundle.verifyingContract, sessionKey, signature: own, receipt };
}

const EMPTY: ChainEpoch = {
  status: 0,
  openedAt: 0,
  committedAt: 0,
  revealedAt: 0,
  proposedAt: 0,
  commitBlock: 0,
  operator: operator.address,
  blockCount: 0,
  challengeEndsAt: 0,
  labelsRoot: zeroHash,
  bundleHash: zeroHash,
  blockHash,
  secret: zeroHash,
  seed: zeroHash,
  payoutsRoot: zeroHash,
  accountCount: 0,
  totalCumulative: 0n,
  totalRaw: 0n,
  proposer: zeroAddress,
  proposerBond: 0n,
  challenger: zeroAddress,
  operatorBond: 0n,
};

/** Everything that a verification reads, with the payouts that the rule gives. */
export interface World extends Sources {
  number: number;
  bundle: Bundle;
  chain: ChainEpoch;
}

/** A chain on which the labels of `bundle` were committed and their payouts proposed, and a server that publishes all of it. */
export async function worldOf(bundle: Bundle, call: Call): Promise<World> {
  const { bytes, hash } = fileOf(bundle);
  const { seed } = await call({ method: "seed", secret, blockHash });
  await call({ method: "load", hash }, bytes);
  const labels = await call({ method: "labels" });
  const payouts = await call({ method: "payouts", terms, secret, seed, previous: [] });
  const chain: ChainEpoch = {
    ...EMPTY,
    status: 4,
    labelsRoot: labels.root,
    blockCount: labels.blockCount,
    bundleHash: hash,
    secret,
    seed,
    payoutsRoot: payouts.root,
    accountCount: payouts.leaves.length,
    totalCumulative: BigInt(payouts.totalCumulative),
    totalRaw: BigInt(payouts.totalRaw),
  };
  const published = publish(payouts.leaves);
  return {
    number: EPOCH,
    bundle,
    chain,
    chainId: bundle.chainId,
    labelEpochs: bundle.verifyingContract,
    epochOf: async (epoch) => (epoch === EPOCH ? chain : EMPTY),
    termsOf: async () => terms,
    approved: async () => ({ root: zeroHash, count: 0 }),
    isValidSignature: async () => false,
    file: async (wanted: Hex) => (wanted === hash ? bytes.slice() : null),
    payouts: async () => published,
    statement: async (_, account) => payouts.statements.find(({ labeler }) => labeler === lower(account)) ?? null,
    payout: async () => null,
    receipts: async () => [],
  };
}
