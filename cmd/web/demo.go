package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"countersign/internal/config"
	"countersign/internal/standin"
)

// demoOptions are the flags of the demo.
type demoOptions struct {
	Port int           `default:"8080" help:"Port of the desk on 127.0.0.1; the next free one when it is taken."`
	Data string        `type:"path" placeholder:"DIR" help:"Folder to keep the desk's data in. Without it the data goes when the demo ends."`
	Pace time.Duration `default:"45s" help:"Time between two requests that start on their own; 0 for none."`
	Log  string        `default:"warn" enum:"debug,info,warn,error" help:"Minimum log level."`
}

// runDemo runs the desk and what stands around it on loopback until ctx ends.
func runDemo(ctx context.Context, o demoOptions, stdout, stderr io.Writer) error {
	if o.Port < 1 || o.Port > 65535 {
		return fmt.Errorf("--port is %d: choose one from 1 to 65535", o.Port)
	}
	folder, remove, err := dataFolder(o.Data)
	if err != nil {
		return fmt.Errorf("folder for the data: %w", err)
	}
	defer remove()
	log := config.Log{Format: config.LogText}
	if err := log.Level.UnmarshalText([]byte(o.Log)); err != nil {
		return err
	}
	w, err := newWorld(ctx, o, folder, newLogger(log, stderr))
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := io.WriteString(stdout, o.banner(w.url, folder)); err != nil {
		return err
	}
	return w.run(ctx)
}

// dataFolder makes the folder for the data, and says how to remove it where it is not to be kept.
func dataFolder(keep string) (folder string, remove func(), err error) {
	if keep != "" {
		return keep, func() {}, os.MkdirAll(keep, 0o700)
	}
	folder, err = os.MkdirTemp("", "countersign-demo-")
	return folder, func() { _ = os.RemoveAll(folder) }, err
}

// banner says where to go, who can sign in, where data is kept and how to stop.
func (o demoOptions) banner(url, folder string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Countersign demo   %s\n\n  Sign in as\n", url)
	for _, u := range standin.People {
		fmt.Fprintf(&b, "    %-18s %s\n", u.Name, u.About)
	}
	fate := "removed at the end; --data DIR keeps it"
	if o.Data != "" {
		fate = "kept; Lambda's side starts anew"
	}
	arrivals := "Requests arrive on their own."
	if o.Pace <= 0 {
		arrivals = "Requests arrive when you start them: Start a sample, below the menu of each page."
	}
	fmt.Fprintf(&b, "\n  Data in %s (%s).\n  %s Stop with Ctrl+C.\n\n", folder, fate, arrivals)
	return b.String()
}
