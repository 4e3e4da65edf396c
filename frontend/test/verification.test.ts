import { type Address, keccak256, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { type BrokenReceipt, Skip, type Sources, verification } from "../src/protocol/verification";
import { type Bundle, fileOf } from "./bundle";
import { openCall } from "./protocolModule";
import { receiptOf, signedBundle, type World, wallets, worldOf } from "./signedEpoch";

const account = wallets[0]!.address;

interface Outcome {
  /** passed, failed or skipped, by title. */
  states: Record<string, string>;
  details: Record<string, string>;
  failed: string[];
  broken: BrokenReceipt | null;
}

/** Runs all steps as the page does. */
async function verify(world: World, changes: Partial<Sources> = {}): Promise<Outcome> {
  const outcome: Outcome = { states: {}, details: {}, failed: [], broken: null };
  const steps = verification(world.number, account, { ...world, ...changes }, openCall(), (broken) => (outcome.broken = broken));
  for (const { title, run } of steps) {
    try {
      const { ok, detail } = await run(() => undefined);
      outcome.states[title] = ok ? "passed" : "failed";
      outcome.details[title] = detail;
    } catch (error) {
      outcome.states[title] = error instanceof Skip ? "skipped" : "failed";
      outcome.details[title] = (error as Error).message;
    }
    if (outcome.states[title] === "failed") outcome.failed.push(`${title}: ${outcome.details[title]}`);
  }
  return outcome;
}

const world = worldOf(await signedBundle(), openCall());
/** The same, with a changed file that the chain committed to. */
async function withBundle(change: (bundle: Bundle) => void): Promise<Outcome> {
  const base = await world;
  const bundle = structuredClone(base.bundle);
  change(bundle);
  const { bytes, hash } = fileOf(bundle);
  return verify(base, { epochOf: async () => ({ ...base.chain, bundleHash: hash }), file: async () => bytes });
}

describe("verifying an epoch", () => {
  it("finds nothing wrong with what the rule gives", async () => {
    const { states, failed } = await verify(await world);
    expect(failed).toEqual([]);
    const skipped = Object.keys(states).filter((title) => states[title] === "skipped");
    expect(skipped).toEqual(["This account's claim is proven"]);
  });

  it("notices a file whose bytes are not those committed", async () => {
    const base = await world;
    const bytes = fileOf(base.bundle).bytes;
    bytes[bytes.length - 20]! ^= 1;
    const { states } = await verify(base, { file: async () => bytes });
    expect(states["The label file is the one committed"]).toBe("failed");
    expect(states["All labels add up to the root on the chain"]).toBe("skipped");
    expect(states["Every account gets what the rule gives"]).toBe("skipped");
  });

  it("notices a file of another epoch, contract or chain", async () => {
    for (const change of [{ epoch: 8 }, { chainId: 1 }, { verifyingContract: account.toLowerCase() }]) {
      const { failed } = await withBundle((bundle) => Object.assign(bundle, change));
      expect(failed[0]).toContain("It belongs to epoch");
    }
  });

  it("names an answer that its key did not sign, and what it changes", async () => {
    const { failed } = await withBundle(({ seats }) => (seats[0]!.answers[1]!.choice = 0));
    expect(failed.join("\n")).toMatch(/All labels add up.*The root is/);
    expect(failed.join("\n")).toMatch(/keys signed its answers: .*slot 1: the session key did not sign it/);
    expect(failed.join("\n")).toMatch(/Every account gets.*by the rule it/);
  });

  it("names a wallet that did not authorise the key", async () => {
    const { states, details } = await withBundle(({ sessions }) => sessions[2]!.expiresAt++);
    expect(states["This account's keys signed its answers"]).toBe("passed");
    expect(details["Every wallet and key signed"]).toMatch(/The wallet 0x.* did not authorise the session key/);
  });

  it("asks the chain about a contract wallet", async () => {
    const base = await world;
    const bundle = structuredClone(base.bundle);
    Object.assign(bundle.sessions[1]!, { signature: "0x1234", verifiedBlock: 5 });
    const { bytes, hash } = fileOf(bundle);
    const changes = { epochOf: async () => ({ ...base.chain, bundleHash: hash }), file: async () => bytes };
    const asked: Address[] = [];
    const isValidSignature = async ({ labeler, verifiedBlock }: { labeler: Address; verifiedBlock: number }) => {
      asked.push(labeler);
      return verifiedBlock === 5;
    };
    expect((await verify(base, { ...changes, isValidSignature })).failed).toEqual([]);
    expect(asked).toEqual([bundle.sessions[1]!.labeler]);
    expect((await verify(base, changes)).failed).toEqual([expect.stringContaining("had not authorised")]);
  });

  it("notices another secret, another seed, and a secret that was not committed to", async () => {
    const base = await world;
    const step = "The seed comes from the committed secret";
    for (const change of [{ secret: keccak256("0x01") }, { seed: keccak256("0x01") }, { blockHash: keccak256("0x01") }]) {
      expect((await verify(base, { epochOf: async () => ({ ...base.chain, ...change }) })).states[step]).toBe("failed");
    }
  });

  it("notices that a block's shared tasks differ", async () => {
    const { failed } = await withBundle(({ seats }) => (seats[1]!.taskIds = [...seats[1]!.taskIds].reverse()));
    expect(failed.join("\n")).toMatch(/dealt by the secret: .*the overlap differs/);
  });

  it("says whom a wrong payouts root pays wrongly", async () => {
    const base = await world;
    const call = openCall();
    const right = (await base.payouts(base.number))!;
    const propose = async (change: (leaves: typeof right) => typeof right) => {
      const published = change(right.map((leaf) => ({ ...leaf })));
      const leaves = published.map(({ account, cumulative, runningTotal, position, raw, runningRaw }) => ({ account, cumulative, runningTotal, rawPay: { position, raw, runningRaw } }));
      const { root } = await call({ method: "payoutsTree", leaves });
      const { details } = await verify(base, { epochOf: async (n) => (n === base.number ? { ...base.chain, payoutsRoot: root } : base.epochOf(n)), payouts: async () => published });
      return details["Every account gets what the rule gives"];
    };
    const set = (i: number, change: object) => (leaves: typeof right) => leaves.map((leaf, k) => (k === i ? { ...leaf, ...change } : leaf));
    expect(await propose(set(1, { cumulative: "1000000000000000000" }))).toMatch(/By the proposed payouts .* has earned 1 POL in all; by the rule it has earned/);
    expect(await propose(set(1, { raw: "1" }))).toMatch(/raw pay/);
    expect(await propose(set(1, { position: 0 }))).toMatch(/did not label; by the rule it labeled at position/);
    expect(await propose(set(1, { runningTotal: "1" }))).toMatch(/of others; by the rule/);
    expect(await propose((leaves) => leaves.slice(1))).toMatch(/is left out/);
    expect(await propose((leaves) => [...leaves, { ...leaves[0]!, account: "0xffffffffffffffffffffffffffffffffffffffff" }])).toMatch(/is given something/);
    expect(await propose((leaves) => [leaves[1]!, leaves[0]!, leaves[2]!])).toMatch(/not sorted/);
    expect(await propose((leaves) => [...leaves, leaves[2]!])).toMatch(/twice/);
  });

  it("says so when nobody published the payouts behind a wrong root", async () => {
    const base = await world;
    const epochOf = async (n: number) => (n === base.number ? { ...base.chain, payoutsRoot: keccak256("0x01") } : base.epochOf(n));
    const step = "Every account gets what the rule gives";
    expect((await verify(base, { epochOf, payouts: async () => null })).details[step]).toMatch(/are not published/);
    expect((await verify(base, { epochOf })).details[step]).toMatch(/do not lead to that root/);
  });

  it("goes on from the payouts approved last, and only from those", async () => {
    const base = await world;
    const before = { account: account.toLowerCase() as Address, cumulative: "5", runningTotal: "0", rawPay: { position: 0, raw: "0", runningRaw: "0" } };
    const { root } = await openCall()({ method: "payoutsTree", leaves: [before] });
    const accepted = { ...base.chain, status: 5, payoutsRoot: root };
    const { rawPay, ...leaf } = before;
    const changes: Partial<Sources> = {
      epochOf: async (n) => (n === base.number ? base.chain : n === 3 ? accepted : { ...base.chain, status: 6 }),
      payouts: async (n) => (n === 3 ? [{ ...leaf, ...rawPay, rawPayHash: zeroHash, index: 0 }] : base.payouts(n)),
    };
    const { details, states } = await verify(base, changes);
    expect(states["The payouts approved before are known"]).toBe("passed");
    expect(details["Every account gets what the rule gives"]).toMatch(/by the rule it has earned 33\.333333333333333338 POL/);
    const other = await verify(base, { ...changes, payouts: base.payouts });
    expect(other.states["The payouts approved before are known"]).toBe("failed");
    expect(other.states["Every account gets what the rule gives"]).toBe("skipped");
  });

  it("names the first wrong number of a published statement", async () => {
    const base = await world;
    const right = (await base.statement(base.number, account))!;
    const step = "This account's statement is right";
    const said = async (change: object) => (await verify(base, { statement: async () => ({ ...right, ...change }) })).details[step];
    expect(await said({ pay: "1" })).toMatch(/statement pay is 1; it should be \d+/);
    expect(await said({ reason: "noSeed" })).toMatch(/the reason is noSeed; it should be scored/);
    expect(await said({ m1: [[9, 0], [0, 1]] })).toMatch(/the counts of the first half is/);
  });
});

describe("receipts kept in this browser", () => {
  const step = "No receipted answer was left out";

  it("finds published answers, and opens the labels where the operator broke its word", async () => {
    const base = await world;
    const kept = await Promise.all([receiptOf(base.bundle, 0, 0, 0), receiptOf(base.bundle, 0, 1, 1)]);
    const fine = await verify(base, { receipts: async () => kept });
    expect([fine.states[step], fine.broken]).toEqual(["passed", null]);

    const altered = await receiptOf(base.bundle, 0, 1, 0);
    const { details, broken } = await verify(base, { receipts: async () => [...kept, altered] });
    expect(details[step]).toMatch(/to slot 1, but the file has another one or none/);
    expect(broken).toMatchObject({ kept: altered, opening: { position: 0, word: { labeler: base.bundle.seats[0]!.labeler } } });
    expect(broken!.opening.proof).toHaveLength(5);
  });

  it("offers no proof once labels can no longer be disproved, nor for a receipt that the operator did not sign", async () => {
    const base = await world;
    const altered = await receiptOf(base.bundle, 0, 1, 0);
    const late = await verify(base, { receipts: async () => [altered], epochOf: async (n) => (n === base.number ? { ...base.chain, status: 5 } : base.epochOf(n)) });
    expect([late.states[step], late.broken]).toEqual(["failed", null]);
    const forged = { ...altered, receipt: { ...altered.receipt, receivedAt: 1 } };
    const other = await verify(base, { receipts: async () => [forged] });
    expect(other.broken).toBeNull();
  });

  it("does not look beyond what is known yet", async () => {
    const base = await world;
    const open = { ...base.chain, status: 1, bundleHash: zeroHash, labelsRoot: zeroHash, payoutsRoot: zeroHash, seed: zeroHash };
    const { states } = await verify(base, { epochOf: async () => open });
    expect(new Set(Object.values(states))).toEqual(new Set(["passed", "skipped"]));
  });
});
