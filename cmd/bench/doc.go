// Command bench measures the whole program under load: the real binary as a process of its own,
// SQLite in a throw-away folder, or a PostgreSQL server of its own beside it, an OpenID provider
// and a stand-in for Lambda on loopback. Of the local engine it measures rounds of a durable
// function in Go, in this process.
//
// Figures of one machine say little about another, so most are divided by a floor: the least
// program that does the same job (package floor), measured in the same run, in rounds that
// alternate with the desk's. Nothing fails because a figure is missed; docs/benchmarks.md says what
// was wanted and why.
package main
