import type { Address } from "viem";
import type { ListedSessionKey } from "../../api/types";
import { formatRelative, formatTime, shortHex } from "../../format";
import { useSession } from "../../hooks/useSession";
import { useSessionKey } from "../../hooks/useSessionKey";
import { stateOfKey, useRevokeSessionKey, useSessionKeys } from "../../hooks/useSessionKeys";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Hash } from "../../ui/Hash";
import { ErrorNote } from "../../ui/Notice";
import { QueryView } from "../../ui/QueryView";
import { useWalletDialog } from "../wallet/WalletContext";

function endOf(key: ListedSessionKey, now: number): string {
  if (key.revokedAt !== null) return `taken back ${formatTime(key.revokedAt)}`;
  const expires = new Date(key.expiresAt * 1000).toISOString();
  return stateOfKey(key, now) === "expired" ? `ended ${formatTime(expires)}` : `ends by itself ${formatRelative(expires, now)}`;
}

function Keys({ account, now }: { account: Address; now: number }) {
  const keys = useSessionKeys(account);
  const { key: own, forget } = useSessionKey(account);
  const revoke = useRevokeSessionKey(account);
  const isOwn = (sessionKey: Address) => own?.sessionKey.toLowerCase() === sessionKey.toLowerCase();
  const takeBack = (sessionKey: Address) => revoke.mutate(sessionKey, { onSuccess: () => isOwn(sessionKey) && forget() });
  return (
    <QueryView query={keys} what="The keys could not be loaded">
      {(data) =>
        data.length === 0 ? (
          <p className="text-muted">No key was authorised yet. The Label page asks for one.</p>
        ) : (
          <div className="space-y-3">
            <ul>
              {data.map((key) => (
                <li key={key.sessionKey} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line py-3 first:pt-0 last:border-0 last:pb-0">
                  <span className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
                    <Hash hash={key.sessionKey} label="Key" mark={false} />
                    <Badge tone={stateOfKey(key, now) === "valid" ? "good" : "neutral"}>{stateOfKey(key, now)}</Badge>
                    <span className="text-[0.875rem] text-muted">
                      {endOf(key, now)}
                      {isOwn(key.sessionKey) && ", in this tab"}
                    </span>
                  </span>
                  {stateOfKey(key, now) === "valid" && (
                    <Button
                      variant="danger"
                      busy={revoke.isPending && revoke.variables === key.sessionKey}
                      aria-label={`Take key ${shortHex(key.sessionKey)} back`}
                      onClick={() => takeBack(key.sessionKey)}
                    >
                      Take back
                    </Button>
                  )}
                </li>
              ))}
            </ul>
            {revoke.isError && <ErrorNote what="The key was not taken back" error={revoke.error} />}
          </div>
        )
      }
    </QueryView>
  );
}

/** Keys that may sign answers for the account, and the way to take one back. */
export function SessionKeys({ now }: { now: number }) {
  const { account } = useSession();
  const { openWallet } = useWalletDialog();
  return (
    <Card title="Keys that may answer for you">
      <div className="space-y-4">
        <p className="measure text-muted">
          Each browser in which you label has a key that signs your answers, and nothing else. Take one back if you no longer trust its
          browser. Answers it gave before stay.
        </p>
        {account === undefined ? <Button onClick={openWallet}>Sign in to see them</Button> : <Keys account={account} now={now} />}
      </div>
    </Card>
  );
}
