import { Link } from "@tanstack/react-router";
import { formatCount } from "../../format";
import { Empty } from "../../ui/Notice";

export function Done({ epoch, total, sending }: { epoch: number; total: number; sending: number }) {
  return (
    <Empty
      title={`All ${formatCount(total, "task")} of your block are answered`}
      action={
        <Link to="/earnings" className="text-accent underline underline-offset-2">
          See your earnings
        </Link>
      }
    >
      {sending > 0 ? "The last answers are being saved." : `Epoch ${epoch} is paid after it closes, its payouts stand unchallenged, and the vote approves them.`}
    </Empty>
  );
}
