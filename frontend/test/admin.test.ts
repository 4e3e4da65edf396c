import { describe, expect, it } from "vitest";
import { campaignRequest } from "../src/components/admin/CampaignForm";
import { runRequest } from "../src/components/admin/RunForm";
import { parseAmount } from "../src/components/earnings/StakeCard";

describe("requests of operators", () => {
  const fields = { epochs: "1, 3", params: '{"reward": {"epochs": 1}, "ppo": {"steps": 2}, "prompts": []}', seed: "7", deterministic: true };

  it("start a run with the preset's parameters and nothing else of it", () => {
    expect(runRequest(4, fields)).toEqual({
      body: { campaignId: 4, epochs: [1, 3], reward: { epochs: 1 }, ppo: { steps: 2 }, seed: 7, profile: "cpu-deterministic" },
    });
  });

  it("say which field is wrong", () => {
    expect(runRequest(4, { ...fields, epochs: "one" })).toEqual({ errors: { epochs: expect.stringContaining("numbers") } });
    expect(runRequest(4, { ...fields, params: "{" })).toEqual({ errors: { params: "This is not JSON." } });
    expect(runRequest(4, { ...fields, params: "{}", seed: "" })).toEqual({
      errors: { params: expect.stringContaining("one of the keys"), seed: expect.stringContaining("whole number") },
    });
    expect(runRequest(4, { ...fields, params: '{"ppo": {}}' })).toEqual({ errors: { params: expect.stringContaining("needs the key reward") } });
    expect(runRequest(4, { ...fields, params: '{"dpo": {}, "reward": {}}' })).toEqual({ errors: { params: expect.stringContaining("Leave reward out") } });
  });

  it("start a run without a reward model", () => {
    expect(runRequest(4, { ...fields, params: '{"dpo": {"beta": 0.1}, "precision": "bfloat16"}' })).toEqual({
      body: { campaignId: 4, epochs: [1, 3], dpo: { beta: 0.1 }, precision: "bfloat16", seed: 7, profile: "cpu-deterministic" },
    });
  });

  it("create a campaign with amounts in wei and one prompt a line", () => {
    const text = { name: " Q ", guidelines: "g", prompts: "one\n\n two \n", minimumStake: "100", budget: "10000", basePay: "0.1", alphaPay: "0.4" };
    const numbers = { blockSlots: "96", overlapSlots: "64", goldSlots: "8", minOverlap: "48", minRoster: "12", maxSeats: "16" };
    const sampling = { completionsPerPrompt: "2", maxTokens: "64", temperature: "0.7", seed: "1" };
    const request = campaignRequest({ ...text, ...numbers, ...sampling }, "0x01");
    expect(request).toMatchObject({ name: "Q", familyId: "0x01", minimumStake: "100000000000000000000", prompts: ["one", "two"] });
    expect(request.terms).toMatchObject({ basePay: "100000000000000000", blockSlots: 96, goldSlots: 8 });
    expect(request.sampling.temperature).toBe(0.7);
  });
});

describe("amounts that people type", () => {
  it("are taken exactly or not at all", () => {
    expect(parseAmount("1.5")).toBe(1_500_000_000_000_000_000n);
    expect(parseAmount("0.000000000000000001")).toBe(1n);
    for (const text of ["", "1,5", "-1", "1e18", "0.0000000000000000001"]) expect(parseAmount(text)).toBeNull();
  });
});
