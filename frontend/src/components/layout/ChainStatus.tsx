import { useStatus } from "../../hooks/useStatus";
import { useConfig } from "../../hooks/useConfig";
import { chainName } from "../../wallet";

/** How fresh the page is: the block that the index has reached, and how far behind the chain it is. */
export function ChainStatus() {
  const { chainId } = useConfig();
  const status = useStatus();
  if (status.data === undefined) return <p className="text-[0.8125rem] text-muted">{status.isError ? "Server unreachable" : " "}</p>;
  const { headBlock, indexedBlock, index } = status.data;
  const behind = headBlock === null || indexedBlock === null ? 0 : headBlock - indexedBlock;
  return (
    <p className="text-[0.8125rem] text-muted">
      {chainName(chainId)}
      <br />
      {indexedBlock === null ? "index is starting" : `as of block ${indexedBlock}`}
      {index !== null && index !== undefined && <span title="Blocks up to this one cannot change any more">, final to {index.finalizedBlock}</span>}
      {headBlock === null && <span className="text-brass"> (chain unreachable)</span>}
      {behind > 3 && <span className="text-brass"> ({behind} behind)</span>}
    </p>
  );
}
