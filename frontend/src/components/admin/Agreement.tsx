import { useState } from "react";
import type { Campaign } from "../../api/types";
import { formatBps, formatCount } from "../../format";
import { useAgreement } from "../../hooks/useAdmin";
import { Account } from "../../ui/Account";
import { QueryView } from "../../ui/QueryView";
import { Table } from "../../ui/Table";

/** How far a campaign's labelers agree and how each of them errs; fetched when it is opened. */
export function Agreement({ campaign }: { campaign: Campaign }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer text-muted">Agreement of the labelers</summary>
      {open && <Reliabilities campaignId={campaign.campaignId} />}
    </details>
  );
}

function Reliabilities({ campaignId }: { campaignId: number }) {
  const agreement = useAgreement(campaignId);
  return (
    <QueryView query={agreement} what="The agreement could not be loaded">
      {({ alpha, nAnswers, labelers }) => (
        <div className="mt-2 space-y-3">
          <p className="text-muted">
            {formatCount(nAnswers, "answer")}. Krippendorff&rsquo;s alpha:{" "}
            {typeof alpha === "number" ? alpha.toFixed(3) : "no task has two answers yet"} (1 is perfect, 0 is chance). Estimates; nobody is paid by them.
          </p>
          {labelers.length > 0 && (
            <Table caption="Labelers" head={["Labeler", "Answers", "Ties", "Right where A is better", "Right where B is better"]}>
              {labelers.map((labeler) => (
                <tr key={labeler.labeler}>
                  <td>
                    <Account address={labeler.labeler} />
                  </td>
                  <td>{labeler.nAnswers}</td>
                  <td>{labeler.nTies}</td>
                  <td>{formatBps(labeler.rightOnABps)}</td>
                  <td>{formatBps(labeler.rightOnBBps)}</td>
                </tr>
              ))}
            </Table>
          )}
        </div>
      )}
    </QueryView>
  );
}
