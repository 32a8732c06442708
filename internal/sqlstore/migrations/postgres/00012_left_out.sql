-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table watches add column left_out bigint not null default 0;
