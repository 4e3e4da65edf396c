import { Link } from "@tanstack/react-router";
import type { Address } from "viem";
import { useConnection } from "wagmi";
import { BondCard } from "../components/earnings/BondCard";
import { ClaimCard } from "../components/earnings/ClaimCard";
import { Claims } from "../components/earnings/Claims";
import { DisputesCard } from "../components/earnings/DisputesCard";
import { EpochEarnings } from "../components/earnings/EpochEarnings";
import { Receipts } from "../components/earnings/Receipts";
import { RewardsCard } from "../components/earnings/RewardsCard";
import { SessionKeys } from "../components/earnings/SessionKeys";
import { StakeCard } from "../components/earnings/StakeCard";
import { useWalletDialog } from "../components/wallet/WalletContext";
import { useEpochs } from "../hooks/useEpochs";
import { useNow } from "../hooks/useNow";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";

function Earnings({ account }: { account: Address }) {
  const epochs = useEpochs();
  const now = useNow(5_000);
  return (
    <>
      <ClaimCard account={account} />
      <section aria-labelledby="by-epoch" className="space-y-3">
        <h2 id="by-epoch" className="text-lg">
          By epoch
        </h2>
        <QueryView query={epochs} what="The epochs could not be loaded">
          {(data) =>
            data.length === 0 ? (
              <Empty title="No epoch yet" action={<Link to="/label" className="text-accent underline underline-offset-2">Go to Label</Link>}>
                An epoch is a payout period. It begins when an operator opens it.
              </Empty>
            ) : (
              [...data].sort((a, b) => b.epoch - a.epoch).map((epoch) => <EpochEarnings key={epoch.epoch} epoch={epoch} account={account} now={now} />)
            )
          }
        </QueryView>
      </section>
      <StakeCard account={account} now={now} />
      <DisputesCard account={account} now={now} />
      <RewardsCard account={account} now={now} />
      <BondCard account={account} />
      <Receipts account={account} />
      <SessionKeys now={now} />
      <Claims account={account} />
    </>
  );
}

export default function EarningsPage() {
  const { address } = useConnection();
  const { openWallet } = useWalletDialog();
  return (
    <Page title="Earnings" lead="What each epoch paid you and why, number by number. Amounts add up over epochs, so a late claim loses nothing.">
      {address === undefined ? (
        <Empty
          title="Connect a wallet to see its earnings"
          action={
            <Button variant="primary" onClick={openWallet}>
              Connect wallet
            </Button>
          }
        >
          Statements are public; no sign-in is needed.
        </Empty>
      ) : (
        <Earnings account={address} />
      )}
    </Page>
  );
}
