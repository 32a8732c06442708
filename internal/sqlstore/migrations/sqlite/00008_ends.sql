-- +goose Up

-- Arrivals have no end yet: the indexes by end hold what has ended, and cost an announcement or a decision nothing. Decisions on
-- their way that are in trouble are few, and have indexes of their own.
drop index callbacks_by_end;
drop index callbacks_by_queue_end;
drop index callbacks_by_function_end;
create index callbacks_by_end on callbacks (state, ended_at, num) where ended_at > 0;
create index callbacks_by_queue_end on callbacks (queue, state, ended_at, num) where ended_at > 0;
create index callbacks_by_function_end on callbacks (queue, function, state, ended_at, num) where ended_at > 0;
create index callbacks_in_trouble on callbacks (state, ended_at, num) where problem <> '';
create index callbacks_in_trouble_by_queue on callbacks (queue, state, ended_at, num) where problem <> '';

-- The audit is read as a whole, by actor, by action or by callback.
drop index audit_by_queue;
