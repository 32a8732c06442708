package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/reload"
	"countersign/internal/sqlstore/sqlstoretest"
)

// Two versions of a file. In the second, approvers are admins too, and another queue is there.
const (
	alphaDesk = "roles: {reviewers: [approvers]}\nqueues: {alpha: {groups: [approvers]}}\n" + reloadSource
	betaDesk  = "roles: {reviewers: [approvers], admins: [approvers]}\nqueues: {beta: {groups: [approvers]}}\n" + reloadSource

	reloadSource = "sources: {" + rigSource + ": {tokens: [{file: token}]}}\n"
)

// reloading is a desk whose file a test changes.
type reloading struct {
	*replica
	t       *testing.T
	file    string
	hangups chan os.Signal
}

// replaceFile replaces the file as editors do, by a rename.
func (d *reloading) replaceFile(text string) {
	d.t.Helper()
	writeFile(d.t, d.file+".new", text)
	if err := os.Rename(d.file+".new", d.file); err != nil {
		d.t.Fatal(err)
	}
}

// hangUp replaces the file and tells the desk, until it has dealt with it.
func (d *reloading) hangUp(text string) {
	d.t.Helper()
	before := d.reloads()
	d.replaceFile(text)
	d.hangups <- syscall.SIGHUP
	d.await(func(s reload.State) bool { return s.LoadedAt != before.LoadedAt || s.Failures != before.Failures })
}

// await waits until the desk says what a test wants of its configuration.
func (d *reloading) await(want func(reload.State) bool) {
	d.t.Helper()
	d.until("the configuration", func() bool { return want(d.reloads()) })
}

// until waits until something is so.
func (d *reloading) until(what string, so func() bool) {
	d.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-limit.C:
			d.t.Fatalf("waited %v in vain for %s; the configuration is %+v", patience, what, d.reloads())
		}
	}
}

// openReloading runs the one desk of a rig on a file.
func openReloading(t *testing.T, r *rig, text string) *reloading {
	t.Helper()
	d := &reloading{t: t, file: deskFile(t, text), hangups: make(chan os.Signal)}
	settings := r.settings(sqlstoretest.NewDatabase(t), r.lambda(nil))
	settings["CONFIG_FILE"] = d.file
	d.replica = openAlone(t, settings, deskOptions{Hangups: d.hangups})
	return d
}

// text is what a page says.
func (v *visitor) text(address string) (status int, page string) {
	response := v.open(v.t.Context(), http.MethodGet, address, nil)
	if response.Body == nil {
		return 0, ""
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Error(err)
	}
	return response.StatusCode, string(b)
}

// TestReload: roles, queues, senders and streams follow the file, and sessions stay. A wrong file
// changes nothing, and readiness says so.
func TestReload(t *testing.T) {
	t.Parallel()
	r := newRig(t, freeAddress(t))
	d := openReloading(t, r, alphaDesk)
	v := r.signIn(t, mara)
	if status, _ := v.text(d.url + "/admin/callbacks"); status != http.StatusForbidden {
		t.Errorf("a reviewer is answered %d by the page of admins", status)
	}
	stream := v.stream(d.url)
	id := r.announce(d.url, r.ask(0), callbacks.KeepAliveReview)
	d.hangUp(betaDesk)
	awaitEnd(t, stream, "the end of a stream with old rights")
	if status, _ := v.text(d.url + "/admin/callbacks"); status != http.StatusOK {
		t.Errorf("an admin since the reload is answered %d", status)
	}
	if status, _ := v.text(d.url + "/callbacks/" + string(id)); status != http.StatusOK {
		t.Errorf("a callback from before the reload is answered with %d", status)
	}

	d.hangUp("roles: {reviewers: [approvers]}\nquues: {}\n")
	state := d.reloads()
	if len(state.Problem) != 1 || !strings.Contains(state.Problem[0], "quues") || state.Failures != 1 {
		t.Errorf("a wrong file: %+v", state)
	}
	if status, text := v.text(d.url + "/readyz"); status != http.StatusOK || !strings.Contains(text, "stays in force") {
		t.Errorf("readiness: %d %s", status, text)
	}
	if status, _ := v.text(d.url + "/admin/callbacks"); status != http.StatusOK {
		t.Errorf("after a wrong file an admin is answered %d", status)
	}
	r.announce(d.url, r.ask(0), callbacks.KeepAliveReview)
	if status := v.decide(d.url, id, "approve"); status != http.StatusSeeOther {
		t.Errorf("a decision is answered %d", status)
	}
	await(t, r.settled, "the decision at Lambda")
	d.hangUp(alphaDesk)
	if s := d.reloads(); s.Problem != nil {
		t.Errorf("the file is right again: %+v", s)
	}
}

// TestReloadSecrets: a template whose form asks for a secret is refused where no key could keep one.
func TestReloadSecrets(t *testing.T) {
	t.Parallel()
	d := openReloading(t, newRig(t, freeAddress(t)), alphaDesk)
	d.hangUp(alphaDesk + `functions:
  rotation:
    watch: {}
    templates:
      - title: New password
        outcomes: [{name: approve, label: Hand over, kind: success, form: {type: string, writeOnly: true}}]
`)
	state := d.reloads()
	if len(state.Problem) != 1 || !strings.Contains(state.Problem[0], "rotation has a form that asks for a secret") || !strings.Contains(state.Problem[0], "COUNTERSIGN_SECRETS_KEY") {
		t.Errorf("got %+v", state)
	}
}

