create table app.secrets (
    secret_hash chain.hash primary key,
    secret chain.hash not null,
    gold jsonb not null,
    created_at timestamptz not null
);
comment on table app.secrets is 'Operator secrets of epochs, stored before their hash goes on chain; read by jobs and the assignment alone';
comment on column app.secrets.gold is 'Gold tasks and answers of every seat that can be given out, as committed by terms.goldRoot: see storage::app::secrets';
