import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cleanup, render, screen } from "@testing-library/react";
import { type Abi, toFunctionSelector } from "viem";
import { afterEach, describe, expect, it } from "vitest";
import { PauseNotice } from "../src/components/layout/Pauses";
import { ViolationNotice } from "../src/components/layout/Violation";
import { PAUSABLE } from "../src/hooks/usePauses";

afterEach(cleanup);
const now = Date.parse("2026-01-01T12:00:00Z");

describe("pauses", () => {
  it.each(PAUSABLE)("know $contract.$name by its selector", ({ contract, name, selector }) => {
    const file = `${contract[0]!.toUpperCase()}${contract.slice(1)}.json`;
    const abi = JSON.parse(readFileSync(join(import.meta.dirname, "../../contracts/abi", file), "utf8")) as Abi;
    const [entry] = abi.filter((item) => item.type === "function" && item.name === name);
    expect(entry?.type === "function" && toFunctionSelector(entry)).toBe(selector);
    expect(abi).toContainEqual(expect.objectContaining({ type: "function", name: "pausedUntil" }));
  });

  it("are told with their end", () => {
    render(<PauseNotice pauses={[{ what: "New stakes", until: now / 1000 + 7_200 }]} now={now} />);
    expect(screen.getByRole("listitem").textContent).toContain("New stakes: works again in 2 hours");
  });

  it("are not mentioned when they are over", () => {
    const { container } = render(<PauseNotice pauses={[{ what: "New stakes", until: now / 1000 }]} now={now} />);
    expect(container.textContent).toBe("");
  });
});

describe("a replaced final block", () => {
  it("is told on top of every page until the operator has looked at it", () => {
    const { rerender, container } = render(<ViolationNotice violation="Block 7 was finalized and then replaced." />);
    expect(screen.getByRole("alert").textContent).toContain("Block 7 was finalized");
    rerender(<ViolationNotice violation={null} />);
    expect(container.textContent).toBe("");
  });
});