// TestReloadWatches: functions that the file names are searched from then on, in the queue that it
// says, and no longer once it names them no more.
func TestReloadWatches(t *testing.T) {
	t.Parallel()
	r := newRig(t, freeAddress(t))
	d := openReloading(t, r, alphaDesk)
	watches := func(want func([]discovery.WatchState) bool) {
		t.Helper()
		d.until("watches that follow the file", func() bool {
			there, err := d.store.Watches(t.Context())
			return err == nil && want(there)
		})
	}
	searched := func(queue string) func([]discovery.WatchState) bool {
		return func(all []discovery.WatchState) bool {
			return len(all) == 1 && all[0].Queue == queue && !all[0].ScannedAt.IsZero()
		}
	}
	d.hangUp(alphaDesk + "functions: {" + rigFunction + ": {watch: {queue: alpha}}}\n")
	watches(searched("alpha"))
	d.hangUp(betaDesk + "functions: {" + rigFunction + ": {watch: {queue: beta}}}\n")
	watches(searched("beta"))
	d.hangUp(betaDesk)
	watches(func(all []discovery.WatchState) bool { return len(all) == 0 })
}

// TestReloadKubernetes: a ConfigMap's files are links into a folder that is one link itself, which
// is swapped. A secret that is rotated leaves the file, and so its version, as it is.
func TestReloadKubernetes(t *testing.T) {
	t.Parallel()
	r, folder := newRig(t, freeAddress(t)), t.TempDir()
	mount := func(name, text, token string) {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(folder, name, "countersign.yaml"), text)
		writeFile(t, filepath.Join(folder, name, "token"), token)
		link(t, name, filepath.Join(folder, "..data"))
	}
	mount("..one", alphaDesk, rigToken)
	link(t, filepath.Join("..data", "countersign.yaml"), filepath.Join(folder, "countersign.yaml"))
	link(t, filepath.Join("..data", "token"), filepath.Join(folder, "token"))
	settings := r.settings(sqlstoretest.NewDatabase(t), r.lambda(nil))
	settings["CONFIG_FILE"] = filepath.Join(folder, "countersign.yaml")
	d := &reloading{t: t, replica: openAlone(t, settings, deskOptions{})}
	first := d.reloads()

	mount("..two", betaDesk, rigToken)
	d.await(func(s reload.State) bool { return s.Version != first.Version })
	second := d.reloads()
	mount("..three", betaDesk, "another-bearer-token-of-these-tests-is-long")
	d.await(func(s reload.State) bool { return s.LoadedAt != second.LoadedAt })
	if s := d.reloads(); s.Version != second.Version || s.Problem != nil {
		t.Errorf("after the rotation: %+v, want version %s", s, second.Version)
	}
	old, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/webhooks/callbacks", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	old.Header.Set("Authorization", "Bearer "+rigToken)
	old.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(old)
	if err != nil {
		t.Fatal(err)
	}
	if _ = response.Body.Close(); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("the token from before the rotation is answered %s", response.Status)
	}
	http.DefaultClient.CloseIdleConnections()
}

// link makes a symbolic link, or swaps the one that is there.
func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// TestReloadUnderLoad: while people and senders ask without a pause, the file changes again and
// again. Nobody is refused, and no page shows parts of two versions.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, freeAddress(t))
		reloadUnderLoad(t, r, openReloading(t, r, alphaDesk))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		if testing.Short() {
			return // -short is for machines without PostgreSQL
		}
		listeners := threeAddresses(t)
		r := newRig(t, listeners[0].Addr().String())
		endpoint, desks := r.lambda(nil), make([]*reloading, len(listeners))
		all := replicas(t, r, listeners, func(i int, settings map[string]string, o *deskOptions) {
			desks[i] = &reloading{t: t, file: deskFile(t, alphaDesk), hangups: make(chan os.Signal)}
			settings["LAMBDA_ENDPOINT"], settings["CONFIG_FILE"], o.Hangups = endpoint, desks[i].file, desks[i].hangups
		})
		for i, one := range all {
			desks[i].replica = one
		}
		reloadUnderLoad(t, r, desks...)
	})
}

func reloadUnderLoad(t *testing.T, r *rig, desks ...*reloading) {
	t.Helper()
	const swaps, visitors = 30, 4
	var load sync.WaitGroup
	var pages, announced, alphas, betas atomic.Int64
	over := make(chan struct{})
	until := func(work func(desk string)) {
		load.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
					work(desks[n%len(desks)].url)
				}
			}
		})
	}
	for n := range visitors {
		v := r.signIn(t, reviewers[n])
		until(func(desk string) {
			status, page := v.text(desk + "/")
			alpha, beta := strings.Contains(page, "alpha"), strings.Contains(page, "beta")
			if admin := strings.Contains(page, "/admin/callbacks"); status != http.StatusOK || alpha == beta || admin != beta {
				t.Errorf("answered %d: queue alpha %t, queue beta %t, admin %t", status, alpha, beta, admin)
			}
			pages.Add(1)
			if alpha {
				alphas.Add(1)
			} else {
				betas.Add(1)
			}
		})
	}
	until(func(desk string) {
		if r.announce(desk, r.ask(0), callbacks.KeepAliveReview) != "" {
			announced.Add(1)
		}
	})
	for n := range swaps {
		for _, d := range desks {
			d.hangUp([]string{betaDesk, alphaDesk}[n%2] + fmt.Sprintf("# %d\n", n))
		}
	}
	close(over)
	load.Wait()
	t.Logf("%d pages (%d of alpha, %d of beta) and %d announcements during %d reloads", pages.Load(), alphas.Load(), betas.Load(), announced.Load(), swaps*len(desks))
	if alphas.Load() == 0 || betas.Load() == 0 || announced.Load() == 0 {
		t.Error("the load did not meet both versions")
	}
}
