// Generated from backend/openapi.json by gen.mjs.
export interface paths {
    "/api/v1/accounts/{address}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an address holds and has earned */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{address}/disputes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account was slashed for, demanded, showed and proved, and what was proved against it */
        get: operations["listDisputes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/nonces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a nonce for a sign-in message */
        post: operations["createNonce"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a wallet (EIP-4361)
         * @description The nonce is used up whatever the outcome, so a message cannot be replayed. Domain, URI and chain id must be those of
         *     `/api/v1/config.json`.
         */
        post: operations["createSession"];
        /**
         * Sign out: the refresh cookie and all tokens that came from the same sign-in are void
         * @description The access token lives on for its remaining minutes; forget it. Needs the header `X-Polity-Csrf`.
         */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a new access token for the refresh cookie
         * @description The cookie is replaced at each use. Needs the header `X-Polity-Csrf`.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/base-models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import a model folder and register it as a version that a vote can activate */
        post: operations["createBaseModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes whose keccak256 is `hash`: label bundles, manifests, samples, evaluations */
        get: operations["getBlob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All campaigns, the newest first */
        get: operations["listCampaigns"];
        put?: never;
        /** Create a campaign */
        post: operations["createCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One campaign */
        get: operations["getCampaign"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/agreement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a campaign's labelers agree, and how each of them errs */
        get: operations["getAgreement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/epochs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open the next epoch of a campaign on chain */
        post: operations["openEpoch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/gold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the answers that are known beforehand; all or none of them are set */
        put: operations["setGold"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/sampling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have the served version answer the prompts that have no tasks yet */
        post: operations["sampleCompletions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All tasks of a campaign with their gold answers */
        get: operations["listTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checkpoints/{manifestHash}/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a checkpoint folder (Hugging Face layout) */
        get: operations["getCheckpointFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest 100 claims */
        get: operations["listClaims"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All datasets, the newest first */
        get: operations["listDatasets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One dataset */
        get: operations["getDataset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/delegates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The 200 accounts with the most votes */
        get: operations["listDelegates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All epochs, the newest first */
        get: operations["listEpochs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs/{epoch}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One epoch */
        get: operations["getEpoch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs/{epoch}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop taking answers and have the labels committed on chain
         * @description Every answer that got a receipt before this is in the bundle, none comes after it. Closing again is harmless.
         */
        post: operations["closeEpoch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs/{epoch}/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the next tasks to answer
         * @description Takes a seat in the epoch if the caller has none. Tasks stay the caller's until `leasedUntil`; asking again renews
         *     them, answers them no more.
         */
        post: operations["createLeases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs/{epoch}/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All leaves of an epoch's payouts tree in their order; empty until the payouts are computed */
        get: operations["listPayouts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs/{epoch}/statements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why an epoch pays everybody what it pays; empty until the payouts are computed */
        get: operations["listStatements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/epochs/{epoch}/statements/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why an epoch pays one labeler what it pays */
        get: operations["getStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes on chain as server-sent events
         * @description Begins with a `status`, then the next change, or those after `Last-Event-ID`, which a browser sends when it
         *     reconnects. A comment every 15 seconds keeps the connection open. Events of one moment come in the order of the
         *     database, and `finalized` after all changes of the blocks that it speaks of.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest 200 jobs */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed-in account */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All model families with their versions */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{versionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version of a model */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/payouts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account can claim, with its proof against the approved payouts root */
        get: operations["getPayout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a task
         * @description The signature says who answers; no access token is needed. Sending the same answer again returns the same receipt
         *     with status 200.
         */
        post: operations["createPreference"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All proposals, the newest first */
        get: operations["listProposals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One proposal with its votes */
        get: operations["getProposal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What passes unless it is vetoed: who may propose which calls, and the proposals */
        get: operations["listRoutine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All training runs, the newest first */
        get: operations["listRuns"];
        put?: never;
        /** Train a new version from labels: reward model if the policy learns from one, policy, then a proposal to serve it */
        post: operations["createRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One training run */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's session keys, the latest expiry first, with those that expired or were revoked */
        get: operations["listSessionKeys"];
        put?: never;
        /** Authorise a session key to sign preferences */
        post: operations["createSessionKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session-keys/{sessionKey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a session key back for good
         * @description Answers that it signs are refused from now on; those already stored stay. Repeating it changes nothing.
         */
        delete: operations["revokeSessionKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the platform is */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/treasury": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The DAO's money */
        get: operations["getTreasury"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/config.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that differs between deployments */
        get: operations["getConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process is alive */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The database and the chain answer, the tables are near the head, and no final block was replaced */
        get: operations["getReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Address with EIP-55 capitals
         * @example 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
         */
        Account: `0x${string}`;
        /** @description A leaf that somebody wanted to see. */
        AccountDemand: {
            /** Format: date-time */
            answerBy: string;
            challenger: components["schemas"]["Account"];
            /** Format: date-time */
            demandedAt: string;
            /** Format: int64 */
            epoch: number;
            /**
             * Format: int32
             * @description Position in the tree
             */
            index: number;
            responder: components["schemas"]["Account"] | null;
            /**
             * @description `open`; `answered`: the challenger lost its bond, half of it to the responder; `closed`: overtaken by a proof, a
             *     rejection or the end of the epoch, and the bond went back
             */
            status: string;
            /** @description `labels`, `payouts` or `gold` */
            tree: string;
        };
        /** @description A fraud that was proved. */
        AccountDisproof: {
            /** @description Lost its bond: the proposer of the payouts, or the operator for a fraud in the labels */
            against: components["schemas"]["Account"];
            /** @description Proved it, and got half of the bond */
            challenger: components["schemas"]["Account"];
            /** Format: date-time */
            disprovedAt: string;
            /** Format: int64 */
            epoch: number;
            /** @description As in an epoch's `disproofs` */
            fraud: string;
        };
        /** @description What an address holds and has earned. */
        AccountSummary: components["schemas"]["Holdings"] & {
            account: components["schemas"]["Account"];
            /** @description All rewards claimed so far */
            claimed: components["schemas"]["Wei"];
            /** @description Roles on chain */
            roles: string[];
        };
        /** @description A call that the Timelock makes when the proposal is executed. */
        Action: {
            args: components["schemas"]["Argument"][];
            calldata: components["schemas"]["HexBytes"];
            /** @description Our name of the target; null for a contract that is not ours */
            contract: string | null;
            /** @description Null when the call cannot be decoded */
            function: string | null;
            /** @description What it means, in a sentence */
            summary: string;
            target: components["schemas"]["Account"];
            /** @description Ether that is sent along */
            value: components["schemas"]["Wei"];
        };
        /** @description How far a campaign's answers agree. Estimates: nothing here decides what anybody is paid. */
        Agreement: {
            /**
             * Format: double
             * @description Krippendorff's alpha: 1 perfect, 0 chance; null while no task has two answers
             */
            alpha: number | null;
            labelers: components["schemas"]["LabelerReliability"][];
            /**
             * Format: int64
             * @description Answers A, B and tie of all epochs; skips are none
             */
            nAnswers: number;
        };
        /** @description A decoded argument. */
        Argument: {
            name: string;
            /** @description Solidity type */
            type: string;
            /** @description Numbers are decimal strings, bytes and addresses hex, tuples and arrays arrays */
            value: Record<string, never>;
        };
        /** @description Tokens behind epochs, proposed payouts and demands. */
        Bond: {
            /** @description Can be reserved or withdrawn */
            free: components["schemas"]["Wei"];
            /** @description At stake now */
            reserved: components["schemas"]["Wei"];
            /** @description Taken for fraud or a missed deadline so far */
            slashed: components["schemas"]["Wei"];
        };
        /** @description A campaign. */
        Campaign: {
            /** Format: int64 */
            campaignId: number;
            /** @description The model family that the labels are for */
            familyId: components["schemas"]["Hash"];
            /** @description What makes a completion better, in Markdown */
            guidelines: string;
            /**
             * Format: int32
             * @description Labelers in one block
             */
            maxSeats: number;
            /** @description Active stake that a labeler needs */
            minimumStake: components["schemas"]["Wei"];
            /** Format: int64 */
            nPrompts: number;
            /**
             * Format: int64
             * @description Prompts that have their tasks
             */
            nSampled: number;
            /** Format: int64 */
            nTasks: number;
            name: string;
            /**
             * Format: int64
             * @description The epoch that takes answers now
             */
            openEpoch: number | null;
            sampling: components["schemas"]["Sampling"];
            /** @description `active` or `paused` */
            status: string;
            terms: components["schemas"]["Terms"];
        };
        /** @description `data` of an `apply`, or of a `retract` when a reorganisation undid it; `id` counts up. */
        Change: {
            /** Format: int64 */
            block: number;
            finality: components["schemas"]["Finality"] | null;
            /** @description Id of the row; `*` for any number of rows */
            key: string;
            /** @description Table that changed, without its schema */
            topic: string;
        };
        /** @description One payment of rewards. */
        Claim: {
            account: components["schemas"]["Account"];
            amount: components["schemas"]["Wei"];
            /** Format: int64 */
            block: number;
            /** Format: date-time */
            claimedAt: string;
            finality: components["schemas"]["Finality"];
            /** @description Who got it, if the account asked for another address */
            recipient: components["schemas"]["Account"];
            /** @description All that the account has claimed up to here */
            totalClaimed: components["schemas"]["Wei"];
            txHash: components["schemas"]["Hash"];
        };
        /** @description Totals over everything. */
        Counts: {
            /** Format: int64 */
            campaigns: number;
            /** Format: int64 */
            epochs: number;
            /** Format: int64 */
            labelers: number;
            /** Format: int64 */
            modelVersions: number;
            /** Format: int64 */
            preferences: number;
            /** Format: int64 */
            proposals: number;
            /** Format: int64 */
            tasks: number;
        };
        /** @description A folder on the server's machine with a model in Hugging Face layout. */
        CreateBaseModel: {
            /** @description Absolute path of the folder */
            path: string;
        };
        /** @description A new campaign with its prompts. */
        CreateCampaign: {
            familyId: components["schemas"]["Hash"];
            guidelines: string;
            /** Format: int32 */
            maxSeats: number;
            minimumStake: components["schemas"]["Wei"];
            /** @description Unique */
            name: string;
            /** @description What the model is asked, in this order */
            prompts: string[];
            sampling: components["schemas"]["Sampling"];
            terms: components["schemas"]["Terms"];
        };
        /** @description How many tasks to lend. */
        CreateLeases: {
            /**
             * Format: int32
             * @description 1 to 8
             */
            count: number;
        };
        /** @description An answer (EIP-712 `Preference`), signed by a session key of the labeler. */
        CreatePreference: {
            /** Format: int32 */
            block: number;
            /**
             * Format: int32
             * @description 0 A, 1 B, 2 tie, 3 skip
             */
            choice: number;
            /** Format: int64 */
            epoch: number;
            labeler: components["schemas"]["Account"];
            /**
             * Format: int32
             * @description The labeler's seat in the block
             */
            seat: number;
            sessionKey: components["schemas"]["Account"];
            /** @description 65 bytes */
            signature: components["schemas"]["HexBytes"];
            /** Format: int32 */
            slot: number;
            taskId: components["schemas"]["Hash"];
        };
        /** @description What to train on and how. */
        CreateRun: {
            /** Format: int64 */
            campaignId: number;
            dpo: Record<string, never> | null;
            /** @description Closed epochs of the campaign, whose labels become the dataset */
            epochs: number[];
            grpo: Record<string, never> | null;
            ppo: Record<string, never> | null;
            /** @description `float32` or `bfloat16`; that of the profile when absent */
            precision: string | null;
            /** @description `cpu`, or `cpu-deterministic` for the same bytes on every machine */
            profile: string;
            /** @description Hyper-parameters of the reward model, all of them; for `ppo`, `grpo` and `rloo` */
            reward: Record<string, never> | null;
            rloo: Record<string, never> | null;
            /** Format: int64 */
            seed: number;
            /** @description Hyper-parameters of the policy, all of them: of one of `sft`, `dpo`, `ppo`, `grpo` and `rloo` */
            sft: Record<string, never> | null;
        };
        /** @description The stored answer's receipt. */
        CreatedPreference: {
            receipt: components["schemas"]["Receipt"];
        };
        /** @description The new run. */
        CreatedRun: {
            /** Format: int64 */
            runId: number;
        };
        /** @description A set of samples that models are trained on. */
        Dataset: {
            /** Format: date-time */
            createdAt: string | null;
            /** @description keccak256 of manifest.json */
            datasetHash: components["schemas"]["Hash"];
            /** @description `prompts` or `preferences`; null when this server does not have it */
            kind: string | null;
            /** @description The manifest; its files are at `/blobs/{hash}`. Null when this server does not have it */
            manifest: Record<string, never> | null;
            registration: components["schemas"]["Registration"] | null;
        };
        /** @description An account that others, or it itself, gave votes to. */
        Delegate: {
            account: components["schemas"]["Account"];
            /**
             * Format: int64
             * @description Accounts that delegate to it, itself included
             */
            nDelegators: number;
            /**
             * Format: int64
             * @description Proposals it voted on
             */
            nVotesCast: number;
            votes: components["schemas"]["Wei"];
        };
        /** @description Somebody demands to see a leaf whose data was not published; the epoch is frozen until it is shown. */
        Demand: {
            /**
             * Format: date-time
             * @description Without an answer by then, whoever committed the tree loses its bond
             */
            answerBy: string;
            challenger: components["schemas"]["Account"];
            /**
             * Format: int32
             * @description Position in the tree
             */
            index: number;
            /** @description `labels`, `payouts` or `gold` */
            tree: string;
        };
        /** @description A fraud that was proved on chain. */
        Disproof: {
            challenger: components["schemas"]["Account"];
            /** Format: date-time */
            disprovedAt: string;
            /**
             * @description `order`, `runningTotal`, `total`, `carryOver`, `missingAccount`, `labelPosition`, `score` or `payoutsUnopened` of
             *     payouts; `duplicateLabeler`, `strayBits`, `receipt`, `labelsUnopened` or `goldUnopened` of labels
             */
            fraud: string;
            payoutsRoot: components["schemas"]["Hash"] | null;
        };
        /** @description Everything that an account was accused of or accused others of, newest first in each list. */
        Disputes: {
            /** @description Leaves that it demanded to see or showed */
            demands: components["schemas"]["AccountDemand"][];
            /** @description Frauds that it proved or that were proved against it */
            disproofs: components["schemas"]["AccountDisproof"][];
            /** @description Stake that was taken from it */
            slashes: components["schemas"]["Slash"][];
        };
        /** @description A payout period. */
        Epoch: {
            /**
             * Format: int64
             * @description Blocks of the labels tree, which has 32 positions each
             */
            blockCount: number | null;
            blockHash: components["schemas"]["Hash"] | null;
            bundleHash: components["schemas"]["Hash"] | null;
            /** Format: int64 */
            campaignId: number | null;
            challenger: components["schemas"]["Account"] | null;
            /** Format: date-time */
            closedAt: string | null;
            /** Format: date-time */
            committedAt: string | null;
            demand: components["schemas"]["Demand"] | null;
            /** @description The newest first */
            disproofs: components["schemas"]["Disproof"][];
            /** Format: int64 */
            epoch: number;
            /** @description How final its status on chain is */
            finality: components["schemas"]["Finality"];
            labelsRoot: components["schemas"]["Hash"] | null;
            /** Format: int64 */
            nPreferences: number;
            /** Format: int64 */
            nSeats: number;
            /** Format: date-time */
            openedAt: string;
            /** @description Opened the epoch and signs its receipts */
            operator: components["schemas"]["Account"];
            /** @description Demands that are over, the newest first */
            pastDemands: components["schemas"]["PastDemand"][];
            payouts: components["schemas"]["Payouts"] | null;
            /** Format: date-time */
            revealedAt: string | null;
            secret: components["schemas"]["Hash"] | null;
            seed: components["schemas"]["Hash"] | null;
            /** @description `open`, `committed`, `revealed`, `proposed`, `accepted` or `voided`: the state on chain */
            status: string;
            /** @description Whether this server still takes answers; the labels root follows soon after it stops */
            takesAnswers: boolean;
            terms: components["schemas"]["EpochTerms"];
        };
        /** @description An epoch's terms as they are on chain. */
        EpochTerms: components["schemas"]["Terms"] & {
            campaignHash: components["schemas"]["Hash"];
            /**
             * Format: int32
             * @description Blocks of the gold tree
             */
            goldBlocks: number;
            goldRoot: components["schemas"]["Hash"];
            secretHash: components["schemas"]["Hash"];
        };
        /**
         * @description What would have to happen for this to change back: a reorganisation of the last blocks (`head`), a failure of the
         *     chain's validators (`safe`), or nothing any more (`finalized`).
         * @enum {string}
         */
        Finality: "head" | "safe" | "finalized";
        /** @description The right answer to a task. */
        GoldAnswer: {
            /**
             * Format: int32
             * @description 0 A, 1 B; null makes the task an ordinary one again
             */
            choice: number | null;
            taskId: components["schemas"]["Hash"];
        };
        /** @description How many gold tasks the campaign has now. */
        GoldSet: {
            nGold: number;
        };
        /**
         * @description 32 bytes
         * @example 0x0101010101010101010101010101010101010101010101010101010101010101
         */
        Hash: `0x${string}`;
        /**
         * @description Bytes
         * @example 0x00ff
         */
        HexBytes: `0x${string}`;
        /** @description Token balance, votes and stake. */
        Holdings: {
            /** @description All tokens, locked ones included */
            balance: components["schemas"]["Wei"];
            bond: components["schemas"]["Bond"];
            delegate: components["schemas"]["Account"] | null;
            /** @description Tokens that cannot be transferred, because they are staked or a bond */
            locked: components["schemas"]["Wei"];
            stake: components["schemas"]["Stake"];
            /** @description Votes that the account casts: its own, if delegated to itself, and those of others */
            votes: components["schemas"]["Wei"];
        };
        /** @description The tables that the indexer writes. */
        Index: {
            /** @description What cannot be taken back is done on `head`, `safe` or `finalized` blocks */
            actsOn: string;
            /** Format: int64 */
            block: number;
            blockHash: components["schemas"]["Hash"];
            /** Format: int64 */
            finalizedBlock: number;
            /**
             * Format: int64
             * @description Blocks of the node that are missing; null when the node does not answer
             */
            lagBlocks: number | null;
            /** Format: int64 */
            lagSeconds: number | null;
            /**
             * Format: int64
             * @description Last block before the first that is not proved
             */
            provedTo: number;
            /**
             * Format: int64
             * @description Events that could not be decoded or applied
             */
            quarantinedEvents: number;
            /** Format: int64 */
            safeBlock: number;
            /**
             * Format: int64
             * @description Blocks whose events are not proved to be complete yet
             */
            unprovedBlocks: number;
            /**
             * Format: int64
             * @description A block that was finalized and then replaced
             */
            violatedBlock: number | null;
            /** @description What that means; null when there is none */
            violation: string | null;
        };
        /** @description Queued, running or finished work. */
        Job: {
            /** Format: int32 */
            attempts: number;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            /** Format: int64 */
            jobId: number;
            /** @description What it works on */
            key: string;
            kind: string;
            lastError: string | null;
            payload: Record<string, never>;
            /** Format: date-time */
            runAt: string;
            /** @description `ready`, `running`, `done` or `failed` */
            state: string;
        };
        /** @description How a labeler's answers go with those of the others. */
        LabelerReliability: {
            labeler: components["schemas"]["Account"];
            /** Format: int64 */
            nAnswers: number;
            /** Format: int64 */
            nTies: number;
            /**
             * Format: int32
             * @description Estimated probability to say A where A is better, in basis points
             */
            rightOnABps: number;
            /**
             * Format: int32
             * @description Estimated probability to say B where B is better, in basis points
             */
            rightOnBBps: number;
        };
        /** @description A task in the caller's hands. */
        LeasedTask: {
            /** Format: int32 */
            block: number;
            completionA: string;
            completionB: string;
            /** Format: int64 */
            epoch: number;
            /** Format: uuid */
            leaseId: string;
            /** Format: date-time */
            leasedUntil: string;
            prompt: string;
            /** Format: int32 */
            seat: number;
            /** Format: int32 */
            slot: number;
            taskId: components["schemas"]["Hash"];
        };
        /** @description The caller's next tasks; none when the queue is done. */
        Leases: {
            progress: components["schemas"]["Progress"];
            seat: components["schemas"]["Seat"];
            tasks: components["schemas"]["LeasedTask"][];
        };
        /** @description The signed-in account, what it may do and what it holds. */
        Me: components["schemas"]["Holdings"] & {
            account: components["schemas"]["Account"];
            /** @description Whether the account may use this server's admin endpoints */
            isAdmin: boolean;
            /** @description Roles on chain (`admin`, `operator`, `trainer`, `guardian`, `labelEpochs`) */
            roles: string[];
        };
        /** @description A line of versions of which at most one is served. */
        ModelFamily: {
            activeVersion: components["schemas"]["Hash"] | null;
            familyId: components["schemas"]["Hash"];
            name: string;
            /** @description Ascending by number */
            versions: components["schemas"]["ModelVersion"][];
        };
        /** @description A version of a model. */
        ModelVersion: {
            /** Format: date-time */
            activatedAt: string | null;
            /** @description Everything that it and its reward model were trained on, as their manifests say */
            datasetHashes: components["schemas"]["Hash"][];
            /** @description How it compares with its parent; null when this server does not have it */
            evaluation: Record<string, never> | null;
            evaluationHash: components["schemas"]["Hash"] | null;
            familyId: components["schemas"]["Hash"];
            /** @description How final its registration and status are; a version is served when its activation is final */
            finality: components["schemas"]["Finality"];
            /** @description The checkpoint's manifest; null when this server does not have it */
            manifest: Record<string, never> | null;
            /** @description keccak256 of manifest.json; names the checkpoint folder */
            manifestHash: components["schemas"]["Hash"];
            /**
             * Format: int32
             * @description 1, 2, … in its family
             */
            number: number;
            parent: components["schemas"]["Hash"] | null;
            /** Format: date-time */
            registeredAt: string;
            revokedReason: string | null;
            runSpecHash: components["schemas"]["Hash"] | null;
            /** @description `registered`, `active`, `retired`, `revoked` (for good) or `suspended` (until a vote) */
            status: string;
            suspendedReason: string | null;
            uri: string;
            versionId: components["schemas"]["Hash"];
            weightsHash: components["schemas"]["Hash"];
        };
        /** @description A number to put into a sign-in message. */
        Nonce: {
            /** @description Letters and digits; good for one sign-in within a few minutes */
            nonce: string;
        };
        /** @description A demand that freezes the epoch no more. */
        PastDemand: {
            challenger: components["schemas"]["Account"];
            /** Format: date-time */
            demandedAt: string;
            /**
             * Format: int32
             * @description Position in the tree
             */
            index: number;
            responder: components["schemas"]["Account"] | null;
            /** @description `answered`, or `closed`: overtaken by a proof, a rejection or the end of the epoch */
            status: string;
            /** @description `labels`, `payouts` or `gold` */
            tree: string;
        };
        /** @description Everything that `RewardDistributor.claim` needs, and what it would pay. */
        Payout: components["schemas"]["RawPay"] & {
            account: components["schemas"]["Account"];
            /** @description What a claim pays now */
            claimable: components["schemas"]["Wei"];
            /** @description Paid already */
            claimed: components["schemas"]["Wei"];
            /** @description All that the account has earned */
            cumulative: components["schemas"]["Wei"];
            /**
             * Format: int64
             * @description The epoch whose payouts root is approved
             */
            epoch: number;
            /** @description How final the approval of the root is */
            finality: components["schemas"]["Finality"];
            /**
             * Format: int64
             * @description Position of the leaf in the tree
             */
            index: number;
            payoutsRoot: components["schemas"]["Hash"];
            proof: components["schemas"]["Hash"][];
            runningTotal: components["schemas"]["Wei"];
        };
        /** @description A leaf of the payouts tree. */
        PayoutLeaf: components["schemas"]["RawPay"] & {
            account: components["schemas"]["Account"];
            /** @description All that the account has earned up to this epoch */
            cumulative: components["schemas"]["Wei"];
            /**
             * Format: int64
             * @description Position in the tree
             */
            index: number;
            /** @description Sum of the cumulative amounts of all leaves before this one */
            runningTotal: components["schemas"]["Wei"];
        };
        /** @description A payouts root that was proposed for an epoch. */
        Payouts: {
            /**
             * Format: int64
             * @description Accounts in the tree: all that labeled in the epoch or ever earned something
             */
            accountCount: number;
            /** @description What the proposer loses if an error is proved */
            bond: components["schemas"]["Wei"];
            /**
             * Format: date-time
             * @description Cannot be accepted before; an answered demand moves it
             */
            challengeEndsAt: string;
            /** @description How final its proposal and status are */
            finality: components["schemas"]["Finality"];
            payoutsRoot: components["schemas"]["Hash"];
            proposalId: components["schemas"]["Wei"] | null;
            proposer: components["schemas"]["Account"];
            /** @description `proposed`, `rejected` (by a vote), `disproved` (by a proof) or `approved` */
            status: string;
            /** @description All that was ever earned, this epoch included */
            totalCumulative: components["schemas"]["Wei"];
            /** @description Sum of the epoch's pays before they are scaled to its budget */
            totalRaw: components["schemas"]["Wei"];
        };
        /** @description `data` of a `status`, which comes first and when the chain went back, and of a `finalized`, when more of it is final. */
        Position: {
            /**
             * Format: int64
             * @description Block that the tables are at; null before the first
             */
            block: number | null;
            /**
             * Format: int64
             * @description Changes of blocks up to this one are `finalized`
             */
            finalizedBlock: number;
            /** @description The events after `Last-Event-ID` are not known any more: read everything again */
            reread: boolean;
            /**
             * Format: int64
             * @description Changes of blocks up to this one are `safe`
             */
            safeBlock: number;
            /**
             * Format: int64
             * @description A block that was finalized and then replaced; nothing irreversible is done until the operator looked at it
             */
            violatedBlock: number | null;
        };
        /** @description What went wrong and how to put it right. */
        Problem: {
            /** @description What to do about it */
            detail: string;
            /**
             * Format: int32
             * @description The HTTP status
             */
            status: number;
            /** @description The HTTP status in words */
            title: string;
            /** @description Stable name of the kind of problem, `urn:polity:problem:<name>` */
            type: string;
        };
        /** @description How much of the queue is done. */
        Progress: {
            /** Format: int64 */
            answered: number;
            /** Format: int64 */
            total: number;
        };
        /** @description A proposal with its decoded actions. */
        Proposal: {
            abstainVotes: components["schemas"]["Wei"];
            actions: components["schemas"]["Action"][];
            againstVotes: components["schemas"]["Wei"];
            /** Format: date-time */
            canceledAt: string | null;
            /** Format: date-time */
            createdAt: string;
            /** @description All of it, Markdown */
            description: string;
            /**
             * Format: date-time
             * @description Earliest execution, once queued
             */
            eta: string | null;
            /** Format: date-time */
            executedAt: string | null;
            /** @description How final its tally, queueing and execution are */
            finality: components["schemas"]["Finality"];
            forVotes: components["schemas"]["Wei"];
            proposalId: components["schemas"]["Wei"];
            proposer: components["schemas"]["Account"];
            /** Format: date-time */
            queuedAt: string | null;
            /** @description For votes needed */
            quorum: components["schemas"]["Wei"];
            /** @description `pending`, `active`, `canceled`, `defeated`, `succeeded`, `queued`, `expired` or `executed` */
            state: string;
            /** @description First line of the description */
            title: string;
            /** Format: date-time */
            voteEnd: string;
            /**
             * Format: date-time
             * @description Votes count as held at this moment
             */
            voteStart: string;
        };
        /** @description A proposal and everybody's vote. */
        ProposalDetail: components["schemas"]["Proposal"] & {
            /** @description The latest first */
            votes: components["schemas"]["Vote"][];
        };
        /** @description A JSON-RPC endpoint. */
        Provider: {
            /**
             * Format: int64
             * @description Null when it does not answer
             */
            headBlock: number | null;
            /** @description 0 is `chain.rpc_url`, the others are `chain.more_rpc_urls` */
            index: number;
        };
        /** @description Everything that differs between deployments. */
        PublicConfig: {
            /** Format: int64 */
            chainId: number;
            contracts: components["schemas"]["PublicContracts"];
            /** @description Whether the page may offer the well-known funded keys of a development chain */
            devWallets: boolean;
            family: components["schemas"]["PublicFamily"];
            /** @description JSON-RPC of the chain, on this server */
            rpcPath: string;
            siwe: components["schemas"]["SiweConfig"];
        };
        /** @description One address per contract. */
        PublicContracts: {
            accessManager: components["schemas"]["Account"];
            datasetRegistry: components["schemas"]["Account"];
            epochReferee: components["schemas"]["Account"];
            governanceToken: components["schemas"]["Account"];
            governor: components["schemas"]["Account"];
            labelEpochs: components["schemas"]["Account"];
            modelRegistry: components["schemas"]["Account"];
            optimisticGovernor: components["schemas"]["Account"];
            rewardDistributor: components["schemas"]["Account"];
            stakingPool: components["schemas"]["Account"];
            timelock: components["schemas"]["Account"];
        };
        /** @description The model family of the deployment. */
        PublicFamily: {
            familyId: components["schemas"]["Hash"];
            name: string;
        };
        /** @description Work that goes on after the answer; `/jobs` says how far it is. */
        QueuedJob: {
            /** Format: int64 */
            jobId: number;
        };
        /** @description What the epoch adds to an account, before it is scaled to the budget. */
        RawPay: {
            /**
             * Format: int32
             * @description 1 + position of the account's leaf in the labels tree; 0 when it did not label in the epoch
             */
            position: number;
            raw: components["schemas"]["Wei"];
            /** @description What stands in the leaf for these three */
            rawPayHash: components["schemas"]["Hash"];
            /** @description Sum of the raw pays of all leaves before this one */
            runningRaw: components["schemas"]["Wei"];
        };
        /** @description The operator's word that it holds the answer (EIP-712 `Receipt`). Keep it: it proves an answer that was left out. */
        Receipt: {
            /** @description EIP-712 `hashStruct` of the `Preference` */
            preferenceHash: components["schemas"]["Hash"];
            /**
             * Format: int64
             * @description Unix seconds, as signed
             */
            receivedAt: number;
            /** @description The operator's 65 bytes */
            signature: components["schemas"]["HexBytes"];
        };
        /** @description A dataset's entry on chain. */
        Registration: {
            /** @description The contributor asked that no new version is trained on it */
            consentWithdrawn: boolean;
            contributor: components["schemas"]["Account"];
            /** @description SPDX expression */
            licence: string;
            /** Format: date-time */
            registeredAt: string;
            /** Format: int64 */
            sampleCount: number;
            sampleRoot: components["schemas"]["Hash"];
            uri: string;
        };
        /** @description The pool that claims are paid from: `totalPaid <= totalApproved <= totalFunded`. */
        RewardPool: {
            /** @description Most that one epoch may be opened with */
            epochBudget: components["schemas"]["Wei"];
            /** Format: int64 */
            payoutsEpoch: number | null;
            payoutsRoot: components["schemas"]["Hash"] | null;
            totalApproved: components["schemas"]["Wei"];
            totalFunded: components["schemas"]["Wei"];
            totalPaid: components["schemas"]["Wei"];
        };
        /** @description What passes without a majority, unless it is vetoed. */
        Routine: {
            /** @description What may be proposed; nothing until a vote allows it */
            calls: components["schemas"]["RoutineCall"][];
            /** @description The newest first */
            proposals: components["schemas"]["RoutineProposal"][];
            /** @description Who may propose; nobody until a vote names somebody */
            proposers: components["schemas"]["Account"][];
            /**
             * Format: int32
             * @description Votes against that stop a proposal, in basis points of the supply; null while the chain does not answer
             */
            vetoBps: number | null;
        };
        /** @description A call that a vote allowed. */
        RoutineCall: {
            /** @description Our name of the target; null for a contract that is not ours */
            contract: string | null;
            /** @description Name of the function; null where it is not known */
            function: string | null;
            selector: components["schemas"]["HexBytes"];
            /** Format: date-time */
            since: string;
            target: components["schemas"]["Account"];
        };
        /** @description A proposal of the OptimisticGovernor. The ProtocolGovernor may have given its id to another one. */
        RoutineProposal: {
            action: components["schemas"]["Action"];
            againstVotes: components["schemas"]["Wei"];
            /** Format: date-time */
            canceledAt: string | null;
            /** Format: date-time */
            createdAt: string;
            /** @description All of it, Markdown */
            description: string;
            /** Format: date-time */
            executedAt: string | null;
            /** @description How final its votes and execution are */
            finality: components["schemas"]["Finality"];
            /** @description Whether its call and proposer have been allowed since it was made; else it cannot be executed */
            permitted: boolean;
            proposalId: components["schemas"]["Wei"];
            proposer: components["schemas"]["Account"];
            /** @description `pending`, `active`, `canceled`, `defeated` (vetoed), `succeeded`, `expired` or `executed` */
            state: string;
            /** @description First line of the description */
            title: string;
            vetoVotes: components["schemas"]["Wei"] | null;
            /** @description The latest first */
            vetoes: components["schemas"]["Veto"][];
            /** Format: date-time */
            voteEnd: string;
            /**
             * Format: date-time
             * @description Votes count as held at this moment
             */
            voteStart: string;
        };
        /** @description A pass of the training pipeline and how far it is. */
        Run: {
            /** Format: int64 */
            campaignId: number;
            /** Format: date-time */
            createdAt: string;
            error: string | null;
            /** Format: date-time */
            finishedAt: string | null;
            /** @description Last progress line of the trainer: `{phase, step, steps, metrics}` */
            progress: Record<string, never>;
            /** @description What was asked for: `{epochs, reward?, sft | dpo | ppo | grpo | rloo, seed, profile, precision?}` */
            request: Record<string, never>;
            /** @description What finished steps made: hashes of datasets, checkpoints and version, proposal id */
            results: Record<string, never>;
            /** Format: int64 */
            runId: number;
            /** @description Step that is running or comes next */
            stage: string;
            /** @description `queued`, `running`, `done` or `failed` */
            state: string;
        };
        /** @description How completions are drawn from the served version. */
        Sampling: {
            /**
             * Format: int32
             * @description 2 to 8
             */
            completionsPerPrompt: number;
            /**
             * Format: int32
             * @description Per completion, 1 to 2048
             */
            maxTokens: number;
            /** Format: int64 */
            seed: number;
            /**
             * Format: double
             * @description 0 to 2
             */
            temperature: number;
        };
        /** @description The caller's place in the epoch. */
        Seat: {
            /** Format: int32 */
            block: number;
            /** Format: int64 */
            epoch: number;
            /** Format: int32 */
            seat: number;
        };
        /** @description An access token. The refresh token is in the cookie that comes with it. */
        Session: {
            /** @description For the header `Authorization: Bearer …` */
            accessToken: string;
            account: components["schemas"]["Account"];
            /** Format: date-time */
            expiresAt: string;
        };
        /** @description A key that the caller authorised, whether or not it can still sign. */
        SessionKey: {
            /**
             * Format: int64
             * @description Unix seconds, as signed
             */
            expiresAt: number;
            labeler: components["schemas"]["Account"];
            /**
             * Format: date-time
             * @description From when on its answers are refused
             */
            revokedAt: string | null;
            /** @description `label` */
            scope: string;
            sessionKey: components["schemas"]["Account"];
            signature: components["schemas"]["HexBytes"];
            /**
             * Format: int64
             * @description For a contract wallet: the block at which its `isValidSignature` said yes
             */
            verifiedBlock: number | null;
        };
        /** @description A wallet's authorisation (EIP-712 `SessionKeyAuthorization`). */
        SessionKeyAuthorization: {
            /**
             * Format: int64
             * @description Unix seconds, as signed
             */
            expiresAt: number;
            labeler: components["schemas"]["Account"];
            /** @description `label` */
            scope: string;
            sessionKey: components["schemas"]["Account"];
            /** @description Over the other fields: 65 bytes of the wallet's key, or what its contract takes (ERC-1271) */
            signature: components["schemas"]["HexBytes"];
        };
        /** @description Answers that are known beforehand. */
        SetGold: {
            answers: components["schemas"]["GoldAnswer"][];
        };
        /** @description A signed EIP-4361 message. */
        SignInRequest: {
            /** @description The text as the wallet showed it */
            message: string;
            /** @description 65 bytes of a key (EIP-191), or what a contract wallet accepts (EIP-1271) */
            signature: components["schemas"]["HexBytes"];
        };
        /** @description What a sign-in message must say. */
        SiweConfig: {
            domain: string;
            uri: string;
        };
        /** @description Stake that was taken. */
        Slash: {
            amount: components["schemas"]["Wei"];
            challenger: components["schemas"]["Account"] | null;
            /**
             * Format: int64
             * @description Null for a slash by vote
             */
            epoch: number | null;
            /**
             * Format: int32
             * @description Gold slots of the seat answered at all; null for another reason
             */
            goldAnswered: number | null;
            /**
             * Format: int32
             * @description Gold slots of the seat answered right; null for another reason
             */
            goldRight: number | null;
            reason: components["schemas"]["SlashReason"];
            /** @description What it got of the amount */
            share: components["schemas"]["Wei"];
            /** Format: date-time */
            slashedAt: string;
        };
        /**
         * @description What stake was taken for. The chain says in which epoch, and its labels say for what: `wrongGold` when the seat's gold is
         *     so wrong that it costs stake, `twoAnswers` (two signed answers to one slot) otherwise.
         * @enum {string}
         */
        SlashReason: "wrongGold" | "twoAnswers" | "vote";
        /** @description Stake in the pool. */
        Stake: {
            active: components["schemas"]["Wei"];
            /** Format: date-time */
            availableAt: string | null;
            rewardsEarned: components["schemas"]["Wei"] | null;
            /** @description Streamed rewards claimed so far */
            rewardsPaid: components["schemas"]["Wei"];
            /** @description Taken for fraud so far */
            slashed: components["schemas"]["Wei"];
            /** @description Asked back; can be withdrawn at `availableAt` */
            thawing: components["schemas"]["Wei"];
        };
        /** @description Every term of one labeler's pay in one epoch. */
        Statement: {
            /** @description May be negative */
            alpha: string;
            base: components["schemas"]["Wei"];
            /** Format: int32 */
            block: number;
            /** Format: int32 */
            goldAnswered: number;
            /** Format: int32 */
            goldRight: number;
            /**
             * Format: int32
             * @description 0 for a seat without gold, and in an epoch without a seed
             */
            goldSlots: number;
            labeler: components["schemas"]["Account"];
            /** @description Answers (row) against the majority of the others (column) in the first half */
            m1: number[][];
            /** @description The same in the second half */
            m2: number[][];
            /**
             * Format: int32
             * @description Answers valid for pay: A or B
             */
            nValid: number;
            /** @description `raw`, or its share of the budget */
            pay: components["schemas"]["Wei"];
            /** @description `max(0, base + alpha)`, times `max(0, right − wrong) / goldSlots` where there is gold */
            raw: components["schemas"]["Wei"];
            /** @description `scored`, `noSeed`, `smallRoster` or `shortOverlap` */
            reason: string;
            /** @description In 1e-18; may be negative */
            score: string;
            /** Format: int32 */
            seat: number;
            /**
             * Format: int32
             * @description Common valid slots in the first half of the overlap
             */
            t1: number;
            /**
             * Format: int32
             * @description Common valid slots in the second half
             */
            t2: number;
        };
        /** @description What the chain, the indexer and the model server are at. */
        Status: {
            /** Format: int64 */
            chainId: number;
            counts: components["schemas"]["Counts"];
            epoch: components["schemas"]["Epoch"] | null;
            /**
             * Format: int64
             * @description Null when the RPC endpoint does not answer
             */
            headBlock: number | null;
            index: components["schemas"]["Index"] | null;
            /**
             * Format: int64
             * @description Null before the first block is indexed
             */
            indexedBlock: number | null;
            /** @description The configured endpoints in their order */
            providers: components["schemas"]["Provider"][];
            servedVersion: components["schemas"]["Hash"] | null;
            /** @description Why nothing should rely on this server now; empty when all is well */
            troubles: string[];
        };
        /** @description A prompt and two completions to choose from. */
        Task: {
            completionA: string;
            completionB: string;
            /**
             * Format: int32
             * @description Answer known beforehand: 0 A, 1 B
             */
            goldChoice: number | null;
            prompt: string;
            /**
             * Format: int32
             * @description Number of the prompt in the campaign
             */
            promptPosition: number;
            taskId: components["schemas"]["Hash"];
            /** @description The version that wrote both completions */
            versionId: components["schemas"]["Hash"];
        };
        /** @description How an epoch pays and what a labeler's queue looks like. */
        Terms: {
            /** @description Per answer A or B, times the score; below 2^72 */
            alphaPay: components["schemas"]["Wei"];
            /** @description Per answer A or B; below 2^72 */
            basePay: components["schemas"]["Wei"];
            /**
             * Format: int32
             * @description Tasks in a queue, 1 to 256
             */
            blockSlots: number;
            /** @description Most that the epoch pays in all */
            budget: components["schemas"]["Wei"];
            /**
             * Format: int32
             * @description Of the others, with an answer known beforehand
             */
            goldSlots: number;
            /**
             * Format: int32
             * @description With fewer common answers: base pay only
             */
            minOverlap: number;
            /**
             * Format: int32
             * @description With fewer labelers in the block: base pay only
             */
            minRoster: number;
            /**
             * Format: int32
             * @description Of them given to everybody in the block
             */
            overlapSlots: number;
        };
        /** @description The DAO's money. */
        Treasury: {
            rewardPool: components["schemas"]["RewardPool"];
            /** @description Tokens of the Timelock, which votes spend */
            timelockBalance: components["schemas"]["Wei"];
            /** @description Active stake of everybody */
            totalStaked: components["schemas"]["Wei"];
        };
        /** @description A vote against. */
        Veto: {
            /** Format: date-time */
            castAt: string;
            reason: string;
            voter: components["schemas"]["Account"];
            weight: components["schemas"]["Wei"];
        };
        /** @description One vote. */
        Vote: {
            /** Format: date-time */
            castAt: string;
            finality: components["schemas"]["Finality"];
            reason: string;
            /**
             * Format: int32
             * @description 0 against, 1 for, 2 abstain, 255 split
             */
            support: number;
            voter: components["schemas"]["Account"];
            weight: components["schemas"]["Wei"];
        };
        /**
         * @description Wei (1e-18 POL) as a decimal string
         * @example 1000000000000000000
         */
        Wei: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getAccount: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                /** @description Any capitals */
                address: components["schemas"]["Account"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountSummary"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDisputes: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                /** @description Any capitals */
                address: components["schemas"]["Account"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Disputes"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createNonce: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Nonce"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description Sets the refresh cookie */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removes the refresh cookie */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Replaces the refresh cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBaseModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBaseModel"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueuedJob"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBlob: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                hash: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCampaigns: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateCampaign"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCampaign: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAgreement: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openEpoch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueuedJob"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setGold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetGold"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GoldSet"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sampleCompletions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueuedJob"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTasks: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpointFile: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                manifestHash: components["schemas"]["Hash"];
                /** @description Named in the manifest, or `manifest.json` */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listClaims: {
        parameters: {
            query?: {
                /** @description Claims of this account alone */
                account?: components["schemas"]["Account"];
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Claim"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDatasets: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDataset: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                hash: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDelegates: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delegate"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEpochs: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Epoch"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEpoch: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                epoch: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Epoch"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    closeEpoch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                epoch: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueuedJob"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLeases: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                epoch: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateLeases"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Leases"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayouts: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                epoch: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayoutLeaf"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listStatements: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                epoch: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatement: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                epoch: number;
                account: components["schemas"]["Account"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /**
                 * @description Changes of these tables alone, separated by commas
                 * @example proposals,votes
                 */
                topics?: string;
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: {
                /** @description Continue after this event */
                "Last-Event-ID"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Change"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelFamily"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getModel: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                versionId: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelVersion"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayout: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                account: components["schemas"]["Account"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payout"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPreference: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePreference"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedPreference"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedPreference"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProposals: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProposal: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["Wei"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalDetail"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoutine: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Routine"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRun: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRun"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedRun"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRun: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessionKeys: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionKey"][];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSessionKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionKeyAuthorization"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionKeyAuthorization"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeSessionKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sessionKey: components["schemas"]["Account"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTreasury: {
        parameters: {
            query?: {
                /** @description Wait up to two seconds until the tables are at this block; 503 `not-indexed-yet` when they are not */
                min_block?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Hash of that block */
                    "x-block-hash"?: string;
                    /** @description The answer is as of this block */
                    "x-block-number"?: string;
                    /** @description Blocks up to this one cannot change */
                    "x-finalized-block"?: string;
                    /** @description Blocks up to this one would take a failure of the chain's validators to change */
                    "x-safe-block"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Treasury"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicConfig"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
