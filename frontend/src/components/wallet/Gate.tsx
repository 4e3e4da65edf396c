import type { ReactNode } from "react";
import { useConnection } from "wagmi";
import { useSession } from "../../hooks/useSession";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Notice";
import { useWalletDialog } from "./WalletContext";

/** Shows `children` to a signed-in account, and to everybody else the step that is missing. */
export function SignedIn({ purpose, children }: { purpose: string; children: ReactNode }) {
  const { address } = useConnection();
  const { signedIn } = useSession();
  const { openWallet } = useWalletDialog();
  if (signedIn) return children;
  return (
    <Empty
      title={address === undefined ? "Connect a wallet to begin" : "Sign in to go on"}
      action={
        <Button variant="primary" onClick={openWallet}>
          {address === undefined ? "Connect wallet" : "Sign in"}
        </Button>
      }
    >
      {purpose}
    </Empty>
  );
}
