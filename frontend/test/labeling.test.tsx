import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { type Address, type Hex, verifyTypedData } from "viem";
import { generatePrivateKey, privateKeyToAccount, privateKeyToAddress } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PublicConfig } from "../src/config";
import { ConfigContext } from "../src/hooks/useConfig";
import { useLabeling } from "../src/hooks/useLabeling";
import { domainOf, preferenceHash, preferenceMessage, preferenceTypes, receiptTypes, taskId } from "../src/protocol/labels";

const operatorKey = generatePrivateKey();
vi.mock("../src/hooks/useOperator", () => ({ useOperator: () => async () => privateKeyToAddress(operatorKey) }));

const contract: Address = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const labeler: Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const config = { chainId: 31337, contracts: { labelEpochs: contract } } as PublicConfig;
const privateKey = generatePrivateKey();
const key = { privateKey, sessionKey: privateKeyToAddress(privateKey), expiresAt: 2_000_000_000 };

type Sent = { epoch: number; block: number; seat: number; slot: number; taskId: Hex; choice: number; labeler: Address; signature: Hex };
let sent: Sent[];
/** Signatures of all answers that were asked to be saved, also of those that were refused. */
let signatures: { slot: number; choice: number; signature: Hex }[];
/** Who signs the receipts. */
let signer: Hex;
let refuse: { status: number; type?: string; title: string; detail: string } | null;
/** What was changed in the tasks that are shown after they were named. */
let shown: object;
const TOTAL = 6;
const version: Hex = `0x${"07".repeat(32)}`;

const task = (slot: number) => ({
  leaseId: `lease ${slot}`,
  leasedUntil: "2999-01-01T00:00:00Z",
  epoch: 3,
  block: 0,
  seat: 1,
  slot,
  taskId: taskId(`prompt ${slot}`, "a", "b", version),
  prompt: `prompt ${slot}`,
  completionA: "a",
  completionB: "b",
});

/** A server with six tasks that keeps what it is sent. */
async function serve(path: string, init?: RequestInit): Promise<Response> {
  const body = JSON.parse(String(init?.body ?? "{}")) as { count: number } & Sent;
  if (path.endsWith("/leases")) {
    const open = Array.from({ length: TOTAL }, (_, slot) => slot).filter((slot) => !sent.some((answer) => answer.slot === slot));
    return Response.json({ seat: { epoch: 3, block: 0, seat: 1 }, progress: { answered: sent.length, total: TOTAL }, tasks: open.slice(0, body.count).map((slot) => ({ ...task(slot), ...shown })) });
  }
  if (path.endsWith("/models")) return Response.json([{ versions: [{ versionId: `0x${"01".repeat(32)}` }, { versionId: version }] }]);
  signatures.push({ slot: body.slot, choice: body.choice, signature: body.signature });
  if (refuse !== null) return Response.json(refuse, { status: refuse.status });
  sent.push(body);
  const message = { preferenceHash: preferenceHash(body), receivedAt: 1n };
  const signature = await privateKeyToAccount(signer).signTypedData({ domain: domainOf(31337, contract), types: receiptTypes, primaryType: "Receipt", message });
  return Response.json({ receipt: { ...message, receivedAt: 1, signature } }, { status: 201 });
}

const wrapper = ({ children }: { children: ReactNode }) => (
  <ConfigContext value={config}>
    <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
  </ConfigContext>
);
const start = async () => {
  const { result } = renderHook(() => useLabeling(3, labeler, key), { wrapper });
  await waitFor(() => expect(result.current.task).toBeDefined());
  return result;
};

beforeEach(() => {
  sent = [];
  signatures = [];
  window.sessionStorage.clear();
  refuse = null;
  shown = {};
  signer = operatorKey;
  vi.stubGlobal("fetch", vi.fn(serve));
});
afterEach(() => vi.unstubAllGlobals());

