import { useQuery } from "@tanstack/react-query";
import type { Hex } from "viem";
import { useConfig as useWagmiConfig } from "wagmi";
import { readContract } from "wagmi/actions";
import type { PublicConfig } from "../config";
import { labelEpochsAbi } from "../contracts/labelEpochsAbi";
import { useConfig } from "./useConfig";

/** Entries that a guardian can stop for at most seven days, and what people know them as. Ways out are not among them. */
export const PAUSABLE = [
  { contract: "stakingPool", name: "onLocked", selector: "0xf98a2ec4", what: "New stakes" },
  { contract: "labelEpochs", name: "open", selector: "0x0f09a4b9", what: "Opening epochs" },
  { contract: "labelEpochs", name: "commitLabels", selector: "0x47ce06f8", what: "Closing epochs" },
  { contract: "labelEpochs", name: "proposePayouts", selector: "0x261d4db5", what: "Proposing payouts" },
  { contract: "labelEpochs", name: "acceptPayouts", selector: "0xc49333b3", what: "Approving payouts" },
  { contract: "modelRegistry", name: "register", selector: "0x490ad7e3", what: "Registering model versions" },
  { contract: "modelRegistry", name: "activate", selector: "0x59db6e85", what: "Putting model versions in place" },
  { contract: "datasetRegistry", name: "register", selector: "0xcb45facf", what: "Registering datasets" },
] as const satisfies { contract: keyof PublicConfig["contracts"]; name: string; selector: Hex; what: string }[];

export interface Pause {
  what: string;
  /** First second in which the entry works again, in Unix seconds. */
  until: number;
}

/** Every pause that was ever set and may still run; read from the contracts, which all have the same function for it. */
export function usePauses() {
  const { contracts } = useConfig();
  const config = useWagmiConfig();
  return useQuery({
    queryKey: ["pauses"],
    queryFn: async (): Promise<Pause[]> => {
      const read = ({ contract, selector }: (typeof PAUSABLE)[number]) =>
        readContract(config, { address: contracts[contract], abi: labelEpochsAbi, functionName: "pausedUntil", args: [selector] });
      const until = await Promise.all(PAUSABLE.map(read));
      return PAUSABLE.map(({ what }, i) => ({ what, until: until[i]! })).filter((pause) => pause.until > 0);
    },
  });
}
