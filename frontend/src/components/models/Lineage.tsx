import { Link } from "@tanstack/react-router";
import type { ModelVersion } from "../../api/types";
import { useDatasets } from "../../hooks/useDatasets";
import { formatCount } from "../../format";
import { Hash } from "../../ui/Hash";
import { VersionBadge } from "./VersionRow";

/** From this version back to the base model: which data each step was trained on, and which epochs labeled it. */
export function Lineage({ line }: { line: ModelVersion[] }) {
  const datasets = useDatasets();
  const known = new Map(datasets.data?.map((dataset) => [dataset.datasetHash, dataset]));
  return (
    <ol className="border-l-2 border-line pl-5">
      {line.map((version) => (
        <li key={version.versionId} className="relative pb-5 last:pb-0">
          <span aria-hidden className="absolute top-1.5 -left-[1.6875rem] size-3 rounded-full border-2 border-accent bg-surface" />
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Link to="/models/$versionId" params={{ versionId: version.versionId }} className="font-medium underline underline-offset-4">
              v{version.number}
            </Link>
            <VersionBadge version={version} />
            <Hash hash={version.versionId} label="Version" />
          </p>
          {version.datasetHashes.length === 0 ? (
            <p className="text-[0.875rem] text-muted">No data of ours: imported as it is.</p>
          ) : (
            <ul className="mt-1 space-y-1 text-[0.875rem]">
              {version.datasetHashes.map((hash) => {
                const dataset = known.get(hash);
                return (
                  <li key={hash} className="flex flex-wrap items-center gap-x-2">
                    <span className="text-muted">trained on</span>
                    <Hash hash={hash} label="Dataset" />
                    {dataset?.registration && <span className="text-muted">{formatCount(dataset.registration.sampleCount, "sample")}</span>}
                    {dataset?.manifest?.epochs.map((epoch) => (
                      <Link key={epoch} to="/verify" search={{ epoch }} className="inline-block min-h-6 text-accent underline underline-offset-2">
                        labels of epoch {epoch}
                      </Link>
                    ))}
                  </li>
                );
              })}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}
