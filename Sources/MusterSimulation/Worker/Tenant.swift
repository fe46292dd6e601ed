// A domain in a worker, with what its checks remember of it.

import MusterEngine
import MusterModel

/// A domain that a worker owns; a class, so that it changes in place.
final class Tenant {
    let index: Int
    var domain: Domain
    /// Events that it has not been given.
    var pending: [Event] = []
    var book: Book
    /// A copy that was brought back from the changelog and has to say the same from then on.
    var shadow: Domain?

    init(_ index: Int, _ domain: Domain, _ book: Book) {
        self.index = index
        self.domain = domain
        self.book = book
    }
}

/// What checks remember of a domain's past. It is committed with the domain's state, and lost
/// with it.
struct Book {
    /// The latest time that the domain was given.
    var latest = Instant.zero
    /// The commands of the plan that was last seen.
    var plan = 0
    var sent: [Command] = []
    /// How many decisions were made.
    var decisions = 0
    var watch = Watch()

    mutating func note(_ command: Command) {
        guard command.action != .report else { return }
        if command.plan != plan, command.attempt == 1 {
            plan = command.plan
            sent = []
        }
        if command.plan == plan { sent.append(command) }
    }
}
