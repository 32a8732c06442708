-- Times are Unix milliseconds, 0 where there is none; durations are seconds. deadline is
-- 253402300799999 (the end of the year 9999) where no clock runs, so that what never ends by itself
-- sorts last. num is a callback's own short number, in order of arrival: the other tables refer to
-- it, and it settles ties in every order.

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
    requester_id text not null, -- the subject of their sign-in, where the sender knows it
    requester_name text not null,
    requester_email text not null,
    requester_stated_by text not null, -- the admin who named the requester, where the sender did not
    request text, -- JSON, the outcomes and when to keep it alive; null where both are the default
    requirement text, -- JSON, who must sign; null where anybody of the queue's groups is enough
    started_at integer not null,
    timeout integer not null,
    heartbeat_timeout integer not null,
    last_heartbeat_at integer not null,
    seen_open_at integer not null, -- when the history last showed it open past the heartbeat clock: another client beats
    execution_deadline integer not null,
    deadline integer not null, -- derived from the clocks on every write, like its cause
    deadline_cause text not null,
    received_at integer not null,
    state text not null,
    revision integer not null,
    next_heartbeat_at integer not null,
    held_until integer not null,
    heartbeats integer not null,
    missed_heartbeats text, -- JSON: heartbeats that Lambda has not taken since the last that it took; null without any
    signature_count integer not null, -- how many signatures are on record, those too that do not count any more
    waiting_since integer not null, -- when the first of the signatures was given that wait for others
    escalates_at integer not null, -- when its escalation has to be put on record; 0 for never, and once that is done
    escalated_at integer not null, -- when it was put on record
    escalated_to text, -- the groups that see it since then, while it is open; null for none
    alike text, -- what callbacks share that ask the same, while they are pending: lists fold them into one row
    problem text not null,
    decision text, -- JSON
    decided_by text, -- the person in decision
    ending text, -- JSON
    ended_at integer not null, -- the time in ending, 0 while the callback is open
    failed integer, -- 1 where the execution ended badly after a success that we sent, else null
    gone integer -- 1 where another client or the end of the execution closed it before a decision, else null
) strict;

-- A callback is pending, then under way, then ended, and is in the indexes of one of the three at a
-- time: each change of state takes it out of one group and puts it into the next, and touches no
-- other. Every index begins with what its readers ask for, holds an order, and ends with what is
-- filtered on the way, so that a row that is passed over is not read.
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

-- What follows is few among all of its state, and costs the others nothing: beats that are due;
-- what a missing heartbeat will end; what has no timeout of its own; decisions that are in trouble; what nobody announced;
-- successes after which an execution failed; and what was announced and is gone. The columns of
-- callbacks_unattended are those of the indexes by deadline, so that the planner sees that these
-- are the same, but smaller. Lists of what failed ask for that column and not for the state, so
-- that only its indexes fit.
create index callbacks_by_heartbeat on callbacks (next_heartbeat_at) where next_heartbeat_at > 0;
create index callbacks_unattended on callbacks (state, deadline, num, deadline_cause)
    where state = 'pending' and deadline_cause = 'heartbeat';
create index callbacks_unattended_by_queue on callbacks (queue, state, deadline, num, deadline_cause)
    where state = 'pending' and deadline_cause = 'heartbeat';
create index callbacks_without_timeout on callbacks (state, deadline, num, deadline_cause)
    where state = 'pending' and timeout = 0;
create index callbacks_without_timeout_by_queue on callbacks (queue, state, deadline, num, deadline_cause)
    where state = 'pending' and timeout = 0;
-- What is due for escalation, and what was escalated to some groups.
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
    callback integer primary key references callbacks (num),
    fingerprint text not null, -- of the announcement
    description blob not null, -- markdown of a stranger: bytes, because text may not hold NUL everywhere
    payload blob,
    input_unread integer not null, -- 1 if the payload is empty because the input of the execution was not read
    encoded integer not null, -- 1 if the function had a decoder when the payload arrived
    masked text, -- JSON
    details text, -- JSON, see detailsDocument: links, tags, the use of a template; null without any
    forms text -- JSON
) strict;

-- Words are split and folded before they come here, one token each, so that both databases find the
-- same.
create virtual table search using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

