-- Schema chain: what the contracts said. Written by the indexer alone; every table but cursor, blocks and logs is a
-- fold of chain.logs and can be rebuilt from it. wei amounts are numeric(78,0), addresses 20 bytes, hashes 32 bytes.
create schema chain;

create domain chain.address as bytea check (octet_length(value) = 20);
create domain chain.hash as bytea check (octet_length(value) = 32);
create domain chain.wei as numeric(78, 0) check (value >= 0);

create table chain.cursor (
    chain_id bigint primary key,
    genesis_hash chain.hash not null,
    deployment_hash chain.hash not null,
    block_number bigint not null,
    block_hash chain.hash not null,
    updated_at timestamptz not null
);
comment on table chain.cursor is 'Last block whose events are in the tables; moves in the same transaction as the rows';
comment on column chain.cursor.deployment_hash is 'keccak256 of the contracts'' addresses: other contracts, other tables';

create table chain.blocks (
    number bigint primary key,
    hash chain.hash not null,
    parent_hash chain.hash not null,
    mined_at timestamptz not null
);
comment on table chain.blocks is 'Every block since the deployment: the hashes that a reorganisation is detected with';

create table chain.logs (
    block_number bigint not null references chain.blocks on delete cascade,
    log_index integer not null,
    tx_hash chain.hash not null,
    address chain.address not null,
    topics bytea[] not null,
    data bytea not null,
    primary key (block_number, log_index)
);
comment on table chain.logs is 'Raw events of our contracts, the only input of every table below';

create table chain.quarantine (
    block_number bigint not null,
    log_index integer not null,
    error text not null,
    primary key (block_number, log_index)
);
comment on table chain.quarantine is 'Events that could not be decoded or applied; they never stop the indexer';

create table chain.feed (
    seq bigint generated always as identity primary key,
    block_number bigint not null,
    topic text not null,
    key text not null,
    kind text not null check (kind in ('apply', 'retract')),
    created_at timestamptz not null default now()
);
comment on table chain.feed is 'Outbox of changes for live pages: topic is a table name, key its id as text';

create table chain.accounts (
    account chain.address primary key,
    balance chain.wei not null default 0,
    locked chain.wei not null default 0,
    delegate chain.address,
    votes chain.wei not null default 0
);
comment on table chain.accounts is 'Token balance, locked part, delegate and current votes of every address seen';

create table chain.proposals (
    proposal_id numeric(78, 0) primary key,
    proposer chain.address not null,
    targets bytea[] not null,
    "values" numeric(78, 0)[] not null,
    calldatas bytea[] not null,
    description text not null,
    vote_start timestamptz not null,
    vote_end timestamptz not null,
    against_votes chain.wei not null default 0,
    for_votes chain.wei not null default 0,
    abstain_votes chain.wei not null default 0,
    eta timestamptz,
    queued_at timestamptz,
    executed_at timestamptz,
    canceled_at timestamptz,
    created_block bigint not null,
    created_at timestamptz not null
);
comment on column chain.proposals.vote_end is 'After a late-quorum extension: the extended deadline';
comment on column chain.proposals.eta is 'Earliest execution; set by ProposalQueued';

create table chain.total_supplies (
    block_number bigint not null,
    log_index integer not null,
    total_supply chain.wei not null,
    since timestamptz not null,
    primary key (block_number, log_index)
);
comment on table chain.total_supplies is 'Token supply after every mint and burn; the past ones give past quorums';

create table chain.quorums (
    block_number bigint not null,
    log_index integer not null,
    quorum_bps integer not null,
    since timestamptz not null,
    primary key (block_number, log_index)
);
comment on table chain.quorums is 'Share of the supply that For votes must reach, after every change of it';

create table chain.votes (
    proposal_id numeric(78, 0) not null references chain.proposals on delete cascade,
    voter chain.address not null,
    support smallint not null,
    weight chain.wei not null,
    reason text not null,
    block_number bigint not null,
    log_index integer not null,
    cast_at timestamptz not null,
    primary key (proposal_id, voter, block_number, log_index)
);
comment on table chain.votes is 'support 0 Against, 1 For, 2 Abstain, 255 fractional; one row a VoteCast event';
comment on column chain.votes.weight is 'Weight that this vote used; a fractional voter may vote again with the rest';

