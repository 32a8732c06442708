-- Times are Unix milliseconds, 0 where there is none; durations are seconds. deadline is 253402300799999 (the end of the
-- year 9999) where no clock runs, so that what never ends by itself sorts last. num is a callback's own short number, in
-- order of arrival: the other tables refer to it, and it settles ties in every order.

-- +goose Up

-- The hot row: all that lists and rules need, and nothing that is long.
create table callbacks (
    num integer primary key,
    id text not null unique,
    callback_id text not null,
    callback_hash blob not null unique, -- SHA-256 of callback_id: an index entry of 32 bytes, not of up to 1024
    execution_arn text not null,
    execution_hash blob, -- SHA-256 of execution_arn, null without one
    region text not null,
    function text not null,
    name text not null,
    queue text not null,
    source text not null,
    title text not null,
    requester_name text not null,
    requester_email text not null,
    outcomes text, -- JSON, null for the default outcomes
    keep_alive text not null,
    started_at integer not null,
    timeout integer not null,
    heartbeat_timeout integer not null,
    last_heartbeat_at integer not null,
    execution_deadline integer not null,
    deadline integer not null, -- derived from the clocks on every write, like its cause
    deadline_cause text not null,
    received_at integer not null,
    state text not null,
    revision integer not null,
    next_heartbeat_at integer not null,
    reviewed_until integer not null,
    heartbeats integer not null,
    problem text not null,
    decision text, -- JSON
    decided_by text, -- the subject in decision
    ending text, -- JSON
    ended_at integer not null -- the time in ending
) strict;

-- One index for each order, whole, by queue, and by queue and function. Those by deadline also hold what the filters on
-- clocks ask, so that they are answered from the index alone.
create index callbacks_by_deadline on callbacks (state, deadline, num, deadline_cause, next_heartbeat_at);
create index callbacks_by_queue_deadline on callbacks (queue, state, deadline, num, deadline_cause, next_heartbeat_at);
create index callbacks_by_function_deadline on callbacks (queue, function, state, deadline, num, deadline_cause, next_heartbeat_at);
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
    callback integer primary key references callbacks (num),
    fingerprint text not null, -- of the announcement
    description blob not null, -- markdown of a stranger: bytes, because text may not hold NUL everywhere
    payload blob,
    links text, -- JSON
    tags text -- JSON
) strict;

-- Words are split and folded before they come here, one token each, so that both databases find the same.
create virtual table search using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

create table deliveries (
    callback integer primary key references callbacks (num),
    kind text not null,
    result blob,
    error text, -- JSON
    tries integer not null,
    doubtful integer not null,
    due_at integer not null,
    lease_owner text not null,
    claimable_at integer not null -- the end of the lease while there is one, else due_at
) strict;
create index deliveries_claimable on deliveries (claimable_at) where claimable_at > 0;

create table attempts (
    callback integer not null references callbacks (num),
    number integer not null,
    started_at integer not null,
    ended_at integer not null,
    answer text not null,
    status integer not null,
    code text not null,
    request_id text not null,
    primary key (callback, number)
) strict, without rowid;

create table reviews (
    id text primary key,
    callback integer not null references callbacks (num),
    by_kind text not null,
    by_id text not null,
    by_name text not null,
    opened_at integer not null,
    renewed_at integer not null,
    last_input_at integer not null,
    closed_at integer not null,
    settled integer not null -- the callback is not open any more
) strict, without rowid;
create index reviews_of_callback on reviews (callback, closed_at, opened_at);
create index reviews_open on reviews (renewed_at) where closed_at = 0;
create index reviews_of_person on reviews (by_id, callback) where not settled;

-- Facts. Never updated, never deleted, and without foreign keys, so that they outlive what they tell of.
create table audit (
    seq integer primary key autoincrement,
    at integer not null,
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    action text not null,
    callback text, -- its id
    queue text not null,
    from_state text not null,
    to_state text not null,
    detail text not null
) strict;
create index audit_of_callback on audit (callback) where callback is not null;
create index audit_by_actor on audit (actor_id);
create index audit_by_action on audit (action);
create index audit_by_queue on audit (queue);

-- Webhook messages, for as long as a sender may repeat them.
create table messages (
    source text not null,
    id text not null,
    at integer not null,
    callback integer not null,
    created integer not null,
    primary key (source, id)
) strict, without rowid;
create index messages_by_time on messages (at);

create table sessions (
    token_hash blob primary key, -- SHA-256: whoever reads the table cannot sign in with it
    data blob not null,
    expires_at integer not null
) strict, without rowid;
create index sessions_by_expiry on sessions (expires_at);
