-- The same tables and indexes as for SQLite; that file says what they mean. The types differ where
-- PostgreSQL has better ones, and the search is a tsvector.

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
    requester_id text not null,
    requester_name text not null,
    requester_email text not null,
    requester_stated_by text not null,
    request text,
    requirement text,
    started_at bigint not null,
    timeout bigint not null,
    heartbeat_timeout bigint not null,
    last_heartbeat_at bigint not null,
    seen_open_at bigint not null,
    execution_deadline bigint not null,
    deadline bigint not null,
    deadline_cause text not null,
    received_at bigint not null,
    state text not null,
    revision bigint not null,
    next_heartbeat_at bigint not null,
    held_until bigint not null,
    heartbeats bigint not null,
    missed_heartbeats text,
    signature_count bigint not null,
    waiting_since bigint not null,
    escalates_at bigint not null,
    escalated_at bigint not null,
    escalated_to text,
    alike text collate "C",
    problem text not null,
    decision text,
    decided_by text,
    ending text,
    ended_at bigint not null,
    failed bigint,
    gone bigint
);

create index callbacks_pending_by_deadline on callbacks (state, deadline, num, deadline_cause)
    where state = 'pending';
create index callbacks_pending_by_queue_deadline on callbacks (queue, state, deadline, num, deadline_cause)
    where state = 'pending';
create index callbacks_pending_by_function_deadline on callbacks (queue, function, state, deadline, num, deadline_cause)
    where state = 'pending';
create index callbacks_pending_alike on callbacks (queue, alike, state, deadline, num, deadline_cause)
    where state = 'pending';
create index callbacks_pending_by_arrival on callbacks (state, received_at, num, queue, function)
    where state = 'pending';

create index callbacks_under_way_by_deadline on callbacks (state, deadline, num, queue, function)
    where state = 'decided';
create index callbacks_under_way_by_arrival on callbacks (state, received_at, num, queue, function)
    where state = 'decided';
create index callbacks_under_way_by_decider on callbacks (decided_by) where state = 'decided';

create index callbacks_ended_by_end on callbacks (state, ended_at, num)
    where state <> 'pending' and state <> 'decided';
create index callbacks_ended_by_queue_end on callbacks (queue, state, ended_at, num)
    where state <> 'pending' and state <> 'decided';
create index callbacks_ended_by_function_end on callbacks (queue, function, state, ended_at, num)
    where state <> 'pending' and state <> 'decided';
create index callbacks_ended_by_deadline on callbacks (state, deadline, num, deadline_cause, queue, function)
    where state <> 'pending' and state <> 'decided';
create index callbacks_ended_by_arrival on callbacks (state, received_at, num)
    where state <> 'pending' and state <> 'decided';
create index callbacks_ended_by_queue_arrival on callbacks (queue, state, received_at, num, function)
    where state <> 'pending' and state <> 'decided';

create index callbacks_by_execution on callbacks (execution_hash) where execution_hash is not null;

create index callbacks_by_heartbeat on callbacks (next_heartbeat_at) where next_heartbeat_at > 0;
create index callbacks_unattended on callbacks (state, deadline, num, deadline_cause)
    where state = 'pending' and deadline_cause = 'heartbeat';
create index callbacks_unattended_by_queue on callbacks (queue, state, deadline, num, deadline_cause)
    where state = 'pending' and deadline_cause = 'heartbeat';
create index callbacks_without_timeout on callbacks (state, deadline, num, deadline_cause)
    where state = 'pending' and timeout = 0;
create index callbacks_without_timeout_by_queue on callbacks (queue, state, deadline, num, deadline_cause)
    where state = 'pending' and timeout = 0;
create index callbacks_escalating on callbacks (escalates_at) where escalates_at > 0;
create index callbacks_escalated_by_deadline on callbacks (escalated_to, state, deadline, num, queue, deadline_cause)
    where escalated_to is not null;
create index callbacks_escalated_by_arrival on callbacks (escalated_to, state, received_at, num, queue)
    where escalated_to is not null;
create index callbacks_waiting on callbacks (queue, waiting_since)
    where state = 'pending' and waiting_since > 0;
create index callbacks_in_trouble on callbacks (state, ended_at, num) where problem <> '';
create index callbacks_in_trouble_by_queue on callbacks (queue, state, ended_at, num) where problem <> '';
create index callbacks_found_by_deadline on callbacks (state, deadline, num) where source = 'discovery';
create index callbacks_found_by_arrival on callbacks (state, received_at, num) where source = 'discovery';
create index callbacks_found_by_end on callbacks (state, ended_at, num) where source = 'discovery';
create index callbacks_failed_by_end on callbacks (failed, ended_at, num) where failed is not null;
create index callbacks_failed_by_queue_end on callbacks (queue, failed, ended_at, num) where failed is not null;
create index callbacks_gone_by_arrival on callbacks (state, received_at, num) where gone = 1 and source <> 'discovery';
create index callbacks_gone_by_function on callbacks (function, state, received_at, num) where gone = 1 and source <> 'discovery';

