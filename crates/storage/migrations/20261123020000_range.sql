alter table chain.cursor add column range_blocks bigint;
comment on column chain.cursor.range_blocks is 'Blocks of the last question for logs that the node answered with about as many as wanted';
