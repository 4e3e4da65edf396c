import { Link } from "@tanstack/react-router";
import type { Dataset } from "../api/types";
import { formatCount, formatTime } from "../format";
import { useDatasets } from "../hooks/useDatasets";
import { Account } from "../ui/Account";
import { Badge } from "../ui/Badge";
import { Card } from "../ui/Card";
import { Hash } from "../ui/Hash";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Table } from "../ui/Table";

const UNKNOWN = <span className="text-muted">not known here</span>;

function DatasetRow({ dataset: { datasetHash, kind, manifest, registration } }: { dataset: Dataset }) {
  const count = registration?.sampleCount ?? manifest?.sampleCount;
  return (
    <tr>
      <td className="whitespace-nowrap">
        <Hash hash={datasetHash} label="Dataset" />
        {manifest !== null && (
          <a href={`/api/v1/blobs/${datasetHash}`} className="ml-2 inline-block min-h-6 text-accent underline underline-offset-2" download={`${datasetHash}.json`}>
            manifest
          </a>
        )}
      </td>
      <td>{kind ?? UNKNOWN}</td>
      <td className="whitespace-nowrap">{count === undefined ? UNKNOWN : formatCount(count, "sample")}</td>
      <td>
        {manifest?.epochs.map((epoch) => (
          <Link key={epoch} to="/verify" search={{ epoch }} aria-label={`Verify epoch ${epoch}`} className="mr-2 inline-block min-h-6 min-w-6 text-accent underline underline-offset-2">
            {epoch}
          </Link>
        ))}
      </td>
      <td>{registration?.licence ?? manifest?.licence}</td>
      <td>{registration === null ? "not yet" : <Account address={registration.contributor} />}</td>
      <td className="whitespace-nowrap text-muted">
        {registration !== null && formatTime(registration.registeredAt)}
        {registration?.consentWithdrawn && <Badge tone="bad">consent withdrawn</Badge>}
      </td>
    </tr>
  );
}

export default function DatasetsPage() {
  const datasets = useDatasets();
  return (
    <Page title="Datasets" lead="Frozen snapshots of preferences and prompts. A dataset is named by the hash of its manifest, and training may use only registered ones.">
      <QueryView query={datasets} what="The datasets could not be loaded">
        {(data) =>
          data.length === 0 ? (
            <Empty title="No dataset yet">The first training run freezes the labels of an epoch and registers them here.</Empty>
          ) : (
            <Card>
              <Table caption="Registered datasets" head={["Dataset", "Kind", "Samples", "Epochs", "Licence", "Contributor", "Registered"]}>
                {data.map((dataset) => (
                  <DatasetRow key={dataset.datasetHash} dataset={dataset} />
                ))}
              </Table>
            </Card>
          )
        }
      </QueryView>
    </Page>
  );
}
