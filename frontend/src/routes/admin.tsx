import { Campaigns } from "../components/admin/Campaigns";
import { Epochs } from "../components/admin/Epochs";
import { Jobs } from "../components/admin/Jobs";
import { Runs } from "../components/admin/Runs";
import { Pauses } from "../components/layout/Pauses";
import { SignedIn } from "../components/wallet/Gate";
import { isOperator, useMe } from "../hooks/useMe";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";

function Panels() {
  const me = useMe();
  return (
    <QueryView query={me} what="Your account could not be loaded">
      {(data) =>
        isOperator(data) ? (
          <>
            <Pauses />
            <Campaigns />
            <Epochs />
            <Runs />
            <Jobs />
          </>
        ) : (
          <Empty title="This account has no operator role">Sign in with an account that holds the OPERATOR role, or ask for it in a proposal.</Empty>
        )
      }
    </QueryView>
  );
}

export default function AdminPage() {
  return (
    <Page title="Admin" lead="Campaigns, epochs, training runs and the job queue.">
      <SignedIn purpose="These actions need an account with the operator role.">
        <Panels />
      </SignedIn>
    </Page>
  );
}
