// Command bench measures the whole program under load: the real binary as a process of its own,
// SQLite in a temporary folder or a PostgreSQL server of its own, an OpenID provider, and a
// stand-in for Lambda on loopback. It also measures the local engine, in this process: rounds of a
// durable function in Go.
//
// Figures of one machine say little about another. Most are therefore divided by a floor: the
// smallest program that does the same job (package floor), measured in the same run, in rounds that
// alternate with the desk's. A missed figure does not make the run fail; docs/benchmarks.md gives
// the goals and their reasons.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
