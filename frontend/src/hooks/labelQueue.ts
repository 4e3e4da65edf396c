import type { LabelTask, LeaseAnswer } from "../api/types";
import type { Choice } from "../protocol/labels";

/** A task on the desk; `given` when it was answered before, and the answer has yet to reach the server. */
export type DeskTask = LabelTask & { given?: Choice };

/** What is on the desk of a labeler: the task shown first, then those fetched ahead. */
export interface LabelQueue {
  tasks: DeskTask[];
  /** Slots answered in this visit, so that a lease renewed meanwhile does not bring them back. */
  answered: ReadonlySet<string>;
  progress: LeaseAnswer["progress"] | null;
  seat: LeaseAnswer["seat"] | null;
  /** The server had nothing more to lease. */
  exhausted: boolean;
}

export const EMPTY_QUEUE: LabelQueue = { tasks: [], answered: new Set(), progress: null, seat: null, exhausted: false };

const slotKey = ({ block, slot }: { block: number; slot: number }): string => `${block}:${slot}`;

/** Adds leased tasks behind those already there; renews the leases of tasks that are known. */
export function addLease(queue: LabelQueue, lease: Omit<LeaseAnswer, "tasks"> & { tasks: DeskTask[] }): LabelQueue {
  const fresh = new Map(lease.tasks.map((task) => [slotKey(task), task]));
  const kept = queue.tasks.map((task) => ({ ...task, ...fresh.get(slotKey(task)) }));
  const known = new Set([...queue.answered, ...kept.map(slotKey)]);
  const added = lease.tasks.filter((task) => !known.has(slotKey(task)));
  return {
    ...queue,
    tasks: [...kept, ...added],
    seat: lease.seat,
    progress: mergeProgress(queue.progress, lease.progress),
    exhausted: added.length === 0 && kept.length === 0,
  };
}

/** Answers still on their way are counted here before the server counts them; progress never runs backwards. */
function mergeProgress(shown: LabelQueue["progress"], told: LeaseAnswer["progress"]): LeaseAnswer["progress"] {
  return { total: told.total, answered: Math.max(told.answered, shown?.answered ?? 0) };
}

/** Takes the first task off the desk as answered. */
export function answerFirst(queue: LabelQueue): LabelQueue {
  const [first, ...rest] = queue.tasks;
  if (first === undefined) return queue;
  return {
    ...queue,
    tasks: rest,
    answered: new Set([...queue.answered, slotKey(first)]),
    progress: queue.progress && { ...queue.progress, answered: queue.progress.answered + 1 },
  };
}

/** Puts a task whose answer the server did not take back to the front. */
export function putBack(queue: LabelQueue, task: DeskTask): LabelQueue {
  const answered = new Set(queue.answered);
  answered.delete(slotKey(task));
  return {
    ...queue,
    tasks: [task, ...queue.tasks],
    answered,
    exhausted: false,
    progress: queue.progress && { ...queue.progress, answered: Math.max(0, queue.progress.answered - 1) },
  };
}

/** Leaves out tasks whose lease has ended; another labeler may hold them now. */
export function dropExpired(queue: LabelQueue, nowMs: number): LabelQueue {
  const tasks = queue.tasks.filter((task) => new Date(task.leasedUntil).getTime() > nowMs);
  return tasks.length === queue.tasks.length ? queue : { ...queue, tasks };
}
