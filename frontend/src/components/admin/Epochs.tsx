import { useEpochs } from "../../hooks/useEpochs";
import { Card } from "../../ui/Card";
import { QueryView } from "../../ui/QueryView";
import { Table } from "../../ui/Table";
import { EpochBadge } from "../epochs/EpochBadge";
import { CommandButton } from "./CommandButton";

export function Epochs() {
  const epochs = useEpochs();
  return (
    <Card title="Epochs">
      <QueryView query={epochs} what="The epochs could not be loaded">
        {(data) =>
          data.length === 0 ? (
            <p className="text-muted">No epoch yet.</p>
          ) : (
            <Table caption="Epochs" head={["Epoch", "Status", "Seats", "Answers", "Action"]}>
              {[...data]
                .sort((a, b) => b.epoch - a.epoch)
                .map((epoch) => (
                  <tr key={epoch.epoch}>
                    <td>{epoch.epoch}</td>
                    <td>
                      <EpochBadge epoch={epoch} />
                    </td>
                    <td>{epoch.nSeats}</td>
                    <td>{epoch.nPreferences}</td>
                    <td>
                      {epoch.status === "open" && (
                        <CommandButton
                          text="Close"
                          path={`/epochs/${epoch.epoch}/close`}
                          consequence="Labeling ends for everybody. The labels are committed on the chain, the pay is computed and proposed, and a vote follows."
                        />
                      )}
                    </td>
                  </tr>
                ))}
            </Table>
          )
        }
      </QueryView>
    </Card>
  );
}
