import type { Address } from "viem";
import { formatTime, formatTokens } from "../../format";
import { useClaims } from "../../hooks/useEpochs";
import { Card } from "../../ui/Card";
import { FinalityBadge } from "../../ui/FinalityBadge";
import { Hash } from "../../ui/Hash";
import { Table } from "../../ui/Table";

/** Past claims; nothing while there is none. */
export function Claims({ account }: { account: Address }) {
  const claims = useClaims(account);
  if (claims.data === undefined || claims.data.length === 0) return null;
  return (
    <Card title="Claims">
      <Table caption="Claims" head={["When", "Amount", "Transaction"]}>
        {claims.data.map((claim) => (
          <tr key={claim.txHash}>
            <td className="whitespace-nowrap">{formatTime(claim.claimedAt)}</td>
            <td className="whitespace-nowrap">
              {formatTokens(claim.amount, 4)} <FinalityBadge finality={claim.finality} />
            </td>
            <td>
              <Hash hash={claim.txHash} label="Transaction" mark={false} />
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
