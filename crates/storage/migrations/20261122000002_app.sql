-- Schema app: what people and jobs did off chain. Written by the API and the jobs alone.
create schema app;

create table app.nonces (
    nonce text primary key,
    expires_at timestamptz not null
);
comment on table app.nonces is 'Sign-In with Ethereum nonces; deleted before the signature is checked, so single use';

create table app.refresh_tokens (
    token_hash chain.hash primary key,
    family uuid not null,
    account chain.address not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index on app.refresh_tokens (family);
comment on table app.refresh_tokens is 'keccak256 of each refresh token; late use of a used one deletes its whole family';

create table app.session_keys (
    session_key chain.address primary key,
    labeler chain.address not null,
    scope text not null,
    expires_at timestamptz not null,
    signature bytea not null,
    revoked_at timestamptz
);
create index on app.session_keys (labeler);
comment on table app.session_keys is 'Keys that a wallet authorised (EIP-712 SessionKeyAuthorization) to sign preferences';

create table app.campaigns (
    campaign_id bigint generated always as identity primary key,
    name text not null unique,
    family_id chain.hash not null,
    guidelines text not null,
    minimum_stake chain.wei not null,
    terms jsonb not null,
    sampling jsonb not null,
    max_seats integer not null check (max_seats between 1 and 32),
    status text not null default 'active' check (status in ('active', 'paused')),
    created_at timestamptz not null
);
comment on column app.campaigns.terms is 'protocol::CampaignTerms: pay and block layout of each epoch';
comment on column app.campaigns.sampling is '{completionsPerPrompt, maxTokens, temperature, seed}';
comment on column app.campaigns.max_seats is 'Labelers in one block; a further labeler opens the next block';

create table app.prompts (
    campaign_id bigint not null references app.campaigns,
    position integer not null,
    prompt text not null,
    sampled_at timestamptz,
    primary key (campaign_id, position)
);

create table app.tasks (
    task_id chain.hash primary key,
    campaign_id bigint not null references app.campaigns,
    prompt_position integer not null,
    prompt text not null,
    completion_a text not null,
    completion_b text not null,
    version_id chain.hash not null,
    gold_choice smallint check (gold_choice in (0, 1)),
    created_at timestamptz not null
);
create index on app.tasks (campaign_id);
comment on table app.tasks is 'task_id = protocol::task_id(prompt, completion_a, completion_b, version_id); order A/B was drawn at creation';
comment on column app.tasks.gold_choice is 'Answer known beforehand (0 A, 1 B); may only change while no epoch of the campaign is open';

create table app.epochs (
    epoch bigint primary key,
    campaign_id bigint not null references app.campaigns,
    secret chain.hash not null,
    terms jsonb not null,
    closed_at timestamptz,
    created_at timestamptz not null
);
comment on column app.epochs.secret is 'Operator secret; on chain only as its hash until reveal. Read by jobs and the assignment, never by an endpoint';
comment on column app.epochs.closed_at is 'Set in the transaction that stops taking preferences';

create table app.seats (
    epoch bigint not null references app.epochs,
    block integer not null,
    seat smallint not null,
    labeler chain.address not null,
    taken_at timestamptz not null,
    primary key (epoch, block, seat),
    unique (epoch, labeler)
);
comment on table app.seats is 'A labeler holds at most one seat an epoch';

create table app.slots (
    epoch bigint not null,
    block integer not null,
    seat smallint not null,
    slot smallint not null check (slot between 0 and 255),
    task_id chain.hash not null references app.tasks,
    display_order smallint not null,
    lease_id uuid,
    leased_until timestamptz,
    answered_at timestamptz,
    primary key (epoch, block, seat, slot),
    foreign key (epoch, block, seat) references app.seats
);
create index on app.slots (epoch, block, seat, display_order) where answered_at is null;

create table app.preferences (
    epoch bigint not null,
    block integer not null,
    seat smallint not null,
    slot smallint not null,
    labeler chain.address not null,
    task_id chain.hash not null references app.tasks,
    choice smallint not null check (choice between 0 and 3),
    session_key chain.address not null,
    signature bytea not null,
    receipt bytea not null,
    received_at timestamptz not null,
    primary key (epoch, block, seat, slot)
);
comment on column app.preferences.choice is '0 A, 1 B, 2 tie, 3 skip';
comment on column app.preferences.receipt is 'Operator signature over EIP-712 Receipt(preferenceHash, receivedAt)';

create table app.statements (
    epoch bigint not null,
    labeler chain.address not null,
    statement jsonb not null,
    primary key (epoch, labeler)
);
comment on table app.statements is 'protocol::rewards::Statement: every term of one labeler''s pay in one epoch';

create table app.payout_leaves (
    epoch bigint not null,
    position bigint not null,
    account chain.address not null,
    cumulative chain.wei not null,
    running_total chain.wei not null,
    label_position bigint not null,
    raw chain.wei not null,
    running_raw chain.wei not null,
    primary key (epoch, position),
    unique (epoch, account)
);
comment on table app.payout_leaves is 'The payouts tree of an epoch in leaf order (accounts ascending); proofs are computed from it';
comment on column app.payout_leaves.label_position is '1 + position of the account''s leaf in the labels tree; 0 when it did not label in the epoch';
comment on column app.payout_leaves.raw is 'What the epoch adds, before it is scaled to the budget';

create table app.datasets (
    dataset_hash chain.hash primary key,
    kind text not null check (kind in ('prompts', 'preferences')),
    manifest jsonb not null,
    created_at timestamptz not null
);

create table app.checkpoints (
    manifest_hash chain.hash primary key,
    task text not null,
    manifest jsonb not null,
    evaluation jsonb,
    created_at timestamptz not null
);
comment on table app.checkpoints is 'Folders <data>/checkpoints/<manifest_hash hex>; not yet approved by anyone';

create table app.runs (
    run_id bigint generated always as identity primary key,
    campaign_id bigint not null references app.campaigns,
    request jsonb not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    stage text not null default 'dataset',
    progress jsonb not null default '{}',
    results jsonb not null default '{}',
    error text,
    created_at timestamptz not null,
    finished_at timestamptz
);
comment on table app.runs is 'One pass of the training pipeline: dataset, reward model, policy, registration, vote';
comment on column app.runs.request is '{epochs, reward, ppo, seed, profile}: what the admin asked for';
comment on column app.runs.stage is 'Step of jobs::advance_run that is running or comes next';
comment on column app.runs.progress is 'Last progress line of the trainer in this stage';
comment on column app.runs.results is 'What finished stages made: dataset, manifest and version hashes, proposal id';

create table app.jobs (
    job_id bigint generated always as identity primary key,
    kind text not null,
    key text not null,
    payload jsonb not null,
    state text not null default 'ready' check (state in ('ready', 'running', 'done', 'failed')),
    run_at timestamptz not null,
    leased_until timestamptz,
    attempts integer not null default 0,
    last_error text,
    created_at timestamptz not null,
    finished_at timestamptz,
    unique (kind, key)
);
create index on app.jobs (run_at) where state in ('ready', 'running');
comment on column app.jobs.key is 'Idempotency key: enqueueing the same (kind, key) twice is one job';

create table app.transactions (
    key text primary key,
    sender chain.address not null,
    recipient chain.address not null,
    data bytea not null,
    nonce bigint not null,
    raw bytea not null,
    tx_hash chain.hash not null,
    state text not null check (state in ('sent', 'mined', 'reverted')),
    block_number bigint,
    error text,
    created_at timestamptz not null,
    unique (sender, nonce)
);
comment on table app.transactions is 'Every transaction of the operator: signed and stored before it is sent, so a crash re-sends the same bytes';
