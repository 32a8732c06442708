package child

import (
	"os/exec"
	"syscall"
)

// The signal comes when the thread ends that started the process. Go ends none of its threads, but
// for those to which a goroutine was locked.
func endWithUs(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
