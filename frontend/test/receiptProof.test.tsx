import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { type Address, decodeFunctionData, encodeFunctionData, getAddress } from "viem";
import { afterEach, expect, it, vi } from "vitest";
import { ReceiptProof } from "../src/components/verify/ReceiptProof";
import type { PublicConfig } from "../src/config";
import { epochRefereeAbi } from "../src/contracts/epochRefereeAbi";
import { ConfigContext } from "../src/hooks/useConfig";
import type { Call } from "../src/hooks/useTransaction";
import type { BrokenReceipt } from "../src/protocol/verification";
import { fileOf } from "./bundle";
import { openCall } from "./protocolModule";
import { bundleOf, vector } from "./rewardsVector";

const run = vi.hoisted(() => vi.fn<(call: Call) => void>());
vi.mock("../src/hooks/useTransaction", () => ({ useTransaction: () => ({ run, busy: false, state: { step: "idle" } }) }));
afterEach(cleanup);

it("sends a broken receipt as the referee contract takes it", async () => {
  const bundle = bundleOf();
  const { bytes, hash } = fileOf(bundle);
  const call = openCall();
  await call({ method: "load", hash }, bytes);
  const { answers, taskIds, ...sat } = bundle.seats[0]!;
  const [answer] = answers;
  const place = { ...sat, slot: answer!.slot, taskId: taskIds[0]!, choice: 1 - answer!.choice };
  const receipt = { preferenceHash: `0x${"01".repeat(32)}`, receivedAt: 1_800_000_000, signature: `0x${"02".repeat(64)}1b` } as const;
  const kept = { ...place, ...answer!, choice: place.choice, epoch: bundle.epoch, chainId: bundle.chainId, contract: bundle.verifyingContract, receipt };
  const found = await call({ method: "receipt", preference: { ...place, epoch: bundle.epoch }, receivedAt: receipt.receivedAt, signature: receipt.signature });
  const { word, ...path } = found.opening;
  const broken: BrokenReceipt = { kept, opening: { ...path, word: { ...word, answers: BigInt(word.answers), valid: BigInt(word.valid) } } };
  const epochReferee: Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
  const config = { contracts: { epochReferee } as PublicConfig["contracts"] } as PublicConfig;
  render(
    <ConfigContext value={config}>
      <ReceiptProof broken={broken} />
    </ConfigContext>,
  );
  fireEvent.click(screen.getByRole("button", { name: "Send the proof" }));

  const { address, functionName, args } = run.mock.calls[0]![0];
  expect([address, functionName]).toEqual([epochReferee, "disproveReceipt"]);
  const data = encodeFunctionData({ abi: epochRefereeAbi, functionName: "disproveReceipt", args: args as never });
  const [preference, receivedAt, signature, label] = decodeFunctionData({ abi: epochRefereeAbi, data }).args as never as [object, bigint, string, object];
  const { block, seat, slot, taskId, labeler, choice } = kept;
  expect(preference).toEqual({ epoch: BigInt(vector.epoch), blockIndex: block, seat, slot, taskId, labeler: getAddress(labeler), choice });
  expect([receivedAt, signature]).toEqual([1_800_000_000n, receipt.signature]);
  expect(label).toEqual({ ...broken.opening, word: { ...broken.opening.word, labeler: getAddress(word.labeler) } });
});
