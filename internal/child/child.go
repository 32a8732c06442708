// Package child ties processes that we start to our own: what a test or a measurement has started
// must not outlive it, however it ends, for it would keep files, ports and locks. It belongs to the
// ground.
package child

import "os/exec"

// EndWithUs has the system kill a process that is not started yet once ours has ended, also when
// ours was killed and could do nothing about it. Only Linux can; elsewhere it does nothing.
func EndWithUs(cmd *exec.Cmd) { endWithUs(cmd) }
