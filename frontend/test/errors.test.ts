import { ContractFunctionExecutionError, ContractFunctionRevertedError, UserRejectedRequestError, encodeErrorResult } from "viem";
import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import { governanceTokenAbi } from "../src/contracts/governanceTokenAbi";
import { stakingPoolAbi } from "../src/contracts/stakingPoolAbi";
import { describeError, isRefusal } from "../src/errors";

const account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const reverted = (data: `0x${string}`) =>
  new ContractFunctionExecutionError(new ContractFunctionRevertedError({ abi: governanceTokenAbi, data, functionName: "transfer" }), {
    abi: governanceTokenAbi,
    functionName: "transfer",
    args: [account, 1n],
  });

describe("errors as people read them", () => {
  it("explains the contracts' own errors with their amounts", () => {
    const data = encodeErrorResult({ abi: governanceTokenAbi, errorName: "GovernanceTokenLocked", args: [account, 10n ** 18n, 5n * 10n ** 18n] });
    expect(describeError(reverted(data))).toBe("Only 1 POL of your balance is unlocked; this needs 5 POL.");
  });

  it("says until when a guardian has paused something", () => {
    const data = encodeErrorResult({ abi: stakingPoolAbi, errorName: "EntryPauseActive", args: ["0x12345678", 1_800_000_000] });
    const paused = new ContractFunctionRevertedError({ abi: stakingPoolAbi, data, functionName: "onLocked" });
    const error = new ContractFunctionExecutionError(paused, { abi: stakingPoolAbi, functionName: "withdraw", args: [] });
    expect(describeError(error)).toMatch(/^A guardian has paused this until .*2027/);
  });

  it("names an error it has no words for", () => {
    const data = encodeErrorResult({ abi: governanceTokenAbi, errorName: "GovernanceTokenZeroAmount" });
    expect(describeError(reverted(data))).toBe("The contract refused: governance token zero amount. Nothing was sent.");
  });

  it("passes on what the server says", () => expect(describeError(new Problem(403, "Forbidden", "Stake 100 POL more."))).toBe("Stake 100 POL more."));

  it("tells a refusal in the wallet from an error", () => {
    expect(isRefusal(new UserRejectedRequestError(new Error("no")))).toBe(true);
    expect(isRefusal(Object.assign(new Error("no"), { code: 4001 }))).toBe(true);
    expect(isRefusal(new Error("no"))).toBe(false);
  });
});
