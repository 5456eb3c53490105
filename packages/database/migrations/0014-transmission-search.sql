-- Operators search by whom, by which protocol, how it ended and why, newest first; each stays a short scan of an index with
-- millions of rows. Few have a reason.
create index transmissions_client on transmissions (client, started_at);
create index transmissions_protocol on transmissions (protocol, started_at);
create index transmissions_outcome on transmissions (outcome, started_at);
create index transmissions_reason on transmissions (reason, started_at) where reason is not null;
