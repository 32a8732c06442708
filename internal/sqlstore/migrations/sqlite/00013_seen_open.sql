-- +goose Up

-- When the history last showed the callback open past the heartbeat clock, because another client beats. Replicas of the version before
-- note such a time as a beat of the desk.
alter table callbacks add column seen_open_at integer not null default 0;
