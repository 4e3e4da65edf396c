alter table app.transactions add column replaced bytea[] not null default '{}';
comment on column app.transactions.replaced is
    'Hashes of the same call with the same nonce and a lower fee, sent before; one of them may be mined instead';
