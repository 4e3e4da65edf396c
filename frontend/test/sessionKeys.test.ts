import { describe, expect, it } from "vitest";
import { stateOfKey } from "../src/hooks/useSessionKeys";

const now = Date.parse("2026-01-01T12:00:00Z");
const expiresAt = now / 1000 + 60;

describe("a session key", () => {
  it("is valid until it expires", () => {
    expect(stateOfKey({ expiresAt, revokedAt: null }, now)).toBe("valid");
    expect(stateOfKey({ expiresAt, revokedAt: null }, now + 60_000)).toBe("expired");
  });

  it("stays revoked after it would have expired", () => {
    expect(stateOfKey({ expiresAt, revokedAt: "2026-01-01T11:00:00Z" }, now)).toBe("revoked");
    expect(stateOfKey({ expiresAt, revokedAt: "2026-01-01T11:00:00Z" }, now + 60_000)).toBe("revoked");
  });
});
