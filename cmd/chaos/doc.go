// Command chaos is the proof that no decision is lost and none goes out twice. Reviewers decide
// over HTTP while replicas are killed, PostgreSQL is restarted and Lambda throttles, fails, is slow
// and loses answers; some decisions are raced by a second reviewer, some by a clock, some by
// another client of Lambda. Afterwards three records are compared: what reviewers were shown, what
// the desk's database says, and what Lambda knows. docs/chaos.md says how to read the report.
package main
