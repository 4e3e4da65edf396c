import { type Address, type Chain, type Hex, type LocalAccount, createWalletClient, http } from "viem";
import { mnemonicToAccount } from "viem/accounts";

/** Keys of the development accounts and what they sign. Loaded on first use: visitors who bring a wallet never pay for it. */
const MNEMONIC = "test test test test test test test test test test test junk";

export const devAccount = (index: number): LocalAccount => mnemonicToAccount(MNEMONIC, { addressIndex: index });

/** A transaction as wallets are asked for it. */
export interface TransactionRequest {
  to: Address;
  data?: Hex;
  value?: Hex;
  gas?: Hex;
}

const quantity = (hex: Hex | undefined): bigint | undefined => (hex === undefined ? undefined : BigInt(hex));

/** Signs and sends; answers with the transaction's hash. */
export function sendTransaction(account: LocalAccount, chain: Chain, rpcUrl: string, request: TransactionRequest): Promise<Hex> {
  const client = createWalletClient({ account, chain, transport: http(rpcUrl) });
  const { to, data, value, gas } = request;
  return client.sendTransaction({ to, data, value: quantity(value), gas: quantity(gas) });
}
