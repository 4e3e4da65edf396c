import { Link } from "@tanstack/react-router";
import { findVersion, useModels } from "../../hooks/useModels";
import { useStatus } from "../../hooks/useStatus";
import { Hallmark } from "../../ui/Hash";
import { shortHex } from "../../format";

const LINK = "inline-flex min-h-10 items-center rounded-lg border border-current px-4 font-medium hover:bg-white/10";

/** The version that governance put in place, under its hallmark. */
export function ServedBand() {
  const status = useStatus();
  const models = useModels();
  const served = status.data?.servedVersion ?? null;
  const found = served !== null && models.data ? findVersion(models.data, served) : null;
  return (
    <section
      aria-label="Served now"
      className="flex min-h-44 flex-wrap items-center gap-x-8 gap-y-5 rounded-xl bg-[#0d4f52] p-6 text-[#f2f7f5] sm:p-8"
    >
      {served === null ? (
        <p className="measure">
          {status.data === undefined ? " " : "No version is served yet. A trainer registers one, and the first vote on a model puts it in place."}
        </p>
      ) : (
        <>
          <Hallmark hash={served} className="!h-20 !text-[#e5a13c]" />
          <div className="min-w-0 grow">
            <p className="text-[#cfe3e0]">Served now, approved by vote</p>
            <p className="font-display text-2xl font-semibold break-words">{found ? `${found.family.name} v${found.version.number}` : "A model version"}</p>
            <p className="font-mono text-[0.8125rem] text-[#cfe3e0]">{shortHex(served, 8, 8)}</p>
          </div>
          <p className="flex flex-wrap gap-2">
            <Link to="/chat" className={LINK}>
              Talk to it
            </Link>
            <Link to="/models/$versionId" params={{ versionId: served }} className={LINK}>
              Where it comes from
            </Link>
          </p>
        </>
      )}
    </section>
  );
}
