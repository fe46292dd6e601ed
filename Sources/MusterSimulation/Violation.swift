// What a check has found.

/// A promise of the contract that a run has seen broken.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    /// The promises that are checked.
    public enum Check: String, Hashable, Sendable, CaseIterable {
        /// Exactly what the contract calls managed has a desired state.
        case managed
        /// The implemented configuration is valid.
        case valid
        /// The objective that is reported is that of the implemented configuration.
        case objective
        /// Nothing better was possible.
        case optimal
        /// Each policy is reported as it holds.
        case satisfaction
        /// Commands ask for what is implemented, of resources that are managed and usable.
        case command
        /// Commands of a stage are sent when every earlier stage is confirmed.
        case order
        /// Between stages no bound is broken that some order would keep.
        case passage
        /// No command has another's id.
        case identity
        /// Alerts fire once, resolve once, and are open as long as there is reason for them.
        case alert
        /// A plan ends before the next begins.
        case plan
        /// Notices are numbered without gap or repetition.
        case numbering
        /// What is known is what the committed records say, each taken in once.
        case knowledge
        /// What is awaited is what was published.
        case flight
        /// A domain that was brought back is the one that was written, and goes on like it.
        case restoration
        /// Guards are kept.
        case guards
        /// A domain does not ask to be called again at once.
        case deadline
        /// A report that has expired makes its resource unusable, no other does.
        case lease
        /// Once faults stop, what is implemented comes about, and then all is quiet.
        case convergence
    }

    /// Which promise.
    public let check: Check
    /// How it was broken.
    public let message: String

    init(_ check: Check, _ message: String) {
        self.check = check
        self.message = message
    }

    /// Both in one line.
    public var description: String { "\(check.rawValue): \(message)" }
}