-- Who signed for which outcome. A decision and its last signature are written together. What does
-- not count any more stays on record.
create table signatures (
    callback integer not null references callbacks (num),
    number integer not null, -- in the order in which they were given, from 1
    person text not null, -- the id in people
    name text not null, -- as it was then
    via text not null,
    outcome text not null,
    kind text not null,
    stance text not null,
    proposal text not null, -- the hash of outcome and answer
    answer text, -- JSON: what the person wrote; null if the outcome has no answer
    sealed text, -- the answer with the secrets in it, encrypted; null if it has none, or once nothing needs it
    shown text not null, -- identifies what the person saw
    comment text not null,
    signed_at integer not null,
    grounds text not null, -- JSON: what the right to sign rested on
    config_version text not null, -- of countersign.yaml, as the hash of the file
    lapse text, -- JSON: how it ceased to count; null while it counts
    primary key (callback, number)
) strict, without rowid;

-- The record of decisions: one row for each, written with it, and who signed for it. Only an
-- announcement of what had been found before changes its queue and function. Every decision pays for
-- each index, so that there is one for the time and for what narrows a range most; the other filters
-- look through a range of one of them, of which the reader bounds the length.
create table decisions (
    callback integer primary key references callbacks (num),
    at integer not null,
    hour integer not null, -- of the day, by UTC, in which the request arrived
    took integer not null, -- from then until the decision
    queue text not null,
    function text not null,
    person text not null, -- who gave the last signature: the id in people
    person_name text not null, -- as it was then, like label
    outcome text not null,
    label text not null,
    stance text not null,
    rule text not null,
    via text not null
) strict;
create index decisions_by_time on decisions (at, callback);
create index decisions_by_queue on decisions (queue, at, callback);
create index decisions_by_function on decisions (function, at, callback);
-- What decisions in a queue take at an hour of the day.
create index decisions_by_hour on decisions (queue, hour, at, took);

create table decision_signers (
    person text not null,
    at integer not null,
    callback integer not null references decisions (callback),
    primary key (person, at, callback)
) strict, without rowid;

create table deliveries (
    callback integer primary key references callbacks (num),
    kind text not null,
    result blob,
    error text, -- JSON
    sealed text, -- JSON: what is sent, encrypted, if somebody typed a secret, and its hash; result and error show none
    shown blob, -- what people see of the result or error, if a form masks something in it
    lane text not null, -- where it goes: eu-central-1, or 123456789012/eu-central-1
    tries integer not null,
    readings integer not null, -- of the history, to find out what became of an attempt
    doubtful integer not null,
    closed integer not null, -- Lambda has said that the callback is closed
    due_at integer not null,
    lease_owner text not null,
    claimable_at integer not null, -- the end of the lease while there is one, else due_at
    attempts text, -- JSON: the latest calls to Lambda, oldest first; null before the first
    follow_up text -- JSON: what the execution did after the decision; null while nothing is known
) strict;
create index deliveries_claimable on deliveries (claimable_at) where claimable_at > 0;

create table reviews (
    id text primary key,
    callback integer not null references callbacks (num),
    by_kind text not null,
    by_id text not null,
    by_name text not null,
    opened_at integer not null,
    renewed_at integer not null,
    last_input_at integer not null,
    closed_at integer not null
) strict, without rowid;
create index reviews_of_callback on reviews (callback, closed_at, opened_at);
create index reviews_open on reviews (renewed_at) where closed_at = 0;

-- Whom an open callback is assigned to. It gives no right; what came before is in the audit.
create table assignments (
    callback integer primary key references callbacks (num),
    person text not null, -- the id in people; empty for nobody, since somebody else released it
    name text not null,
    before text not null, -- who had it before, as an id in people; empty for nobody
    before_name text not null,
    by_id text not null,
    by_name text not null,
    reason text not null,
    at integer not null
) strict;
create index assignments_of_person on assignments (person, callback);

-- Until when people hide callbacks from their own lists.
create table snoozes (
    person text not null,
    callback integer not null references callbacks (num),
    until integer not null,
    primary key (person, callback)
) strict, without rowid;

-- Who knows of what needs attention. It counts while the callback has the revision that they saw.
create table acknowledgments (
    callback integer primary key references callbacks (num),
    seen_revision integer not null,
    person text not null,
    name text not null,
    at integer not null
) strict;

-- Filters of lists that people keep under names, shared with a group or not.
create table saved_views (
    id text primary key,
    owner text not null, -- the id in people
    owner_name text not null,
    name text not null,
    shared_with text not null, -- whose members see it; empty for the owner alone
    query text not null,
    saved_at integer not null
) strict, without rowid;
create index saved_views_of_owner on saved_views (owner);
create index saved_views_of_group on saved_views (shared_with, name) where shared_with <> '';

