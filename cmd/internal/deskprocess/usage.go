package deskprocess

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Memory returns the resident memory of the process in bytes, as Linux reports it.
func (p *Process) Memory() (int64, error) { return p.status("VmRSS:") }

// Peak returns the largest resident memory, in bytes, that the process has had.
func (p *Process) Peak() (int64, error) { return p.status("VmHWM:") }

func (p *Process) status(field string) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("the memory of a process is not told here")
}

// tick is the unit in which Linux reports processor time.
const tick = 10 * time.Millisecond

// ProcessorTime returns how long the process has run on processors.
func (p *Process) ProcessorTime() (time.Duration, error) {
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
