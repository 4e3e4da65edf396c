-- What a reorganisation needs: how final a block is, how well its events are proved, and the rows as they were before it.

alter table chain.cursor
    add column safe_block bigint not null default 0,
    add column finalized_block bigint not null default 0,
    add column journal_block bigint not null default 0,
    add column violated_block bigint;
-- What is indexed already was not journaled.
update chain.cursor set journal_block = block_number;
comment on column chain.cursor.journal_block is 'Changes by blocks above it are in chain.undo';
comment on column chain.cursor.safe_block is 'Last indexed block that the node calls safe; grows only, but for a finality violation';
comment on column chain.cursor.finalized_block is 'Last indexed block that the node calls finalized; what moves money or models reads up to here';
comment on column chain.cursor.violated_block is 'A block that was finalized and then replaced: side effects wait until an operator clears this';

alter table chain.blocks
    add column verified smallint not null default 0 check (verified between 0 and 3);
comment on column chain.blocks.verified is '0: events as the node gave them; 1: the bloom filter in the hashed header excludes events of ours; 2: the receipts hash to the header''s receipts root; 3: the receipts cannot be recomputed (unknown type, or the node has none), the bloom filter and a second answer agree';
create index blocks_unverified on chain.blocks (number) where verified = 0;

-- Deleted by hand: a check of every event against its block would cost more than storing it.
alter table chain.logs drop constraint logs_block_number_fkey;

create index on chain.feed (block_number);

create table chain.undo (
    seq bigint generated always as identity primary key,
    block_number bigint not null,
    relation text not null,
    key jsonb not null,
    before jsonb
);
create index on chain.undo (block_number);
comment on table chain.undo is 'Rows as they were before a block that is not final yet; before is null for a row that did not exist';

create function chain.journal() returns trigger language plpgsql as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    present jsonb := coalesce(before, to_jsonb(new));
begin
    insert into chain.undo (block_number, relation, key, before)
    values (current_setting('chain.block')::bigint, tg_table_name,
            (select jsonb_object_agg(k, present -> k) from unnest(tg_argv) k), before);
    return null;
end $$;
comment on function chain.journal is 'Keeps a row as it was; on while the setting chain.block names the block that is being written';

create function chain.keep_journal(relation regclass) returns void language plpgsql as $$
declare
    keys text;
begin
    select string_agg(quote_literal(a.attname), ', ' order by k.n) into strict keys
    from pg_index i cross join unnest(i.indkey) with ordinality k (attnum, n)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = relation and i.indisprimary;
    execute format('create trigger journal after insert or update or delete on %s for each row
                    when (current_setting(''chain.block'', true) <> '''') execute function chain.journal(%s)',
                   relation, keys);
end $$;
comment on function chain.keep_journal is 'To be called for every new table that is a fold of the logs';

select chain.keep_journal(relation) from unnest(array[
    'chain.quarantine', 'chain.accounts', 'chain.total_supplies', 'chain.proposals', 'chain.votes', 'chain.quorums',
    'chain.stakes', 'chain.slashes', 'chain.reward_stream', 'chain.bonds', 'chain.epochs', 'chain.payouts_roots',
    'chain.demands', 'chain.disproofs', 'chain.reward_pool', 'chain.claims', 'chain.families', 'chain.model_versions',
    'chain.datasets', 'chain.role_members', 'chain.pauses']::regclass[]) relation;

-- For every row that changed above the fork, the oldest copy is the row at the fork.
create function chain.unwind(fork bigint) returns void language plpgsql as $$
declare
    t record;
begin
    create temporary table if not exists unwound (relation text, key jsonb, before jsonb) on commit delete rows;
    insert into unwound
    select distinct on (relation, key) relation, key, before from chain.undo
    where block_number > fork order by relation, key, seq;
    for t in
        select u.relation,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
               string_agg('excluded.' || quote_ident(a.attname), ', ' order by a.attnum) as excluded,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where u.key ? a.attname) as keys,
               string_agg('k.' || quote_ident(a.attname), ', ' order by a.attnum) filter (where u.key ? a.attname) as k
        from (select distinct on (relation) relation, key from unwound) u
        join pg_attribute a on a.attrelid = format('chain.%I', u.relation)::regclass and a.attnum > 0 and not a.attisdropped
        group by u.relation
    loop
        execute format('insert into chain.%1$I select r.* from unwound u,
                            jsonb_populate_record(null::chain.%1$I, u.before) r
                        where u.relation = %1$L and u.before is not null
                        on conflict (%2$s) do update set (%3$s) = row(%4$s)',
                       t.relation, t.keys, t.columns, t.excluded);
        execute format('delete from chain.%1$I where (%2$s) in (select %3$s from unwound u,
                            jsonb_populate_record(null::chain.%1$I, u.key) k
                        where u.relation = %1$L and u.before is null)',
                       t.relation, t.keys, t.k);
    end loop;
    delete from unwound;
    delete from chain.undo where block_number > fork;
end $$;
comment on function chain.unwind is 'Puts every journaled row back to what it was after the block fork';
