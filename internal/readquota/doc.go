// Package readquota keeps to what AWS lets the desk read. AWS throttles readings of executions in
// each lane (an account and region) at 15 a second, whoever makes them. All of ours in a lane come
// out of one [Quota], by default a third of that: a row that the replicas share, by the clock of
// PostgreSQL. There is one bucket for all readers, so that anyone can use what others leave.
//
// It owns the quota, the allowances and the pace at which readings are planned. It does not know
// what is read.
//
//   - A reading of how a callback ended may take a second's worth more in advance than discovery
//     and the follow-up may. Under load these wait until that is paid back.
//   - A process takes an allowance for a fifth of a second at once. Readings are planned at the
//     rate of the quota (pace.go); otherwise a thousand would come due together and be put off.
//   - Completing a callback reads nothing, so no quota holds a decision up. A 429 stops the
//     readings of its lane for a while, and no other lane.
package readquota