create table contents (
    callback bigint primary key references callbacks (num),
    fingerprint text not null,
    description bytea not null,
    payload bytea,
    input_unread boolean not null,
    encoded boolean not null,
    masked text,
    details text,
    forms text
);

create table search (
    callback bigint primary key references callbacks (num),
    words tsvector not null
);
create index search_by_word on search using gin (words);

create table signatures (
    callback bigint not null references callbacks (num),
    number bigint not null,
    person text not null,
    name text not null,
    via text not null,
    outcome text not null,
    kind text not null,
    stance text not null,
    proposal text not null,
    answer text,
    sealed text,
    shown text not null,
    comment text not null,
    signed_at bigint not null,
    grounds text not null,
    config_version text not null,
    lapse text,
    primary key (callback, number)
);

create table decisions (
    callback bigint primary key references callbacks (num),
    at bigint not null,
    hour integer not null,
    took bigint not null,
    queue text not null,
    function text not null,
    person text not null,
    person_name text not null,
    outcome text not null,
    label text not null,
    stance text not null,
    rule text not null,
    via text not null
);
create index decisions_by_time on decisions (at, callback);
create index decisions_by_queue on decisions (queue, at, callback);
create index decisions_by_function on decisions (function, at, callback);
create index decisions_by_hour on decisions (queue, hour, at, took);

create table decision_signers (
    person text not null,
    at bigint not null,
    callback bigint not null references decisions (callback),
    primary key (person, at, callback)
);

create table deliveries (
    callback bigint primary key references callbacks (num),
    kind text not null,
    result bytea,
    error text,
    sealed text,
    shown bytea,
    lane text not null,
    tries bigint not null,
    readings bigint not null,
    doubtful boolean not null,
    closed boolean not null,
    due_at bigint not null,
    lease_owner text not null,
    claimable_at bigint not null,
    attempts text,
    follow_up text
);
create index deliveries_claimable on deliveries (claimable_at) where claimable_at > 0;

create table reviews (
    id text primary key,
    callback bigint not null references callbacks (num),
    by_kind text not null,
    by_id text not null,
    by_name text not null,
    opened_at bigint not null,
    renewed_at bigint not null,
    last_input_at bigint not null,
    closed_at bigint not null
);
create index reviews_of_callback on reviews (callback, closed_at, opened_at);
create index reviews_open on reviews (renewed_at) where closed_at = 0;

create table assignments (
    callback bigint primary key references callbacks (num),
    person text not null,
    name text not null,
    before text not null,
    before_name text not null,
    by_id text not null,
    by_name text not null,
    reason text not null,
    at bigint not null
);
create index assignments_of_person on assignments (person, callback);

create table snoozes (
    person text not null,
    callback bigint not null references callbacks (num),
    until bigint not null,
    primary key (person, callback)
);

create table acknowledgments (
    callback bigint primary key references callbacks (num),
    seen_revision bigint not null,
    person text not null,
    name text not null,
    at bigint not null
);

create table saved_views (
    id text primary key,
    owner text not null,
    owner_name text not null,
    name text not null,
    shared_with text not null,
    query text not null,
    saved_at bigint not null
);
create index saved_views_of_owner on saved_views (owner);
create index saved_views_of_group on saved_views (shared_with, name) where shared_with <> '';

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
    facts text,
    detail text not null
);
create index audit_of_callback on audit (callback, seq) where callback is not null;
create index audit_by_time on audit (at, seq);
create index audit_of_people on audit (at, seq) where actor_kind = 'person';
create index audit_by_actor on audit (actor_id, at, seq);
create index audit_by_action on audit (action, at, seq);

create table messages (
    source text not null,
    id text not null,
    at bigint not null,
    callback bigint not null,
    created boolean not null,
    primary key (source, id)
);
create index messages_by_time on messages (at);

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
create index people_by_last_seen on people (last_seen_at desc, id);

create table person_keys (
    key text collate "C" not null,
    person text not null,
    primary key (key, person)
);

create table delegations (
    id text primary key,
    delegator text not null,
    delegator_name text not null,
    delegate text not null,
    delegate_name text not null,
    delegate_address text not null,
    queues text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    made_by text not null,
    made_by_name text not null,
    made_at bigint not null,
    ended_by text not null,
    ended_by_name text not null
);
create index delegations_from on delegations (delegator, ends_at);
create index delegations_to on delegations (delegate, ends_at);
create index delegations_to_address on delegations (delegate_address, ends_at);
create index delegations_by_end on delegations (ends_at);

create table sessions (
    token_hash bytea primary key,
    id text collate "C" not null unique,
    person text not null,
    name text not null,
    email text not null,
    searched text not null,
    browser text not null,
    address text not null,
    signed_in_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    sealed bytea not null
);
create index sessions_by_expiry on sessions (expires_at);
create index sessions_by_sign_in on sessions (signed_in_at, id) where person <> '';
create index sessions_by_person on sessions (person, signed_in_at, id) where person <> '';

