// Package notices has the pages about messages to people and programs: how channels do, for admins.
package notices
