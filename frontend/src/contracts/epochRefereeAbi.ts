// Generated from contracts/abi/EpochReferee.json by gen.mjs.
export const epochRefereeAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "config",
    "type": "tuple",
    "internalType": "struct EpochReferee.Config",
    "components": [
     {
      "name": "authority",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "labelEpochs",
      "type": "address",
      "internalType": "contract ILabelEpochs"
     },
     {
      "name": "distributor",
      "type": "address",
      "internalType": "contract IRewardDistributor"
     },
     {
      "name": "stakingPool",
      "type": "address",
      "internalType": "contract IStakingPool"
     },
     {
      "name": "slashAmount",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "answerGold",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "gold",
    "type": "tuple",
    "internalType": "struct IEpochReferee.GoldOpening",
    "components": [
     {
      "name": "answers",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "tasksHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "answerLabel",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "label",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "answerPayout",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "leaf",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "pay",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
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
  "name": "demandOf",
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
    "internalType": "struct IEpochReferee.Demand",
    "components": [
     {
      "name": "challenger",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "tree",
      "type": "uint8",
      "internalType": "enum IEpochReferee.Tree"
     },
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "answerBy",
      "type": "uint48",
      "internalType": "uint48"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "demandOpening",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "tree",
    "type": "uint8",
    "internalType": "enum IEpochReferee.Tree"
   },
   {
    "name": "index",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveCarryOver",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "leaf",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "pay",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   },
   {
    "name": "previous",
    "type": "tuple[]",
    "internalType": "struct IEpochReferee.PayoutOpening[]",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveDuplicateLabeler",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "a",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "b",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveLabelPosition",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "leaf",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "pay",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   },
   {
    "name": "label",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveMissingEarner",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "previous",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "around",
    "type": "tuple[]",
    "internalType": "struct IEpochReferee.PayoutOpening[]",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveMissingLabeler",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "label",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "around",
    "type": "tuple[]",
    "internalType": "struct IEpochReferee.PayoutOpening[]",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveOrder",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "a",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "b",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveReceipt",
  "inputs": [
   {
    "name": "preference",
    "type": "tuple",
    "internalType": "struct IEpochReferee.Preference",
    "components": [
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "blockIndex",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "seat",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "slot",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "taskId",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "choice",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "labeler",
      "type": "address",
      "internalType": "address"
     }
    ]
   },
   {
    "name": "receivedAt",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "receiptSignature",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "label",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveRunningTotal",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "a",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "payA",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   },
   {
    "name": "b",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "payB",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveScore",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "leaf",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "pay",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   },
   {
    "name": "roster",
    "type": "tuple",
    "internalType": "struct IEpochReferee.BlockOpening",
    "components": [
     {
      "name": "blockIndex",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "seats",
      "type": "uint8[]",
      "internalType": "uint8[]"
     },
     {
      "name": "words",
      "type": "tuple[]",
      "internalType": "struct LabelWord[]",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "gold",
    "type": "tuple",
    "internalType": "struct IEpochReferee.GoldOpening",
    "components": [
     {
      "name": "answers",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "tasksHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveStrayBits",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "label",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveTotal",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "leaf",
    "type": "tuple",
    "internalType": "struct IEpochReferee.PayoutOpening",
    "components": [
     {
      "name": "index",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningTotal",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "rawPayHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "pay",
    "type": "tuple",
    "internalType": "struct RawPay",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "raw",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "runningRaw",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "disproveUnopened",
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
  "name": "isSlashed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "labeler",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "labelEpochs",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract ILabelEpochs"
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
  "name": "setSlashAmount",
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
  "type": "function",
  "name": "slashAmount",
  "inputs": [],
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
  "name": "slashEquivocation",
  "inputs": [
   {
    "name": "a",
    "type": "tuple",
    "internalType": "struct IEpochReferee.Preference",
    "components": [
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "blockIndex",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "seat",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "slot",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "taskId",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "choice",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "labeler",
      "type": "address",
      "internalType": "address"
     }
    ]
   },
   {
    "name": "signatureA",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "b",
    "type": "tuple",
    "internalType": "struct IEpochReferee.Preference",
    "components": [
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "blockIndex",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "seat",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "slot",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "taskId",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "choice",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "labeler",
      "type": "address",
      "internalType": "address"
     }
    ]
   },
   {
    "name": "signatureB",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "session",
    "type": "tuple",
    "internalType": "struct IEpochReferee.Session",
    "components": [
     {
      "name": "sessionKey",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "scope",
      "type": "string",
      "internalType": "string"
     },
     {
      "name": "expiresAt",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "signature",
      "type": "bytes",
      "internalType": "bytes"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "slashed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "slashGold",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "label",
    "type": "tuple",
    "internalType": "struct IEpochReferee.LabelOpening",
    "components": [
     {
      "name": "position",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "word",
      "type": "tuple",
      "internalType": "struct LabelWord",
      "components": [
       {
        "name": "labeler",
        "type": "address",
        "internalType": "address"
       },
       {
        "name": "answers",
        "type": "uint256",
        "internalType": "uint256"
       },
       {
        "name": "valid",
        "type": "uint256",
        "internalType": "uint256"
       }
      ]
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "gold",
    "type": "tuple",
    "internalType": "struct IEpochReferee.GoldOpening",
    "components": [
     {
      "name": "answers",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "tasksHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   },
   {
    "name": "taskIds",
    "type": "bytes32[]",
    "internalType": "bytes32[]"
   },
   {
    "name": "signatures",
    "type": "bytes[]",
    "internalType": "bytes[]"
   },
   {
    "name": "session",
    "type": "tuple",
    "internalType": "struct IEpochReferee.Session",
    "components": [
     {
      "name": "sessionKey",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "scope",
      "type": "string",
      "internalType": "string"
     },
     {
      "name": "expiresAt",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "signature",
      "type": "bytes",
      "internalType": "bytes"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "slashed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "stakingPool",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IStakingPool"
   }
  ],
  "stateMutability": "view"
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
  "name": "LabelerSlashed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "labeler",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "OpeningAnswered",
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
    "name": "tree",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum IEpochReferee.Tree"
   },
   {
    "name": "index",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "leaf",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "OpeningDemanded",
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
    "name": "tree",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum IEpochReferee.Tree"
   },
   {
    "name": "index",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "answerBy",
    "type": "uint48",
    "indexed": false,
    "internalType": "uint48"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "SlashAmountSet",
  "inputs": [
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
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
  "name": "EpochRefereeAlreadySlashed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "labeler",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeIndexOutOfBounds",
  "inputs": [
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "bound",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeInvalidOpening",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "index",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeInvalidSignature",
  "inputs": [
   {
    "name": "signer",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeNoDemand",
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
  "name": "EpochRefereeNoFraud",
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
  "name": "EpochRefereeNotAbsent",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeNotNeighbours",
  "inputs": [
   {
    "name": "index",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "next",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeNothingToSlash",
  "inputs": [
   {
    "name": "labeler",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochRefereeTooEarly",
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
  "name": "EpochRefereeTooLate",
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
  "name": "EpochRefereeWrongStatus",
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
  "name": "EpochRefereeZeroAmount",
  "inputs": []
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
