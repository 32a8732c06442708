-- +goose Up

-- JSON: heartbeats that Lambda has not taken since the last that it took; null where there are none. While there are, the deadline
-- is that of the heartbeat clock.
alter table callbacks add column untaken text;

-- So what a missing heartbeat will end may have beats scheduled, and these indexes hold it too.
drop index callbacks_unattended;
drop index callbacks_unattended_by_queue;
create index callbacks_unattended on callbacks (state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat';
create index callbacks_unattended_by_queue on callbacks (queue, state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat';
