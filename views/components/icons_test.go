package components

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestIcons: every icon that a template or a mark names is drawn.
func TestIcons(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`\bIcon(?:\(|: )"([a-z-]+)"`)
	found := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, _ fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || ext != ".templ" && ext != ".go" {
			return err
		}
		source, err := os.ReadFile(filepath.Join("..", path))
		for _, match := range named.FindAllSubmatch(source, -1) {
			found++
			if icons[string(match[1])] == "" {
				t.Errorf("views/%s names the icon %s, which is not drawn", path, match[1])
			}
		}
		return err
	})
	if err != nil || found < 100 {
		t.Errorf("%d icons are named (%v)", found, err)
	}
}
