// Package readquota keeps to what AWS lets the desk read. AWS throttles readings of executions in each lane, that is an account and
// region, whoever makes them; so all replicas share one [Quota] of a lane, and a process takes an allowance of it in advance.
//
// It owns the quota, the allowances and the pace at which readings are planned. It does not know what is read.
package readquota
