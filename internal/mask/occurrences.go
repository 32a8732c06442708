package mask

// hide marks the bytes of a text in which a value stands, also where it overlaps itself. It reads
// each byte of both once (the algorithm of Knuth, Morris and Pratt): a sender may choose a value
// like "aaa…", on which a search that begins anew at each byte takes quadratic time.
func hide(hidden []bool, text, value string) {
	back := borders(value)
	same, done := 0, 0 // bytes of the value that end here; bytes of the text that are marked
	for i := range len(text) {
		for same > 0 && (same == len(value) || text[i] != value[same]) {
			same = back[same-1]
		}
		if text[i] == value[same] {
			same++
		}
		if same < len(value) {
			continue
		}
		for j := max(done, i+1-same); j <= i; j++ {
			hidden[j] = true
		}
		done = i + 1
	}
}

// borders has for each beginning of a value the length of its longest other beginning that is also
// its end.
func borders(value string) []int {
	back, same := make([]int, len(value)), 0
	for i := 1; i < len(value); i++ {
		for same > 0 && value[i] != value[same] {
			same = back[same-1]
		}
		if value[i] == value[same] {
			same++
		}
		back[i] = same
	}
	return back
}
