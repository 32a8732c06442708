-- +goose Up

-- As stale_words of SQLite, but a replica of the version before goes on writing words its way: version is 0 for those.
alter table search add column version smallint not null default 0;
create index stale_words on search (callback) where version = 0;
