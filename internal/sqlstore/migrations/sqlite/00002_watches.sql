-- +goose Up

-- Functions whose executions are searched for callbacks. region is empty for the configured default.
create table watches (
    num integer primary key,
    function text not null, -- name or ARN, or * for every durable function of the region
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
    unique (function, region)
) strict;
create index watches_claimable on watches (claimable_at);

-- Running executions of those functions.
create table executions (
    watch integer not null references watches (num),
    hash blob not null, -- SHA-256 of arn
    arn text not null,
    trace text not null, -- JSON: what is open, as far as the history was read
    open integer not null, -- callbacks in trace
    seen_at integer not null, -- begin of the scan that listed it last
    read_at integer not null, -- begin of the scan that read it last
    check_at integer not null, -- when it is read again; 0 for as soon as possible
    primary key (watch, hash)
) strict, without rowid;
create index executions_due on executions (watch, check_at);
create index executions_seen on executions (watch, seen_at);
create index executions_open on executions (watch) where open > 0;

-- What discovery spends, by region: one row each.
create table read_budgets (
    region text primary key,
    rate real not null,
    paid_until integer not null,
    paused_until integer not null,
    strikes integer not null,
    minute integer not null,
    used integer not null,
    used_before integer not null
) strict, without rowid;

-- Callbacks that nobody announced are few, so that these cost the others nothing.
create index callbacks_found_by_deadline on callbacks (state, deadline, num) where source = 'discovery';
create index callbacks_found_by_arrival on callbacks (state, received_at, num) where source = 'discovery';
create index callbacks_found_by_end on callbacks (state, ended_at, num) where source = 'discovery';
