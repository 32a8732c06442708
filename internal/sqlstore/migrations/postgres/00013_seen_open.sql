-- The same change as for SQLite; that file says what it means.

-- +goose Up

alter table callbacks add column seen_open_at bigint not null default 0;
