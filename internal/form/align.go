package form

// pair are the places of an item in two lists; negative where a list does not have it.
type pair struct{ was, is int }

// maxAligned bounds the work of comparing two lists: the product of the lengths that differ.
const maxAligned = 1 << 20

// aligned pairs the items of two lists. The longest run of items that are the same in both, in the
// same order, stays; between them, items are paired in their order.
func aligned(was, is Value) (pairs []pair) {
	start := 0
	for start < was.Len() && start < is.Len() && was.Item(start).Same(is.Item(start)) {
		pairs = append(pairs, pair{start, start})
		start++
	}
	i, j := start, start
	for _, same := range common(was, is, start) {
		pairs = append(append(pairs, between(i, same.was, j, same.is)...), same)
		i, j = same.was+1, same.is+1
	}
	return append(pairs, between(i, was.Len(), j, is.Len())...)
}

// between pairs what stands between two items that stayed.
func between(i, endI, j, endJ int) (pairs []pair) {
	for i < endI || j < endJ {
		p := pair{-1, -1}
		if i < endI {
			p.was = i
			i++
		}
		if j < endJ {
			p.is = j
			j++
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// common are the items that two lists share, from a place on, in the same order and as many as
// possible. Lists that are too long to compare share none.
func common(was, is Value, start int) (same []pair) {
	n, m := was.Len()-start, is.Len()-start
	if n*m > maxAligned {
		return nil
	}
	longest := make([][]int32, n+1) // of what is left from two places on
	for i := range longest {
		longest[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if was.Item(start + i).Same(is.Item(start + j)) {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case was.Item(start + i).Same(is.Item(start + j)):
			same = append(same, pair{start + i, start + j})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return same
}
