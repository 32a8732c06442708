package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"countersign/cmd/bench/load"
	"countersign/internal/callbacks"
)

const (
	// growth is what the last quarter of a soak may be of the first, in memory, in the log and in
	// latencies.
	growth = 1.2
	// soakers is how many connections announce and decide in a soak; leastTurn is enough that each of
	// them decides in a turn, although the reviewer does not see all that is announced.
	soakers, leastTurn = 16, 32
)

// soaked is one turn of a soak: what was announced and decided in it, and the state after it.
type soaked struct {
	announced, decided load.Sample
	memory, log        float64 // bytes
	each               float64 // bytes of the file for each callback
}

// warmUp is how many turns find out the rate of a soak.
const warmUp = 3

// soak announces and decides for a time at half of what the desk can do, in turns of the length of a
// round, and compares the last quarter of the turns with the first.
func (b *bench) soak(ctx context.Context, length time.Duration) (_ []row, err error) {
	file := filepath.Join(b.folder, "soak.db")
	work, d, err := b.deskToDecide(ctx, "sqlite://"+filepath.ToSlash(file), 1, soakers)
	if err != nil {
		return nil, err
	}
	defer d.stop()
	work.proves = false // the next turn does not wait for the receipts of this one
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	sender, err := newSender(d.url+"/webhooks/callbacks", d.secret)
	if err != nil {
		return nil, err
	}
	s := &soaking{bench: b, desk: d, sender: sender, work: work, file: file, db: db}
	var turns []soaked
	count := leastTurn
	for began := time.Now(); time.Since(began) < length || len(turns) < 2*warmUp+1; {
		begin := time.Now()
		turn, err := s.turn(ctx, count)
		if err != nil {
			return nil, err
		}
		if turns = append(turns, turn); len(turns) <= warmUp {
			seconds := 1/turn.announced.Rate() + 1/turn.decided.Rate() // of both, for one callback
			count = max(leastTurn, int(b.round.Seconds()/2/seconds))
		}
		if err := pause(ctx, b.round-time.Since(begin)); err != nil {
			return nil, err
		}
	}
	return soakRows(turns[warmUp:], length), nil
}

// soaking is a soak under way.
type soaking struct {
	*bench
	desk   *program
	sender *sender
	work   *backlog
	file   string
	db     *sql.DB
	last   int64 // number of the last callback that was decided
}

// turn announces so many callbacks, and decides those of them that the reviewer may decide.
func (s *soaking) turn(ctx context.Context, count int) (turn soaked, err error) {
	var next atomic.Int64
	turn.announced, err = load.Load{
		Address: s.desk.address, Connections: soakers, Status: http.StatusCreated,
		Next: func() (*http.Request, error) {
			if next.Add(1) > int64(count) {
				return nil, nil
			}
			return s.sender.request(ctx)
		},
	}.Run(ctx)
	if err != nil {
		return turn, err
	}
	if s.work.left, err = s.announced(ctx); err != nil {
		return turn, err
	}
	fewer := *s.bench
	fewer.decisions = len(s.work.left) / soakers
	if turn.decided, err = fewer.decisionsOf(s.work, soakers)(ctx); err != nil {
		return turn, err
	}
	return turn, s.measure(&turn)
}

// announced reads what was announced since the last turn and is visible to the reviewer.
func (s *soaking) announced(ctx context.Context) (all []decidable, err error) {
	rows, err := s.db.QueryContext(ctx, `select num, id, callback_id, execution_arn, function, name from callbacks
		where num > ? and state = 'pending' and queue <> 'privacy' order by num`, s.last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c callbacks.Callback
		if err := rows.Scan(&s.last, &c.ID, &c.CallbackID, &c.ExecutionARN, &c.Function, &c.Name); err != nil {
			return nil, err
		}
		all = append(all, decidable{c, s.desk.url + "/callbacks/" + string(c.ID) + "/decision"})
	}
	return all, rows.Err()
}

// measure notes the state after a turn.
func (s *soaking) measure(turn *soaked) error {
	memory, err := s.desk.Memory()
	if err != nil {
		return err
	}
	file, err := os.Stat(s.file)
	if err != nil {
		return err
	}
	log, err := os.Stat(s.file + "-wal")
	if err != nil {
		return err
	}
	turn.memory, turn.log, turn.each = float64(memory), float64(log.Size()), float64(file.Size()+log.Size())/float64(max(1, s.last))
	return nil
}

// soakRows compares the last quarter of the turns with the first.
func soakRows(turns []soaked, length time.Duration) []row {
	quarter := len(turns) / 4
	first, last := turns[:quarter], turns[len(turns)-quarter:]
	name := fmt.Sprintf("soak of %s, ", length)
	samples := func(turns []soaked, of func(soaked) load.Sample) (s load.Series) {
		for _, t := range turns {
			s = append(s, of(t))
		}
		return s
	}
	var rows []row
	for _, c := range []struct {
		name string
		of   func(soaked) load.Sample
	}{{"announcements", func(t soaked) load.Sample { return t.announced }}, {"decision to Lambda", func(t soaked) load.Sample { return t.decided }}} {
		before, after := samples(first, c.of), samples(last, c.of)
		rows = append(rows, row{name + c.name, latencies(after), latencies(before),
			atMost(after.Median(load.Sample.P50)/before.Median(load.Sample.P50), growth)})
	}
	for _, c := range []struct {
		name, format string
		unit         float64
		of           func(soaked) float64
	}{
		{"memory", "%.0f MB", 1e6, func(t soaked) float64 { return t.memory }},
		{"log", "%.0f MB", 1e6, func(t soaked) float64 { return t.log }},
		{"file and log for each callback", "%.2f kB", 1e3, func(t soaked) float64 { return t.each }},
	} {
		before, after := highest(first, c.of), highest(last, c.of)
		rows = append(rows, row{name + c.name, fmt.Sprintf(c.format, after/c.unit), fmt.Sprintf(c.format, before/c.unit), atMost(after/before, growth)})
	}
	return rows
}

func highest(turns []soaked, of func(soaked) float64) float64 {
	return of(slices.MaxFunc(turns, func(x, y soaked) int { return cmp.Compare(of(x), of(y)) }))
}
