// Package views and the packages below it render everything that a person sees: pure functions from
// view models to HTML. A page is a component that takes the [Shell], which is the frame around
// every page, and a model of its own, in the package of that page:
//
//	GET  /                          lists.InboxPage(Shell, Inbox)
//	GET  /admin/callbacks           lists.TablePage(Shell, Table)
//	GET  /callbacks/{id}            review.Page(Shell, Review), whatever the state of the callback is
//	POST /callbacks/{id}/preview    review.Previewed, a fragment
//	POST /callbacks/{id}/reveal/…   forms.RevealedValue or payload.Row, fragments
//	POST /callbacks/{id}/decision   review.ConfirmPage, 409 ConflictPage, 422 Page with a Draft, 403 SignInAgainPage
//	GET  /callbacks/{id}/payload/…  payload.Page(Shell, Payload)
//	GET  /palette                   palette.Page(Shell, Palette)
//	GET  /batches/{batch}           batches.SelectionPage(Shell, Selection), once it is confirmed ResultPage(Shell, Result)
//	GET  /callbacks/{id}/assignment assignments.AssignmentPage(Shell, Assignment)
//	GET  /admin/assignments         assignments.MovePage(Shell, Move)
//	GET  /decisions                 decisions.Page(Shell, Record)
//	GET  /audit                     admin.AuditPage(Shell, Audit)
//	GET  /admin/watches             admin.WatchesPage(Shell, Watches)
//	GET  /admin/policies            admin.PoliciesPage(Shell, Policies)
//	POST /admin/policies            admin.PoliciesPage(Shell, Policies)
//	GET  /admin/configuration       admin.ConfigurationPage(Shell, Configuration)
//	GET  /admin/channels            admin.ChannelsPage(Shell, Channels)
//	GET  /settings                  account.SettingsPage(Shell, Settings), 422 and 403 with what was typed
//	POST /settings/notices/…        the same page: preferences.Section is its part about notices
//	GET  /settings/slack            account.SlackLinkPage(Shell, SlackLink)
//	GET  /sessions, /admin/sessions account.SessionsPage(Shell, Sessions)
//	GET  /signin                    account.SignInPage(Shell, SignIn)
//	other errors                    the pages of this package: ForbiddenPage, NotFoundPage, FailurePage…
//
// This package has the frame around a page, and the pages for errors that any page may meet. The
// pages share four packages: components for small parts, words for the terms of the domain,
// untrusted for text from outside, payload for JSON. A page imports another only if it shows it:
// the inbox shows a review beside its list.
//
// Handlers always render the whole page, also for htmx and for live updates: the scripts select the
// parts to replace (every part with a data-live attribute). Previews and revealed values are fragments.
//
// Models hold domain types and plain values, never a store and never a ready-made link to a list.
// Links are made from the [Address] of the page, so that each keeps the whole filter.
//
// templ escapes text. The only exception is untrusted.SafeHTML, which only a sanitiser can make.
// Nothing here has inline styles or inline scripts: the pages run under default-src 'none' and take
// scripts and styles from 'self' alone.
package views
