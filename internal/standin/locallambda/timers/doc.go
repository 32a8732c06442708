// Package timers tells the engine the time and rings its alarms: a clock that tests can replace,
// and one heap of alarms for all executions.
package timers
