import { useState } from "react";
import type { Campaign } from "../../api/types";
import { useCommand } from "../../hooks/useAdmin";
import { useCampaigns } from "../../hooks/useCampaigns";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Input, TextArea } from "../../ui/Field";
import { ErrorNote } from "../../ui/Notice";

interface Fields {
  epochs: string;
  params: string;
  seed: string;
  deterministic: boolean;
}
const INITIAL: Fields = { epochs: "", params: "", seed: "1", deterministic: true };

/** What is wrong with the fields, by field; empty when nothing is. */
export type FieldErrors = Partial<Record<keyof Fields, string>>;

/** Tasks that make a policy, and whether they learn from a reward model. */
const POLICIES = { sft: false, dpo: false, ppo: true, grpo: true, rloo: true };
type Policy = keyof typeof POLICIES;
type Preset = Partial<Record<Policy | "reward", object>> & { precision?: string };

/** What is wrong with a preset, if anything. */
function presetError(preset: Preset): string | undefined {
  const given = (Object.keys(POLICIES) as Policy[]).filter((task) => preset[task] !== undefined);
  if (given.length !== 1) return "The JSON needs one of the keys sft, dpo, ppo, grpo and rloo.";
  const task = given[0]!;
  if (POLICIES[task] && preset.reward === undefined) return `The JSON needs the key reward: ${task} learns from a reward model.`;
  if (!POLICIES[task] && preset.reward !== undefined) return `Leave reward out: ${task} learns from the preferences themselves.`;
}

/**
 * The request that starts a run, or what is wrong with the fields.
 *
 * @param fields `params` is the text of a preset: JSON with the hyper-parameters under the names of the tasks
 */
export function runRequest(campaignId: number, fields: Fields): { body: object } | { errors: FieldErrors } {
  const epochs = fields.epochs.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const errors: FieldErrors = {};
  if (epochs.length === 0 || !epochs.every((epoch) => /^[1-9]\d*$/.test(epoch))) errors.epochs = "Give numbers of closed epochs, with commas between them.";
  if (!/^\d+$/.test(fields.seed)) errors.seed = "Give a whole number.";
  let preset: Preset = {};
  try {
    preset = JSON.parse(fields.params) as Preset;
    const error = presetError(preset);
    if (error !== undefined) errors.params = error;
  } catch {
    errors.params = "This is not JSON.";
  }
  if (Object.keys(errors).length > 0) return { errors };
  const { reward, sft, dpo, ppo, grpo, rloo, precision } = preset;
  const profile = fields.deterministic ? "cpu-deterministic" : "cpu";
  return { body: { campaignId, epochs: epochs.map(Number), reward, sft, dpo, ppo, grpo, rloo, precision, seed: Number(fields.seed), profile } };
}

function Form({ campaign, onStarted }: { campaign: Campaign; onStarted: () => void }) {
  const [fields, setFields] = useState(INITIAL);
  const [errors, setErrors] = useState<FieldErrors>({});
  const command = useCommand();
  const start = () => {
    const request = runRequest(campaign.campaignId, fields);
    if ("errors" in request) return setErrors(request.errors);
    setErrors({});
    command.mutate({ path: "/runs", body: request.body }, { onSuccess: onStarted });
  };
  const set = (key: "epochs" | "params" | "seed") => (event: { target: { value: string } }) => setFields({ ...fields, [key]: event.target.value });
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <p>
        The labels of these epochs of {campaign.name} become a dataset. A policy is trained on it (with a reward model: also measured
        against the served version), registered, and proposed for a vote.
      </p>
      <Input label="Epochs" placeholder="1, 2" value={fields.epochs} error={errors.epochs} onChange={set("epochs")} />
      <TextArea
        label="Hyper-parameters (JSON)"
        hint="Paste one of the presets in rlhf/presets."
        className="min-h-48 font-mono"
        spellCheck={false}
        value={fields.params}
        error={errors.params}
        onChange={set("params")}
      />
      <Input label="Seed" inputMode="numeric" value={fields.seed} error={errors.seed} onChange={set("seed")} />
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-5 accent-accent"
          checked={fields.deterministic}
          onChange={(event) => setFields({ ...fields, deterministic: event.target.checked })}
        />
        Same bytes on every machine (slower)
      </label>
      {command.isError && <ErrorNote what="The run was not started" error={command.error} />}
      <Button type="submit" variant="primary" busy={command.isPending}>
        Start the run
      </Button>
    </form>
  );
}

/** Starts a training run on the labels of the first campaign, or of the one chosen. */
export function RunForm() {
  const campaigns = useCampaigns();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const list = campaigns.data ?? [];
  const campaign = list.find(({ campaignId }) => campaignId === chosen) ?? list[0];
  if (campaign === undefined) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Start a run</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Start a training run" side>
        {list.length > 1 && (
          <label className="flex items-center gap-2">
            Campaign
            <select
              value={campaign.campaignId}
              onChange={(event) => setChosen(Number(event.target.value))}
              className="min-h-10 rounded-lg border border-control bg-surface px-3"
            >
              {list.map(({ campaignId, name }) => (
                <option key={campaignId} value={campaignId}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <Form key={campaign.campaignId} campaign={campaign} onStarted={() => setOpen(false)} />
      </Dialog>
    </>
  );
}
