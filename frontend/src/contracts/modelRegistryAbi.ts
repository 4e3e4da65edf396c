// Generated from contracts/abi/ModelRegistry.json by gen.mjs.
export const modelRegistryAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "authority_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "datasets_",
    "type": "address",
    "internalType": "contract IDatasetRegistry"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "activate",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "activeVersion",
  "inputs": [
   {
    "name": "familyId",
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
  "name": "createFamily",
  "inputs": [
   {
    "name": "name",
    "type": "string",
    "internalType": "string"
   }
  ],
  "outputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "datasets",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IDatasetRegistry"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "digestOf",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct IModelRegistry.VersionDigest",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightsHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "runSpecHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "datasetRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "evaluationHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "parent",
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
  "name": "familyName",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "string",
    "internalType": "string"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "familyOf",
  "inputs": [
   {
    "name": "versionId",
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
  "name": "register",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "digest",
    "type": "tuple",
    "internalType": "struct IModelRegistry.VersionDigest",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightsHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "runSpecHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "datasetRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "evaluationHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "parent",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   },
   {
    "name": "datasetHashes",
    "type": "bytes32[]",
    "internalType": "bytes32[]"
   },
   {
    "name": "uri",
    "type": "string",
    "internalType": "string"
   }
  ],
  "outputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "revoke",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "reason",
    "type": "string",
    "internalType": "string"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
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
  "name": "statusOf",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint8",
    "internalType": "enum IModelRegistry.Status"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "versionCount",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "versionIdOf",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "digest",
    "type": "tuple",
    "internalType": "struct IModelRegistry.VersionDigest",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightsHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "runSpecHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "datasetRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "evaluationHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "parent",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "pure"
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
  "name": "FamilyCreated",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "name",
    "type": "string",
    "indexed": false,
    "internalType": "string"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "VersionActivated",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "familyId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "previous",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "VersionRegistered",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "familyId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "number",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "digest",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct IModelRegistry.VersionDigest",
    "components": [
     {
      "name": "manifestHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightsHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "runSpecHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "datasetRoot",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "evaluationHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "parent",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   },
   {
    "name": "uri",
    "type": "string",
    "indexed": false,
    "internalType": "string"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "VersionRevoked",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "familyId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "reason",
    "type": "string",
    "indexed": false,
    "internalType": "string"
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
  "name": "ModelRegistryAlreadyRevoked",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryDatasetRootMismatch",
  "inputs": [
   {
    "name": "expected",
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
  "name": "ModelRegistryEmptyDigest",
  "inputs": []
 },
 {
  "type": "error",
  "name": "ModelRegistryFamilyExists",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryNotActivatable",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "status",
    "type": "uint8",
    "internalType": "enum IModelRegistry.Status"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryUnknownDataset",
  "inputs": [
   {
    "name": "datasetHash",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryUnknownFamily",
  "inputs": [
   {
    "name": "familyId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryUnknownParent",
  "inputs": [
   {
    "name": "parent",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryUnknownVersion",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ModelRegistryVersionExists",
  "inputs": [
   {
    "name": "versionId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 }
] as const;
