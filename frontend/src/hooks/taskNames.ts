import type { QueryClient } from "@tanstack/react-query";
import type { LabelTask } from "../api/types";
import { taskId } from "../protocol/labels";
import { modelsOptions } from "./useModels";

/** Registered versions seldom change; when one is missing they are asked for again. */
const FRESH_MS = 300_000;

/**
 * A signature covers a task's name only, so the name must be that of the texts on the screen: the hash of prompt, both
 * completions and one of the registered versions, which wrote them.
 *
 * @throws Error when the server names other texts than it shows
 */
export async function requireNames(queries: QueryClient, tasks: readonly LabelTask[]): Promise<void> {
  for (const staleTime of [FRESH_MS, 0]) {
    const families = await queries.fetchQuery({ ...modelsOptions, staleTime });
    const versions = families.flatMap((family) => family.versions.map(({ versionId }) => versionId));
    const isNamed = (task: LabelTask) => versions.some((version) => taskId(task.prompt, task.completionA, task.completionB, version) === task.taskId.toLowerCase());
    if (tasks.every(isNamed)) return;
  }
  throw new Error("The server shows other texts than the ones it asks you to sign for. Do not label here, and tell others.");
}
