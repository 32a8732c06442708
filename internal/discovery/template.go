package discovery

import "countersign/internal/announcement"

// Templates say what callbacks of a watched function ask if nobody announced them. The first whose
// pattern matches makes the request, as an [Exception] matches. A function that is named beside
// [EveryFunction] has only the templates of its own line.
type Templates struct {
	Watch Watch // as configured
	List  []announcement.Template
}

// template returns the template for a callback of a watched function, or nil.
func (d *search) template(w Watch, s Started) *announcement.Template {
	for _, t := range d.templates {
		if !d.speaksOf(t.Watch, w) {
			continue
		}
		for i := range t.List {
			if pattern := t.List[i].Callback; pattern == "" || matchesAny([]string{pattern}, s.Name, s.Own.Name, s.Around.Name) {
				return &t.List[i]
			}
		}
	}
	return nil
}

// ofTemplate says in markdown for which callbacks a template is.
func ofTemplate(t *announcement.Template) string {
	if t.Callback == "" {
		return "every callback"
	}
	return "`" + t.Callback + "`"
}
