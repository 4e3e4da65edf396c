import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Hex } from "viem";
import { get } from "../../api/client";
import type { Campaign, Task } from "../../api/types";
import { formatCount } from "../../format";
import { useCommand } from "../../hooks/useAdmin";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/Notice";
import { QueryView } from "../../ui/QueryView";
import { inertText } from "../label/inertText";

const CHOICES = [
  [0, "A"],
  [1, "B"],
  [null, "not gold"],
] as const;
/** More are reached once these have an answer. */
const SHOWN = 20;

function GoldTask({ task, choice, onChange }: { task: Task; choice: number | null; onChange: (choice: 0 | 1 | null) => void }) {
  return (
    <fieldset className="border-b border-line pb-4">
      <legend className="mb-1 font-medium break-words">{inertText(task.prompt)}</legend>
      <p className="break-words whitespace-pre-wrap text-muted">A: {inertText(task.completionA)}</p>
      <p className="mt-1 break-words whitespace-pre-wrap text-muted">B: {inertText(task.completionB)}</p>
      <div className="mt-2 flex flex-wrap gap-4">
        {CHOICES.map(([value, name]) => (
          <label key={name} className="flex min-h-6 items-center gap-1.5">
            <input type="radio" name={task.taskId} checked={choice === value} onChange={() => onChange(value)} className="size-4 accent-accent" />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function GoldForm({ campaign, tasks, onSaved }: { campaign: Campaign; tasks: Task[]; onSaved: () => void }) {
  const [answers, setAnswers] = useState<Record<Hex, 0 | 1 | null>>({});
  const command = useCommand();
  const [shown] = useState(() => [...tasks].sort((a, b) => Number(a.goldChoice !== null) - Number(b.goldChoice !== null)).slice(0, SHOWN));
  const body = { answers: Object.entries(answers).map(([taskId, choice]) => ({ taskId, choice })) };
  const save = () => command.mutate({ method: "PUT", path: `/campaigns/${campaign.campaignId}/gold`, body }, { onSuccess: onSaved });
  const known = tasks.filter(({ goldChoice }) => goldChoice !== null).length;
  return (
    <>
      <p>
        {known} of {formatCount(tasks.length, "task")} have a known answer. Each labeler gets {campaign.terms.goldSlots} of them, and nobody gets the same.
      </p>
      {shown.map((task) => (
        <GoldTask
          key={task.taskId}
          task={task}
          choice={answers[task.taskId] === undefined ? task.goldChoice : answers[task.taskId]!}
          onChange={(choice) => setAnswers({ ...answers, [task.taskId]: choice })}
        />
      ))}
      {command.isError && <ErrorNote what="The answers were not saved" error={command.error} />}
      <Button variant="primary" busy={command.isPending} disabled={body.answers.length === 0} onClick={save}>
        Save {formatCount(body.answers.length, "answer")}
      </Button>
    </>
  );
}

/** Answers known beforehand, by which a labeler's care is judged. */
export function GoldDialog({ campaign }: { campaign: Campaign }) {
  const [open, setOpen] = useState(false);
  const tasks = useQuery({
    queryKey: ["mine", "tasks", campaign.campaignId],
    queryFn: ({ signal }) => get<Task[]>(`/campaigns/${campaign.campaignId}/tasks`, signal),
    enabled: open,
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>Gold answers</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Gold answers" side>
        <QueryView query={tasks} what="The tasks could not be loaded">
          {(data) => <GoldForm campaign={campaign} tasks={data} onSaved={() => setOpen(false)} />}
        </QueryView>
      </Dialog>
    </>
  );
}
