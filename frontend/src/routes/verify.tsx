import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { isAddress } from "viem";
import { useConnection } from "wagmi";
import { EpochBadge } from "../components/epochs/EpochBadge";
import { Settlement, hasSettlement } from "../components/epochs/Settlement";
import { standing } from "../components/epochs/standing";
import { ReceiptProof } from "../components/verify/ReceiptProof";
import { Steps, Verdict } from "../components/verify/Steps";
import { useEpochs } from "../hooks/useEpochs";
import { useNow } from "../hooks/useNow";
import { useVerification } from "../hooks/useVerification";
import { canVerify } from "../protocol/client";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { Card } from "../ui/Card";
import { Input } from "../ui/Field";
import { Page } from "../ui/Page";

/** Recompute a payout here, trusting the chain and nothing else. */
export default function VerifyPage() {
  const search = useSearch({ from: "/verify" });
  const { address } = useConnection();
  const epochs = useEpochs();
  const [epochText, setEpoch] = useState(search.epoch?.toString() ?? "");
  const [accountText, setAccount] = useState(search.account ?? "");
  const [error, setError] = useState<{ epoch?: string; account?: string }>({});
  const { steps, running, verify, broken } = useVerification();
  const epoch = epochText || String(epochs.data?.at(-1)?.epoch ?? "");
  const account = accountText || (address ?? "");
  const shown = epochs.data?.find((candidate) => String(candidate.epoch) === epoch);
  const now = useNow();

  const start = () => {
    const wrong = {
      epoch: /^[1-9]\d*$/.test(epoch) ? undefined : "Give the number of an epoch, from 1.",
      account: isAddress(account) ? undefined : "This is not an address. It starts with 0x and has 40 digits.",
    };
    setError(wrong);
    if (wrong.epoch === undefined && isAddress(account)) void verify(Number(epoch), account);
  };
  const finished = steps.length > 0 && !running;
  return (
    <Page
      title="Verify"
      lead="Recompute what an epoch paid an account, and everybody else. The labels come from the published file, the roots from the chain, and every hash, signature and sum is computed in this page, by the code that the server and the command line run."
    >
      {!canVerify && (
        <Notice tone="brass">
          <p>This page was built without the module that recomputes payouts. The command line makes the same checks, see below.</p>
        </Notice>
      )}
      <Card>
        <form
          className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 sm:grid-cols-[7rem_minmax(0,1fr)_auto]"
          onSubmit={(event) => {
            event.preventDefault();
            if (!running) start();
          }}
        >
          <Input label="Epoch" inputMode="numeric" value={epoch} error={error.epoch} onChange={(event) => setEpoch(event.target.value.trim())} />
          <Input
            label="Account"
            value={account}
            error={error.account}
            placeholder="0x…"
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            onChange={(event) => setAccount(event.target.value.trim())}
          />
          <Button type="submit" variant="primary" busy={running} disabled={!canVerify} className="sm:mt-6.5">
            Verify
          </Button>
        </form>
      </Card>
      {shown && (
        <Card title={`Epoch ${shown.epoch}`} aside={<EpochBadge epoch={shown} />}>
          <div className="space-y-4">
            {shown.demand === null && <p className="measure text-muted">{standing(shown, now)}</p>}
            {hasSettlement(shown) && <Settlement epoch={shown} now={now} />}
          </div>
        </Card>
      )}
      {steps.length > 0 && (
        <Card title="Checks">
          <div className="space-y-5" aria-busy={running}>
            {finished && <Verdict steps={steps} />}
            <Steps steps={steps} />
          </div>
        </Card>
      )}
      {finished && broken && <ReceiptProof broken={broken} />}
      <p className="measure text-[0.875rem] text-muted">
        The same checks from any node and without this server: <code>polity verify epoch {epoch || "N"}</code>
      </p>
    </Page>
  );
}