-- Facts. Never updated, never deleted, and without foreign keys, so that they outlive what they
-- tell of. They are read as a whole, by actor, by action or by callback, and without what no person did.
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
    facts text, -- the values behind it, as JSON
    detail text not null -- a sentence about a session; else empty
) strict;
create index audit_of_callback on audit (callback) where callback is not null;
create index audit_by_time on audit (at);
create index audit_of_people on audit (at) where actor_kind = 'person';
create index audit_by_actor on audit (actor_id, at);
create index audit_by_action on audit (action, at);

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

-- Who has signed in, and what the provider said of them.
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
create index people_by_last_seen on people (last_seen_at desc, id);

-- What people are found by: their names from each word on, and their addresses, folded.
create table person_keys (
    key text not null,
    person text not null,
    primary key (key, person)
) strict, without rowid;

-- Who acts for whom. Kept for ever. Names are those of then.
create table delegations (
    id text primary key,
    delegator text not null, -- the id in people, like delegate
    delegator_name text not null,
    delegate text not null,
    delegate_name text not null,
    delegate_address text not null, -- verified when it was made; empty if there was none
    queues text not null, -- JSON
    starts_at integer not null,
    ends_at integer not null, -- earlier than planned where somebody ended it
    made_by text not null,
    made_by_name text not null,
    made_at integer not null,
    ended_by text not null, -- empty unless somebody ended it early
    ended_by_name text not null
) strict, without rowid;
create index delegations_from on delegations (delegator, ends_at);
create index delegations_to on delegations (delegate, ends_at);
create index delegations_to_address on delegations (delegate_address, ends_at);
create index delegations_by_end on delegations (ends_at);

