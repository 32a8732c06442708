-- +goose Up

-- Callbacks whose words in search an earlier version folded: their requests are not found by words inside of Chinese or
-- Japanese text, by ss for ß, and so on. The sweeps write them anew in small steps and take them out of here.
create table stale_words (callback integer primary key) strict;
insert into stale_words select num from callbacks;
