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
      "name": "distributor",
      "type": "address",
      "internalType": "contract IRewardDistributor"
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
     }
    ]
   }
  ],
  "stateMutability": "nonpayable"
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
    "name": "leafCount",
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
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "leafCount",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "accountCount",
      "type": "uint32",
      "internalType": "uint32"
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
      "name": "totalCumulative",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
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
      "name": "goldPassBps",
      "type": "uint16",
      "internalType": "uint16"
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
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
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
      "name": "goldPassBps",
      "type": "uint16",
      "internalType": "uint16"
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
  "name": "EpochOpened",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
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
      "name": "goldPassBps",
      "type": "uint16",
      "internalType": "uint16"
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
    "name": "leafCount",
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
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
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
 }
] as const;
