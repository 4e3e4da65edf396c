import { useQuery } from "@tanstack/react-query";
import { type Connector, useConnect } from "wagmi";
import { DEV_ACCOUNTS, chooseDevAccount, devAddress } from "../../devWallet";
import { shortHex } from "../../format";

/** The well-known accounts of a local chain, grouped by what the deployment gave them. */
export function DevAccounts({ connector, onChosen }: { connector: Connector; onChosen?: () => void }) {
  const connect = useConnect();
  const addresses = useQuery({
    queryKey: ["devAccounts"],
    queryFn: () => Promise.all(DEV_ACCOUNTS.map(({ index }) => devAddress(index))),
    staleTime: Infinity,
  });
  const choose = (index: number) => {
    chooseDevAccount(index);
    if (onChosen) onChosen();
    else connect.mutate({ connector });
  };
  return (
    <section aria-labelledby="dev-accounts">
      <h3 id="dev-accounts" className="text-base">
        Development accounts
      </h3>
      <p className="mb-2 text-[0.875rem] text-muted">Public keys of the local chain. They sign without asking and hold nothing of value.</p>
      <ul tabIndex={0} aria-label="Development accounts" className="max-h-72 overflow-y-auto rounded-lg border border-line">
        {DEV_ACCOUNTS.map(({ index, role }, i) => (
          <li key={index} className="border-b border-line last:border-0">
            <button
              type="button"
              onClick={() => choose(index)}
              className="flex min-h-10 w-full items-center justify-between gap-3 px-3 py-2 text-left hover:bg-accent-soft"
            >
              <span>
                {role} <span className="text-muted">#{index}</span>
              </span>
              <span className="font-mono text-[0.8125rem] text-muted">{addresses.data?.[i] ? shortHex(addresses.data[i]) : "…"}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
