// Package notices has the pages about messages to people and programs: how channels do,
// for admins, and the account in Slack that somebody links.
package notices
