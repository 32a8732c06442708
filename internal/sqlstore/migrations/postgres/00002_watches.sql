-- The same tables as for SQLite; that file says what they mean.

-- +goose Up

create table watches (
    num bigint generated always as identity primary key,
    function text not null,
    region text not null,
    queue text not null,
    origin text not null,
    due_at bigint not null,
    lease_owner text not null,
    claimable_at bigint not null,
    scan_from bigint not null,
    scanned_at bigint not null,
    problem text not null,
    running bigint not null,
    open bigint not null,
    unannounced bigint not null,
    unique (function, region)
);
create index watches_claimable on watches (claimable_at);

create table executions (
    watch bigint not null references watches (num),
    hash bytea not null,
    arn text not null,
    trace text not null,
    open bigint not null,
    seen_at bigint not null,
    read_at bigint not null,
    check_at bigint not null,
    primary key (watch, hash)
);
create index executions_due on executions (watch, check_at);
create index executions_seen on executions (watch, seen_at);
create index executions_open on executions (watch) where open > 0;

create table read_budgets (
    region text primary key,
    rate double precision not null,
    paid_until bigint not null,
    paused_until bigint not null,
    strikes bigint not null,
    minute bigint not null,
    used bigint not null,
    used_before bigint not null
);

create index callbacks_found_by_deadline on callbacks (state, deadline, num) where source = 'discovery';
create index callbacks_found_by_arrival on callbacks (state, received_at, num) where source = 'discovery';
create index callbacks_found_by_end on callbacks (state, ended_at, num) where source = 'discovery';
