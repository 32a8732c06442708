package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// What all tests share.
var (
	binary  string          // the program under test
	browser context.Context // one Chromium
)

// atOnce is how many tests run at a time: they wait more than they work.
const atOnce = "4"

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", atOnce) // the command line may say otherwise
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func runAll(m *testing.M) (code int, err error) {
	folder, err := os.MkdirTemp("", "countersign-e2e-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if binary, err = build(folder); err != nil {
		return 0, err
	}
	closeBrowser, err := startBrowser()
	if err != nil {
		return 0, err
	}
	defer closeBrowser()
	return m.Run(), nil
}

// build builds the program, with the race detector when the tests have it.
func build(folder string) (path string, err error) {
	path = filepath.Join(folder, "countersign")
	args := []string{"build", "-o", path}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "countersign/cmd/web")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
}

// startBrowser starts Chromium without what it does on the network by itself.
func startBrowser() (stop func(), err error) {
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		return nil, errors.New("chromium-headless-shell is missing; scripts/install-tools.sh installs it")
	}
	allocator, release := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		// What chromedp disables, and the process that Chromium starts in advance of the next page.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,SpareRendererForSitePerProcess"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true))...)
	tab, closeTab := chromedp.NewContext(allocator)
	stop = func() { closeTab(); release() }
	if err := chromedp.Do(tab); err != nil {
		stop()
		return nil, fmt.Errorf("start chromium: %w", err)
	}
	browser = tab
	return stop, nil
}
