import { useState } from "react";
import { useCommand } from "../../hooks/useAdmin";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/Notice";

/** Starts work on the server after a confirmation that says what will happen. */
export function CommandButton({ text, path, body, consequence }: { text: string; path: string; body?: unknown; consequence: string }) {
  const [asking, setAsking] = useState(false);
  const command = useCommand();
  const run = () => command.mutate({ path, body }, { onSuccess: () => setAsking(false) });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{text}</Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title={text}>
        <p>{consequence}</p>
        {command.isError && <ErrorNote what="Nothing was started" error={command.error} />}
        <div className="flex gap-2">
          <Button variant="primary" busy={command.isPending} onClick={run}>
            {text}
          </Button>
          <Button onClick={() => setAsking(false)}>Keep as it is</Button>
        </div>
      </Dialog>
    </>
  );
}