create table chain.stakes (
    account chain.address primary key,
    active chain.wei not null,
    thawing chain.wei not null default 0,
    available_at timestamptz,
    slashed chain.wei not null default 0,
    rewards_paid chain.wei not null default 0
);
comment on table chain.stakes is 'Stake of every account in the staking pool';
comment on column chain.stakes.available_at is 'When all of thawing can be withdrawn';
comment on column chain.stakes.rewards_paid is 'Streamed rewards claimed so far; what was earned since grows by the second and is asked of the contract';

create table chain.slashes (
    block_number bigint not null,
    log_index integer not null,
    account chain.address not null,
    amount chain.wei not null,
    challenger chain.address,
    share chain.wei not null,
    case_id chain.hash not null,
    epoch bigint,
    slashed_at timestamptz not null,
    primary key (block_number, log_index)
);
create index on chain.slashes (account);
comment on table chain.slashes is 'One row a Slashed event of the staking pool';
comment on column chain.slashes.challenger is 'Who got share of amount for proving the case; null for nobody';
comment on column chain.slashes.epoch is 'Payout period that EpochReferee proved the case in; null for a slash by vote';

create table chain.reward_stream (
    singleton boolean primary key default true check (singleton),
    ends_at timestamptz,
    reserve chain.wei not null,
    total_notified chain.wei not null default 0
);
comment on table chain.reward_stream is 'Rewards that flow to active stake, as of the last event about them';
comment on column chain.reward_stream.ends_at is 'End of the last stream; null before the first';
comment on column chain.reward_stream.reserve is 'Tokens of the pool that no stream has yet: seized stake and what flowed while nobody staked';

create table chain.bonds (
    account chain.address primary key,
    free chain.wei not null,
    reserved chain.wei not null,
    slashed chain.wei not null default 0
);
comment on table chain.bonds is 'Governance tokens locked to LabelEpochs: behind open epochs, proposed payouts and demands';
comment on column chain.bonds.free is 'Can be reserved or withdrawn';
comment on column chain.bonds.reserved is 'At stake now';

create table chain.epochs (
    epoch bigint primary key,
    status text not null check (status in ('open', 'committed', 'revealed', 'proposed', 'accepted', 'voided')),
    operator chain.address not null,
    terms jsonb not null,
    labels_root chain.hash,
    block_count bigint,
    bundle_hash chain.hash,
    block_hash chain.hash,
    secret chain.hash,
    seed chain.hash,
    opened_at timestamptz not null,
    committed_at timestamptz,
    commit_block bigint,
    revealed_at timestamptz,
    challenger chain.address
);
comment on table chain.epochs is 'Payout periods as the contract sees them';
comment on column chain.epochs.operator is 'Opened the epoch and signs its receipts';
comment on column chain.epochs.terms is 'protocol::EpochTerms as JSON';
comment on column chain.epochs.block_count is 'Blocks of the labels tree, which has 32 positions each';
comment on column chain.epochs.challenger is 'Whose demand freezes the epoch now';
comment on column chain.epochs.seed is '32 zero bytes when the secret was never revealed: base pay only';

create table chain.payouts_roots (
    epoch bigint not null references chain.epochs on delete cascade,
    payouts_root chain.hash not null,
    proposer chain.address not null,
    account_count bigint not null,
    total_cumulative chain.wei not null,
    total_raw chain.wei not null,
    bond chain.wei not null,
    status text not null check (status in ('proposed', 'rejected', 'disproved', 'approved')),
    challenge_ends_at timestamptz not null,
    block_number bigint not null,
    log_index integer not null,
    primary key (block_number, log_index)
);
comment on table chain.payouts_roots is 'One row a PayoutsProposed event';
comment on column chain.payouts_roots.total_raw is 'Sum of all pays of the epoch before they are scaled to its budget';
comment on column chain.payouts_roots.bond is 'What its proposer loses if an error of it is proved';
comment on column chain.payouts_roots.challenge_ends_at is 'Cannot be accepted before; moved by every answered demand';