create table batches (
    id text collate "C" primary key,
    person text not null,
    signer text not null,
    stance text not null,
    comment text not null,
    list text not null,
    made_at bigint not null,
    begun_at bigint not null,
    stop_at bigint not null,
    ended_at bigint not null,
    lease_owner text not null,
    claimable_at bigint not null
);
create index batches_claimable on batches (claimable_at) where claimable_at > 0;
create index batches_by_person on batches (person, made_at) where begun_at = 0;
create index batches_by_age on batches (made_at) where claimable_at = 0;

create table batch_items (
    batch text collate "C" not null references batches (id) on delete cascade,
    position bigint not null,
    callback text not null,
    outcome text not null,
    revision text not null,
    seen text not null,
    prepared_at bigint not null,
    result text not null,
    code text not null,
    why text not null,
    at bigint not null,
    primary key (batch, position)
);

create table watches (
    num bigint generated always as identity primary key,
    function text not null,
    account text not null,
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
    left_out bigint not null,
    unique (function, account, region)
);
create index watches_claimable on watches (account, region, claimable_at);

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

create table read_quotas (
    account text not null,
    region text not null,
    rate double precision not null,
    paid_until bigint not null,
    paused_until bigint not null,
    strikes bigint not null,
    minute bigint not null,
    used bigint not null,
    used_before bigint not null,
    primary key (account, region)
);

create table config_versions (
    version text primary key,
    first_seen_at bigint not null,
    first_seen_by text not null,
    content text not null -- of the file; empty if it was too long to keep
);
create index config_versions_by_time on config_versions (first_seen_at, version);

create table replicas (
    name text primary key,
    version text not null,
    loaded_at bigint not null,
    problem text not null,
    problem_at bigint not null,
    seen_at bigint not null
);
create index replicas_by_time on replicas (seen_at);

create table notice_changes (
    callback bigint primary key references callbacks (num),
    changes bigint not null,
    changed_at bigint not null,
    due_at bigint not null,
    sight text not null
);
create index notice_changes_due on notice_changes (due_at) where due_at > 0;
create index notice_changes_over on notice_changes (changed_at) where due_at = 0;

create table notice_reach (
    queue text primary key,
    reached text not null,
    replanned text not null,
    deadline bigint not null,
    num bigint not null,
    due_at bigint not null
);

create table notices (
    callback bigint not null references callbacks (num),
    channel text not null,
    place text not null,
    kind text not null,
    share bigint not null,
    person text not null,
    message text not null,
    planned_at bigint not null,
    told_at bigint not null,
    fault text not null,
    fault_words text not null,
    primary key (callback, channel, place, kind, share)
);
create index notices_of_message on notices (message, planned_at);

create table notice_messages (
    id text primary key,
    channel text not null,
    place text not null,
    person text not null,
    kind text not null,
    share bigint not null,
    items bigint not null,
    handle text not null,
    told text not null,
    states bigint not null,
    version bigint not null,
    trying bigint not null,
    tries bigint not null,
    first_at bigint not null,
    due_at bigint not null,
    lease_owner text not null,
    claimable_at bigint not null,
    made_at bigint not null,
    sent_at bigint not null,
    fault text not null,
    fault_words text not null
);
create index notice_messages_claimable on notice_messages (claimable_at) where claimable_at > 0;
create index notice_messages_of_place on notice_messages (channel, place, kind, share, made_at);
create index notice_messages_sent on notice_messages (sent_at, channel) where sent_at > 0;
create index notice_messages_faulty on notice_messages (channel, due_at) where fault <> '';
create index notice_messages_by_time on notice_messages (made_at);

create table notice_pauses (
    channel text not null,
    place text not null,
    person text not null,
    at bigint not null,
    until bigint not null,
    code text not null,
    words text not null,
    by_kind text not null,
    by_id text not null,
    by_name text not null,
    primary key (channel, place)
);
create index notice_pauses_by_end on notice_pauses (until);
create index notice_pauses_of_places on notice_pauses (until, at) where person = '';
create index notice_pauses_of_people on notice_pauses (until, at) where person <> '';
create index notice_pauses_of_people_by_time on notice_pauses (at) where person <> '';

create table notice_settings (
    person text primary key,
    settings text not null,
    changed_at bigint not null
);

create table push_subscriptions (
    id text primary key,
    person text not null,
    endpoint text not null unique,
    p256dh text not null,
    auth text not null,
    browser text not null,
    made_at bigint not null
);
create index push_subscriptions_of_person on push_subscriptions (person, made_at);

create table channel_accounts (
    channel text not null,
    person text not null,
    account text not null,
    name text not null,
    linked_at bigint not null,
    primary key (channel, person),
    unique (channel, account)
);
create index channel_accounts_of_person on channel_accounts (person);
