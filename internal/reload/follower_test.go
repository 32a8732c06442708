package reload_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/reload"
)

// disk is a configuration of two files: one with a word, which is wrong if it is "bad", and one with
// a secret.
type disk struct {
	mu      sync.Mutex
	files   map[string]string
	applied []string
	refuse  error // of Apply
	log     strings.Builder
	hangups chan os.Signal
}

func newDisk() *disk {
	return &disk{files: map[string]string{"word": "one", "secret": "a"}, hangups: make(chan os.Signal)}
}

func (d *disk) write(path, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[path] = text
}

func (d *disk) remove(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, path)
}

func (d *disk) read(path string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, ok := d.files[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (d *disk) load(read reload.ReadFile) (reload.Version, error) {
	word, err := read("word")
	if err == nil && string(word) == "bad" {
		err = errors.New("word:1:1: bad\nword:1:2: very bad")
	}
	if err != nil {
		return reload.Version{}, err
	}
	secret, err := read("secret")
	if err != nil {
		return reload.Version{}, err
	}
	return reload.Version{Name: string(word), Apply: func() error {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.refuse == nil {
			d.applied = append(d.applied, string(word)+string(secret))
		}
		return d.refuse
	}}, nil
}

// follow runs a test beside a follower of the disk, on a clock of its own.
func follow(t *testing.T, test func(*disk, *reload.Follower)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		f, err := reload.Start(reload.Config{
			Load: d.load, ReadFile: d.read, Hangups: d.hangups, Log: slog.New(slog.NewTextHandler(&d.log, nil)), Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { f.Run(ctx); close(ended) }()
		test(d, f)
		stop()
		<-ended
	})
}

// looks lets the follower look so many times.
func looks(n int) {
	time.Sleep(time.Duration(n) * reload.Interval)
	synctest.Wait()
}

func (d *disk) want(t *testing.T, applied ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.applied, applied) {
		t.Errorf("applied %v, want %v", d.applied, applied)
	}
}

// TestFollow: a change of either file is put in force once it is whole, and only once.
func TestFollow(t *testing.T) {
	follow(t, func(d *disk, f *reload.Follower) {
		looks(5)
		d.want(t, "onea")
		d.write("word", "tw")
		looks(1)
		d.write("word", "two") // the first look saw it half written
		looks(1)
		d.want(t, "onea")
		looks(5)
		d.want(t, "onea", "twoa")
		d.write("secret", "b")
		looks(5)
		d.want(t, "onea", "twoa", "twob")
		if s := f.State(); s.Version != "two" || s.Problem != nil || s.Failures != 0 || time.Since(s.LoadedAt) != 3*reload.Interval {
			t.Errorf("state %+v", s)
		}
	})
}

// TestFollow_Wrong: the version before stays in force, and each wrong one is told once.
func TestFollow_Wrong(t *testing.T) {
	follow(t, func(d *disk, f *reload.Follower) {
		began := time.Now()
		d.write("word", "bad")
		looks(1)
		d.write("word", "one") // it was bad for a moment
		looks(3)
		if s := f.State(); s.Problem != nil || s.Failures != 0 {
			t.Errorf("alarmed by a file that was half written: %+v", s)
		}
		d.write("word", "bad")
		looks(9)
		s := f.State()
		if s.Version != "one" || !slices.Equal(s.Problem, []string{"word:1:1: bad", "word:1:2: very bad"}) || s.Failures != 1 || !s.LoadedAt.Equal(began) ||
			time.Since(s.ProblemAt) != 7*reload.Interval || strings.Count(d.log.String(), "level=ERROR") != 1 {
			t.Errorf("state %+v, log:\n%s", s, &d.log)
		}
		if want := `version=one faults="[word:1:1: bad word:1:2: very bad]"`; !strings.Contains(d.log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, &d.log)
		}
		d.write("secret", "b") // which the wrong version did not ask for
		looks(9)
		d.remove("word")
		looks(9)
		if s := f.State(); s.Failures != 3 || !strings.Contains(s.Problem[0], "not exist") {
			t.Errorf("state %+v", s)
		}
		d.want(t, "onea")
		d.write("word", "one")
		looks(3)
		d.want(t, "onea", "oneb")
		if s := f.State(); s.Problem != nil || !s.ProblemAt.IsZero() || s.Failures != 3 {
			t.Errorf("the file is right again: %+v", s)
		}
	})
}

// TestFollow_Hangup: an operator who says that the files are whole is believed at once.
func TestFollow_Hangup(t *testing.T) {
	follow(t, func(d *disk, f *reload.Follower) {
		hangup := func() {
			d.hangups <- os.Interrupt
			synctest.Wait()
		}
		d.write("word", "two")
		hangup()
		d.want(t, "onea", "twoa")
		hangup()
		d.want(t, "onea", "twoa", "twoa")
		d.refuse = errors.New("it does not fit")
		hangup()
		hangup()
		if s := f.State(); s.Version != "two" || s.Failures != 2 || s.Problem[0] != "it does not fit" {
			t.Errorf("state %+v", s)
		}
	})
}

// TestStart: without a right version there is nothing to follow.
func TestStart(t *testing.T) {
	t.Parallel()
	d := newDisk()
	d.refuse = errors.New("it does not fit")
	if _, err := reload.Start(reload.Config{Load: d.load, ReadFile: d.read, Now: time.Now}); !errors.Is(err, d.refuse) {
		t.Errorf("refused: %v", err)
	}
	d.write("word", "bad")
	if _, err := reload.Start(reload.Config{Load: d.load, ReadFile: d.read, Now: time.Now}); err == nil {
		t.Error("a wrong version is in force")
	}
}
