-- The same changes as for SQLite; that file says what they mean.

-- +goose Up

alter table watches add column account text not null default '';
alter table watches drop constraint watches_function_region_key;
alter table watches add constraint watches_by_account unique (function, account, region);
drop index watches_claimable;
create index watches_claimable on watches (account, region, claimable_at);

alter table read_budgets add column account text not null default '';
alter table read_budgets drop constraint read_budgets_pkey;
alter table read_budgets add primary key (account, region);

alter table deliveries add column lane text not null default '';
