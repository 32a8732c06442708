// Command chaos tests that no decision is lost and none is sent twice. Reviewers decide over HTTP
// while replicas are killed, PostgreSQL is restarted, and Lambda throttles, fails, is slow and
// loses answers. Some decisions race against a second reviewer, some against a clock, some against
// another client of Lambda. Afterwards three records are compared: what reviewers were shown, what
// the desk's database says, and what Lambda knows. docs/chaos.md says how to read the report.
package main
