import { beforeEach, describe, expect, it, vi } from "vitest";
import { get } from "../src/api/client";
import { Problem } from "../src/api/problem";
import { createSession, currentSession, deleteSession, refreshSession } from "../src/api/session";
import { parseSessionKey } from "../src/hooks/useSessionKey";
import { waitForIndex } from "../src/hooks/useTransaction";

const session = (accessToken: string) => ({ accessToken, account: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", expiresAt: "2026-01-01T00:00:00Z" });
const answer = (status: number, body: unknown) => new Response(status === 204 ? null : JSON.stringify(body), { status });
const problem = { type: "about:blank", title: "Signed out", status: 401, detail: "Sign in again." };
const fetched = vi.fn<(path: string, init?: RequestInit) => Promise<Response>>();
const tokenOf = (init?: RequestInit) => (init?.headers as Record<string, string>).authorization;

beforeEach(async () => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  fetched.mockResolvedValueOnce(answer(204, null));
  await deleteSession();
  fetched.mockReset();
});

describe("the session", () => {
  it("renews an expired token once and repeats the request", async () => {
    fetched.mockResolvedValueOnce(answer(201, session("old")));
    await createSession("message", "0x");
    fetched.mockImplementation(async (path, init) =>
      path.endsWith("/refresh") ? answer(200, session("new")) : tokenOf(init) === "Bearer new" ? answer(200, { ok: true }) : answer(401, problem),
    );
    expect(await get("/me")).toEqual({ ok: true });
    expect(currentSession()?.accessToken).toBe("new");
  });

  it("shares one renewal between requests that fail together", async () => {
    fetched.mockImplementation(async () => answer(200, session("new")));
    await Promise.all([refreshSession(), refreshSession(), refreshSession()]);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it("ends when it cannot be renewed", async () => {
    fetched.mockResolvedValueOnce(answer(201, session("old")));
    await createSession("message", "0x");
    fetched.mockImplementation(async () => answer(401, problem));
    await expect(get("/me")).rejects.toThrow("Sign in again.");
    expect(currentSession()).toBeNull();
  });

  it("does not try to renew what was never there", async () => {
    fetched.mockImplementation(async () => answer(401, problem));
    await expect(get("/me")).rejects.toBeInstanceOf(Problem);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it("says so when the server cannot be reached", async () => {
    fetched.mockRejectedValue(new TypeError("network"));
    await expect(get("/status")).rejects.toMatchObject({ status: 0, message: expect.stringContaining("running") });
  });
});

describe("a stored session key", () => {
  const stored = JSON.stringify({ privateKey: "0x01", sessionKey: "0x02", expiresAt: 1_000 });
  it("is used until shortly before it expires", () => {
    expect(parseSessionKey(stored, 900)).not.toBeNull();
    expect(parseSessionKey(stored, 950)).toBeNull();
    expect(parseSessionKey(null, 0)).toBeNull();
  });
});

describe("waiting for the index", () => {
  const late = () => new Problem(503, "Service Unavailable", "Block 9 is not indexed yet.", "urn:polity:problem:not-indexed-yet");

  it("asks for the transaction's block until the server has it", async () => {
    vi.useFakeTimers();
    const paths: string[] = [];
    const waiting = waitForIndex(9n, async (path) => {
      if (paths.push(path) < 3) throw late();
    });
    await vi.advanceTimersByTimeAsync(2_000);
    await waiting;
    expect(paths).toEqual(Array(3).fill("/treasury?min_block=9"));
    vi.useRealTimers();
  });

  it("gives up on other problems at once", async () => {
    const broken = new Problem(500, "Internal Server Error", undefined);
    await expect(waitForIndex(9n, () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
