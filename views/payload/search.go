package payload

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/jsontext"
	"countersign/internal/printable"
)

// maxHits is the largest number of places that a search shows.
const maxHits = 100

// hit is a value whose key or text matches the search.
type hit struct {
	At    string
	Label []printable.Run
	Text  excerpt
}

// search finds the keys and values of a payload that contain a text, ignoring case, in the order of
// the document. more reports whether there are others.
func search(d Document, text string) (hits []hit, more bool) {
	document, ok := jsontext.Read(d.Text)
	if !ok {
		return nil, false
	}
	s := searcher{text: strings.ToLower(text)}
	s.walk(document, nil)
	return s.hits[:min(len(s.hits), maxHits)], len(s.hits) > maxHits
}

type searcher struct {
	text string
	path []jsontext.Member // the path to the current value
	hits []hit
}

// walk looks into a value and returns its size; a negative number if there are hits enough.
func (s *searcher) walk(v jsontext.Value, key []byte) int {
	if len(s.path) > 0 && (s.holds(key) || s.holds(leaf(v))) {
		if s.add(v); len(s.hits) > maxHits {
			return -1
		}
	}
	if !v.Branch() {
		return 0
	}
	return v.Descend(func(m jsontext.Member) int {
		s.path = append(s.path, m)
		size := s.walk(m.Value, m.Key)
		s.path = s.path[:len(s.path)-1]
		return size
	})
}

// leaf returns a value that contains no others, as it is spelled.
func leaf(v jsontext.Value) []byte {
	if v.Branch() {
		return nil
	}
	return v.Raw()
}

// holds reports whether a key or value, given as it is spelled, contains the text.
func (s *searcher) holds(literal []byte) bool {
	if literal == nil {
		return false
	}
	text := string(literal)
	if text[0] == '"' {
		text, _ = jsontext.Text(literal, len(literal))
	}
	return strings.Contains(strings.ToLower(text), s.text)
}

func (s *searcher) add(v jsontext.Value) {
	numbers := make([]string, len(s.path))
	label := ""
	for i, m := range s.path {
		numbers[i] = strconv.Itoa(m.Index)
		if !strings.HasSuffix(label, "…") || utf8.RuneCountInString(label) < maxLabel { // there is room
			label = labelOf(label, m)
		}
	}
	s.hits = append(s.hits, hit{At: strings.Join(numbers, "."), Label: printable.Runs(label, printable.Line), Text: excerptOf(v)})
}
