-- +goose Up

-- What is watched and what that costs goes by account and region. account is empty for that of the default credentials.
-- SQLite cannot change a table's unique columns, so that the tables are made anew.
create table watches_by_account (
    num integer primary key,
    function text not null, -- name or ARN, or * for every durable function of the account and region
    account text not null,
    region text not null,
    queue text not null,
    origin text not null, -- config, or region where * stands for it
    due_at integer not null,
    lease_owner text not null,
    claimable_at integer not null, -- the end of the lease while there is one, else due_at
    scan_from integer not null,
    scanned_at integer not null,
    problem text not null,
    running integer not null, -- the counts are those of the last scan
    open integer not null,
    unannounced integer not null,
    unique (function, account, region)
) strict;
insert into watches_by_account
    select num, function, '', region, queue, origin, due_at, lease_owner, claimable_at, scan_from, scanned_at, problem, running, open, unannounced
    from watches;

create table executions_by_account (
    watch integer not null references watches_by_account (num),
    hash blob not null, -- SHA-256 of arn
    arn text not null,
    trace text not null, -- JSON: what is open, as far as the history was read
    open integer not null, -- callbacks in trace
    seen_at integer not null, -- begin of the scan that listed it last
    read_at integer not null, -- begin of the scan that read it last
    check_at integer not null, -- when it is read again; 0 for as soon as possible
    primary key (watch, hash)
) strict, without rowid;
insert into executions_by_account select watch, hash, arn, trace, open, seen_at, read_at, check_at from executions;

drop table executions;
drop table watches;
alter table watches_by_account rename to watches;
alter table executions_by_account rename to executions;
create index watches_claimable on watches (account, region, claimable_at);
create index executions_due on executions (watch, check_at);
create index executions_seen on executions (watch, seen_at);
create index executions_open on executions (watch) where open > 0;

-- What reading executions costs: one row for each account and region. What was spent before is past.
drop table read_budgets;
create table read_budgets (
    account text not null,
    region text not null,
    rate real not null,
    paid_until integer not null,
    paused_until integer not null,
    strikes integer not null,
    minute integer not null,
    used integer not null,
    used_before integer not null,
    primary key (account, region)
) strict, without rowid;

-- Where a decision goes: eu-central-1, or 123456789012/eu-central-1. A lane that hangs takes nothing from the others.
alter table deliveries add column lane text not null default '';
