import { type ReactNode, Suspense, createContext, lazy, use, useMemo, useState } from "react";

const WalletDialog = lazy(() => import("./WalletDialog"));

const WalletContext = createContext<{ openWallet: () => void }>({ openWallet: () => undefined });

/** Opens the wallet dialog from anywhere: "Connect a wallet" is a next step on many pages. */
export const useWalletDialog = () => use(WalletContext);

export function WalletProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  const value = useMemo(
    () => ({
      openWallet: () => {
        setWanted(true);
        setOpen(true);
      },
    }),
    [],
  );
  return (
    <WalletContext value={value}>
      {children}
      {wanted && (
        <Suspense>
          <WalletDialog open={open} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </WalletContext>
  );
}
