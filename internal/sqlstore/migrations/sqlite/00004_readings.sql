-- +goose Up

alter table deliveries add column readings integer not null default 0; -- of the history, to find out what became of an attempt
