import { useConnect, useConnectors } from "wagmi";
import { isRefusal } from "../../errors";
import { Button } from "../../ui/Button";
import { ErrorNote } from "../../ui/Notice";
import { DEV_WALLET_ID } from "../../wallet";
import { DevAccounts } from "./DevAccounts";

/** Wallets that announced themselves to the page (EIP-6963), and the development accounts of a local chain. */
export function WalletList() {
  const connectors = useConnectors();
  const connect = useConnect();
  const announced = connectors.filter((connector) => connector.id !== DEV_WALLET_ID);
  const development = connectors.find((connector) => connector.id === DEV_WALLET_ID);
  return (
    <>
      {announced.length > 0 && (
        <ul className="space-y-2">
          {announced.map((connector) => (
            <li key={connector.uid}>
              <Button
                className="w-full justify-start"
                busy={connect.isPending && connect.variables?.connector === connector}
                onClick={() => connect.mutate({ connector })}
              >
                {connector.icon !== undefined && <img src={connector.icon} alt="" className="size-5 rounded" />}
                {connector.name}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {announced.length === 0 && development === undefined && (
        <p className="text-muted">
          No wallet was found in this browser. Install a wallet extension that supports EIP-6963, then reload this page.
          Everything public can be read without one.
        </p>
      )}
      {development !== undefined && <DevAccounts connector={development} />}
      {connect.isError && !isRefusal(connect.error) && <ErrorNote what="The wallet did not connect" error={connect.error} />}
      {connect.isError && isRefusal(connect.error) && <p className="text-muted">You declined in the wallet. Nothing was shared.</p>}
    </>
  );
}
