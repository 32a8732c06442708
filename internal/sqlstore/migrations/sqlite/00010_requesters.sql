-- +goose Up

-- Who asks, by the subject of their sign-in, where the sender knows it; and the subject of the admin who said who asks, where
-- the sender did not say it so that it can be compared. Replicas of the version before write neither.
alter table callbacks add column requester_id text not null default '';
alter table callbacks add column requester_stated_by text not null default '';
