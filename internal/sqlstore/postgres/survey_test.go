package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"countersign/internal/callbacks"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	whole := survey{given: neededConnections, encrypted: true}
	with := func(change func(*survey)) survey {
		s := whole
		change(&s)
		return s
	}
	for name, tt := range map[string]struct {
		survey survey
		err    error
		want   error
		said   string // by the cautions
	}{
		"OK":          {survey: whole},
		"ThisMachine": {survey: with(func(s *survey) { s.encrypted, s.local = false, true })},
		"NoTLS":       {survey: with(func(s *survey) { s.encrypted = false }), said: "sslmode=verify-full"},
		"Few":         {survey: with(func(s *survey) { s.given, s.shortage = 20, errNoAnswer }), said: "gave 20 of the 21 connections"},
		"Shared":      {survey: with(func(s *survey) { s.shared = true }), want: errShared},
		"SharedFirst": {survey: survey{shared: true}, err: errors.New("refused"), want: errShared},
		"None":        {err: errNoAnswer, want: callbacks.ErrUnavailable},
	} {
		cautions, err := judge(tt.survey, tt.err)
		said := strings.Join(cautions, "\n")
		if !errors.Is(err, tt.want) || !strings.Contains(said, tt.said) || tt.said == "" && said != "" {
			t.Errorf("%s: says %q, %v", name, said, err)
		}
	}
}

func TestSharedBy(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"26000": true, "42P05": true, "53300": false, "08P01": false} {
		if got := sharedBy(&pgconn.PgError{Code: code}); got != want {
			t.Errorf("%s: %t", code, got)
		}
	}
	if sharedBy(context.DeadlineExceeded) {
		t.Error("waiting in vain does not show it")
	}
}

// TestLink: a connection on loopback stays here, and is not encrypted by that.
func TestLink(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if encrypted, local := link(conn); encrypted || !local {
		t.Errorf("encrypted %t, local %t", encrypted, local)
	}
	if _, local := link(elsewhere{conn}); local {
		t.Error("a connection to another machine stays here")
	}
}

// elsewhere is a connection to another machine.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5432} }

// TestShareSessions: two connections that had one process share a session, whoever has it now.
func TestShareSessions(t *testing.T) {
	t.Parallel()
	if !shareSessions(t.Context(), []probe{{err: errNoAnswer}, {pid: 7}, {pid: 7}}) {
		t.Error("it is not noticed")
	}
	if shareSessions(t.Context(), []probe{{err: errNoAnswer}, {err: errNoAnswer}}) {
		t.Error("connections that never were do not show it")
	}
}
