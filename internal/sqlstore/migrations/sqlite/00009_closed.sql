-- +goose Up

alter table deliveries add column closed integer not null default 0; -- Lambda has said that the callback is closed
