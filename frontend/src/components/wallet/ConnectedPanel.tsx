import { useState } from "react";
import { useConnection, useDisconnect } from "wagmi";
import { isRefusal } from "../../errors";
import { formatTokens } from "../../format";
import { useMe } from "../../hooks/useMe";
import { useSession } from "../../hooks/useSession";
import { useSignIn, useSignOut } from "../../hooks/useSignIn";
import { Button } from "../../ui/Button";
import { Hash } from "../../ui/Hash";
import { ErrorNote } from "../../ui/Notice";
import { Stat, Stats } from "../../ui/Stat";
import { DEV_WALLET_ID } from "../../wallet";
import { DevAccounts } from "./DevAccounts";

/** The connected account: sign in or out, balances, disconnect. */
export function ConnectedPanel({ onDone }: { onDone: () => void }) {
  const { address, connector } = useConnection();
  const { signedIn } = useSession();
  const signIn = useSignIn();
  const signOut = useSignOut();
  const disconnect = useDisconnect();
  const me = useMe();
  const [switching, setSwitching] = useState(false);
  if (address === undefined) return null;
  const leave = () => {
    if (signedIn) signOut.mutate();
    disconnect.mutate({});
    onDone();
  };
  return (
    <>
      <p className="flex items-center justify-between gap-3">
        <Hash hash={address} label="Account" mark={false} />
        <span className="text-[0.875rem] text-muted">{connector?.name}</span>
      </p>
      {!signedIn && (
        <div className="space-y-3">
          <p className="text-muted">
            Sign in to label and to see your earnings. Your wallet signs a short message; nothing is sent to the chain. Voting and
            claiming need no sign-in.
          </p>
          <Button
            variant="primary"
            className="w-full"
            busy={signIn.isPending}
            onClick={() => signIn.mutate(undefined, { onSuccess: onDone })}
          >
            Sign in
          </Button>
          {signIn.isError && isRefusal(signIn.error) && <p role="status">You declined the signature. You can sign in any time.</p>}
          {signIn.isError && !isRefusal(signIn.error) && <ErrorNote what="You are not signed in" error={signIn.error} />}
        </div>
      )}
      {me.data !== undefined && (
        <Stats>
          <Stat label="Balance">{formatTokens(me.data.balance)}</Stat>
          <Stat label="Votes">{formatTokens(me.data.votes)}</Stat>
          <Stat label="Staked">{formatTokens(me.data.stake.active)}</Stat>
        </Stats>
      )}
      {switching && connector?.id === DEV_WALLET_ID && <DevAccounts connector={connector} onChosen={() => setSwitching(false)} />}
      <div className="flex flex-wrap gap-2 border-t border-line pt-4">
        {connector?.id === DEV_WALLET_ID && !switching && <Button onClick={() => setSwitching(true)}>Other account</Button>}
        {signedIn && <Button onClick={() => signOut.mutate()}>Sign out</Button>}
        <Button onClick={leave}>Disconnect</Button>
      </div>
    </>
  );
}
