package pagetest

import (
	"countersign/views/palette"
	"countersign/views/viewstest"
)

// Palette is what the palette finds for what was typed, with a callback open.
func Palette(typed string) palette.Palette {
	open := viewstest.Pending().Callback
	m := palette.Palette{Typed: typed, Item: &open}
	if m.Kind, m.Search = palette.Split(typed); m.Search != "" && m.Kind == palette.Anything {
		m.Found = viewstest.Rows()
	}
	return m
}
