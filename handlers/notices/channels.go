package notices

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/printable"
	"countersign/views"
	"countersign/views/admin"
)

const (
	channelsPath = "/admin/channels"
	// maxPauses is how many pauses the page shows.
	maxPauses = 100
	// countAge is how old the number in the navigation may be.
	countAge = 15 * time.Second
	// sendTimeout bounds a test, for which an admin waits.
	sendTimeout = 20 * time.Second
)

// Page shows how channels do.
func (h *Handlers) Page(c echo.Context) error { return h.show(c, http.StatusOK, admin.Channels{}) }

func (h *Handlers) show(c echo.Context, status int, m admin.Channels) error {
	if err := h.read(c.Request().Context(), &m); err != nil {
		return err
	}
	m.Admin = h.Site.Person(c).Roles.Admin
	shell, err := h.Site.Shell(c, views.PlaceChannels, views.Address{Path: channelsPath})
	if err != nil {
		return err
	}
	return h.Site.Render(c, status, admin.ChannelsPage(shell, m))
}

func (h *Handlers) read(ctx context.Context, m *admin.Channels) (err error) {
	m.List = h.Channels
	if len(m.List) == 0 {
		return nil
	}
	if m.Health, err = h.Reports.Health(ctx, h.Now()); err == nil {
		m.Pauses, err = h.Reports.Pauses(ctx, h.Now(), maxPauses)
	}
	return err
}

// Troubles counts the channels that somebody has to look at, for the navigation. It reads the
// database every few seconds only.
func (h *Handlers) Troubles(ctx context.Context) (int, error) {
	now := h.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.countedAt).Abs() < countAge {
		return h.counted, nil
	}
	var m admin.Channels
	if err := h.read(ctx, &m); err != nil {
		return 0, err
	}
	h.counted, h.countedAt = m.Troubles(), now
	return h.counted, nil
}

// Story returns the notices of a callback; none where nobody is told.
func (h *Handlers) Story(ctx context.Context, id callbacks.ID) ([]notice.Notice, error) {
	if len(h.Channels) == 0 {
		return nil, nil
	}
	return h.Reports.Story(ctx, id, h.Now())
}

// changed has the worker and the navigation look again.
func (h *Handlers) changed() {
	h.mu.Lock()
	h.countedAt = time.Time{}
	h.mu.Unlock()
	h.Changed()
}

// named is the channel that a form names, or [callbacks.ErrNotFound].
func (h *Handlers) named(key string) (admin.Channel, error) {
	for _, channel := range h.Channels {
		if channel.Key() == key {
			return channel, nil
		}
	}
	return admin.Channel{}, callbacks.ErrNotFound
}

// Retry ends the pause behind a fault, of a channel or of one place, and makes what failed due.
func (h *Handlers) Retry(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	channel, err := h.named(form.Get("channel"))
	if err != nil {
		return err
	}
	place := cmp.Or(channel.Place, form.Get("place"))
	if err := h.resume(c, channel, place, func(p notice.Pause) bool { return p.Code != "" }); err != nil {
		return err
	}
	if _, err := h.Reports.Retry(c.Request().Context(), channel.Name, place, h.Site.Person(c).Actor(), h.Now()); err != nil {
		return err
	}
	h.changed()
	return c.Redirect(http.StatusSeeOther, channelsPath)
}

// Resume ends a mute.
func (h *Handlers) Resume(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	channel, err := h.named(form.Get("channel"))
	if err != nil {
		return err
	}
	if err := h.resume(c, channel, channel.Place, func(p notice.Pause) bool { return p.Code == "" }); err != nil {
		return err
	}
	h.changed()
	return c.Redirect(http.StatusSeeOther, channelsPath)
}

// resume ends the pause of a place, if there is one to end.
func (h *Handlers) resume(c echo.Context, channel admin.Channel, place string, ends func(notice.Pause) bool) error {
	ctx, now := c.Request().Context(), h.Now()
	pauses, err := h.Reports.Pauses(ctx, now, maxPauses)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(pauses, func(p notice.Pause) bool { return p.Channel == channel.Name && p.Place == place && ends(p) })
	if i < 0 {
		return nil
	}
	return h.Reports.Pause(ctx, notice.Pause{Channel: channel.Name, Place: place, At: now, Until: now, By: h.Site.Person(c).Actor()})
}

// Mute keeps a channel silent for some hours, with a reason. With faults in it, the page keeps what
// was typed.
func (h *Handlers) Mute(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	channel, err := h.named(form.Get("channel"))
	if err != nil {
		return err
	}
	draft := admin.MuteDraft{
		Channel: channel.Key(), Hours: form.Get("hours"), Reason: printable.Clip(form.Get("reason"), 2*admin.MaxMuteReason),
	}
	reason := printable.Fold(draft.Reason, 2*admin.MaxMuteReason)
	hours, err := strconv.Atoi(draft.Hours)
	if err != nil || !slices.Contains(admin.MuteHours, hours) {
		return fault.List{{Pointer: "hours", Detail: "Choose for how long."}}
	}
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		draft.Faults.Add("reason", "Say why: others see a channel that is silent.")
	case n > admin.MaxMuteReason:
		draft.Faults.Add("reason", "At most %d characters.", admin.MaxMuteReason)
	}
	if draft.Faults.Err() != nil {
		return h.show(c, http.StatusUnprocessableEntity, admin.Channels{Mute: draft})
	}
	now := h.Now()
	err = h.Reports.Pause(c.Request().Context(), notice.Pause{
		Channel: channel.Name, Place: channel.Place, At: now, Until: now.Add(time.Duration(hours) * time.Hour), Words: reason, By: h.Site.Person(c).Actor(),
	})
	if err != nil {
		return err
	}
	h.changed()
	return c.Redirect(http.StatusSeeOther, channelsPath)
}

// Test sends a test to a place of a channel, and shows what became of it.
func (h *Handlers) Test(c echo.Context) error {
	form, err := h.Site.Form(c)
	if err != nil {
		return err
	}
	channel, err := h.named(form.Get("channel"))
	if err != nil {
		return err
	}
	place := strings.TrimSpace(form.Get("place"))
	if !slices.Contains(channel.Places, place) {
		return callbacks.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), sendTimeout)
	defer cancel()
	tested := admin.Tested{Channel: channel, Place: place}
	if err := h.Send(ctx, channel.Name, place); err != nil {
		known, ok := errors.AsType[*notice.Fault](err)
		if !ok {
			return err
		}
		tested.Fault = known
	}
	return h.show(c, http.StatusOK, admin.Channels{Tested: &tested})
}
