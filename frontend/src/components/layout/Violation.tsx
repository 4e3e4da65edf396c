import { useStatus } from "../../hooks/useStatus";
import { Notice } from "../../ui/Notice";

export function ViolationNotice({ violation }: { violation: string | null | undefined }) {
  if (violation === undefined || violation === null) return null;
  return (
    <div role="alert" className="mb-6">
      <Notice tone="brass">
        <div>
          <p className="font-semibold">The chain took back a final block</p>
          <p className="measure mt-1">{violation} What you see here is the chain as it is now; check before you sign anything.</p>
        </div>
      </Notice>
    </div>
  );
}

/** That a final block was replaced, until the operator has looked at it; nothing while all is well. */
export const Violation = () => <ViolationNotice violation={useStatus().data?.index?.violation} />;
