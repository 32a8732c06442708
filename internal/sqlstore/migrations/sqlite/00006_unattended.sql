-- +goose Up

-- What a missing heartbeat will end although nobody keeps it alive: few among all that are pending, and counted on every page.
-- The columns are those of the indexes by deadline, so that the planner sees that these are the same, but smaller.
create index callbacks_unattended on callbacks (state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat' and next_heartbeat_at = 0;
create index callbacks_unattended_by_queue on callbacks (queue, state, deadline, num, deadline_cause, next_heartbeat_at)
    where state = 'pending' and deadline_cause = 'heartbeat' and next_heartbeat_at = 0;
