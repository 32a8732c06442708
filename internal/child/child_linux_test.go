package child_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/child"
)

// generation makes the test binary be a parent, or its child, which ends only when it is killed.
const generation = "COUNTERSIGN_TEST_GENERATION"

func TestMain(m *testing.M) {
	switch os.Getenv(generation) {
	case "parent":
		if err := run("child"); err != nil {
			fmt.Println(err)
		}
	case "child":
		told := make(chan os.Signal, 1)
		signal.Notify(told, syscall.SIGUSR1) // which nobody sends
		fmt.Println("child")
		<-told
	default:
		os.Exit(m.Run())
	}
}

// run is the life of a parent.
func run(next string) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), generation+"="+next)
	cmd.Stdout = os.Stdout
	child.EndWithUs(cmd)
	return cmd.Run()
}

// TestEndWithUs kills a parent. What both write to is at its end once both have ended.
func TestEndWithUs(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), generation+"=parent")
	parent.Stdout = write
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	if err := read.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	word := make([]byte, len("child\n"))
	if _, err := io.ReadFull(read, word); err != nil || strings.TrimSpace(string(word)) != "child" {
		t.Fatalf("the child says %q, %v", word, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // says "killed"
	if _, err := io.Copy(io.Discard, read); err != nil {
		t.Errorf("the child lives on: %v", err)
	}
}

// TestEndWithUsKeeps leaves what else is set of a process as it is.
func TestEndWithUsKeeps(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.EndWithUs(cmd)
	if !cmd.SysProcAttr.Setpgid || cmd.SysProcAttr.Pdeathsig != syscall.SIGKILL {
		t.Errorf("%+v", cmd.SysProcAttr)
	}
}
