-- +goose Up

-- What signs people in, encrypted. Sessions of the version before were stored in clear: they go, and their people sign in once
-- more. The table stays for replicas of that version, which cannot read the new one; this version empties it again and again.
-- What is searched is name, address and subject in lower case.
truncate sessions;

create table browser_sessions (
    token_hash bytea primary key, -- SHA-256: whoever reads the table cannot sign in with it
    id text collate "C" not null unique,
    person text not null, -- empty for a sign-in under way
    name text not null,
    email text not null,
    searched text not null,
    browser text not null,
    address text not null,
    signed_in_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    sealed bytea not null -- AES-256-GCM, bound to the hash of the token
);
create index browser_sessions_by_expiry on browser_sessions (expires_at);
create index browser_sessions_by_sign_in on browser_sessions (signed_in_at, id) where person <> '';
create index browser_sessions_by_person on browser_sessions (person, signed_in_at, id) where person <> '';
