package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/standin"
)

// demoCommand runs a desk together with everything around it.
type demoCommand struct {
	Port int           `help:"${demo_port}" default:"8080"`
	Data string        `help:"${demo_data}" type:"path" placeholder:"DIR"`
	Pace time.Duration `help:"${demo_pace}" default:"45s"`
	Log  string        `help:"Minimum log level." default:"warn" enum:"debug,info,warn,error"`
}

// demoHelp is the help for the flags.
var demoHelp = kong.Vars{
	"demo_port": "Port of the desk on 127.0.0.1. If it is in use, the next free one.",
	"demo_data": "Folder for the desk's data. Without it the data is removed when the demo ends.",
	"demo_pace": "Time between requests that start on their own; 0 starts none.",
}

// Run runs everything on loopback until ctx ends.
func (c demoCommand) Run(ctx context.Context, e environment) error {
	if c.Port < 1 || c.Port > 65535 {
		return fmt.Errorf("--port is %d: choose one from 1 to 65535", c.Port)
	}
	folder, remove, err := dataFolder(c.Data)
	if err != nil {
		return fmt.Errorf("folder for the data: %w", err)
	}
	defer remove()
	log, err := newTextLogger(c.Log, e.stderr)
	if err != nil {
		return err
	}
	hangups, stop := receiveHangups()
	defer stop()
	w, err := newWorld(ctx, c, folder, hangups, log)
	if err != nil && ctx.Err() != nil {
		return nil // stopped before it was ready, which is no fault
	}
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := io.WriteString(e.stdout, c.banner(w.url, w.surroundings.Messages(), folder)); err != nil {
		return err
	}
	return w.run(ctx)
}

// dataFolder makes the folder for the data. remove deletes it if the data is not to be kept.
func dataFolder(keep string) (folder string, remove func(), err error) {
	if keep != "" {
		return keep, func() {}, os.MkdirAll(keep, 0o700)
	}
	folder, err = os.MkdirTemp("", "countersign-demo-")
	return folder, func() { _ = os.RemoveAll(folder) }, err
}

// banner tells where to go, which people can sign in, where configuration and data lie, what an
// announcement from a shell needs, and how to stop. It names the file of the secret, not the secret.
func (c demoCommand) banner(url, messages, folder string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Countersign demo   %s\n\n  Sign in as\n", url)
	for _, u := range standin.People {
		fmt.Fprintf(&b, "    %-18s %s\n", u.Name, u.About)
	}
	fate := "removed at the end; --data DIR keeps it"
	if c.Data != "" {
		fate = "kept; the local Lambda starts empty"
	}
	arrivals := "Requests arrive on their own."
	if c.Pace <= 0 {
		arrivals = "Requests arrive when you start them: use Start a sample, below the menu of each page."
	}
	secret := filepath.Join(folder, filepath.FromSlash(standin.WebhookSecret))
	fmt.Fprintf(&b, "\n  Announce from a shell, as docs/intake.md shows, with\n    DESK_URL=%s DESK_SECRET=$(cat '%s')\n",
		url, secret)
	fmt.Fprintf(&b, "\n  What the desk told in Slack, Teams, by mail, push and webhook: %s\n", messages)
	fmt.Fprintf(&b, "\n  What the desk is for: %s\n  Data in %s (%s).\n  %s Stop with Ctrl+C.\n\n",
		deskPath(folder), folder, fate, arrivals)
	return b.String()
}
