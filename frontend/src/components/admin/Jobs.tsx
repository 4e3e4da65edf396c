import { formatTime, words } from "../../format";
import { useJobs } from "../../hooks/useAdmin";
import { Card } from "../../ui/Card";
import { QueryView } from "../../ui/QueryView";
import { Table } from "../../ui/Table";

export function Jobs() {
  const jobs = useJobs();
  return (
    <Card title="Jobs">
      <QueryView query={jobs} what="The jobs could not be loaded">
        {(data) =>
          data.length === 0 ? (
            <p className="text-muted">The queue is empty.</p>
          ) : (
            <Table caption="Jobs" head={["Kind", "Key", "State", "Attempts", "Runs at", "Last error"]}>
              {data.map((job) => (
                <tr key={job.jobId}>
                  <td className="whitespace-nowrap">{words(job.kind)}</td>
                  <td className="font-mono break-all">{job.key}</td>
                  <td>{words(job.state)}</td>
                  <td>{job.attempts}</td>
                  <td className="whitespace-nowrap">{formatTime(job.runAt)}</td>
                  <td className="text-bad">{job.lastError}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </QueryView>
    </Card>
  );
}
