import { useConnection } from "wagmi";
import { shortHex } from "../../format";
import { useSession } from "../../hooks/useSession";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { useWalletDialog } from "./WalletContext";

/** The way in: connect, sign in, or open the account. */
export function AccountButton() {
  const { address, status } = useConnection();
  const { signedIn } = useSession();
  const { openWallet } = useWalletDialog();
  if (address === undefined) {
    return (
      <Button variant="primary" onClick={openWallet}>
        <span>
          Connect<span className="hidden sm:inline"> wallet</span>
        </span>
      </Button>
    );
  }
  return (
    <Button onClick={openWallet} data-testid="account" data-status={status} data-signed-in={signedIn} title={address}>
      <span aria-hidden className={signedIn ? "size-2 rounded-full bg-good" : "size-2 rounded-full border border-control"} />
      <span className={cx("font-mono text-[0.8125rem] whitespace-nowrap", !signedIn && "hidden sm:inline")}>{shortHex(address)}</span>
      {!signedIn && <span className="whitespace-nowrap">Sign in</span>}
      {signedIn && <span className="sr-only">signed in</span>}
    </Button>
  );
}
