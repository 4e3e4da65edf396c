import type { Address } from "viem";
import { useConnection } from "wagmi";
import { Hash } from "./Hash";

/** An address; the visitor's own is said to be theirs. */
export function Account({ address }: { address: Address }) {
  const { address: own } = useConnection();
  const mine = own?.toLowerCase() === address.toLowerCase();
  return (
    <span className="inline-flex items-center gap-1.5">
      <Hash hash={address} label="Account" mark={false} />
      {mine && <span className="text-[0.8125rem] text-muted">(you)</span>}
    </span>
  );
}
