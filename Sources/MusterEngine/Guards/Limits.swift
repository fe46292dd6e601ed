// What the guards in force allow to be done without asking.

/// The strictest of each limit that the guards of a domain set; `nil` where none sets it.
struct Limits: Hashable, Sendable {
    /// How many commands may await confirmation at once.
    var maxInFlight: Int?
}

extension Domain {
    /// The limits in force.
    var limits: Limits { configuration.limits }
}
