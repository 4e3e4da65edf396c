create table app.secrets (
    secret_hash chain.hash primary key,
    secret chain.hash not null,
    created_at timestamptz not null
);
comment on table app.secrets is 'Operator secrets of epochs, stored before their hash goes on chain; read by jobs alone';
