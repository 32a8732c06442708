-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

create index callbacks_unattended on callbacks (state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat' and next_heartbeat_at = 0;
create index callbacks_unattended_by_queue on callbacks (queue, state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat' and next_heartbeat_at = 0;
