-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table callbacks add column gone bigint;
update callbacks set gone = 1 where state = 'closed' or state = 'timed_out' and ending::json ->> 'cause' = 'execution';
create index callbacks_gone_by_arrival on callbacks (state, received_at, num) where gone = 1 and source <> 'discovery';
create index callbacks_gone_by_function on callbacks (function, state, received_at, num) where gone = 1 and source <> 'discovery';
