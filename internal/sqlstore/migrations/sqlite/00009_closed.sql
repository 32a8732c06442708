-- +goose Up

alter table deliveries add column closed integer not null default 0; -- Lambda has said that the callback is closed
alter table attempts add column kms_key text not null default ''; -- the ARN of the key that stood in the way
