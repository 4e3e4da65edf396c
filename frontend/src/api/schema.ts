// Generated from backend/openapi.json by gen.mjs.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: `0x${string}`;
        Hash: `0x${string}`;
        HexBytes: `0x${string}`;
        Wei: string;
        PublicConfig: {
            chainId: number;
            rpcPath: string;
            contracts: components["schemas"]["PublicContracts"];
            family: components["schemas"]["PublicFamily"];
            devWallets: boolean;
            siwe: components["schemas"]["SiweConfig"];
        };
        PublicContracts: {
            governanceToken: components["schemas"]["Account"];
            timelock: components["schemas"]["Account"];
            accessManager: components["schemas"]["Account"];
            governor: components["schemas"]["Account"];
            stakingPool: components["schemas"]["Account"];
            labelEpochs: components["schemas"]["Account"];
            rewardDistributor: components["schemas"]["Account"];
            modelRegistry: components["schemas"]["Account"];
            datasetRegistry: components["schemas"]["Account"];
        };
        PublicFamily: {
            name: string;
            familyId: components["schemas"]["Hash"];
        };
        SiweConfig: {
            domain: string;
            uri: string;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
        };
        Delegate: {
            account: components["schemas"]["Account"];
            votes: components["schemas"]["Wei"];
            nDelegators: number;
            nVotesCast: number;
        };
        Job: {
            jobId: number;
            kind: string;
            key: string;
            payload: Record<string, never>;
            state: string;
            runAt: string;
            attempts: number;
            lastError: string | null;
            createdAt: string;
            finishedAt: string | null;
        };
        QueuedJob: {
            jobId: number;
        };
        Session: {
            accessToken: string;
            expiresAt: string;
            account: components["schemas"]["Account"];
        };
        SignInRequest: {
            message: string;
            signature: components["schemas"]["HexBytes"];
        };
        Nonce: {
            nonce: string;
        };
        SessionKeyAuthorization: {
            labeler: components["schemas"]["Account"];
            sessionKey: components["schemas"]["Account"];
            scope: string;
            expiresAt: number;
            signature: components["schemas"]["HexBytes"];
        };
        Me: components["schemas"]["Holdings"] & {
            account: components["schemas"]["Account"];
            roles: string[];
            isAdmin: boolean;
        };
        Change: {
            topic: string;
            key: string;
            block: number;
        };
        Dataset: {
            datasetHash: components["schemas"]["Hash"];
            kind: string | null;
            manifest: Record<string, never> | null;
            registration: null | components["schemas"]["Registration"];
            createdAt: string | null;
        };
        Registration: {
            contributor: components["schemas"]["Account"];
            sampleRoot: components["schemas"]["Hash"];
            sampleCount: number;
            licence: string;
            uri: string;
            consentWithdrawn: boolean;
            registeredAt: string;
        };
        PayoutLeaf: {
            account: components["schemas"]["Account"];
            index: number;
            cumulative: components["schemas"]["Wei"];
            runningTotal: components["schemas"]["Wei"];
        };
        EpochTerms: components["schemas"]["Terms"] & {
            goldRoot: components["schemas"]["Hash"];
            secretHash: components["schemas"]["Hash"];
            campaignHash: components["schemas"]["Hash"];
        };
        Payouts: {
            payoutsRoot: components["schemas"]["Hash"];
            accountCount: number;
            totalCumulative: components["schemas"]["Wei"];
            status: string;
            challengeEndsAt: string;
            proposer: components["schemas"]["Account"];
            proposalId: null | components["schemas"]["Wei"];
        };
        Epoch: {
            epoch: number;
            status: string;
            takesAnswers: boolean;
            campaignId: number | null;
            terms: components["schemas"]["EpochTerms"];
            labelsRoot: null | components["schemas"]["Hash"];
            leafCount: number | null;
            bundleHash: null | components["schemas"]["Hash"];
            blockHash: null | components["schemas"]["Hash"];
            secret: null | components["schemas"]["Hash"];
            seed: null | components["schemas"]["Hash"];
            payouts: null | components["schemas"]["Payouts"];
            nPreferences: number;
            nSeats: number;
            openedAt: string;
            closedAt: string | null;
            committedAt: string | null;
            revealedAt: string | null;
        };
        CreateLeases: {
            count: number;
        };
        Seat: {
            epoch: number;
            block: number;
            seat: number;
        };
        Progress: {
            answered: number;
            total: number;
        };
        LeasedTask: {
            leaseId: string;
            leasedUntil: string;
            epoch: number;
            block: number;
            slot: number;
            taskId: components["schemas"]["Hash"];
            prompt: string;
            completionA: string;
            completionB: string;
        };
        Leases: {
            seat: components["schemas"]["Seat"];
            progress: components["schemas"]["Progress"];
            tasks: components["schemas"]["LeasedTask"][];
        };
        Statement: {
            labeler: components["schemas"]["Account"];
            block: number;
            seat: number;
            nValid: number;
            t1: number;
            t2: number;
            m1: number[][];
            m2: number[][];
            score: string;
            goldRight: number;
            goldAnswered: number;
            base: components["schemas"]["Wei"];
            alpha: string;
            raw: components["schemas"]["Wei"];
            pay: components["schemas"]["Wei"];
            reason: string;
        };
        ModelFamily: {
            familyId: components["schemas"]["Hash"];
            name: string;
            activeVersion: null | components["schemas"]["Hash"];
            versions: components["schemas"]["ModelVersion"][];
        };
        ModelVersion: {
            versionId: components["schemas"]["Hash"];
            familyId: components["schemas"]["Hash"];
            number: number;
            manifestHash: components["schemas"]["Hash"];
            weightsHash: components["schemas"]["Hash"];
            runSpecHash: null | components["schemas"]["Hash"];
            datasetHashes: components["schemas"]["Hash"][];
            evaluationHash: null | components["schemas"]["Hash"];
            parent: null | components["schemas"]["Hash"];
            status: string;
            revokedReason: string | null;
            uri: string;
            evaluation: Record<string, never> | null;
            manifest: Record<string, never> | null;
            registeredAt: string;
            activatedAt: string | null;
        };
        Claim: {
            account: components["schemas"]["Account"];
            recipient: components["schemas"]["Account"];
            amount: components["schemas"]["Wei"];
            totalClaimed: components["schemas"]["Wei"];
            txHash: components["schemas"]["Hash"];
            block: number;
            claimedAt: string;
        };
        CreatePreference: {
            epoch: number;
            block: number;
            slot: number;
            taskId: components["schemas"]["Hash"];
            choice: number;
            labeler: components["schemas"]["Account"];
            sessionKey: components["schemas"]["Account"];
            signature: components["schemas"]["HexBytes"];
        };
        CreatedPreference: {
            receipt: components["schemas"]["Receipt"];
        };
        Receipt: {
            preferenceHash: components["schemas"]["Hash"];
            receivedAt: number;
            signature: components["schemas"]["HexBytes"];
        };
        CreateBaseModel: {
            path: string;
        };
        Proposal: {
            proposalId: components["schemas"]["Wei"];
            title: string;
            description: string;
            proposer: components["schemas"]["Account"];
            state: string;
            voteStart: string;
            voteEnd: string;
            eta: string | null;
            forVotes: components["schemas"]["Wei"];
            againstVotes: components["schemas"]["Wei"];
            abstainVotes: components["schemas"]["Wei"];
            quorum: null | components["schemas"]["Wei"];
            actions: components["schemas"]["Action"][];
            createdAt: string;
            queuedAt: string | null;
            executedAt: string | null;
            canceledAt: string | null;
        };
        Action: {
            target: components["schemas"]["Account"];
            contract: string | null;
            function: string | null;
            args: components["schemas"]["Argument"][];
            summary: string;
            calldata: components["schemas"]["HexBytes"];
            value: components["schemas"]["Wei"];
        };
        Argument: {
            name: string;
            type: string;
            value: Record<string, never>;
        };
        ProposalDetail: components["schemas"]["Proposal"] & {
            votes: components["schemas"]["Vote"][];
        };
        Vote: {
            voter: components["schemas"]["Account"];
            support: number;
            weight: components["schemas"]["Wei"];
            reason: string;
            castAt: string;
        };
        Status: {
            chainId: number;
            headBlock: number | null;
            indexedBlock: number | null;
            servedVersion: null | components["schemas"]["Hash"];
            epoch: null | components["schemas"]["Epoch"];
            counts: components["schemas"]["Counts"];
        };
        Counts: {
            campaigns: number;
            tasks: number;
            labelers: number;
            preferences: number;
            epochs: number;
            proposals: number;
            modelVersions: number;
        };
        Payout: {
            account: components["schemas"]["Account"];
            epoch: number;
            index: number;
            cumulative: components["schemas"]["Wei"];
            runningTotal: components["schemas"]["Wei"];
            proof: components["schemas"]["Hash"][];
            claimed: components["schemas"]["Wei"];
            claimable: components["schemas"]["Wei"];
            payoutsRoot: components["schemas"]["Hash"];
        };
        Treasury: {
            rewardPool: components["schemas"]["RewardPool"];
            timelockBalance: components["schemas"]["Wei"];
            totalStaked: components["schemas"]["Wei"];
        };
        RewardPool: {
            totalFunded: components["schemas"]["Wei"];
            totalApproved: components["schemas"]["Wei"];
            totalPaid: components["schemas"]["Wei"];
            epochBudget: components["schemas"]["Wei"];
            payoutsRoot: null | components["schemas"]["Hash"];
            payoutsEpoch: number | null;
        };
        CreateRun: {
            campaignId: number;
            epochs: number[];
            reward: Record<string, never>;
            ppo: Record<string, never>;
            seed: number;
            profile: string;
        };
        CreatedRun: {
            runId: number;
        };
        Run: {
            runId: number;
            campaignId: number;
            request: Record<string, never>;
            state: string;
            stage: string;
            progress: Record<string, never>;
            results: Record<string, never>;
            error: string | null;
            createdAt: string;
            finishedAt: string | null;
        };
        Holdings: {
            balance: components["schemas"]["Wei"];
            locked: components["schemas"]["Wei"];
            votes: components["schemas"]["Wei"];
            delegate: null | components["schemas"]["Account"];
            stake: components["schemas"]["Stake"];
        };
        Stake: {
            active: components["schemas"]["Wei"];
            thawing: components["schemas"]["Wei"];
            availableAt: string | null;
        };
        AccountSummary: components["schemas"]["Holdings"] & {
            account: components["schemas"]["Account"];
            roles: string[];
            claimed: components["schemas"]["Wei"];
        };
        CreateCampaign: {
            name: string;
            familyId: components["schemas"]["Hash"];
            guidelines: string;
            minimumStake: components["schemas"]["Wei"];
            terms: components["schemas"]["Terms"];
            sampling: components["schemas"]["Sampling"];
            maxSeats: number;
            prompts: string[];
        };
        Terms: {
            budget: components["schemas"]["Wei"];
            basePay: components["schemas"]["Wei"];
            alphaPay: components["schemas"]["Wei"];
            blockSlots: number;
            overlapSlots: number;
            goldSlots: number;
            minOverlap: number;
            minRoster: number;
            goldPassBps: number;
        };
        Sampling: {
            completionsPerPrompt: number;
            maxTokens: number;
            temperature: number;
            seed: number;
        };
        Campaign: {
            campaignId: number;
            name: string;
            familyId: components["schemas"]["Hash"];
            guidelines: string;
            minimumStake: components["schemas"]["Wei"];
            terms: components["schemas"]["Terms"];
            sampling: components["schemas"]["Sampling"];
            maxSeats: number;
            status: string;
            openEpoch: number | null;
            nTasks: number;
            nPrompts: number;
        };
        SetGold: {
            answers: components["schemas"]["GoldAnswer"][];
        };
        GoldAnswer: {
            taskId: components["schemas"]["Hash"];
            choice: number | null;
        };
        GoldSet: {
            nGold: number;
        };
        Task: {
            taskId: components["schemas"]["Hash"];
            promptPosition: number;
            prompt: string;
            completionA: string;
            completionB: string;
            versionId: components["schemas"]["Hash"];
            goldChoice: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