create table chain.demands (
    epoch bigint not null references chain.epochs on delete cascade,
    challenger chain.address not null,
    tree text not null check (tree in ('labels', 'payouts', 'gold')),
    position bigint not null,
    answer_by timestamptz not null,
    status text not null check (status in ('open', 'answered', 'closed')),
    responder chain.address,
    block_number bigint not null,
    log_index integer not null,
    demanded_at timestamptz not null,
    primary key (block_number, log_index)
);
comment on table chain.demands is 'One row an OpeningDemanded event: somebody wants to see a leaf whose data was not published';
comment on column chain.demands.position is 'Index in the tree';
comment on column chain.demands.answer_by is 'After it, whoever should have answered can be disproved';
comment on column chain.demands.status is 'closed: overtaken by a proved fraud, a rejection or the end of the epoch';

create table chain.disproofs (
    epoch bigint not null references chain.epochs on delete cascade,
    challenger chain.address not null,
    fraud text not null,
    payouts_root chain.hash,
    block_number bigint not null,
    log_index integer not null,
    disproved_at timestamptz not null,
    primary key (block_number, log_index)
);
comment on table chain.disproofs is 'One row a PayoutsDisproved or LabelsDisproved event';
comment on column chain.disproofs.fraud is 'Name of the contract''s Fraud in lower camel case';
comment on column chain.disproofs.payouts_root is 'The root that was wrong; null for a fraud in the labels';

create table chain.reward_pool (
    singleton boolean primary key default true check (singleton),
    total_funded chain.wei not null default 0,
    total_approved chain.wei not null default 0,
    total_paid chain.wei not null default 0,
    epoch_budget chain.wei not null default 0,
    payouts_root chain.hash,
    payouts_epoch bigint
);

create table chain.claims (
    block_number bigint not null,
    log_index integer not null,
    account chain.address not null,
    recipient chain.address not null,
    amount chain.wei not null,
    total_claimed chain.wei not null,
    tx_hash chain.hash not null,
    claimed_at timestamptz not null,
    primary key (block_number, log_index)
);
create index on chain.claims (account);

create table chain.families (
    family_id chain.hash primary key,
    name text not null,
    active_version chain.hash
);

create table chain.model_versions (
    version_id chain.hash primary key,
    family_id chain.hash not null references chain.families on delete cascade,
    number integer not null,
    manifest_hash chain.hash not null,
    weights_hash chain.hash not null,
    run_spec_hash chain.hash not null,
    dataset_root chain.hash not null,
    evaluation_hash chain.hash not null,
    parent chain.hash not null,
    uri text not null,
    status text not null check (status in ('registered', 'active', 'retired', 'revoked', 'suspended')),
    revoked_reason text,
    suspended_reason text,
    registered_at timestamptz not null,
    activated_at timestamptz
);

comment on column chain.model_versions.status is 'revoked is final; a suspended version waits for a vote to bring it back';

create table chain.datasets (
    dataset_hash chain.hash primary key,
    contributor chain.address not null,
    sample_root chain.hash not null,
    sample_count bigint not null,
    licence text not null,
    uri text not null,
    consent_withdrawn boolean not null default false,
    registered_at timestamptz not null
);

create table chain.role_members (
    role_id numeric(20, 0) not null,
    account chain.address not null,
    since timestamptz not null,
    primary key (role_id, account)
);
comment on table chain.role_members is 'AccessManager roles; role ids are named in protocol::roles';

create table chain.pauses (
    contract chain.address not null,
    selector bytea not null check (octet_length(selector) = 4),
    until timestamptz not null,
    rearm_at timestamptz not null,
    primary key (contract, selector)
);
comment on table chain.pauses is 'The last pause of every entry that a guardian ever stopped; it ends by itself';
comment on column chain.pauses.until is 'First moment in which the entry works again';
comment on column chain.pauses.rearm_at is 'The entry cannot be paused again before';
