-- The same tables as for SQLite; that file says what they mean. The types differ where PostgreSQL has better ones, the
-- search is a tsvector, and no index holds more than its order needs, because PostgreSQL reads
-- the row anyway.

-- +goose Up

create table callbacks (
    num bigint generated always as identity primary key,
    id text not null unique,
    callback_id text not null,
    callback_hash bytea not null unique,
    execution_arn text not null,
    execution_hash bytea,
    region text not null,
    function text not null,
    name text not null,
    queue text not null,
    source text not null,
    title text not null,
    requester_name text not null,
    requester_email text not null,
    outcomes text,
    keep_alive text not null,
    started_at bigint not null,
    timeout bigint not null,
    heartbeat_timeout bigint not null,
    last_heartbeat_at bigint not null,
    execution_deadline bigint not null,
    deadline bigint not null,
    deadline_cause text not null,
    received_at bigint not null,
    state text not null,
    revision bigint not null,
    next_heartbeat_at bigint not null,
    reviewed_until bigint not null,
    heartbeats bigint not null,
    problem text not null,
    decision text,
    decided_by text,
    ending text,
    ended_at bigint not null
);
create index callbacks_by_deadline on callbacks (state, deadline, num);
create index callbacks_by_queue_deadline on callbacks (queue, state, deadline, num);
create index callbacks_by_function_deadline on callbacks (queue, function, state, deadline, num);
create index callbacks_by_arrival on callbacks (state, received_at, num);
create index callbacks_by_queue_arrival on callbacks (queue, state, received_at, num);
create index callbacks_by_function_arrival on callbacks (queue, function, state, received_at, num);
create index callbacks_by_end on callbacks (state, ended_at, num);
create index callbacks_by_queue_end on callbacks (queue, state, ended_at, num);
create index callbacks_by_function_end on callbacks (queue, function, state, ended_at, num);
create index callbacks_by_execution on callbacks (execution_hash) where execution_hash is not null;
create index callbacks_by_decider on callbacks (decided_by, state) where decided_by is not null;
create index callbacks_by_heartbeat on callbacks (next_heartbeat_at) where next_heartbeat_at > 0;

create table contents (
    callback bigint primary key references callbacks (num),
    fingerprint text not null,
    description bytea not null,
    payload bytea,
    links text,
    tags text
);

create table search (
    callback bigint primary key references callbacks (num),
    words tsvector not null
);
create index search_by_word on search using gin (words);

create table deliveries (
    callback bigint primary key references callbacks (num),
    kind text not null,
    result bytea,
    error text,
    tries bigint not null,
    doubtful boolean not null,
    due_at bigint not null,
    lease_owner text not null,
    claimable_at bigint not null
);
create index deliveries_claimable on deliveries (claimable_at) where claimable_at > 0;

create table attempts (
    callback bigint not null references callbacks (num),
    number bigint not null,
    started_at bigint not null,
    ended_at bigint not null,
    answer text not null,
    status bigint not null,
    code text not null,
    request_id text not null,
    primary key (callback, number)
);

create table reviews (
    id text primary key,
    callback bigint not null references callbacks (num),
    by_kind text not null,
    by_id text not null,
    by_name text not null,
    opened_at bigint not null,
    renewed_at bigint not null,
    last_input_at bigint not null,
    closed_at bigint not null,
    settled boolean not null
);
create index reviews_of_callback on reviews (callback, closed_at, opened_at);
create index reviews_open on reviews (renewed_at) where closed_at = 0;
create index reviews_of_person on reviews (by_id, callback) where not settled;

create table audit (
    seq bigint generated always as identity primary key,
    at bigint not null,
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    action text not null,
    callback text,
    queue text not null,
    from_state text not null,
    to_state text not null,
    detail text not null
);
create index audit_of_callback on audit (callback, seq) where callback is not null;
create index audit_by_actor on audit (actor_id, seq);
create index audit_by_action on audit (action, seq);
create index audit_by_queue on audit (queue, seq);

create table messages (
    source text not null,
    id text not null,
    at bigint not null,
    callback bigint not null,
    created boolean not null,
    primary key (source, id)
);
create index messages_by_time on messages (at);

create table sessions (
    token_hash bytea primary key,
    data bytea not null,
    expires_at bigint not null
);
create index sessions_by_expiry on sessions (expires_at);
