// Package readquota keeps the desk within what AWS allows it to read. AWS throttles the reading of
// executions in each lane (an account and region) at 15 requests a second, whoever makes them. All
// our requests in a lane come out of one [Quota], by default a third of AWS's limit: a row that the
// replicas share, by the clock of PostgreSQL. All readers share one bucket, so that each can use
// what the others leave.
//
// It owns the quota, the allowances and the pace at which readings are planned. It does not know
// what is read.
//
//   - A reading of how a callback ended may take a second's worth more in advance than discovery
//     and the follow-up may. Under load these wait until that advance is made up for.
//   - A process takes an allowance for a fifth of a second at once. Readings are planned at the
//     rate of the quota (pace.go); otherwise a thousand would come due together and be put off.
//   - Completing a callback reads nothing, so no quota delays a decision. A 429 stops the
//     readings of its lane for a while, and of no other lane.
package readquota