describe("labeling", () => {
  it("signs each answer with the session key, for the task that was shown", async () => {
    const result = await start();
    await act(() => result.current.answer("b"));
    const [answer] = sent;
    expect(answer).toMatchObject({ epoch: 3, block: 0, seat: 1, slot: 0, choice: 1, labeler });
    const signed = await verifyTypedData({
      address: key.sessionKey,
      domain: domainOf(31337, contract),
      types: preferenceTypes,
      primaryType: "Preference",
      message: preferenceMessage(answer!),
      signature: answer!.signature,
    });
    expect(signed).toBe(true);
    expect(result.current.saved?.choice).toBe("b");
  });

  it.each(["prompt", "completionA", "completionB"])("shows no task whose %s is another than the name to be signed says", async (text) => {
    shown = { [text]: "something else" };
    const { result } = renderHook(() => useLabeling(3, labeler, key), { wrapper });
    await waitFor(() => expect(result.current.error).toMatchObject({ message: expect.stringContaining("other texts") }));
    expect(result.current.task).toBeUndefined();
  });

  it("shows the next task before the answer has arrived", async () => {
    const result = await start();
    act(() => void result.current.answer("a"));
    expect(result.current.task?.slot).toBe(1);
    expect(result.current.sending).toBe(1);
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it("goes through all tasks once and then says that it is done", async () => {
    const result = await start();
    for (let i = 0; i < TOTAL; i++) {
      await waitFor(() => expect(result.current.task).toBeDefined());
      await act(() => result.current.answer("tie"));
    }
    await waitFor(() => expect(result.current.queue.exhausted).toBe(true));
    expect(sent.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(result.current.queue.progress).toEqual({ answered: TOTAL, total: TOTAL });
  });

  it("brings a refused answer back with the server's reason", async () => {
    const result = await start();
    refuse = { status: 409, title: "Closed", detail: "Epoch 3 takes no more answers." };
    await act(() => result.current.answer("a"));
    expect(result.current.task?.slot).toBe(0);
    expect(result.current.error).toMatchObject({ message: "Epoch 3 takes no more answers." });
    expect(result.current.saved).toBeNull();
  });

  it("never signs a second answer to a task: what is sent again is the first one", async () => {
    const result = await start();
    refuse = { status: 409, title: "Closed", detail: "Epoch 3 takes no more answers." };
    await act(() => result.current.answer("a"));
    expect(result.current.task).toMatchObject({ slot: 0, given: "a" });
    refuse = null;
    await act(() => result.current.answer("b"));
    expect(signatures.map(({ slot, choice }) => [slot, choice])).toEqual([[0, 0], [0, 0]]);
    expect(signatures[0]!.signature).toBe(signatures[1]!.signature);
    expect(result.current.saved?.choice).toBe("a");
    expect(result.current.error).toBeNull();
  });

  it("remembers after a reload which answers were given", async () => {
    const result = await start();
    refuse = { status: 409, title: "Closed", detail: "Epoch 3 takes no more answers." };
    await act(() => result.current.answer("tie"));
    const reloaded = await start();
    expect(reloaded.current.task).toMatchObject({ slot: 0, given: "tie" });
    expect(reloaded.current.queue.tasks[1]).not.toHaveProperty("given");
  });

  it("keeps no receipt that somebody else than the epoch's operator signed, and says so", async () => {
    const result = await start();
    signer = generatePrivateKey();
    await act(() => result.current.answer("a"));
    expect(result.current.saved).toBeNull();
    expect(result.current.error).toMatchObject({ message: expect.stringContaining("not signed by the operator") });
  });

  it("does not bring back a task that was answered in another tab", async () => {
    const result = await start();
    refuse = { status: 409, type: "urn:polity:problem:already-answered", title: "Conflict", detail: "The slot was answered with 0." };
    await act(() => result.current.answer("b"));
    expect(result.current.task?.slot).toBe(1);
    expect(result.current.error).toMatchObject({ message: "The slot was answered with 0." });
  });
});
