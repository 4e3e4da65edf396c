import { Link } from "@tanstack/react-router";
import { formatCount, formatTime } from "../format";
import { useDatasets } from "../hooks/useDatasets";
import { Account } from "../ui/Account";
import { Card } from "../ui/Card";
import { Hash } from "../ui/Hash";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Table } from "../ui/Table";

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
              <Table caption="Registered datasets" head={["Dataset", "Samples", "Epochs", "Licence", "Contributor", "Registered"]}>
                {data.map((dataset) => (
                  <tr key={dataset.datasetHash}>
                    <td>
                      <Hash hash={dataset.datasetHash} label="Dataset" />
                      <a
                        href={`/api/v1/blobs/${dataset.datasetHash}`}
                        className="ml-2 inline-block min-h-6 text-accent underline underline-offset-2"
                        download={`${dataset.datasetHash}.json`}
                        aria-label="Download the manifest"
                      >
                        manifest
                      </a>
                    </td>
                    <td className="whitespace-nowrap">{formatCount(dataset.sampleCount, "sample")}</td>
                    <td>
                      {(dataset.epochs ?? []).map((epoch) => (
                        <Link key={epoch} to="/verify" search={{ epoch }} className="mr-2 inline-block min-h-6 min-w-6 text-accent underline underline-offset-2">
                          {epoch}
                        </Link>
                      ))}
                    </td>
                    <td>{dataset.licence}</td>
                    <td>
                      <Account address={dataset.contributor} />
                    </td>
                    <td className="whitespace-nowrap text-muted">{formatTime(dataset.registeredAt)}</td>
                  </tr>
                ))}
              </Table>
            </Card>
          )
        }
      </QueryView>
    </Page>
  );
}
