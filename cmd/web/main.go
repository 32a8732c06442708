// Command web is Countersign: `countersign serve` for production, `countersign demo` to try it on
// one machine.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones of readers, for machines that have no time zone data

	"github.com/caarlos0/env/v11"

	"countersign/internal/printable"
)

// version is set by the linker (see the Makefile).
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], env.ToMap(os.Environ()), os.Stdout, os.Stderr)
	stop()
	if err != nil {
		complain(os.Stderr, err)
		os.Exit(exitCode(err))
	}
}

// complain writes an error. It may hold text of a provider or a database, so characters that would
// control a terminal are marked.
func complain(w io.Writer, err error) {
	_, _ = fmt.Fprintln(w, "countersign:", printable.String(err.Error(), printable.Lines))
}
