// Package delegation keeps who acts for whom: a person gives their rights in some queues to another
// person for some time, by themselves or through an admin. It owns who may make and end a
// delegation, and what it may say. What a delegate may see and sign is decided by package callbacks,
// which asks for the delegations to a person whenever somebody reads or signs.
package delegation
