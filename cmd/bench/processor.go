package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit in which Linux reports processor time.
const tick = 10 * time.Millisecond

// processorTime returns how long the process has run on processors.
func (p *process) processorTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return 0, fmt.Errorf("read the processor time of a process: %w", err)
	}
	// The name in parentheses may contain anything. The twelfth and thirteenth fields after it are
	// the user time and the kernel time.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("the processor time of a process is not told here")
	}
	own, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	kernel, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(own+kernel) * tick, err
}

// watchProcessor waits for a time span and returns how much of it the process ran on processors.
func (p *process) watchProcessor(ctx context.Context, span time.Duration) (time.Duration, error) {
	before, err := p.processorTime()
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, span); err != nil {
		return 0, err
	}
	after, err := p.processorTime()
	return after - before, err
}

// pause waits for d. It returns early with the error of ctx if that ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
