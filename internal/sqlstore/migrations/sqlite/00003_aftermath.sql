-- +goose Up

alter table deliveries add column aftermath text; -- JSON: what the execution did after the decision; null while nothing is known

-- 1 where the execution ended badly after a success that we sent, else null. Such callbacks are few among all that were
-- completed. Lists of them ask for the column and not for the state, so that only these indexes fit.
alter table callbacks add column failed integer;
create index callbacks_failed_by_end on callbacks (failed, ended_at, num) where failed is not null;
create index callbacks_failed_by_queue_end on callbacks (queue, failed, ended_at, num) where failed is not null;
