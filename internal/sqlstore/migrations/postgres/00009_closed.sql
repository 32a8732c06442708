-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table deliveries add column closed boolean not null default false;
alter table attempts add column kms_key text not null default '';
