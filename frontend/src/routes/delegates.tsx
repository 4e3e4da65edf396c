import { useState } from "react";
import { isAddress } from "viem";
import { useConnection } from "wagmi";
import { DelegateNudge } from "../components/proposals/DelegateNudge";
import { useWalletDialog } from "../components/wallet/WalletContext";
import { governanceTokenAbi } from "../contracts/governanceTokenAbi";
import { formatTokens } from "../format";
import { useConfig } from "../hooks/useConfig";
import { useDelegates } from "../hooks/useGovernance";
import { useTransaction } from "../hooks/useTransaction";
import { Account } from "../ui/Account";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Input } from "../ui/Field";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Table } from "../ui/Table";
import { TransactionNote } from "../ui/TransactionNote";

function DelegateForm() {
  const { contracts } = useConfig();
  const { address } = useConnection();
  const { openWallet } = useWalletDialog();
  const transaction = useTransaction();
  const [to, setTo] = useState("");
  const [error, setError] = useState<string>();
  const submit = () => {
    if (!isAddress(to)) return setError("This is not an address. It starts with 0x and has 40 digits.");
    setError(undefined);
    void transaction.run({ address: contracts.governanceToken, abi: governanceTokenAbi, functionName: "delegate", args: [to] });
  };
  return (
    <Card title="Delegate your votes">
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (address === undefined) openWallet();
          else submit();
        }}
      >
        <Input
          label="To account"
          value={to}
          error={error}
          placeholder="0x…"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTo(event.target.value.trim())}
          hint="Delegation moves votes, not tokens. It counts for votes that open later."
          className="font-mono"
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" busy={transaction.busy}>
            {address === undefined ? "Connect wallet" : "Delegate"}
          </Button>
          {address !== undefined && <Button onClick={() => setTo(address)}>Fill in my own</Button>}
        </div>
        <TransactionNote state={transaction.state} />
      </form>
    </Card>
  );
}

export default function DelegatesPage() {
  const delegates = useDelegates();
  return (
    <Page title="Delegates" lead="Accounts by the votes they hold, their own and those that others gave them.">
      <DelegateNudge />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <QueryView query={delegates} what="The delegates could not be loaded" lines={6}>
          {(data) =>
            data.length === 0 ? (
              <Empty title="Nobody holds votes yet">Delegate your tokens to yourself to be the first.</Empty>
            ) : (
              <Card title="By votes">
                <Table caption="Delegates by votes" head={["Account", "Votes", "Delegators", "Votes cast"]}>
                  {data.map((delegate) => (
                    <tr key={delegate.account}>
                      <td>
                        <Account address={delegate.account} />
                      </td>
                      <td className="whitespace-nowrap">{formatTokens(delegate.votes, 0)}</td>
                      <td>{delegate.nDelegators}</td>
                      <td>{delegate.nVotesCast}</td>
                    </tr>
                  ))}
                </Table>
              </Card>
            )
          }
        </QueryView>
        <DelegateForm />
      </div>
    </Page>
  );
}
