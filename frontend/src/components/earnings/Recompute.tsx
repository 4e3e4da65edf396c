import { Link } from "@tanstack/react-router";
import type { Address } from "viem";
import { useVerification } from "../../hooks/useVerification";
import { canVerify } from "../../protocol/client";
import { Button } from "../../ui/Button";
import { Verdict } from "../verify/Steps";

/** Verifies an epoch where its statement is shown: what came out in a sentence, and the way to every step of it. */
export function Recompute({ epoch, account }: { epoch: number; account: Address }) {
  const { steps, running, verify } = useVerification();
  const step = steps.find(({ state }) => state === "running");
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        {canVerify && (
          <Button busy={running} onClick={() => void verify(epoch, account)}>
            Recompute in this browser
          </Button>
        )}
        <Link to="/verify" search={{ epoch, account }} className="text-accent underline underline-offset-2">
          Every check
        </Link>
      </div>
      {!running && steps.length > 0 && <Verdict steps={steps} />}
      {step && (
        <p className="measure text-[0.875rem] text-muted">
          {step.title}
          {step.detail !== "" && `: ${step.detail}`}
        </p>
      )}
    </div>
  );
}
