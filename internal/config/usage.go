package config

import (
	"fmt"
	"io"
	"strings"
)

// Usage writes what -h shows about the settings.
func Usage(w io.Writer) error {
	var b strings.Builder
	b.WriteString("Settings are environment variables. Each X may also be given as X_FILE, the path of a file with the value.\n")
	for _, s := range Settings() {
		fmt.Fprintf(&b, "\n  %s%s\n      %s\n      Example: %s\n", s.Name, s.note(), s.Help, s.Example)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Table writes the settings as the Markdown table of docs/configuration.md.
func Table(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| Variable | Default | What it is |\n| --- | --- | --- |\n")
	for _, s := range Settings() {
		fallback := ""
		switch {
		case s.Required:
			fallback = "**required**"
		case s.Default != "":
			fallback = code(s.Default)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", code(s.Name), fallback, s.Help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// note returns the text in brackets that -h shows beside the name.
func (s Setting) note() string {
	switch {
	case s.Required:
		return " (required)"
	case s.Default != "":
		return " (default " + s.Default + ")"
	}
	return ""
}

func code(text string) string { return "`" + text + "`" }
