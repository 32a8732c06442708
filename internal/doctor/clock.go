package doctor

import "time"

// How far a clock may be off. Webhook signatures, ID tokens and signatures of AWS all allow five
// minutes.
const (
	skewWarning = time.Minute
	skewProblem = 5 * time.Minute
	// skewNoise is less than what a header of whole seconds and the way of an answer can tell.
	skewNoise = 3 * time.Second
)

// Reading is what somebody's clock said, and ours at the same moment.
type Reading struct{ Theirs, Ours time.Time }

// skew judges our clock by another one. Nothing is said where it was not told.
func (r Reading) skew(whose string) []Finding {
	if r.Theirs.IsZero() || r.Ours.IsZero() {
		return nil
	}
	ahead, way := r.Ours.Sub(r.Theirs), "ahead of"
	if ahead < 0 {
		ahead, way = -ahead, "behind"
	}
	if ahead < skewNoise {
		return []Finding{ok("the clock of %s agrees with ours", whose)}
	}
	f := ok("our clock is %s %s that of %s", ahead.Round(roughly(ahead)), way, whose)
	switch {
	case ahead > skewProblem:
		f.Level = Problem
	case ahead > skewWarning:
		f.Level = Warning
	default:
		return []Finding{f}
	}
	return []Finding{f.
		todo("Set this machine's clock and keep it in step by NTP (timedatectl set-ntp true). More than five minutes break webhook signatures, sign-in and calls of AWS.").
		todo("If the other clocks of this report agree with ours, it is that of %s which is wrong.", whose)}
}

// roughly is how exactly a difference is worth telling.
func roughly(d time.Duration) time.Duration {
	if d > skewWarning {
		return 10 * time.Second
	}
	return time.Second
}
