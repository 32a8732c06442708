package strictyaml

import "strings"

// advise returns the key that may have been meant, and says so, or says which keys there are.
func advise(name string, fields []Field) (near, advice string) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	if near = Nearest(name, names); near != "" {
		return near, "did you mean " + near + "?"
	}
	return "", "write " + either(names)
}

// Nearest returns the name that a misspelt one most likely stands for, or "" if none is near.
func Nearest(name string, names []string) string {
	best, least := "", 1+max(1, len([]rune(name))/3)
	for _, candidate := range names {
		if d := distance(fold(name), fold(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// fold drops what people mix up first: upper and lower case, and the ways to join words.
func fold(name string) []rune {
	return []rune(strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name)))
}

// distance counts the characters to insert, remove, replace or swap with their neighbour (optimal
// string alignment).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := range a {
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			least := min(rows[i][j]+cost, rows[i][j+1]+1, rows[i+1][j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				least = min(least, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = least
		}
	}
	return rows[len(a)][len(b)]
}
