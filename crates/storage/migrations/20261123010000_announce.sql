-- Whoever waits for a block, or for one to become final, is woken instead of looking again and again.

create function chain.announce_cursor() returns trigger language plpgsql as $$
begin
    perform pg_notify('chain_cursor', '');
    return null;
end $$;
comment on function chain.announce_cursor is 'Tells listeners that the cursor moved, when the transaction commits';

create trigger announce after insert or update or delete on chain.cursor
    for each statement execute function chain.announce_cursor();
