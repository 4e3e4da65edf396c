import { type ReactNode, createContext, use, useMemo, useState } from "react";
import { WalletDialog } from "./WalletDialog";

const WalletContext = createContext<{ openWallet: () => void }>({ openWallet: () => undefined });

/** Opens the wallet dialog from anywhere: "Connect a wallet" is a next step on many pages. */
export const useWalletDialog = () => use(WalletContext);

export function WalletProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const value = useMemo(() => ({ openWallet: () => setOpen(true) }), []);
  return (
    <WalletContext value={value}>
      {children}
      <WalletDialog open={open} onClose={() => setOpen(false)} />
    </WalletContext>
  );
}
