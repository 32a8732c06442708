-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table callbacks add column requester_id text not null default '';
alter table callbacks add column requester_stated_by text not null default '';
