import { useState } from "react";
import { parseUnits } from "viem";
import { useCommand } from "../../hooks/useAdmin";
import { useConfig } from "../../hooks/useConfig";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Input, TextArea } from "../../ui/Field";
import { ErrorNote } from "../../ui/Notice";

const wei = (tokens: string): string => parseUnits(tokens, 18).toString();

/** Names and starting values of the fields; amounts in tokens. */
const INITIAL = {
  name: "",
  guidelines: "",
  prompts: "",
  minimumStake: "100",
  budget: "10000",
  basePay: "0.1",
  alphaPay: "0.4",
  blockSlots: "96",
  overlapSlots: "64",
  goldSlots: "8",
  minOverlap: "48",
  minRoster: "12",
  maxSeats: "16",
  completionsPerPrompt: "2",
  maxTokens: "64",
  temperature: "1",
  seed: "1",
};
type Fields = typeof INITIAL;

/** The request that creates a campaign. One prompt a line. */
export function campaignRequest(fields: Fields, familyId: string) {
  const number = (key: keyof Fields) => Number(fields[key]);
  return {
    name: fields.name.trim(),
    familyId,
    guidelines: fields.guidelines,
    minimumStake: wei(fields.minimumStake),
    terms: {
      budget: wei(fields.budget),
      basePay: wei(fields.basePay),
      alphaPay: wei(fields.alphaPay),
      blockSlots: number("blockSlots"),
      overlapSlots: number("overlapSlots"),
      goldSlots: number("goldSlots"),
      minOverlap: number("minOverlap"),
      minRoster: number("minRoster"),
    },
    sampling: {
      completionsPerPrompt: number("completionsPerPrompt"),
      maxTokens: number("maxTokens"),
      temperature: number("temperature"),
      seed: number("seed"),
    },
    maxSeats: number("maxSeats"),
    prompts: fields.prompts.split("\n").map((line) => line.trim()).filter((line) => line !== ""),
  };
}

const NUMBERS: [keyof Fields, string][] = [
  ["minimumStake", "Minimum stake (POL)"],
  ["budget", "Budget of an epoch (POL)"],
  ["basePay", "Base pay per answer (POL)"],
  ["alphaPay", "Score pay per answer (POL)"],
  ["blockSlots", "Tasks per labeler"],
  ["overlapSlots", "of them shared"],
  ["goldSlots", "of them gold"],
  ["minOverlap", "Shared tasks needed for a score"],
  ["minRoster", "Labelers needed for a score"],
  ["maxSeats", "Most labelers"],
  ["completionsPerPrompt", "Completions per prompt"],
  ["maxTokens", "Tokens per completion"],
  ["temperature", "Temperature"],
  ["seed", "Seed"],
];

export function CampaignForm() {
  const { family } = useConfig();
  const [open, setOpen] = useState(false);
  const [fields, setFields] = useState(INITIAL);
  const command = useCommand();
  const set = (key: keyof Fields) => (event: { target: { value: string } }) => setFields({ ...fields, [key]: event.target.value });
  const create = () => command.mutate({ path: "/campaigns", body: campaignRequest(fields, family.familyId) }, { onSuccess: () => setOpen(false) });
  return (
    <>
      <Button onClick={() => setOpen(true)}>New campaign</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="New campaign" side>
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            create();
          }}
        >
          <Input label="Name" required value={fields.name} onChange={set("name")} />
          <TextArea label="Guidelines (Markdown)" required value={fields.guidelines} onChange={set("guidelines")} />
          <TextArea label="Prompts, one a line" required value={fields.prompts} onChange={set("prompts")} />
          <div className="grid grid-cols-2 gap-3">
            {NUMBERS.map(([key, label]) => (
              <Input key={key} label={label} required inputMode="decimal" pattern="[0-9]+([.][0-9]+)?" value={fields[key]} onChange={set(key)} />
            ))}
          </div>
          {command.isError && <ErrorNote what="The campaign was not created" error={command.error} />}
          <Button type="submit" variant="primary" busy={command.isPending}>
            Create campaign
          </Button>
        </form>
      </Dialog>
    </>
  );
}
