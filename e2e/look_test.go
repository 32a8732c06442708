package e2e_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// look is a way in which a page is shown.
type look struct {
	name          string
	theme         string
	width, height int64
}

var (
	desktop = look{"light", "light", 1440, 900}
	phone   = look{"phone", "light", 390, 844}
	looks   = []look{desktop, {"dark", "dark", 1440, 900}, phone, {"phone-dark", "dark", 390, 844}}
	narrow  = look{"narrow", "light", 320, 640}
)

// look shows the tab in a look. Nothing moves, so that nothing is caught half-way.
func (p *person) look(l look) {
	p.t.Helper()
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: l.theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	run(p, "look", chromedp.EmulateViewport(l.width, l.height))
}

// inspect checks the page as it stands in every look, and saves pictures of it when they are
// wanted.
func (p *person) inspect(name string) {
	p.t.Helper()
	defer p.look(desktop)
	for _, l := range looks {
		p.look(l)
		p.accessible(name + ", " + l.name)
		p.fits(name, l)
		p.picture(name + "-" + l.name)
	}
	p.look(narrow)
	p.fits(name, narrow)
}

// fits fails the test when the page has to be scrolled sideways.
func (p *person) fits(name string, l look) {
	p.t.Helper()
	if wide := eval[int64](p, "document.documentElement.scrollWidth"); wide > l.width {
		p.t.Errorf("%s is %d px wide in a window of %d px", name, wide, l.width)
	}
}

// picture saves the whole page.
func (p *person) picture(name string) {
	p.t.Helper()
	if os.Getenv("E2E_SCREENSHOTS") == "" {
		return
	}
	const quality = 100 // makes it a PNG
	p.save(name, run(p, "take a picture", chromedp.FullScreenshot(quality)))
}

// save puts a picture where pictures are wanted.
func (p *person) save(name string, picture []byte) {
	p.t.Helper()
	folder := os.Getenv("E2E_SCREENSHOTS")
	if folder == "" {
		return
	}
	name = strings.NewReplacer("/", "-", " ", "-").Replace(name)
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		p.t.Error(err)
	}
}
