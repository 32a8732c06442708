package jsontext

import (
	"fmt"
	"strings"
	"testing"
)

// spelled lists the leaves of a value with their keys and indexes.
func spelled(v Value, at string) (lines []string) {
	if !v.Branch() {
		return []string{at + " " + string(v.Raw())}
	}
	for m := range v.Members() {
		lines = append(lines, spelled(m.Value, fmt.Sprintf("%s.%d%s", at, m.Index, m.Key))...)
	}
	return lines
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ document, want string }{
		"OrderAndNumbers": {`{"b":1e2,"a":[0.10,-0]}`, `.0"b" 1e2;.1"a".0 0.10;.1"a".1 -0`},
		"Spaces":          {" { \"a\" :\t[ 1 , 2 ] } \r\n", `.0"a".0 1;.0"a".1 2`},
		"KeyTwice":        {`{"a":1,"a":2}`, `.0"a" 1;.1"a" 2`},
		"Brackets":        {`["]","\"}",{"[":"\\"}]`, `.0 "]";.1 "\"}";.2.0"[" "\\"`},
		"Scalar":          {` true `, ` true`},
		"Empty":           {`[{},[]]`, ``},
		"NoDocument":      {`{"a":`, `no document`},
		"Nothing":         {``, `no document`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := "no document"
			if v, ok := Read([]byte(tt.document)); ok {
				got = strings.Join(spelled(v, ""), ";")
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		literal string
		longest int
		want    string
		whole   bool
	}{
		"Plain":       {`"abc"`, 10, "abc", true},
		"Escapes":     {`"\u0061\"\/\n\ud83d\ude00"`, 99, "a\"/\n😀", true},
		"Cut":         {`"abcdef"`, 3, "abc", false},
		"CutEscape":   {`"\u00e9\u00e9\u00e9"`, 4, "éé", false},
		"CutInside":   {`"ééé"`, 3, "é", false},
		"ExactlyFits": {`"abc"`, 3, "abc", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, whole := Text([]byte(tt.literal), tt.longest); got != tt.want || whole != tt.whole {
				t.Errorf("got %q, %t, want %q, %t", got, whole, tt.want, tt.whole)
			}
		})
	}
}

// TestDescend: a walk into the depth reads no value again that it has walked through. Otherwise it
// would read a document of 10,000 levels 10,000 times.
func TestDescend(t *testing.T) {
	t.Parallel()
	var walk func(v Value) int
	leaves := ""
	walk = func(v Value) int {
		if !v.Branch() {
			leaves += string(v.Raw())
			return 0
		}
		return v.Descend(func(m Member) int { return walk(m.Value) })
	}
	document := Value(`[ {"a":[1 , {}],"b":"]"}, [[ ]] ,2 ] `)
	if size := walk(document); size != len(document)-1 || leaves != `1"]"2` {
		t.Errorf("read %s of %d bytes", leaves, size)
	}
	// What look says that it walked through may be anything: it is not read.
	next := ""
	size := Value(`[{"[{,1]`).Descend(func(m Member) int {
		next = string(m.Value)
		return map[int]int{0: 4, 1: 1}[m.Index]
	})
	if next != "1]" || size != 8 {
		t.Errorf("after four bytes comes %q; the size is %d", next, size)
	}
	if size := document.Descend(func(Member) int { return -7 }); size != -7 {
		t.Errorf("a walk that was ended returns %d", size)
	}
}
