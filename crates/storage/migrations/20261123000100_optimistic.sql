-- Routine actions, which pass unless they are vetoed: who may propose which calls, and what was proposed. Apart from
-- chain.proposals, because both governors may give the same id to the same call.

create table chain.routine_calls (
    target chain.address not null,
    selector bytea not null check (octet_length(selector) = 4),
    words smallint not null,
    since timestamptz not null,
    primary key (target, selector)
);
comment on table chain.routine_calls is 'What the OptimisticGovernor may call';
comment on column chain.routine_calls.words is 'Of the arguments; with another length the call is another one';

create table chain.routine_proposers (
    account chain.address primary key,
    since timestamptz not null
);
comment on table chain.routine_proposers is 'Who may propose to the OptimisticGovernor';

create table chain.routine_proposals (
    proposal_id numeric(78, 0) primary key,
    proposer chain.address not null,
    target chain.address not null,
    calldata bytea not null,
    description text not null,
    vote_start timestamptz not null,
    vote_end timestamptz not null,
    against_votes chain.wei not null default 0,
    executed_at timestamptz,
    canceled_at timestamptz,
    created_block bigint not null,
    created_at timestamptz not null
);
comment on table chain.routine_proposals is 'Proposals of the OptimisticGovernor: one call each, without value';
comment on column chain.routine_proposals.against_votes is 'The only votes that count here: they veto';

create table chain.vetoes (
    proposal_id numeric(78, 0) not null references chain.routine_proposals on delete cascade,
    voter chain.address not null,
    weight chain.wei not null,
    reason text not null,
    block_number bigint not null,
    log_index integer not null,
    cast_at timestamptz not null,
    primary key (block_number, log_index)
);
comment on table chain.vetoes is 'Votes against routine proposals';
create index on chain.vetoes (proposal_id);

select chain.keep_journal(relation) from unnest(array[
    'chain.routine_calls', 'chain.routine_proposers', 'chain.routine_proposals', 'chain.vetoes']::regclass[]) relation;
