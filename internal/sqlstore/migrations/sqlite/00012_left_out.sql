-- +goose Up

alter table watches add column left_out integer not null default 0; -- open callbacks that the operator does not want at the desk, as of the last scan
