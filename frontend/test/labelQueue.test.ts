import { describe, expect, it } from "vitest";
import type { LabelTask, LeaseAnswer } from "../src/api/types";
import { EMPTY_QUEUE, addLease, answerFirst, dropExpired, putBack } from "../src/hooks/labelQueue";

const task = (slot: number, leasedUntil = "2026-01-01T00:10:00Z"): LabelTask => ({
  leaseId: `lease ${slot}`,
  leasedUntil,
  epoch: 1,
  block: 0,
  seat: 0,
  slot,
  taskId: "0x01",
  prompt: "",
  completionA: "",
  completionB: "",
});
const lease = (slots: number[], answered = 0): LeaseAnswer => ({
  seat: { epoch: 1, block: 0, seat: 0 },
  progress: { answered, total: 10 },
  tasks: slots.map((slot) => task(slot)),
});
const slots = (queue: typeof EMPTY_QUEUE) => queue.tasks.map(({ slot }) => slot);

describe("the labeler's queue", () => {
  it("puts new leases behind the task on screen", () => {
    const queue = addLease(addLease(EMPTY_QUEUE, lease([0, 1])), lease([1, 2, 3]));
    expect(slots(queue)).toEqual([0, 1, 2, 3]);
  });

  it("does not show an answered task again while its answer is on the way", () => {
    const queue = addLease(answerFirst(addLease(EMPTY_QUEUE, lease([0, 1]))), lease([0, 1, 2]));
    expect(slots(queue)).toEqual([1, 2]);
  });

  it("counts an answer at once and never counts backwards", () => {
    const queue = addLease(answerFirst(addLease(EMPTY_QUEUE, lease([0, 1], 4))), lease([1], 4));
    expect(queue.progress).toEqual({ answered: 5, total: 10 });
  });

  it("puts a refused answer back to the front", () => {
    const before = addLease(EMPTY_QUEUE, lease([0, 1], 4));
    const queue = putBack(answerFirst(before), before.tasks[0]!);
    expect(slots(queue)).toEqual([0, 1]);
    expect(queue.progress?.answered).toBe(4);
    expect(slots(addLease(queue, lease([0])))).toEqual([0, 1]);
  });

  it("keeps the answer of a task that came back, also when its lease is renewed", () => {
    const before = addLease(EMPTY_QUEUE, lease([0, 1]));
    const queue = addLease(putBack(answerFirst(before), { ...before.tasks[0]!, given: "b" }), lease([0, 1]));
    expect(queue.tasks.map(({ given }) => given)).toEqual(["b", undefined]);
  });

  it("is exhausted only when nothing is left and nothing came", () => {
    const one = addLease(EMPTY_QUEUE, lease([0]));
    expect(addLease(one, lease([])).exhausted).toBe(false);
    expect(addLease(answerFirst(one), lease([])).exhausted).toBe(true);
  });

  it("renews leases it knows and drops those that ended", () => {
    const queue = addLease(EMPTY_QUEUE, { ...lease([]), tasks: [task(0, "2026-01-01T00:01:00Z"), task(1)] });
    const now = Date.parse("2026-01-01T00:05:00Z");
    expect(slots(dropExpired(queue, now))).toEqual([1]);
    expect(slots(dropExpired(addLease(queue, lease([0])), now))).toEqual([0, 1]);
  });
});
