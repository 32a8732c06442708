package views

import (
	"bytes"
	"strings"

	nethtml "golang.org/x/net/html"

	"countersign/internal/printable"
)

// marked is HTML whose text shows what cannot be seen in it, however it was written: as it is or by its number.
func marked(source []byte) string {
	var b strings.Builder
	tokens := nethtml.NewTokenizer(bytes.NewReader(source))
	for {
		switch tokens.Next() {
		case nethtml.ErrorToken: // the end: nothing else fails in memory
			return b.String()
		case nethtml.TextToken:
			for _, r := range printable.Runs(string(tokens.Text()), printable.Lines) {
				_ = writeRun(&b, r) // a Builder takes everything
			}
		default:
			b.WriteString(printable.String(string(tokens.Raw()), printable.Lines))
		}
	}
}
