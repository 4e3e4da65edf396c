import { Link } from "@tanstack/react-router";
import { VersionRow } from "../components/models/VersionRow";
import { useModels } from "../hooks/useModels";
import { Card } from "../ui/Card";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Table } from "../ui/Table";

export default function ModelsPage() {
  const models = useModels();
  return (
    <Page title="Models" lead="Every registered version and how it did against its parent. Only a vote makes a version the one that is served.">
      <QueryView query={models} what="The models could not be loaded" lines={6}>
        {(families) =>
          families.length === 0 ? (
            <Empty title="No model family yet">The deployment creates the first family; a trainer then registers versions.</Empty>
          ) : (
            families.map((family) => (
              <Card
                key={family.familyId}
                title={family.name}
                aside={
                  family.activeVersion !== null && (
                    <Link to="/chat" className="text-accent underline underline-offset-2">
                      Talk to the served version
                    </Link>
                  )
                }
              >
                {family.versions.length === 0 ? (
                  <p className="text-muted">No version is registered yet. A trainer registers the first one.</p>
                ) : (
                  <Table caption={`Versions of ${family.name}`} head={["Version", "Status", "Identity", "Win rate against parent", "Registered"]}>
                    {[...family.versions]
                      .sort((a, b) => b.number - a.number)
                      .map((version) => (
                        <VersionRow key={version.versionId} version={version} />
                      ))}
                  </Table>
                )}
              </Card>
            ))
          )
        }
      </QueryView>
    </Page>
  );
}
