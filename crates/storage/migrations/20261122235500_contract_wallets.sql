alter table app.session_keys add column verified_block bigint;
comment on column app.session_keys.signature is '65 bytes of the wallet''s key, or what its contract takes (ERC-1271)';
comment on column app.session_keys.verified_block is 'For a contract wallet: block at which its isValidSignature said yes; null for a key';
comment on column app.session_keys.revoked_at is 'When the wallet took the key back; it signs nothing from then on, what it signed before stays';
