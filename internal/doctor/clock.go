package doctor

import "time"

// How far a clock may be off. Webhook signatures, ID tokens and AWS signatures all allow five
// minutes.
const (
	skewWarning = time.Minute
	skewProblem = 5 * time.Minute
	// skewNoise is the difference that is too small to detect: a header has whole seconds, and an
	// answer takes time.
	skewNoise = 3 * time.Second
)

// Reading is a time from another clock, and ours at the same moment.
type Reading struct{ Theirs, Ours time.Time }

// skew compares our clock with another one. It returns nothing if the other time is not known.
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
		todo("Set this machine's clock and synchronize it with NTP (timedatectl set-ntp true). A difference of more than five minutes breaks webhook signatures, sign-in and calls to AWS.").
		todo("If the other clocks in this report agree with ours, the clock of %s is wrong.", whose)}
}

// roughly returns the precision to which a difference is shown.
func roughly(d time.Duration) time.Duration {
	if d > skewWarning {
		return 10 * time.Second
	}
	return time.Second
}
