// Package views makes everything that a person sees: pure functions from view models to HTML.
//
// A page is a component that takes the [Shell], which is what stands around every page, and a model of its own:
//
//	GET  /                          InboxPage(Shell, Inbox)
//	GET  /callbacks/{id}            ReviewPage(Shell, Review), whatever the state of the callback is
//	POST /callbacks/{id}/preview    Previews([]callbacks.Preview, first)
//	POST /callbacks/{id}/decision   ConfirmPage(Shell, Confirm), 409 ConflictPage, 422 ReviewPage with a Draft
//	GET  /admin/callbacks           AdminPage(Shell, Admin)
//	GET  /audit                     AuditPage(Shell, Audit)
//	GET  /admin/watches             WatchesPage(Shell, Watches)
//	GET  /sessions, /admin/sessions SessionsPage(Shell, Sessions)
//	GET  /signin                    SignInPage(Shell, SignIn)
//	errors                          ForbiddenPage, SignedOutPage, NoRolePage, NotFoundPage, WrongMethodPage, InvalidPage, TooManyPage, FailurePage, UnavailablePage
//
// Handlers always render the whole page, also for htmx and for the live re-read: the scripts pick out what they replace
// (every part with a data-live attribute). Only Previews is a fragment.
//
// Models hold domain types and plain values, never a store and never a ready-made link to a list: links are made from the
// [Address] of the page, so that each keeps the whole filter. Filters that a page offers as one press are in tables
// ([Ranges], [AdminStates]); a handler counts what each of them finds by parsing Shortcut.Apply(query) as it parses a
// request, so that a number and the list behind it cannot disagree.
//
// Foreign text is escaped by templ. The one exception is [SafeHTML], which only a sanitiser can make. Nothing here has
// inline styles or inline scripts: the pages run under default-src 'none' and take scripts and styles from 'self' alone.
package views
