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

// tick is the unit in which Linux tells how long a process was on a processor.
const tick = 10 * time.Millisecond

// processorTime is how long the process has been on processors.
func (p *process) processorTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return 0, fmt.Errorf("read the processor time of a process: %w", err)
	}
	// The name in parentheses may hold anything; the twelfth and thirteenth fields behind it are
	// the times for itself and in the kernel.
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

// watchProcessor lets time pass and returns how much of it the process was on processors.
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

// pause waits for d, or for the end of ctx, which is its error.
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
