-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table callbacks add column untaken text;
drop index callbacks_unattended;
drop index callbacks_unattended_by_queue;
create index callbacks_unattended on callbacks (state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat';
create index callbacks_unattended_by_queue on callbacks (queue, state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat';
