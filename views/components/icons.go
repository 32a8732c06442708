package components

import (
	"countersign/internal/callbacks"
)

// icons are the drawings of 16 by 16 units that stand beside words. They are inline: a page uses
// few of them, and repeated ones compress well.
var icons = map[string]string{
	"saved":  `<path d="M3.5 2.5h9v11L8 10.3l-4.5 3.2z"/>`,
	"back":   `<path d="M6 3.5 2.5 7 6 10.5"/><path d="M2.5 7h7a3.5 3.5 0 0 1 0 7H8"/>`,
	"bell":   `<path d="M4 11V7.3a4 4 0 0 1 8 0V11l1 1.2H3z"/><path d="M6.8 14h2.4"/>`,
	"chat":   `<path d="M2.5 3.5h11v7.3H7.3L4.5 13v-2.2h-2z"/>`,
	"check":  `<path d="m3 8.6 3.3 3.2L13 4.6"/>`,
	"clock":  `<circle cx="8" cy="8" r="5.5"/><path d="M8 4.9V8l2.1 1.4"/>`,
	"copy":   `<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.5v-.2a.8.8 0 0 0-.8-.8H3.3a.8.8 0 0 0-.8.8v6.4c0 .4.4.8.8.8h.2"/>`,
	"dash":   `<path d="M4 8h8"/>`,
	"device": `<rect x="2" y="3" width="12" height="8" rx="1.2"/><path d="M5.5 13.5h5"/>`,
	"down":   `<path d="M3.5 6 8 10.5 12.5 6"/>`,
	"up":     `<path d="M3.5 10 8 5.5 12.5 10"/>`,
	"exec":   `<path d="M4 2.5h8M4 13.5h8M5 2.5c0 3 6 3.5 6 5.5s-6 2.5-6 5.5M11 2.5c0 3-6 3.5-6 5.5s6 2.5 6 5.5"/>`,
	"eye":    `<path d="M1.7 8S4 3.8 8 3.8 14.3 8 14.3 8 12 12.2 8 12.2 1.7 8 1.7 8z"/><circle cx="8" cy="8" r="1.8"/>`,
	"filter": `<path d="M2.5 4h11M4.7 8h6.6M6.8 12h2.4"/>`,
	"flag":   `<path d="M4 14V2.7h8l-1.8 2.9L12 8.5H4"/>`,
	"fn":     `<path d="M4 13 8.3 5.2 7 3H4.5M7.7 6.5 11 13h1.8"/>`,
	"hand":   `<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2.2"/><path d="M8 5.7v4.6M5.7 8h4.6"/>`,
	"hist":   `<path d="M2.6 8a5.4 5.4 0 1 0 1.7-3.9L2.6 5.7"/><path d="M2.6 2.8v2.9h2.9M8 5.2V8l1.9 1.4"/>`,
	"inbox":  `<path d="M2.5 9.5 4 3.5h8l1.5 6v3h-11z"/><path d="M2.5 9.5h3.3l.7 1.5h3l.7-1.5h3.3"/>`,
	"info":   `<circle cx="8" cy="8" r="5.5"/><path d="M8 7.4v3.2M8 5.2v.1"/>`,
	"key":    `<circle cx="5.2" cy="10.8" r="2.7"/><path d="m7.2 8.8 6-6M11 5l1.8 1.8"/>`,
	"left":   `<path d="M10 3.5 5.5 8l4.5 4.5"/>`,
	"link":   `<path d="M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 1 0-3.7-3.7l-.7.7"/><path d="M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.4 8.9a2.6 2.6 0 1 0 3.7 3.7l.7-.7"/>`,
	"list":   `<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1"/>`,
	"lock":   `<rect x="3.5" y="7" width="9" height="6.5" rx="1.3"/><path d="M5.5 7V5.2a2.5 2.5 0 0 1 5 0V7"/>`,
	"mail":   `<rect x="2.5" y="3.7" width="11" height="8.6" rx="1.3"/><path d="m3 4.7 5 4 5-4"/>`,
	"menu":   `<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>`,
	"none":   `<path d="M2.5 8c0-3.4 4-3.4 5.5 0s5.5 3.4 5.5 0-4-3.4-5.5 0-5.5 3.4-5.5 0z"/>`,
	"open":   `<path d="M6.5 3h-3v9.5H13v-3M9 2.8h4.2V7M13 3 7.5 8.5"/>`,
	"play":   `<path d="M5 3.3 12.5 8 5 12.7z"/>`,
	"plug":   `<path d="M5.5 2.5v3M10.5 2.5v3M4 5.5h8v2a4 4 0 0 1-8 0zM8 11.5v2"/>`,
	"pen":    `<path d="M3 13l.8-3L11 2.8l2.2 2.2L6 12.200z"/>`,
	"plus":   `<path d="M8 3.5v9M3.5 8h9"/>`,
	"pulse":  `<path d="M1.5 8.5h3l1.6-4.5 3 8 1.7-3.5h3.7"/>`,
	"retry":  `<path d="M13.2 7.3A5.3 5.3 0 0 0 3.4 5.3M2.8 8.7a5.3 5.3 0 0 0 9.8 2"/><path d="M3.2 2.6v2.8H6M12.8 13.4v-2.8H10"/>`,
	"right":  `<path d="m6 3.5 4.5 4.5L6 12.5"/>`,
	"search": `<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.3 3.3"/>`,
	"send":   `<path d="M13.5 2.5 2.5 6.7l4.3 2.2 2.3 4.5z"/><path d="M13.5 2.5 6.8 8.9"/>`,
	"shield": `<path d="M8 2.3 13 4v4c0 3-2 4.9-5 5.9C5 12.9 3 11 3 8V4z"/>`,
	"sort":   `<path d="M5 3v10M5 13l-2.3-2.4M5 13l2.3-2.4M11 13V3M11 3 8.7 5.4M11 3l2.3 2.4"/>`,
	"stack":  `<rect x="2.5" y="6" width="8.5" height="7.5" rx="1.2"/><path d="M5.5 3.5h7a1 1 0 0 1 1 1v6"/>`,
	"table":  `<rect x="2.5" y="3" width="11" height="10" rx="1.3"/><path d="M2.5 6.3h11M2.5 9.7h11M6.5 6.3V13"/>`,
	"theme":  `<circle cx="8" cy="8" r="5.3"/><path d="M8 2.7v10.6a5.3 5.3 0 0 0 0-10.6z" fill="currentColor" stroke="none"/>`,
	"todo":   `<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2.2"/>`,
	"user":   `<circle cx="8" cy="5.4" r="2.6"/><path d="M3 13.3c.5-2.7 2.5-4 5-4s4.5 1.3 5 4"/>`,
	"users":  `<circle cx="6" cy="5.6" r="2.3"/><path d="M1.7 12.8c.4-2.3 2.1-3.5 4.3-3.5s3.9 1.2 4.3 3.5M10.3 3.5a2.3 2.3 0 0 1 0 4.3M11.8 9.6c1.4.5 2.3 1.6 2.6 3.2"/>`,
	"warn":   `<path d="M8 2.7 14 13H2z"/><path d="M8 6.6v3M8 11.3v.1"/>`,
	"x":      `<path d="m4 4 8 8M12 4l-8 8"/>`,
	"out":    `<path d="M9.5 3.5h-6v9h6"/><path d="M7 8h6.5M11 5.5 13.5 8 11 10.5"/>`,
}

func causeIcon(cause callbacks.DeadlineCause) string {
	switch cause {
	case callbacks.CauseHeartbeat:
		return "pulse"
	case callbacks.CauseExecution:
		return "exec"
	case callbacks.NoDeadline:
		return "none"
	case callbacks.CauseTimeout:
	}
	return "clock"
}
