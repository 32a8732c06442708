-- +goose Up

-- What signs people in, encrypted. Sessions of the version before were stored in clear: they are overwritten, and their people
-- sign in once more. What is searched is name, address and subject in lower case.
pragma secure_delete = on;
delete from sessions;
drop table sessions;
pragma secure_delete = off;

create table browser_sessions (
    token_hash blob primary key, -- SHA-256: whoever reads the table cannot sign in with it
    id text not null unique,
    person text not null, -- empty for a sign-in under way
    name text not null,
    email text not null,
    searched text not null,
    browser text not null,
    address text not null,
    signed_in_at integer not null,
    seen_at integer not null,
    expires_at integer not null,
    sealed blob not null -- AES-256-GCM, bound to the hash of the token
) strict, without rowid;
create index browser_sessions_by_expiry on browser_sessions (expires_at);
create index browser_sessions_by_sign_in on browser_sessions (signed_in_at, id) where person <> '';
create index browser_sessions_by_person on browser_sessions (person, signed_in_at, id) where person <> '';
