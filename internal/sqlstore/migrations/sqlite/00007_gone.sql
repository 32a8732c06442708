-- +goose Up

-- 1 where another client or the end of the execution closed the callback before a decision, else null. What somebody announced and
-- is gone is listed and counted by these indexes; whatever arrives is in neither, so that they cost arrivals nothing.
alter table callbacks add column gone integer;
update callbacks set gone = 1 where state = 'closed' or state = 'timed_out' and ending ->> '$.cause' = 'execution';
create index callbacks_gone_by_arrival on callbacks (state, received_at, num) where gone = 1 and source <> 'discovery';
create index callbacks_gone_by_function on callbacks (function, state, received_at, num) where gone = 1 and source <> 'discovery';
