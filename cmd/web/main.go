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
	_ "time/tzdata" // readers' time zones, on machines that have none of their own

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
		os.Exit(1)
	}
}

// complain says what went wrong. Words of a provider or a database may be in it, and a terminal
// must only show them.
func complain(w io.Writer, err error) {
	_, _ = fmt.Fprintln(w, "countersign:", printable.String(err.Error(), printable.Lines))
}
