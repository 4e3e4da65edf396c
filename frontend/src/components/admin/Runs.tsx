import { shortHex, words } from "../../format";
import { useRuns } from "../../hooks/useAdmin";
import { Card } from "../../ui/Card";
import { QueryView } from "../../ui/QueryView";
import { Table } from "../../ui/Table";

export function Runs() {
  const runs = useRuns();
  return (
    <Card title="Training runs">
      <QueryView query={runs} what="The runs could not be loaded">
        {(data) =>
          data.length === 0 ? (
            <p className="text-muted">No run yet. A run turns the labels of accepted epochs into a model version.</p>
          ) : (
            <Table caption="Training runs" head={["Run", "State", "Stage"]}>
              {data.map((run) => (
                <tr key={run.runId}>
                  <td className="font-mono">{shortHex(run.runId)}</td>
                  <td>{words(run.state)}</td>
                  <td>{run.stage === null ? "" : words(run.stage)}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </QueryView>
    </Card>
  );
}
