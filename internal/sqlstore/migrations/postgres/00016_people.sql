-- +goose Up

-- As people of SQLite.
create table people (
    id text primary key,
    issuer text not null,
    subject text not null,
    name text not null,
    given_name text not null,
    family_name text not null,
    email text not null,
    addresses text,
    user_names text,
    group_names text,
    groups_read_at bigint not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null
);
