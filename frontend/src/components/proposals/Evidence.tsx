import { Link } from "@tanstack/react-router";
import type { Action } from "../../api/types";
import { findVersion, useModels } from "../../hooks/useModels";
import { Card } from "../../ui/Card";
import { Hash } from "../../ui/Hash";
import { WinRate } from "../models/WinRate";

/** For a vote on a model version: what is known about it, next to the ballot. */
export function Evidence({ actions }: { actions: Action[] }) {
  const models = useModels();
  const activated = actions.find((action) => action.function?.startsWith("activate"))?.args[0]?.value;
  if (typeof activated !== "string" || models.data === undefined) return null;
  const found = findVersion(models.data, activated);
  if (found === null) return null;
  const { family, version } = found;
  return (
    <Card title={`Evidence for ${family.name} v${version.number}`} aside={<Hash hash={version.versionId} label="Version" />}>
      {version.evaluation === null ? (
        <p className="text-muted">This version came without an evaluation.</p>
      ) : (
        <WinRate evaluation={version.evaluation} />
      )}
      <Link to="/models/$versionId" params={{ versionId: version.versionId }} className="mt-3 inline-block text-accent underline underline-offset-2">
        Samples, lineage and data of this version
      </Link>
    </Card>
  );
}
