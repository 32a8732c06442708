package linediff

// Changed returns the lines of a comparison that differ, each with some lines around it, as groups of
// neighbours; none if nothing differs.
func Changed(all []Line, around int) (groups [][]Line) {
	end := 0 // of the last group
	for i := range all {
		if all[i].Kind == Both {
			continue
		}
		from, to := max(i-around, 0), min(i+around+1, len(all))
		if len(groups) > 0 && from <= end {
			last := &groups[len(groups)-1]
			*last = append(*last, all[max(end, from):max(end, to)]...)
		} else {
			groups = append(groups, append([]Line(nil), all[from:to]...))
		}
		end = max(end, to)
	}
	return groups
}
