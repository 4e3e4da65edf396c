import { useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { formatCount } from "../../format";
import { useConfig } from "../../hooks/useConfig";
import { type KeptReceipt, listAllReceipts } from "../../receipts";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";

/** A file of them, as `polity challenge --receipts` reads it. */
function download(receipts: KeptReceipt[]): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(receipts, null, 1)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "polity-receipts.json";
  link.click();
  URL.revokeObjectURL(url);
}

/** Receipts of the account that this browser keeps, and a file of them; nothing while there is none. */
export function Receipts({ account }: { account: Address }) {
  const { chainId, contracts } = useConfig();
  const kept = useQuery({ queryKey: ["receipts", account], queryFn: () => listAllReceipts(chainId, contracts.labelEpochs) });
  const own = (kept.data ?? []).filter(({ labeler }) => labeler.toLowerCase() === account.toLowerCase());
  if (own.length === 0) return null;
  const epochs = new Set(own.map(({ epoch }) => epoch));
  return (
    <Card title="Receipts">
      <div className="space-y-4">
        <p className="measure text-muted">
          This browser keeps {formatCount(own.length, "receipt")} of {formatCount(epochs.size, "epoch")}, each signed by the operator. Should an
          answer be changed or left out, its receipt proves it: on the Verify page, or with <code>polity challenge</code> and this file on any
          machine. Keep a copy: a browser forgets when its data is cleared.
        </p>
        <Button onClick={() => download(own)}>Download receipts</Button>
      </div>
    </Card>
  );
}
