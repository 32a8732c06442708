-- +goose Up

-- Who has signed in, and what the provider said of them. Until now people were known by their subject alone; what was recorded
-- under it stays as it is, for nobody can tell any more at which provider it was.
create table people (
    id text primary key, -- a hash of issuer and subject
    issuer text not null,
    subject text not null,
    name text not null,
    given_name text not null,
    family_name text not null,
    email text not null,
    addresses text, -- JSON: each with when it was seen and when it was vouched for
    user_names text, -- JSON
    group_names text, -- JSON
    groups_read_at integer not null,
    first_seen_at integer not null,
    last_seen_at integer not null
) strict, without rowid;
