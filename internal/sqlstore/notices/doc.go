// Package notices keeps what people are told, and what they chose, in the database of package
// sqlstore. It implements notice.Store and notice.Preferences, whose comments and test suite
// (package noticetest) are the contract. Package sqlstore itself writes what a change of a callback
// adds to the table notice_changes, in the transaction of the change.
package notices
