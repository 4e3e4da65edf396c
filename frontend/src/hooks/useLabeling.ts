import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Address } from "viem";
import { answerAt, fixAnswer } from "../answers";
import { sendJson } from "../api/client";
import { Problem, isProblem } from "../api/problem";
import type { LabelTask, LeaseAnswer, Receipt } from "../api/types";
import { type Choice, choiceNumber, domainOf, preferenceHash, preferenceMessage, preferenceTypes } from "../protocol/labels";
import { isSignedBy, saveReceipt } from "../receipts";
import { EMPTY_QUEUE, addLease, answerFirst, dropExpired, putBack } from "./labelQueue";
import { requireNames } from "./taskNames";
import { useConfig } from "./useConfig";
import { useOperator } from "./useOperator";
import type { SessionKey } from "./useSessionKey";

/** Tasks asked for at once, and how few may be left before more are asked for: the next one is always there already. */
const LEASE_COUNT = 4;
const LOW_WATER = 2;
const ATTEMPTS = 3;
const RETRY_MS = 700;
const EXPIRY_CHECK_MS = 5_000;

export interface Saved {
  task: LabelTask;
  choice: Choice;
  receipt: Receipt;
}

/** Network trouble and the server's own faults pass; what it refused stays refused. */
async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let i = 1; ; i++) {
    try {
      return await attempt();
    } catch (error) {
      const passing = error instanceof Problem && (error.status === 0 || error.status >= 500);
      if (!passing || i === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * i));
    }
  }
}

/**
 * The labeler's desk: leases tasks ahead, signs each answer with the session key, shows the next task at once and sends
 * the answer behind it. A task whose answer the server does not take comes back to the front with the reason and with
 * the answer, which is final: it can be sent again, not be changed.
 */
export function useLabeling(epoch: number, labeler: Address, key: SessionKey) {
  const { chainId, contracts } = useConfig();
  const queries = useQueryClient();
  const operatorOf = useOperator(epoch);
  const [queue, setQueue] = useState(EMPTY_QUEUE);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [sending, setSending] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const leasing = useRef(false);
  const place = useMemo(() => ({ chainId, contract: contracts.labelEpochs, labeler, epoch }), [chainId, contracts.labelEpochs, labeler, epoch]);

  const lease = useCallback(async () => {
    if (leasing.current) return;
    leasing.current = true;
    try {
      const leases = await sendJson<LeaseAnswer>("POST", `/epochs/${epoch}/leases`, { count: LEASE_COUNT });
      await requireNames(queries, leases.tasks);
      const answers = await Promise.all(leases.tasks.map((task) => answerAt({ ...place, ...task })));
      const tasks = leases.tasks.map((task, i) => ({ ...task, ...(answers[i] && { given: answers[i].choice }) }));
      setQueue((current) => addLease(current, { ...leases, tasks }));
      setError(null);
    } catch (cause) {
      setError(cause);
    } finally {
      leasing.current = false;
    }
  }, [epoch, place, queries]);

  const low = queue.tasks.length < LOW_WATER && !queue.exhausted && error === null;
  useEffect(() => {
    if (low) void lease();
  }, [low, lease, queue.tasks.length]);

  useEffect(() => {
    const timer = window.setInterval(() => setQueue((current) => dropExpired(current, Date.now())), EXPIRY_CHECK_MS);
    return () => window.clearInterval(timer);
  }, []);

  const answer = useCallback(
    async (choice: Choice) => {
      const task = queue.tasks[0];
      if (task === undefined) return;
      setQueue(answerFirst);
      setSending((count) => count + 1);
      let given = task.given;
      try {
        const { privateKeyToAccount } = await import("viem/accounts");
        const { block, seat, slot } = task;
        const stands = await fixAnswer({ ...place, block, seat, slot }, { taskId: task.taskId, choice });
        given = stands.choice;
        const preference = { epoch, block, seat, slot, taskId: stands.taskId, choice: choiceNumber(given), labeler };
        const signature = await privateKeyToAccount(key.privateKey).signTypedData({
          domain: domainOf(chainId, contracts.labelEpochs),
          types: preferenceTypes,
          primaryType: "Preference",
          message: preferenceMessage(preference),
        });
        const signed = { ...preference, sessionKey: key.sessionKey, signature };
        const { receipt } = await withRetries(() => sendJson<{ receipt: Receipt }>("POST", "/preferences", signed));
        if (receipt.preferenceHash !== preferenceHash(preference)) {
          throw new Error("The receipt is not for the answer that was sent. Tell the operator before you go on.");
        }
        const domain = domainOf(chainId, contracts.labelEpochs);
        if (!(await isSignedBy(await operatorOf(), domain, receipt))) {
          throw new Error("The receipt is not signed by the operator that the chain names, so it proves nothing. Stop here and tell others.");
        }
        await saveReceipt({ ...signed, chainId, contract: contracts.labelEpochs, receipt });
        setSaved({ task, choice: given, receipt });
        setError(null);
      } catch (cause) {
        // Another tab may have answered it; then the first answer stands and the task stays gone.
        if (!isProblem(cause, "already-answered")) setQueue((current) => putBack(current, { ...task, given }));
        setError(cause);
      } finally {
        setSending((count) => count - 1);
        void queries.invalidateQueries({ queryKey: ["status"] });
      }
    },
    [queue.tasks, place, epoch, labeler, key, chainId, contracts.labelEpochs, queries, operatorOf],
  );

  return { queue, task: queue.tasks[0], saved, sending, error, answer, retry: () => (setError(null), void lease()) };
}
