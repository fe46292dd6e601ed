// What enters the core and what leaves it. The shell decodes the one and carries out the other.

public import MusterModel
public import MusterPolicy

/// Something that happened to a domain.
public enum Event: Sendable {
    /// Resources reported or were removed: applied in order, as one change.
    case reports([Report])
    /// Documents arrived on the bus: applied together or, if one cannot be, not at all. `record`
    /// is the shell's own number for the record, which a rejection names.
    case configuration([ConfigurationChange], record: Int)
    /// Documents arrived that could not be read; `summary` says why. Nothing changes.
    case unreadableConfiguration(summary: String)
    /// The files that form the baseline changed.
    case baseline(Baseline)
    /// The domain was brought back from its changelog. Reports may have been missed, so every
    /// resource is asked for one.
    case restored
    /// Reports were lost on their way to the domain, so every resource is asked for one.
    case reportsMissed
    /// Time has passed; the instant given with the event is all it says.
    case clock
}

/// What the shell is asked to do.
public enum Directive: Hashable, Sendable {
    /// Publish a command.
    case send(Command)
    /// Publish a notice.
    case notify(Notice)
    /// Put the record that brought a configuration on the dead-letter topic.
    case reject(record: Int, reason: String)
}
