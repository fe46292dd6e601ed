// Mistakes that are planted to see that the checks find them.

/// A mistake in the worker's work; each breaks one promise.
public enum Mutation: String, CaseIterable, Sendable {
    /// A record is passed over.
    case skipRecord
    /// A report that would confirm a command is taken for one that says the opposite.
    case dropConfirmation
    /// The notice that ends an alert is not published.
    case skipResolution
    /// A record of the changelog is not written.
    case forgetEntry
    /// A command is published a second time.
    case repeatCommand
    /// What was published counts although the positions do not.
    case loseOffsets
    /// A command goes to a resource that nobody asked for.
    case strayCommand
    /// A command is sent before its stage's turn.
    case hastyCommand
    /// A plan's last stage comes first.
    case backwards
    /// A change that a guard holds back is commanded.
    case heldCommand
    /// Commands for one resource are never published.
    case muteResource
    /// What an aborted transaction wrote is seen.
    case readUncommitted
}
