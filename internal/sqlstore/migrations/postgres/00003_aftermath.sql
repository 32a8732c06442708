-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table deliveries add column aftermath text;

alter table callbacks add column failed bigint;
create index callbacks_failed_by_end on callbacks (failed, ended_at, num) where failed is not null;
create index callbacks_failed_by_queue_end on callbacks (queue, failed, ended_at, num) where failed is not null;
