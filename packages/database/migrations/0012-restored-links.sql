-- Brought back by the ledger, and not worked out by this database: it stays as it is until the numbers of its study are
-- written down (`study_keys`), or the rules would take it for one without a reason.
alter table links add column restored boolean not null default false;
