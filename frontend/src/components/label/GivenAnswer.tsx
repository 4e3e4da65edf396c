import type { Choice } from "../../protocol/labels";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { SAID } from "./ReceiptLine";

/** An answer that was given before and is not on the server yet. It is final, so it can only be sent again. */
export function GivenAnswer({ choice, onSend }: { choice: Choice; onSend: () => void }) {
  return (
    <Notice tone="brass">
      <p>
        You have answered this task: <strong>{SAID[choice]}</strong>. Answers are final; this one is not saved yet.
      </p>
      <Button variant="primary" onClick={onSend}>
        Send it again
      </Button>
    </Notice>
  );
}
