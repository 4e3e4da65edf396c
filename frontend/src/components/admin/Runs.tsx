import { words } from "../../format";
import { useRuns } from "../../hooks/useAdmin";
import { Card } from "../../ui/Card";
import { QueryView } from "../../ui/QueryView";
import { Table } from "../../ui/Table";
import { RunForm } from "./RunForm";

/** Last line that the trainer wrote. */
type Progress = { phase?: string; step?: number; steps?: number } | null;
const progressText = (progress: Progress): string => (progress?.phase === undefined ? "" : `${progress.phase} ${progress.step} of ${progress.steps}`);

export function Runs() {
  const runs = useRuns();
  return (
    <Card title="Training runs" aside={<RunForm />}>
      <QueryView query={runs} what="The runs could not be loaded">
        {(data) =>
          data.length === 0 ? (
            <p className="text-muted">No run yet. A run turns the labels of accepted epochs into a model version.</p>
          ) : (
            <Table caption="Training runs" head={["Run", "Epochs", "State", "Stage", "Progress", "Error"]}>
              {data.map((run) => (
                <tr key={run.runId}>
                  <td>{run.runId}</td>
                  <td>{(run.request as { epochs?: number[] }).epochs?.join(", ")}</td>
                  <td>{words(run.state)}</td>
                  <td>{words(run.stage)}</td>
                  <td>{progressText(run.progress as Progress)}</td>
                  <td className="text-bad">{run.error}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </QueryView>
    </Card>
  );
}