-- What signs people in, encrypted. What is searched is name, address and person in lower case.
create table sessions (
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
create index sessions_by_expiry on sessions (expires_at);
create index sessions_by_sign_in on sessions (signed_in_at, id) where person <> '';
create index sessions_by_person on sessions (person, signed_in_at, id) where person <> '';

-- What a person selected to decide in one go, and what became of it. Times are 0 until they are known.
create table batches (
    id text primary key,
    person text not null, -- the id in people
    signer text not null, -- JSON: the person with the rights of then
    stance text not null,
    comment text not null,
    list text not null, -- query of the list in which it was made
    made_at integer not null,
    begun_at integer not null,
    stop_at integer not null,
    ended_at integer not null,
    lease_owner text not null,
    claimable_at integer not null -- the end of the lease while there is one, else begun_at; 0 if nothing is to do
) strict, without rowid;
create index batches_claimable on batches (claimable_at) where claimable_at > 0;
create index batches_by_person on batches (person, made_at) where begun_at = 0;
create index batches_by_age on batches (made_at) where claimable_at = 0;

create table batch_items (
    batch text not null references batches (id) on delete cascade,
    position integer not null,
    callback text not null,
    outcome text not null,
    revision text not null,
    seen text not null,
    prepared_at integer not null,
    result text not null, -- empty while it waits
    code text not null,
    why text not null,
    at integer not null,
    primary key (batch, position)
) strict, without rowid;

-- Functions whose executions are searched for callbacks. account is empty for that of the default
-- credentials, region for the configured default.
create table watches (
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
    left_out integer not null, -- open callbacks that the operator does not want at the desk
    unique (function, account, region)
) strict;
create index watches_claimable on watches (account, region, claimable_at);

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

-- What reading executions costs: one row for each account and region.
create table read_quotas (
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

-- The versions of countersign.yaml that replicas have run, for as long as decisions name them; and
-- the replicas that run, each by its latest report.
create table config_versions (
    version text primary key, -- the hash of the file
    first_seen_at integer not null,
    first_seen_by text not null,
    content text not null -- of the file; empty if it was too long to keep
) strict, without rowid;
create index config_versions_by_time on config_versions (first_seen_at, version);

create table replicas (
    name text primary key,
    version text not null,
    loaded_at integer not null,
    problem text not null, -- why the file as it is now was refused, empty where it was not
    problem_at integer not null,
    seen_at integer not null
) strict, without rowid;
create index replicas_by_time on replicas (seen_at);

-- What people are told. One row for each callback that changed since messages are sent, written in
-- the transaction of the change; a worker plans from it who is told what.
create table notice_changes (
    callback integer primary key references callbacks (num),
    changes integer not null, -- how often it changed
    changed_at integer not null, -- when it changed last
    due_at integer not null, -- when it is planned next; 0 for not before it changes
    sight text not null -- what the latest plan let messages say; empty if the callback changed since
) strict;
create index notice_changes_due on notice_changes (due_at) where due_at > 0;
create index notice_changes_over on notice_changes (changed_at) where due_at = 0;

-- Whom each queue reaches. When that changes, what is pending in it is planned again, in steps.
create table notice_reach (
    queue text primary key,
    reached text not null, -- identifies whom it reaches now, and how
    replanned text not null, -- for whom its callbacks are made due, or were last
    deadline integer not null, -- up to which callback that was done
    num integer not null,
    due_at integer not null -- when the next step is due; 0 when all is done
) strict, without rowid;

-- What one place is told of one callback, and the message that carries it.
create table notices (
    callback integer not null references callbacks (num),
    channel text not null,
    place text not null, -- in the channel's own form
    kind text not null,
    share integer not null, -- of a reminder, the part of the time in percent; of a digest, its day; else 0
    person text not null, -- the id in people; empty for places of a group
    message text not null, -- empty of what failed and is not to be told any more: it is for the story alone
    planned_at integer not null,
    told_at integer not null, -- 0 while its place was not told
    fault text not null, -- as in notice_messages, without a message
    fault_words text not null,
    primary key (callback, channel, place, kind, share)
) strict, without rowid;
create index notices_of_message on notices (message, planned_at);

-- A message at one place, drawn from the present state of its callbacks.
create table notice_messages (
    id text primary key,
    channel text not null,
    place text not null,
    person text not null,
    kind text not null,
    share integer not null,
    items integer not null, -- notices that joined it
    handle text not null, -- names it at its place; empty before it was sent
    told text not null, -- identifies the state that its place shows
    states integer not null, -- how many states it was told
    version integer not null, -- counts what made it due
    trying integer not null, -- attempts that are under way, or whose answers are not known
    tries integer not null, -- since the last state that was told
    first_at integer not null, -- of these attempts, when the first was made
    due_at integer not null, -- when it is sent or drawn next; 0 for not before it changes
    lease_owner text not null,
    claimable_at integer not null, -- the end of the lease while there is one, else due_at
    made_at integer not null,
    sent_at integer not null, -- when it was sent last
    fault text not null, -- the code of the fault of the latest attempt, empty if there was none
    fault_words text not null
) strict, without rowid;
create index notice_messages_claimable on notice_messages (claimable_at) where claimable_at > 0;
create index notice_messages_of_place on notice_messages (channel, place, kind, share, made_at);
create index notice_messages_sent on notice_messages (sent_at, channel) where sent_at > 0;
create index notice_messages_faulty on notice_messages (channel, due_at) where fault <> '';
create index notice_messages_by_time on notice_messages (made_at);

-- Places, or whole channels where place is empty, that get no message for a while or for good.
create table notice_pauses (
    channel text not null,
    place text not null,
    person text not null, -- whose place it is; empty for those that the operator named
    at integer not null,
    until integer not null, -- the end of the year 9999 for good
    code text not null, -- the fault behind it; empty if a person made it
    words text not null,
    by_kind text not null,
    by_id text not null,
    by_name text not null,
    primary key (channel, place)
) strict, without rowid;
create index notice_pauses_by_end on notice_pauses (until);
create index notice_pauses_of_places on notice_pauses (until, at) where person = '';
create index notice_pauses_of_people on notice_pauses (until, at) where person <> '';
create index notice_pauses_of_people_by_time on notice_pauses (at) where person <> '';

-- What people chose, the browsers that take pushes for them, and their accounts elsewhere.
create table notice_settings (
    person text primary key,
    settings text not null, -- JSON
    changed_at integer not null
) strict, without rowid;

create table push_subscriptions (
    id text primary key,
    person text not null,
    endpoint text not null unique,
    p256dh text not null,
    auth text not null,
    browser text not null,
    made_at integer not null
) strict, without rowid;
create index push_subscriptions_of_person on push_subscriptions (person, made_at);

create table channel_accounts (
    channel text not null,
    person text not null,
    account text not null,
    name text not null,
    linked_at integer not null,
    primary key (channel, person),
    unique (channel, account)
) strict, without rowid;
create index channel_accounts_of_person on channel_accounts (person);
