package deskfile
import ("testing";"os";"strings";"fmt")
func TestZZ(t *testing.T) {
	var b strings.Builder
	head, _ := os.ReadFile("testdata/broken.txt")
	h, _, _ := strings.Cut(string(head), "\n=== ")
	b.WriteString(h)
	for _, c := range brokenFiles(t) {
		fmt.Fprintf(&b, "\n=== %s\n%s----\n%s\n", c.name, c.text, strings.Join(faultsOf(t, c.text), "\n"))
	}
	os.WriteFile("testdata/broken.txt", []byte(b.String()), 0o644)
}
