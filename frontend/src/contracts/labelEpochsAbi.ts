// Generated from contracts/abi/LabelEpochs.json by gen.mjs.
export const labelEpochsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "config",
    "type": "tuple",
    "internalType": "struct LabelEpochs.Config",
    "components": [
     {
      "name": "authority",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "token",
      "type": "address",
      "internalType": "contract IGovernanceToken"
     },
     {
      "name": "distributor",
      "type": "address",
      "internalType": "contract IRewardDistributor"
     },
     {
      "name": "commitWindow",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "challengeWindow",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "revealWindow",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "responseWindow",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "operatorBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "minProposerBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "bondBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "challengerBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "reserve",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "floors",
      "type": "tuple",
      "internalType": "struct ILabelEpochs.Floors",
      "components": [
       {
        "name": "overlapSlots",
        "type": "uint16",
        "internalType": "uint16"
       },
       {
        "name": "minOverlap",
        "type": "uint16",
        "internalType": "uint16"
       },
       {
        "name": "goldSlots",
        "type": "uint16",
        "internalType": "uint16"
       },
       {
        "name": "minRoster",
        "type": "uint16",
        "internalType": "uint16"
       },
       {
        "name": "alphaBps",
        "type": "uint16",
        "internalType": "uint16"
       }
      ]
     }
    ]
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "MAX_PAUSE",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "REARM",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "acceptPayouts",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "payoutsRoot",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "authority",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "bondBps",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "bondOf",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "free",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "reserved",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "challengeWindow",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "challengerBond",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "commitDeadlineOf",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "commitLabels",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "labelsRoot",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "blockCount",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "bundleHash",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "commitWindow",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "disproveLabels",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "fraud",
    "type": "uint8",
    "internalType": "enum Fraud"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disprovePayouts",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "fraud",
    "type": "uint8",
    "internalType": "enum Fraud"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "distributor",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IRewardDistributor"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "eip712Domain",
  "inputs": [],
  "outputs": [
   {
    "name": "fields",
    "type": "bytes1",
    "internalType": "bytes1"
   },
   {
    "name": "name",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "version",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "chainId",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "verifyingContract",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "salt",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "extensions",
    "type": "uint256[]",
    "internalType": "uint256[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "epochOf",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct ILabelEpochs.Epoch",
    "components": [
     {
      "name": "status",
      "type": "uint8",
      "internalType": "enum ILabelEpochs.Status"
     },
     {
      "name": "openedAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "committedAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "revealedAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "proposedAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "commitBlock",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "operator",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "blockCount",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "challengeEndsAt",
      "type": "uint48",
      "internalType": "uint48"
     },
     {
      "name": "labelsRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "bundleHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "blockHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "secret",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "seed",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "payoutsRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "accountCount",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "totalCumulative",
      "type": "uint112",
      "internalType": "uint112"
     },
     {
      "name": "totalRaw",
      "type": "uint112",
      "internalType": "uint112"
     },
     {
      "name": "proposer",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "proposerBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "challenger",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "operatorBond",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "floors",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct ILabelEpochs.Floors",
    "components": [
     {
      "name": "overlapSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minOverlap",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minRoster",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "alphaBps",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "freeze",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "hashTypedData",
  "inputs": [
   {
    "name": "structHash",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "isConsumingScheduledOp",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "bytes4",
    "internalType": "bytes4"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "isPausable",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "internalType": "bytes4"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "lastEpoch",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "lastSettledEpoch",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "minProposerBond",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "missCommit",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "missReveal",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "onLocked",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes4",
    "internalType": "bytes4"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "open",
  "inputs": [
   {
    "name": "terms",
    "type": "tuple",
    "internalType": "struct ILabelEpochs.Terms",
    "components": [
     {
      "name": "budget",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "basePay",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "alphaPay",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "blockSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "overlapSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minOverlap",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minRoster",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldBlocks",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "goldRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "secretHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "campaignHash",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "operatorBond",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "operatorBondOf",
  "inputs": [
   {
    "name": "budget",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "pause",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "internalType": "bytes4"
   },
   {
    "name": "duration",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "pausedUntil",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "internalType": "bytes4"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "proposePayouts",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "payoutsRoot",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "accountCount",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "totalCumulative",
    "type": "uint112",
    "internalType": "uint112"
   },
   {
    "name": "totalRaw",
    "type": "uint112",
    "internalType": "uint112"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "proposerBondOf",
  "inputs": [
   {
    "name": "spend",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "recordBlockHash",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "rejectPayouts",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "reserve",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "responseWindow",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "reveal",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "secret",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "revealWindow",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint48",
    "internalType": "uint48"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "setAuthority",
  "inputs": [
   {
    "name": "newAuthority",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "termsOf",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct ILabelEpochs.Terms",
    "components": [
     {
      "name": "budget",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "basePay",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "alphaPay",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "blockSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "overlapSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minOverlap",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minRoster",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldBlocks",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "goldRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "secretHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "campaignHash",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "token",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IGovernanceToken"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "unfreeze",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "responder",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "voidEpoch",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "withdrawBond",
  "inputs": [
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "AuthorityUpdated",
  "inputs": [
   {
    "name": "authority",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "BlockHashRecorded",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "blockHash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "BondChanged",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "free",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "reserved",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "BondSlashed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "account",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "challenger",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "share",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "CommitMissed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EIP712DomainChanged",
  "inputs": [],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EntryPaused",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "indexed": true,
    "internalType": "bytes4"
   },
   {
    "name": "until",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   },
   {
    "name": "rearmAt",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EpochOpened",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "operator",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "terms",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct ILabelEpochs.Terms",
    "components": [
     {
      "name": "budget",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "basePay",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "alphaPay",
      "type": "uint128",
      "internalType": "uint128"
     },
     {
      "name": "blockSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "overlapSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldSlots",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minOverlap",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "minRoster",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "goldBlocks",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "goldRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "secretHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "campaignHash",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EpochVoided",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LabelsCommitted",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "labelsRoot",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "blockCount",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "bundleHash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LabelsDisproved",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "fraud",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum Fraud"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "PayoutsApproved",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "payoutsRoot",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "accountCount",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "totalCumulative",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "PayoutsDisproved",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "fraud",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum Fraud"
   },
   {
    "name": "payoutsRoot",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "PayoutsFrozen",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "PayoutsProposed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "proposer",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "payoutsRoot",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "accountCount",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "totalCumulative",
    "type": "uint112",
    "indexed": false,
    "internalType": "uint112"
   },
   {
    "name": "totalRaw",
    "type": "uint112",
    "indexed": false,
    "internalType": "uint112"
   },
   {
    "name": "bond",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "challengeEndsAt",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "PayoutsRejected",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "payoutsRoot",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "PayoutsUnfrozen",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "responder",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "challengeEndsAt",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "RevealMissed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "SeedRevealed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "secret",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "seed",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "AccessManagedInvalidAuthority",
  "inputs": [
   {
    "name": "authority",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AccessManagedRequiredDelay",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "delay",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "AccessManagedUnauthorized",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "EntryPauseActive",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "internalType": "bytes4"
   },
   {
    "name": "until",
    "type": "uint48",
    "internalType": "uint48"
   }
  ]
 },
 {
  "type": "error",
  "name": "EntryPauseDurationOutOfBounds",
  "inputs": [
   {
    "name": "duration",
    "type": "uint48",
    "internalType": "uint48"
   },
   {
    "name": "maximum",
    "type": "uint48",
    "internalType": "uint48"
   }
  ]
 },
 {
  "type": "error",
  "name": "EntryPauseNotPausable",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "internalType": "bytes4"
   }
  ]
 },
 {
  "type": "error",
  "name": "EntryPauseTooSoon",
  "inputs": [
   {
    "name": "selector",
    "type": "bytes4",
    "internalType": "bytes4"
   },
   {
    "name": "notBefore",
    "type": "uint48",
    "internalType": "uint48"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidShortString",
  "inputs": []
 },
 {
  "type": "error",
  "name": "LabelEpochsBlockHashUnavailable",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "blockNumber",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsBondTooSmall",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "free",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "needed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsBudgetTooHigh",
  "inputs": [
   {
    "name": "budget",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "epochBudget",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsEmptyRoot",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsFrozen",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsNotFrozen",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsOnlyOperator",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsOnlyToken",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsOutOfOrder",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "expected",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsOverBudget",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "spend",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "budget",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsRootMismatch",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "proposed",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "given",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsTermsOutOfBounds",
  "inputs": [
   {
    "name": "field",
    "type": "string",
    "internalType": "string"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsTooEarly",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "notBefore",
    "type": "uint48",
    "internalType": "uint48"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsTooLate",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "deadline",
    "type": "uint48",
    "internalType": "uint48"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsTooManyBlocks",
  "inputs": [
   {
    "name": "blockCount",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "maximum",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsWrongSecret",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsWrongStatus",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "actual",
    "type": "uint8",
    "internalType": "enum ILabelEpochs.Status"
   }
  ]
 },
 {
  "type": "error",
  "name": "LabelEpochsZeroAmount",
  "inputs": []
 },
 {
  "type": "error",
  "name": "RewardDistributorLowerTotal",
  "inputs": [
   {
    "name": "totalApproved",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "previous",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "SafeCastOverflowedUintDowncast",
  "inputs": [
   {
    "name": "bits",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "value",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "StringTooLong",
  "inputs": [
   {
    "name": "str",
    "type": "string",
    "internalType": "string"
   }
  ]
 }
] as const;
