import { useConnection, useSwitchChain } from "wagmi";
import { useConfig } from "../../hooks/useConfig";
import { Button } from "../../ui/Button";
import { ErrorNote, Notice } from "../../ui/Notice";
import { chainName } from "../../wallet";

/** Shown while the wallet is on another chain than the deployment. */
export function ChainNotice() {
  const { chainId: expected } = useConfig();
  const { chainId, status } = useConnection();
  const change = useSwitchChain();
  if (status !== "connected" || chainId === expected) return null;
  return (
    <div className="mb-5 space-y-2">
      <Notice tone="brass">
        <span>
          Your wallet is on {chainName(chainId)}. This deployment lives on {chainName(expected)}.
        </span>
        <Button busy={change.isPending} onClick={() => change.mutate({ chainId: expected })}>
          Switch to {chainName(expected)}
        </Button>
      </Notice>
      {change.isError && <ErrorNote what="The wallet did not switch" error={change.error} />}
    </div>
  );
}
