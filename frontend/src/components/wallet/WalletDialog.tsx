import { useConnection } from "wagmi";
import { Dialog } from "../../ui/Dialog";
import { ConnectedPanel } from "./ConnectedPanel";
import { WalletList } from "./WalletList";

/** Choose a wallet, then sign in; later the place to sign out and to disconnect. */
export default function WalletDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { status } = useConnection();
  const connected = status === "connected";
  return (
    <Dialog open={open} onClose={onClose} title={connected ? "Your account" : "Connect a wallet"}>
      {connected ? <ConnectedPanel onDone={onClose} /> : <WalletList />}
    </Dialog>
  );
}
